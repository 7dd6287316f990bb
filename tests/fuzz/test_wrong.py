"""Programs with one thing made wrong must raise with us as in CPython; longer runs: `python -m benchmarks.fuzz --wrong`."""

import ast

import pytest
import wrong_check
from fuzz_draw import SeededDraw
from language_programs import LanguageProgram
from wrong_check import check_wrong, exempt
from wrong_mutations import mutated
from wrong_programs import base_program, error_of, wrong_program
from wrong_run import BAD, isolated, run_wrong

FIRST, BLOCK = 200, 25


@pytest.mark.parametrize("block", range(4))
def test_wrong_programs_raise(block):
    for seed in range(FIRST + BLOCK * block, FIRST + BLOCK * (block + 1)):
        found = run_wrong(seed)
        if found is not None:
            assert found.verdict.kind not in BAD, f"seed {seed}, {found.what}\n{found.program}\n{found.verdict.detail}"


def test_most_seeds_give_a_wrong_program_by_many_kinds_of_changes():
    found = [wrong_program(seed) for seed in range(60)]
    made = [pair for pair in found if pair is not None]
    assert len(made) > 45
    assert len({mutation.what for mutation, _ in made}) > 12
    assert len({type(error) for _, error in made}) > 4


def test_a_change_is_one_change():
    program = base_program(2)
    for seed in range(20):
        made = mutated(program, SeededDraw(seed))
        if made is not None:
            text_changed = ast.dump(ast.parse(made.program.source)) != ast.dump(ast.parse(program.source))
            assert not (text_changed and made.program.args != program.args)
            assert text_changed == (not made.what.startswith("argument"))


def _program(*lines, args=("0.7", "np.array([0.1, 0.2])")):
    return LanguageProgram("import math\nimport numpy as np\n\ndef f(x, a):\n" + "".join(f"    {line}\n" for line in lines), args, "r")


def _verdict(program, backend="python"):
    error = error_of(program)
    assert error is not None
    return check_wrong(program, error, backend)


def test_verdicts(monkeypatch):
    assert _verdict(_program("return a[len(a)] * x")).kind == "raises"
    assert _verdict(_program("return a[5, 5] * x")).kind == "refused"
    monkeypatch.setattr(wrong_check, "_attempts", lambda program, backend: iter([("the value", lambda: 1.0)]))
    assert _verdict(_program("return a[5] * x")).kind == "number"
    monkeypatch.setattr(wrong_check, "_attempts", lambda program, backend: iter([("the value", lambda: next(iter(())))]))
    assert _verdict(_program("return 1 // 0 * x")).kind == "other class"


def test_documented_deviations():
    assert exempt(ZeroDivisionError("float division by zero"), "numba")
    assert not exempt(ZeroDivisionError("float division by zero"), "python")
    assert not exempt(ZeroDivisionError("integer division or modulo by zero"), "numba")
    assert exempt(ValueError("math domain error"), "numba")
    assert exempt(OverflowError("math range error"), "python")


def test_a_process_that_ends_is_noticed():
    import os

    assert isolated(lambda: "done", str) == "done"
    assert isolated(lambda: os._exit(7), str) == "the process ended with 7"


def test_under_numba():
    assert _verdict(_program("return a[len(a)] * x"), "numba").kind == "raises"
    assert _verdict(_program("return math.log(-x)"), "numba").kind == "exempt"

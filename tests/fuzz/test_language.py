"""Random programs of the whole language against CPython, by value; longer runs: `python -m benchmarks.fuzz --language`."""

import language_check
import numpy as np
import pytest
from language_check import Loaded, Way, check, difference
from language_derivatives import check_derivative
from language_programs import LanguageProgram, language_program
from language_run import kind_of, run_seed, smallest

BLOCK = 60


@pytest.mark.parametrize("block", range(4))
def test_random_programs_of_the_language(block):
    refused = 0
    for seed in range(BLOCK * block, BLOCK * (block + 1)):
        for run in run_seed(seed, numba=False):
            assert run.outcome.kind not in ("failed", "late"), f"seed {seed}, {run.way}\n{run.program}\n{run.outcome.detail}"
            refused += run.outcome.kind == "refused"
    assert refused <= BLOCK // 6


def test_the_same_seed_gives_the_same_program():
    assert language_program(5) == language_program(5)
    assert language_program(5) != language_program(6)
    assert len(language_program(5).origins) == language_program(5).source.count("\n")


def test_most_programs_run_in_cpython():
    raised = 0
    for seed in range(300):
        loaded = Loaded(language_program(seed))
        with np.errstate(all="ignore"):
            try:
                loaded.function(*loaded.args())
            except Exception:  # an index that is out of range, or raised on purpose
                raised += 1
    assert raised <= 30


def test_memory_orders_of_arguments_are_kept():
    program = LanguageProgram("import numpy as np\ndef f(a, b):\n    return 0.5\n", ("np.ones((2, 3)).T", "np.arange(3.0)[::-1]"))
    a, b = Loaded(program).args()
    assert a.flags.f_contiguous
    assert b.strides[0] < 0


def _program(body, *args):
    return LanguageProgram("import numpy as np\n\ndef f(x, a):\n" + "".join(f"    {line}\n" for line in body), args)


FAIR = _program(["a = a * 1.0", "b = a[::-1]", "b[0] = x", "return a, x"], "0.7", "np.array([0.1, 0.2])")


def test_what_is_compared():
    assert check(FAIR).kind == "ok"
    assert check(FAIR, Way(interpreter=True)).kind == "ok"
    assert check(_program(["return a[x]"], "5", "np.zeros(2)")).kind == "raises"
    assert check(_program(["return {1, 2}"], "5", "np.zeros(2)")).kind == "refused"
    tie = _program(["return 1.0 if 0.1 * x == 0.30000000000000004 else 2.0"], "3.0", "np.zeros(2)")
    assert language_check._fair(tie, language_check.Outcome("failed"), 1.0).kind == "rejected"
    assert difference((1.0, [2]), (1, [np.int64(2)])) == ""
    assert difference(np.zeros(2), np.zeros(3)) != ""
    assert difference([1.0], [1.0, 2.0]) != ""
    assert difference("a", "b") != ""


def test_a_wrong_value_a_lost_exception_and_a_changed_argument_are_found(monkeypatch):
    real = language_check._run
    monkeypatch.setattr(language_check, "_run", lambda loaded, args, way: (real(loaded, args, way)[0] * 2.0, 0.7))
    assert check(FAIR).detail.startswith("value: [1.4, 0.4], expected [0.7, 0.2]") or check(FAIR).kind == "failed"
    monkeypatch.setattr(language_check, "_run", lambda loaded, args, way: 1.0)
    assert check(_program(["return a[5]"], "0.5", "np.zeros(2)")).detail.startswith("a value where CPython raises IndexError")

    def writes(loaded, args, way):
        args[1][0] = 9.0
        return real(loaded, args, way)

    monkeypatch.setattr(language_check, "_run", writes)
    assert check(FAIR).detail.startswith("argument changed: a")


def test_a_failure_is_shrunk(monkeypatch):
    real = language_check._run

    def wrong(loaded, args, way):
        if any("[::-1]" in line for line in open_source(loaded)):
            raise ZeroDivisionError("as if")
        return real(loaded, args, way)

    def open_source(loaded):
        return language_check.linecache.getlines(language_check.FILE)

    monkeypatch.setattr(language_check, "_run", wrong)
    small = smallest(FAIR, Way())
    assert "[::-1]" in small.source
    assert len(small.source.splitlines()) <= 5


def test_derivatives_are_compared_with_differences():
    program = LanguageProgram(FAIR.source, FAIR.args, loss="np.sum(r[0] * r[0]) + r[1]")
    assert check_derivative(program).kind == "ok"


def test_kinds_of_messages():
    assert kind_of("value: 0.5, expected 1.0 in item 3") == kind_of("value: 0.7, expected 2.0 in item 1")
    assert kind_of("exception: ValueError: `a` is 3") != kind_of("exception: TypeError: `a` is 3")

"""Errors that no single program of the language provokes: sources, loops without end of types, AD and bugs of ours."""

import importlib.machinery
import importlib.util
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from language_errors import CASES

from autodiff_compiler import ad, driver, frontend, lazy
from autodiff_compiler.backends import prelude
from autodiff_compiler.diagnostics import InternalError, UnsupportedError, UserError
from autodiff_compiler.frontend.source import find_source, from_text
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import FLOAT, Array
from autodiff_compiler.options import Options


def lower(text, *args):
    fun = from_text(text, "f")
    names = fun.__code__.co_varnames
    return frontend.lower(fun, [(n, *map(list_or_tree, frontend.describe(v, n))) for n, v in zip(names, args)], list(args))


def list_or_tree(x):
    return list(x) if isinstance(x, list) else x


def raised(kind, code, call):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code == code, str(caught.value)
    assert type(caught.value) is kind
    return caught.value


# -- packages and sources ----------------------------------------------------------------------------------------------


def test_missing_package():
    error = raised(UserError, "AD008", lambda: lazy.load("no_such_package_here", "scipy"))
    assert "pip install" in error.help


def test_an_installation_without_source_files(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: importlib.machinery.ModuleSpec(name, None))
    assert raised(UserError, "AD009", lambda: prelude.sources.__wrapped__("numpy_helpers")).help


def test_no_source():
    space = {}
    exec("def f(x):\n    return x", space)
    error = raised(UnsupportedError, "AD140", lambda: find_source(space["f"]))
    assert "source as a string" in error.help


def test_edited_file(tmp_path, monkeypatch):
    file = tmp_path / "edited_module.py"
    file.write_text("def f(x):\n    return x * 2.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("edited_module")
    file.write_text("def f(x):\n    return x * 3.5\n# longer\n")
    error = raised(UserError, "AD141", lambda: find_source(module.f))
    assert error.span.line == 1
    assert "^" in str(error)
    assert "import it again" in error.help


@pytest.mark.parametrize("text", ["def f(x):\n    yield x", "async def f(x):\n    return x"])
def test_generators(text):
    error = raised(UnsupportedError, "AD142", lambda: lower(text, 1.0))
    assert error.span.line == 1
    assert "^" in str(error)
    assert error.help


def test_source_strings():
    assert raised(UserError, "AD143", lambda: from_text("x = 1\ndef f(x:\n")).span.line == 2
    raised(UserError, "AD144", lambda: from_text("x = 1"))
    raised(UserError, "AD144", lambda: from_text("def g(x):\n    return x", "f"))


# -- loops ---------------------------------------------------------------------------------------------------------------


def cascade(length):
    """A loop in which each round of the fixpoint finds one more int that becomes a float."""
    names = [f"v{i}" for i in range(length)]
    moves = "".join(f"        {b} = {a}\n" for a, b in reversed(list(itertools.pairwise(names))))
    start = " = ".join(names)
    return f"def f(n):\n    {start} = 0\n    for i in range(n):\n{moves}        v0 = v0 + 0.5\n    return {names[-1]}"


def test_types_that_settle_late():
    low = lower(cascade(40), 50)
    assert run(low.function, [50]) == [5.5]


def test_types_that_do_not_settle():
    error = raised(UnsupportedError, "AD162", lambda: lower(cascade(100), 300))
    assert error.span.line == 3
    assert "^" in str(error)
    assert error.help


# -- differentiation -----------------------------------------------------------------------------------------------------


def test_integer_parameter():
    fn = lower("def f(n):\n    return n * 2.0", 3).function
    error = raised(UserError, "AD301", lambda: ad.reverse(fn, [True], with_value=False, name="g"))
    assert error.span.line == 1
    assert error.help


def test_nothing_to_differentiate():
    fn = lower("def f(x):\n    print(x)", 3.0).function
    assert raised(UserError, "AD302", lambda: ad.reverse(fn, [True], with_value=False, name="g")).help


def test_array_result():
    fn = lower("def f(x):\n    return x * 2", np.ones(3)).function
    error = raised(UserError, "AD303", lambda: ad.reverse(fn, [True], with_value=False, name="g"))
    assert error.help


# -- bugs of ours: hand-built IR that nobody else makes --------------------------------------------------------------------


def function(ops, params, result):
    return Function("f", Region(tuple(params), (*ops, Op("return", (result,), ()))), tuple(("x", Leaf()) for _ in params))


def test_exception_in_the_compiler():
    x, y = Value(FLOAT, "x"), Value(FLOAT, "y")
    low = frontend.Lowered((), (), {}, function=function([Op("no_such_op", (x,), (y,))], [x], y))
    error = raised(InternalError, "AD900", lambda: driver.primal(low, Options(verify=False)))
    assert any("IR dump" in note.text for note in error.notes)


def test_types_that_no_op_takes():
    raised(InternalError, "AD901", lambda: Builder().op("matmul", Value(FLOAT), Value(FLOAT)))


def test_verifier():
    x = Value(FLOAT, "x")
    from autodiff_compiler.ir.verify import verify

    raised(InternalError, "AD902", lambda: verify(function([], [x], Value(FLOAT, "y"))))


def test_interpreter():
    x = Value(FLOAT, "x")
    raised(InternalError, "AD903", lambda: run(function([], [x], x), []))


def test_no_rule():
    from autodiff_compiler import rules

    x, y = Value(Array(FLOAT64, 1), "x"), Value(Array(FLOAT64, 1), "y")
    raised(InternalError, "AD905", lambda: rules.vjp(Builder(), Op("no_such_op", (x,), (y,)), [y], {0}))


def test_integers_beyond_64_bits():
    from autodiff_compiler.backends.integers import bounded

    def compiled(values):
        raise OverflowError

    assert raised(UserError, "AD428", lambda: bounded(compiled, "f")(([2**70],))).help
    with pytest.raises(OverflowError):
        bounded(compiled, "f")([3])


# -- the list of codes -----------------------------------------------------------------------------------------------------


UNPROVOKED = {
    "AD310": "a tape of lists is threaded wherever one could be built so far",
    "AD602": "every op of the table has a spelling: tests/backends/test_every_op.py",
    "AD910": "every rule and every op with regions is known: tests/rules/test_rule_table.py",
}


def test_every_code_has_a_test_or_a_reason():
    root = Path(__file__).parent.parent.parent
    code = re.compile(r"\bAD\d{3}\b")
    raised_in = {c for file in sorted((root / "src").rglob("*.py")) for c in code.findall(file.read_text("utf-8"))}
    tested = {c for file in sorted((root / "tests").rglob("*.py")) for c in code.findall(file.read_text("utf-8"))}
    assert raised_in <= tested, f"codes without a test: {sorted(raised_in - tested)}"
    assert set(UNPROVOKED) <= raised_in


def test_every_code_of_the_language_is_provoked_here():
    here = {c for c, *_ in CASES} | set(re.findall(r"AD\d{3}", Path(__file__).read_text("utf-8")))
    sources = Path(frontend.__file__).parent.glob("*.py")
    codes = {c for file in sorted(sources) for c in re.findall(r'"(AD1\d{2})"', file.read_text("utf-8"))}
    assert codes <= here, f"codes without a test: {sorted(codes - here)}"

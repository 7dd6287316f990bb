"""What the op table says of raising: an op of which nothing is said may raise, and nothing is said that is not so."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT64, INT64, DType
from autodiff_compiler.ir.evaluate import evaluate
from autodiff_compiler.ir.opdef import CHECK, IO, NEVER, VALUE, OpDef, of_python, of_python_complex, of_shapes
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.opset import TABLE, may_trap, reasons
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array, Scalar
from autodiff_compiler.passes.registry import run_pipeline

# An op that is said not to raise, or only for its shapes, is said so a second time here.
CANNOT = {
    "const", "undef", "dim", "copy", "sum", "prod", "any", "all", "argsort", "searchsorted", "cumsum", "transpose", "list_new",
    "list_append", "list_len", "list_zeros", "isnan", "isinf", "isfinite", "not", "stop_gradient", "if", "yield", "return",
    "begin", "end", "table", "qr", "svd", "pinv", "real", "imag", "conj",
}  # fmt: skip
UNLESS_SHAPES_FIT = {
    "add", "sub", "mul", "div0", "mul0", "maximum", "minimum", "arctan2", "hypot", "copysign", "logaddexp", "select", "neg", "complex",
    "sign", "floor", "ceil", "trunc", "rint", "cbrt", "arcsinh", "lt", "le", "gt", "ge", "eq", "ne", "and",
    "or", "xor", "invert",
}  # fmt: skip
IN_PYTHON = {
    "div", "floordiv", "mod", "fmod", "sqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan",
    "arcsin", "arccos", "sinh", "cosh", "arccosh", "arctanh", "lshift", "rshift",
}  # fmt: skip

# Of the special functions: the others never do, for they are SciPy's.
RAISING = {"gamma", "gammaln"}
IN_PYTHON_OF_COMPLEX = {"abs", "arctan", "tanh"}


def _op(kind: str, /, *types, **attrs) -> Op:
    operands = tuple(map(Value, types))
    infer = TABLE[kind].infer
    assert infer is not None
    return Op(kind, operands, tuple(map(Value, infer(types, attrs))), attrs)


def test_the_table_says_what_was_decided() -> None:
    assert {kind for kind, row in TABLE.items() if row.raises == NEVER} == CANNOT
    assert {kind for kind, row in TABLE.items() if row.raises is of_shapes} == UNLESS_SHAPES_FIT | SPECIAL.keys() - RAISING
    assert {kind for kind, row in TABLE.items() if row.raises is of_python} == IN_PYTHON | RAISING
    assert {kind for kind, row in TABLE.items() if row.raises is of_python_complex} == IN_PYTHON_OF_COMPLEX
    for kind in UNLESS_SHAPES_FIT | IN_PYTHON:
        (arity,) = {TABLE[kind].arity}
        dtype = next(d for d in (FLOAT64, INT64, BOOLEAN) if _allowed(kind, d))
        scalars = [Scalar(dtype, "py")] * arity
        arrays = [Array(dtype, 1)] * arity
        if kind == "select":
            scalars[0], arrays[0] = BOOL, Array(BOOLEAN, 1)
        assert may_trap(_op(kind, *scalars)) == (kind in IN_PYTHON), kind
        assert may_trap(_op(kind, *arrays)) == (arity > 1), kind


def _allowed(kind: str, dtype: DType) -> bool:
    arity = TABLE[kind].arity
    assert arity is not None
    types = [Scalar(dtype)] * arity
    if kind == "select":
        types[0] = Scalar(BOOLEAN)
    try:
        _op(kind, *types)
    except TypeError:
        return False
    return True


def test_effects_may_raise() -> None:
    for kind, row in TABLE.items():
        if row.effect in (CHECK, IO):
            assert row.raises == (VALUE,), kind


HARD = (0.0, -0.0, 1.0, -1.0, 2.5, -3.0, 710.0, -800.0, 1e308, 5e-324, math.inf, -math.inf, math.nan)
HARD_INTS = (0, 1, -1, 3, -7, 64, 2**62)


ELEMENTWISE = sorted(kind for kind, row in TABLE.items() if row.elementwise and kind != "cast")


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [(kind, dtype) for kind in ELEMENTWISE for dtype in (FLOAT64, INT64, BOOLEAN) if _allowed(kind, dtype)],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # inside scipy.special.hyp0f1
def test_what_cannot_raise_does_not(kind: str, dtype: DType) -> None:
    """Scalars of both kinds, with the numbers that functions are refused for."""
    numbers = {FLOAT64: HARD, INT64: HARD_INTS, BOOLEAN: (False, True)}[dtype]
    if kind in SPECIAL:
        numbers = [x for x in numbers if math.isfinite(x)]  # scipy.special.hyp1f1(-800, -inf, -inf) ends the process
    arity = TABLE[kind].arity
    assert arity is not None
    for strength in ("py", "np"):
        type_ = Scalar(dtype, strength)
        op = _op(kind, *([BOOL] if kind == "select" else [type_]), *[type_] * (arity - 1))
        if reasons(op) != NEVER:
            continue
        for first in numbers:
            for second in numbers:
                given = [type(first)(first), second, second, second][:arity]
                if kind == "select":
                    given[0] = True
                strong = [dtype.numpy.type(v) for v in given]
                with np.errstate(all="ignore"):
                    evaluate(op, given if strength == "py" or kind == "select" else strong)


def test_a_cast_raises_where_python_does() -> None:
    def cast(source, dtype: DType, strength: str) -> Op:
        return _op("cast", source, dtype=dtype, kind=strength)

    assert may_trap(cast(FLOAT, INT64, "py"))  # int(nan)
    assert may_trap(cast(Scalar(FLOAT64), INT64, "py"))
    assert may_trap(cast(INT, FLOAT64, "py"))  # float(10**400)
    assert not may_trap(cast(FLOAT, FLOAT64, "np"))
    assert not may_trap(cast(Scalar(INT64), FLOAT64, "np"))
    assert not may_trap(_op("cast", Array(FLOAT64, 1), dtype=INT64))
    assert not may_trap(cast(BOOL, INT64, "py"))


def test_the_default_is_that_an_op_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """An op that is registered with nothing but its types stays in a loop that may not run."""
    sin = TABLE["sin"]
    row = OpDef("made_up", "", sin.infer, extents=sin.extents, cost="dear", py_eval=lambda x: 1.0 / x)
    monkeypatch.setitem(TABLE, "made_up", row)
    function = parse_function("""func f(%x: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %s: float = const 0.0
  %r: float, %t: int = for %0, %n, %1, %s {exits=False} do (%i: int, %total: float) {
    %y: float = made_up %x
    %next: float = add %total, %y
    yield %next
  }
  return %r
}""")
    for _ in range(2):
        function = run_pipeline(function, ("hoist", "licm", "cse", "simplify", "dce"))
    assert _homes(function)["made_up"] == ["for"]
    monkeypatch.setitem(TABLE, "made_up", replace(row, raises=NEVER))
    assert _homes(run_pipeline(function, ("licm",)))["made_up"] == [""]


def _homes(function: Function) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}

    def visit(region: Region, owner: str) -> None:
        for op in region.ops:
            found.setdefault(op.kind, []).append(owner)
            for inner in op.regions:
                visit(inner, op.kind)

    visit(function.body, "")
    return found

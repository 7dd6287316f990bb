"""How the Numba target writes single operations: every dtype stated, and helpers for what does not compile.

Numba knows one float64 and one int64: Python's scalars and NumPy's are the same there.
"""

from __future__ import annotations

import ast
from importlib.util import find_spec

from autodiff_compiler.backends import common, effects, external, integers, numba_arrays, special, syntax
from autodiff_compiler.backends.common import MATH, OPERATORS
from autodiff_compiler.backends.nesting import Style
from autodiff_compiler.backends.numba_arrays import zero
from autodiff_compiler.backends.prelude import NUMBA_HELPERS
from autodiff_compiler.backends.spelling import (
    Backend,
    Expression,
    Statement,
    Writer,
    dtype_name,
    expressions,
    negated,
    statements,
)
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64, UINT64
from autodiff_compiler.ir.external import callee
from autodiff_compiler.ir.message import STRETCHED
from autodiff_compiler.ir.ops.check import ARGUMENT
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Array, Scalar, Type, dtype_of, is_complex

EXPRESSIONS: dict[str, Expression] = {**numba_arrays.EXPRESSIONS}
STATEMENTS: dict[str, Statement] = {**numba_arrays.STATEMENTS}

FASTMATH = ("arcp", "contract", "nsz", "reassoc")


# Whole arrays stay on one thread: how many threads there are would decide how a sum is rounded.
PARALLEL = ("comprehension", "reduction", "inplace_binop", "setitem", "numpy", "stencil", "fusion")


def decorator(fastmath: bool, kept: bool, parallel: bool) -> ast.expr:
    flags: ast.expr = ast.Set(elts=[syntax.literal(flag) for flag in FASTMATH]) if fastmath else syntax.literal(False)
    yes = syntax.literal(True)
    given = {"cache": yes} if kept else {}
    given |= {"error_model": syntax.literal("numpy"), "nogil": yes, "fastmath": flags}
    if parallel:
        no = syntax.literal(False)
        given["parallel"] = ast.Dict(keys=[syntax.literal(name) for name in PARALLEL], values=[no] * len(PARALLEL))
    return syntax.call("njit", **given)


def endless() -> ast.expr:
    # Numba 0.68 miscompiles `while True: … if c: x = y; break … x = y`: the head, which has no test in bytecode, gets
    # no phi, and x keeps its first value.  CPython leaves a comparison as it is.
    return syntax.compare(ast.Lt(), syntax.literal(0), syntax.literal(1))


def undefined(w: Writer, value: Value) -> ast.expr:
    return zero(value.type)


# -- scalars and elementwise ---------------------------------------------------------------------------------------


def function(w: Writer, op: Op) -> ast.expr:
    return _restored(common.of_numpy(w, op), op.result.type)


def _restored(value: ast.expr, type_: Type) -> ast.expr:
    """Numba widens small integers in scalar arithmetic."""
    if isinstance(type_, Scalar) and not (type_.dtype.is_python or type_.dtype.inexact):
        return syntax.call(dtype_name(type_.dtype), value)
    return value


@expressions(
    EXPRESSIONS, *(kind for kind in OPERATORS if kind not in {**integers.WRAPPING, **integers.SHIFTS, "div": ""})
)
def operator(w: Writer, op: Op) -> ast.expr:
    return _restored(common.operator(w, op), op.result.type)


@expressions(EXPRESSIONS, *integers.WRAPPING)
def arithmetic(w: Writer, op: Op) -> ast.expr:
    if not integers.wraps(op) or dtype_of(op.result.type) is not INT64:
        return operator(w, op)
    return syntax.call(integers.WRAPPING[op.kind], *w.operands(op))


@expressions(EXPRESSIONS, *integers.SHIFTS)
def shift(w: Writer, op: Op) -> ast.expr:
    count = _constant(w, op.operands[1])
    if not integers.is_of_integers(op) or (count is not None and 0 <= count < 64):
        return operator(w, op)
    return _restored(syntax.call(integers.SHIFTS[op.kind], *w.operands(op)), op.result.type)


@expressions(EXPRESSIONS, "pow")
def power(w: Writer, op: Op) -> ast.expr:
    exponent = _constant(w, op.operands[1])
    if not integers.is_of_integers(op):
        return common.power(w, op)
    if exponent is not None and 0 <= exponent <= 4 and not integers.wraps(op):
        return _restored(common.power(w, op), op.result.type)
    return _restored(syntax.call("integer_power", *w.operands(op)), op.result.type)


def _constant(w: Writer, value: Value) -> int | None:
    constant = w.definition(value, "const")
    return None if constant is None else constant.attrs["value"]


# Helpers of these names have vector forms (`prelude/numba_elementary.py`).
VECTORISED = ("exp", "log", "tanh", "hypot")


# Numba compiles these functions of `math` to the same thing for both float types; others are missing, or computed differently.
@expressions(
    EXPRESSIONS,
    *(kind for kind in MATH if kind not in (*VECTORISED, "fmod", "cbrt", "exp2", "log2", "isnan", "isinf", "isfinite")),
)
def mathematics(w: Writer, op: Op) -> ast.expr:
    of_floats = isinstance(op.result.type, Scalar) and op.result.type.dtype is FLOAT64
    return syntax.call(MATH[op.kind], *w.promoted(op)) if of_floats else common.of_numpy(w, op)


@expressions(EXPRESSIONS, *VECTORISED)
def elementary(w: Writer, op: Op) -> ast.expr:
    of_floats = isinstance(op.result.type, Scalar) and op.result.type.dtype is FLOAT64
    return syntax.call(op.kind, *w.promoted(op)) if of_floats else common.of_numpy(w, op)


@expressions(EXPRESSIONS, "sign", "maximum", "minimum")
def extremum(w: Writer, op: Op) -> ast.expr:
    if not isinstance(op.result.type, Scalar):
        return common.of_numpy(w, op)
    return _restored(syntax.call(f"np.{op.kind}", *w.operands(op)), op.result.type)


@expressions(EXPRESSIONS, "complex")
def from_parts(w: Writer, op: Op) -> ast.expr:
    type_ = op.result.type
    if isinstance(type_, Array):
        return syntax.call("complex_array", *w.operands(op), dtype_name(type_.dtype))
    whole = syntax.call("complex", *w.operands(op))
    return whole if dtype_of(type_).is_python else syntax.call(dtype_name(dtype_of(type_)), whole)


@expressions(EXPRESSIONS, "div")
def divided(w: Writer, op: Op) -> ast.expr:
    """Numba's quotient of complex numbers raises where NumPy's is not finite."""
    single = isinstance(op.result.type, Scalar) and is_complex(op.result.type)
    return syntax.call("np.divide", *w.operands(op)) if single else operator(w, op)


@expressions(EXPRESSIONS, "abs")
def absolute(w: Writer, op: Op) -> ast.expr:
    type_ = op.result.type
    if not isinstance(type_, Scalar):
        return common.of_numpy(w, op)
    if not is_complex(op.operands[0].type):
        return _restored(syntax.call("abs", *w.operands(op)), type_)
    length = syntax.call("complex_modulus", *w.operands(op))
    return length if type_.dtype is FLOAT64 else syntax.call(dtype_name(type_.dtype), length)


@expressions(EXPRESSIONS, "mul0")
def mul0(w: Writer, op: Op) -> ast.expr:
    return syntax.call("mul0" if isinstance(op.result.type, Scalar) else "multiply0", *w.operands(op))


@expressions(EXPRESSIONS, "div0")
def div0(w: Writer, op: Op) -> ast.expr:
    single = "complex_div0" if is_complex(op.result.type) else "div0"
    return syntax.call(single if isinstance(op.result.type, Scalar) else "divide0", *w.operands(op))


@expressions(EXPRESSIONS, "not")
def not_(w: Writer, op: Op) -> ast.expr:
    operand = w.operand(op.operands[0])
    return syntax.call("np.logical_not", operand) if isinstance(op.result.type, Array) else negated(operand)


@expressions(EXPRESSIONS, "select")
def select(w: Writer, op: Op) -> ast.expr:
    if isinstance(op.result.type, Array):
        return syntax.call("np.where", *w.operands(op))
    yes, no = (w.operand(v) for v in op.operands[1:])
    return ast.IfExp(test=w.condition(op.operands[0]), body=yes, orelse=no)


@expressions(EXPRESSIONS, "cast")
def cast(w: Writer, op: Op) -> ast.expr:
    (source,) = op.operands
    to = op.result.type
    if isinstance(to, Scalar) and dtype_of(source.type).is_bool and not w.casts.is_unprinted(op):
        # `float(True)` does not compile.
        return syntax.call(dtype_name(to.dtype), w.operand(source))
    return common.cast(w, op)


# -- effects -------------------------------------------------------------------------------------------------------


@statements(STATEMENTS, "check_index")
def check_index(w: Writer, op: Op) -> ast.stmt:
    return effects.index_check(w, op, lambda index, extent: syntax.call("index_outside", index, extent))


@statements(STATEMENTS, "check_width")
def check_width(w: Writer, op: Op) -> ast.stmt:
    if op.attrs["of"] == ARGUMENT:
        return effects.check_argument(w, op)
    operands = w.operands(op)
    too_large = effects.raised(w, "OverflowError", syntax.literal(integers.overflow_message(op.span)))
    if op.attrs["of"] != "cast":
        return ast.If(test=integers.overflows(op.attrs["of"], operands), body=[too_large], orelse=[])
    (value,) = operands
    if dtype_of(op.operands[0].type) is UINT64:
        # Numba compares unsigned integers with signed ones as floats.
        wrapped = syntax.compare(ast.Lt(), syntax.call("np.int64", value), syntax.literal(0))
        return ast.If(test=wrapped, body=[too_large], orelse=[])
    limits = syntax.literal(float(integers.LOWEST)), syntax.literal(-float(integers.LOWEST))
    inside = ast.Compare(left=limits[0], ops=[ast.LtE(), ast.Lt()], comparators=[value, limits[1]])
    no_number = effects.raised(w, "ValueError", syntax.literal("cannot convert float NaN to integer"))
    nan = ast.If(test=syntax.compare(ast.NotEq(), value, value), body=[no_number], orelse=[])
    return ast.If(test=syntax.not_(inside), body=[nan, too_large], orelse=[])


@statements(STATEMENTS, "print")
def printed(w: Writer, op: Op) -> ast.stmt:
    given = op.attrs
    if given.get("sep", " ") not in (" ", None) or given.get("end", "\n") not in ("\n", None) or given.get("errors"):
        raise UnsupportedError(
            "AD604", "`print` of an f-string, or with `sep`, `end` or `file`, does not compile with Numba", op.span,
            help="give what is printed as arguments: print('x =', x); or use backend='python'",
        )  # fmt: skip
    return effects.printed(w, op)


@expressions(EXPRESSIONS, "fft", "ifft", "rfft", "irfft")
def transform(w: Writer, op: Op) -> ast.expr:
    if find_spec("rocket_fft") is None:
        raise UnsupportedError(
            "AD609",
            f"`{opdef(op).numpy}` needs the package rocket-fft, an extension of Numba",
            op.span,
            help="pip install 'autodiff-compiler[fft]'; or use backend='python'",
        )
    return common.transform(w, op)


# -- calls that leave the program ------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "external")
def external_call(w: Writer, op: Op) -> ast.expr:
    written = callee(op.attrs["call"])
    if not _is_compiled(w.nesting.function.constants.get(written)):
        raise UnsupportedError(
            "AD606",
            f"`{written}` is called as it is, and Numba can do that with nothing but compiled functions",
            op.span,
            help="use the Python backend, or make it a function under numba.njit, a cfunc or a ctypes pointer",
        )
    return external.expression(w, op, w.operands(op))


def _is_compiled(obj: object) -> bool:
    """Whether compiled code can call an object: a function under `@njit` or `@cfunc`, or a pointer of ctypes that knows its types."""
    kind = type(obj)
    if any(cls.__module__ == "_ctypes" and cls.__name__ == "CFuncPtr" for cls in kind.__mro__):
        return getattr(obj, "argtypes", None) is not None
    return kind.__module__.startswith("numba.") and (hasattr(obj, "py_func") or hasattr(obj, "native_name"))


def taken(w: Writer, value: ast.expr, type_: Type) -> ast.expr:
    if isinstance(type_, Array):
        return syntax.method(value, "copy")
    assert isinstance(type_, Scalar)
    return w.convert(value, type_)


NUMBA = Backend(
    name="numba",
    prelude=NUMBA_HELPERS,
    imports={
        "numba": "import numba",
        "np": "import numpy as np",
        "njit": "from numba import njit",
        "prange": "from numba import prange",
        "intrinsic": "from numba.extending import intrinsic",
        "get_cython_function_address": "from numba.extending import get_cython_function_address",
        "cgutils": "from numba.core import cgutils",
        "llvmlite": "import llvmlite",
        STRETCHED: f"from autodiff_compiler.diagnostics import {STRETCHED}",
    },
    # Products go through a helper.
    style=Style(short=common.SHORT - {"matmul"}, named=numba_arrays.NAMED),
    expressions={**common.EXPRESSIONS, **special.NUMBA, **EXPRESSIONS},
    statements={**common.STATEMENTS, **STATEMENTS},
    default=function,
    undefined=undefined,
    endless=endless,
    taken=taken,
    decorator=decorator,
    strict_types=True,
    one_kind=True,
    checks_accesses=False,
    makes_texts=False,
    prunes_branches=True,
    reverses_lists=False,
)
"""Python code that Numba compiles in nopython mode."""

"""How the Python target writes single operations: idiomatic NumPy, and plain Python for Python's own scalars."""

from __future__ import annotations

import ast
import cmath

from autodiff_compiler.backends import common, external, special, syntax
from autodiff_compiler.backends.common import MATH, each
from autodiff_compiler.backends.nesting import Style
from autodiff_compiler.backends.prelude import NUMPY_HELPERS
from autodiff_compiler.backends.spelling import (
    Backend,
    Expression,
    Statement,
    Writer,
    compares_ints,
    dtype_name,
    expressions,
    negated,
    statements,
)
from autodiff_compiler.backends.subscripts import PrintedPlace, as_argument
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import INT64, DType
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.path import path_of, reshaping
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, Type, dtype_of, is_complex, is_py, rank

EXPRESSIONS: dict[str, Expression] = {}
STATEMENTS: dict[str, Statement] = {}


def function(w: Writer, op: Op) -> ast.expr:
    """The function of NumPy; where its result is to be a Python number, it is converted back to one."""
    type_ = op.result.type
    if isinstance(type_, Scalar) and is_py(type_):
        return w.convert(syntax.call(opdef(op).numpy, *w.operands(op)), type_)
    return common.of_numpy(w, op)


def undefined(w: Writer, value: Value) -> ast.expr:
    if isinstance(value.type, Array):
        # No element is ever read, but an extent may be asked for on a path where the array is not needed.
        extents = (0,) * value.type.rank
        return syntax.call("np.empty", syntax.literal(extents if len(extents) > 1 else 0))
    return ast.List(elts=[], ctx=ast.Load()) if isinstance(value.type, ListOf) else syntax.literal(None)


# -- scalars and elementwise ---------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, *MATH)
def mathematics(w: Writer, op: Op) -> ast.expr:
    if not is_py(op.result.type):
        return common.of_numpy(w, op)
    if not is_complex(op.operands[0].type):
        return syntax.call(MATH[op.kind], *w.promoted(op))
    name = MATH[op.kind].removeprefix("math.")
    return syntax.call(f"cmath.{name}", *w.operands(op)) if hasattr(cmath, name) else function(w, op)


@expressions(EXPRESSIONS, "complex")
def from_parts(w: Writer, op: Op) -> ast.expr:
    type_ = op.result.type
    if is_py(type_):
        return syntax.call("complex", *w.operands(op))
    if isinstance(type_, Array):
        return syntax.call("complex_array", *w.operands(op))
    return syntax.call(dtype_name(dtype_of(type_)), syntax.call("complex", *w.operands(op)))


@expressions(EXPRESSIONS, "conj")
def conjugate(w: Writer, op: Op) -> ast.expr:
    if is_py(op.result.type):
        return syntax.method(w.operand(op.operands[0]), "conjugate")
    return common.of_numpy(w, op)


@expressions(EXPRESSIONS, "sign")
def sign(w: Writer, op: Op) -> ast.expr:
    return syntax.call("sign", *w.promoted(op)) if is_py(op.result.type) else common.of_numpy(w, op)


@expressions(EXPRESSIONS, "abs")
def absolute(w: Writer, op: Op) -> ast.expr:
    if isinstance(op.result.type, Array):
        return common.of_numpy(w, op)
    return syntax.call("abs", *(w.promoted(op) if is_py(op.result.type) else w.operands(op)))


@expressions(EXPRESSIONS, "maximum", "minimum")
def extremum(w: Writer, op: Op) -> ast.expr:
    if not is_py(op.result.type):
        return common.of_numpy(w, op)
    # Among floats nan counts, and Python's own functions overlook it.
    return syntax.call(op.kind[:3], *w.operands(op)) if compares_ints(op) else syntax.call(op.kind, *w.promoted(op))


@expressions(EXPRESSIONS, "mul0")
def mul0(w: Writer, op: Op) -> ast.expr:
    if is_py(op.result.type):
        return syntax.call("mul0", *w.promoted(op))
    return syntax.call("multiply0" if isinstance(op.result.type, Array) else "mul0", *w.operands(op))


@expressions(EXPRESSIONS, "div0")
def div0(w: Writer, op: Op) -> ast.expr:
    if is_py(op.result.type):
        name = "complex_div0" if is_complex(op.result.type) else "div0"
        return syntax.call(name, *w.promoted(op))
    return syntax.call("divide0", *w.operands(op))


@expressions(EXPRESSIONS, "not")
def not_(w: Writer, op: Op) -> ast.expr:
    operand = w.operand(op.operands[0])
    if isinstance(op.result.type, Array):
        return ast.UnaryOp(op=ast.Invert(), operand=operand)
    # Not `~`, which makes -2 of Python's True: a number that is used as NumPy's may be Python's in the text.
    return negated(operand) if is_py(op.result.type) else syntax.call("np.logical_not", operand)


@expressions(EXPRESSIONS, "select")
def select(w: Writer, op: Op) -> ast.expr:
    condition, *choices = op.operands
    type_ = op.result.type
    if isinstance(type_, Array):
        return syntax.call("np.where", w.operand(condition), *(w.shown(one) for one in w.casts.chosen(op)))
    yes, no = (w.operand(v) for v in choices)
    chosen = ast.IfExp(test=w.condition(condition), body=yes, orelse=no)
    if is_py(type_) or not any(is_py(v.type) for v in choices):
        return chosen
    assert isinstance(type_, Scalar)
    return w.convert(chosen, type_)


# -- arrays --------------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "full")
def full(w: Writer, op: Op) -> ast.expr:
    *extents, fill = op.operands
    plain = common.zeros_or_ones(w, op)
    if plain is not None:
        return plain
    constant = w.definition(fill, "const")
    value = syntax.literal(constant.attrs["value"]) if constant is not None else w.operand(fill)
    return syntax.call("np.full", w.shape(extents), value, dtype_name(dtype_of(op.result.type)))


@expressions(EXPRESSIONS, "arange")
def arange(w: Writer, op: Op) -> ast.expr:
    (count,) = op.operands
    keywords = {} if dtype_of(count.type) is INT64 else {"dtype": dtype_name(INT64)}
    return syntax.call("np.arange", w.operand(count), **keywords)


@expressions(EXPRESSIONS, "load")
def load(w: Writer, op: Op) -> ast.expr:
    array, *operands = op.operands
    return _keeping_axes(w, op) or PrintedPlace(w, array, path_of(op), operands).read()


def _keeping_axes(w: Writer, op: Op) -> ast.expr | None:
    """`np.sum(x, axis=1, keepdims=True)`: a reduction whose axes are put back."""
    reduction = w.nesting.defs.get(op.operands[0])
    if reduction is None or not opdef(reduction).reduces or op.operands[0] not in w.nesting.inline:
        return None
    if path_of(op).added_axes != tuple(reduction.attrs["axes"]):
        return None
    call = w.expression(reduction)
    assert isinstance(call, ast.Call)
    call.keywords.append(ast.keyword(arg="keepdims", value=syntax.literal(True)))
    return call


@expressions(EXPRESSIONS, "max", "min", "any", "all")
def reduction(w: Writer, op: Op) -> ast.Call:
    (array,) = op.operands
    axes = op.attrs["axes"]
    keywords: dict[str, ast.expr] = {}
    if len(axes) < rank(array.type):
        keywords["axis"] = syntax.literal(axes[0] if len(axes) == 1 else tuple(axes))
    return syntax.call(f"np.{op.kind}", w.operand(array), **keywords)


@expressions(EXPRESSIONS, "sum", "prod")
def total(w: Writer, op: Op) -> ast.Call:
    return _in_dtype(reduction(w, op), dtype_of(op.result.type))


def _in_dtype(call: ast.Call, dtype: DType) -> ast.Call:
    """NumPy sums and multiplies small integers in 64 bits unless told otherwise."""
    if not dtype.inexact and dtype.bits < 64:
        call.keywords.append(ast.keyword(arg="dtype", value=dtype_name(dtype)))
    return call


@expressions(EXPRESSIONS, "argmax", "argmin")
def along_axis(w: Writer, op: Op) -> ast.Call:
    (array,) = op.operands
    axis = {} if rank(array.type) == 1 else {"axis": syntax.literal(op.attrs["axis"])}
    return syntax.call(f"np.{op.kind}", w.operand(array), **axis)


@expressions(EXPRESSIONS, "cumsum")
def cumsum(w: Writer, op: Op) -> ast.expr:
    return _in_dtype(along_axis(w, op), dtype_of(op.result.type))


@expressions(EXPRESSIONS, "argsort")
def argsort(w: Writer, op: Op) -> ast.expr:
    return syntax.call("np.argsort", w.operand(op.operands[0]), kind=syntax.literal("stable"))


@expressions(EXPRESSIONS, "matmul")
def matmul(w: Writer, op: Op) -> ast.expr:
    return syntax.binary(ast.MatMult(), *w.operands(op))


@expressions(EXPRESSIONS, "reshape")
def reshape(w: Writer, op: Op) -> ast.expr:
    array, *extents = op.operands
    return PrintedPlace(w, array, reshaping(len(extents)), extents).read()


@expressions(EXPRESSIONS, "broadcast_to")
def broadcast_to(w: Writer, op: Op) -> ast.expr:
    array, *extents = op.operands
    if not extents:
        return w.operand(array)
    return syntax.call("np.broadcast_to", w.operand(array), w.shape(extents))


# -- copies and lists ----------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "copy")
def copy(w: Writer, op: Op) -> ast.expr:
    (source,) = op.operands
    if isinstance(source.type, ListOf) and isinstance(source.type.element, Array):
        return each(syntax.method(syntax.name("item"), "copy"), w.operand(source))
    return syntax.method(w.operand(source), "copy")


@expressions(EXPRESSIONS, "list_new")
def list_new(w: Writer, op: Op) -> ast.expr:
    return ast.List(elts=w.operands(op), ctx=ast.Load())


@expressions(EXPRESSIONS, "list_zeros")
def list_zeros(w: Writer, op: Op) -> ast.expr:
    type_ = op.result.type
    assert isinstance(type_, ListOf)
    items = w.operand(op.operands[0])
    if isinstance(type_.element, Array):
        return each(syntax.call("np.zeros_like", syntax.name("item")), items)
    zero = syntax.literal(type_.element.dtype.number())
    element = zero if is_py(type_.element) else w.convert(zero, type_.element)
    return syntax.binary(ast.Mult(), ast.List(elts=[element], ctx=ast.Load()), syntax.call("len", items))


# -- writes --------------------------------------------------------------------------------------------------------


@statements(STATEMENTS, "list_append")
def list_append(w: Writer, op: Op) -> ast.stmt:
    return syntax.expression(syntax.method(w.target(op), "append", w.operand(op.operands[1])))


@statements(STATEMENTS, "store")
def store(w: Writer, op: Op) -> ast.stmt:
    array, *operands, _ = op.operands
    product = common.computed_in_place(w, op)
    if product is not None:
        return syntax.expression(syntax.call("np.matmul", *w.operands(product), out=w.target(op)))
    return common.store(w, op, PrintedPlace(w, array, path_of(op), operands, w.target(op)))


@statements(STATEMENTS, "accum")
def accum(w: Writer, op: Op) -> ast.stmt:
    array, *operands, value = op.operands
    place = PrintedPlace(w, array, path_of(op), operands, w.target(op))
    if place.repeats:
        viewed, index = place.split()
        return syntax.expression(syntax.call("np.add.at", viewed, as_argument(index), w.operand(value)))
    return common.add_in_place(w, op, place)


# -- calls that leave the program ------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "external")
def external_call(w: Writer, op: Op) -> ast.expr:
    """The call as it is; it cannot write to the arrays that it is given."""
    shut = [isinstance(v.type, Array) and not op.attrs["trusted"] for v in op.operands]
    given = [syntax.call("read_only", shown) if is_shut else shown for shown, is_shut in zip(w.operands(op), shut)]
    return external.expression(w, op, given)


def taken(w: Writer, value: ast.expr, type_: Type) -> ast.expr:
    if isinstance(type_, Array):
        return syntax.call("given_array", value, dtype_name(type_.dtype), syntax.literal(type_.rank))
    assert isinstance(type_, Scalar)
    number = syntax.call("given_int", value) if type_.dtype.is_integer else value
    return number if type_ == INT else w.convert(number, type_)


PYTHON = Backend(
    name="python",
    prelude=NUMPY_HELPERS,
    imports={"np": "import numpy as np", "special": "from scipy import special"},
    style=Style(short=common.SHORT),
    expressions={**common.EXPRESSIONS, **special.PYTHON, **EXPRESSIONS},
    statements={**common.STATEMENTS, **STATEMENTS},
    default=function,
    undefined=undefined,
    endless=lambda: syntax.literal(True),
    taken=taken,
)
"""Plain Python and NumPy."""

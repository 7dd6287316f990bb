"""What all backends write in the same way: operators, constants, shapes, lists, accesses to arrays."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import effects, syntax
from autodiff_compiler.backends.in_place import in_place
from autodiff_compiler.backends.spelling import (
    COMPARISONS,
    Expression,
    Statement,
    Writer,
    dtype_name,
    expressions,
    statements,
)
from autodiff_compiler.backends.subscripts import PrintedPlace
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT64, INT64, DType
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.path import transposing
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank

EXPRESSIONS: dict[str, Expression] = {}
STATEMENTS: dict[str, Statement] = {**effects.STATEMENTS}

OPERATORS: dict[str, ast.operator] = {
    "add": ast.Add(), "sub": ast.Sub(), "mul": ast.Mult(), "div": ast.Div(), "floordiv": ast.FloorDiv(),
    "mod": ast.Mod(), "and": ast.BitAnd(), "or": ast.BitOr(), "xor": ast.BitXor(), "lshift": ast.LShift(),
    "rshift": ast.RShift(),
}  # fmt: skip
SHORT = frozenset(("add", "sub", "mul", "div", "pow", "neg", "matmul", "load"))
"""What is written with an operator, or as a subscript."""
MATH = {
    "arctan2": "math.atan2", "arcsin": "math.asin", "arccos": "math.acos", "arctan": "math.atan",
    "arcsinh": "math.asinh", "arccosh": "math.acosh", "arctanh": "math.atanh",
    **{kind: f"math.{kind}" for kind in (
        "fmod", "hypot", "copysign", "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "isnan", "isinf", "isfinite",
    )},
}  # fmt: skip
"""Functions that compute the same for Python's floats."""


def of_numpy(w: Writer, op: Op) -> ast.expr:
    """The function of NumPy that the op's page names."""
    row = opdef(op)
    return syntax.call(row.numpy, *(w.promoted(op) if row.elementwise else w.operands(op)))


# -- scalars and elementwise ---------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, *OPERATORS)
def operator(w: Writer, op: Op) -> ast.expr:
    return syntax.binary(OPERATORS[op.kind], *w.promoted(op))


@expressions(EXPRESSIONS, "pow")
def power(w: Writer, op: Op) -> ast.expr:
    """`x ** 2` for an exponent 2.0."""
    left, right = w.promoted(op)
    dtype, constant = dtype_of(op.result.type), w.definition(op.operands[1], "const")
    # Where dtypes have to be stated, a float32 and an int would make a float64.
    alike = dtype is FLOAT64 if w.backend.one_kind else dtype.is_float
    if alike and constant is not None and not isinstance(right, ast.Call):
        value = constant.attrs["value"]
        if value.is_integer() and 0 < value < 100:
            right = syntax.literal(int(value))
    return syntax.binary(ast.Pow(), left, right)


@expressions(EXPRESSIONS, *COMPARISONS)
def comparison(w: Writer, op: Op) -> ast.expr:
    return syntax.compare(COMPARISONS[op.kind], *w.promoted(op))


@expressions(EXPRESSIONS, "neg")
def neg(w: Writer, op: Op) -> ast.expr:
    return syntax.negative(w.operand(op.operands[0]))


@expressions(EXPRESSIONS, "invert")
def invert(w: Writer, op: Op) -> ast.expr:
    return ast.UnaryOp(op=ast.Invert(), operand=w.operand(op.operands[0]))


@expressions(EXPRESSIONS, "stop_gradient")
def operand(w: Writer, op: Op) -> ast.expr:
    return w.operand(op.operands[0])


@expressions(EXPRESSIONS, "const")
def const(w: Writer, op: Op) -> ast.expr:
    value, type_ = syntax.literal(op.attrs["value"]), op.attrs["type"]
    plain = not isinstance(type_, Scalar) or w.is_python(type_) or w.casts.is_unprinted(op)
    return value if plain else w.convert(value, type_)


@expressions(EXPRESSIONS, "cast")
def cast(w: Writer, op: Op) -> ast.expr:
    (source,) = op.operands
    if w.casts.is_unprinted(op):
        return w.operand(source)
    to = op.result.type
    assert isinstance(to, Scalar | Array)
    return w.convert(w.operand(source), to)


# -- complex numbers -----------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "real", "imag")
def part(w: Writer, op: Op) -> ast.expr:
    return syntax.attribute(w.operand(op.operands[0]), op.kind)


# -- control -------------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "if")
def conditional(w: Writer, op: Op) -> ast.expr:
    test = w.condition(op.operands[0])
    then, orelse = (region.terminator.operands[0] for region in op.regions)
    if op.operands[0].type == then.type:
        if _is_constant(w, orelse, False):
            return ast.BoolOp(op=ast.And(), values=[test, w.operand(then)])
        if _is_constant(w, then, True):
            return ast.BoolOp(op=ast.Or(), values=[test, w.operand(orelse)])
    return ast.IfExp(test=test, body=w.operand(then), orelse=w.operand(orelse))


def _is_constant(w: Writer, value: Value, expected: bool) -> bool:
    op = w.definition(value, "const")
    return op is not None and op.attrs["value"] is expected


@expressions(EXPRESSIONS, "call")
def call(w: Writer, op: Op) -> ast.expr:
    """What is changed in place has been given the variable of the result, if anybody reads that."""
    read = {operand: op.results[k] for operand, k in in_place(op) if op.results[k] in w.nesting.uses}
    return syntax.call(op.attrs["callee"], *(w.operand(read.get(k, v)) for k, v in enumerate(op.operands)))


# -- arrays --------------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "dim")
def dim(w: Writer, op: Op) -> ast.expr:
    array, axis = w.operand(op.operands[0]), op.attrs["axis"]
    if axis == 0:
        return syntax.call("len", array)
    return syntax.subscript(syntax.attribute(array, "shape"), syntax.literal(axis))


@expressions(EXPRESSIONS, "empty")
def empty(w: Writer, op: Op) -> ast.expr:
    if op.attrs.get("small"):
        return small_array(w, op.operands)
    return syntax.call("np.empty", w.shape(op.operands), *_unless_float64(op.attrs["dtype"]))


def small_array(w: Writer, extents: Sequence[Value]) -> ast.expr:
    """An array of zeros on the stack: `passes/small_arrays.py`."""
    return syntax.call("small_vector" if len(extents) == 1 else "small_matrix", *map(w.operand, extents))


def zeros_or_ones(w: Writer, op: Op) -> ast.expr | None:
    """`np.zeros`, `np.ones`, or one like another array, where a `full` is one of these."""
    *extents, fill = op.operands
    constant, dtype = w.definition(fill, "const"), dtype_of(op.result.type)
    number = None if constant is None else constant.attrs["value"]
    if number not in (0, 1) or str(number).startswith("-0"):
        return None
    name = "np.zeros" if number == 0 else "np.ones"
    # What is called may be called often, and NumPy takes several times as long for an array like another.
    often = len(extents) == 1 and not w.nesting.function.param_trees
    source = None if often else w.same_shape(extents)
    if source is not None and dtype_of(source.type) == dtype:
        return syntax.call(f"{name}_like", w.operand(source))
    return syntax.call(name, w.shape(extents), *_unless_float64(dtype))


@expressions(EXPRESSIONS, "table")
def table(w: Writer, op: Op) -> ast.expr:
    dtype = dtype_of(op.result.type)
    own = dtype in (FLOAT64, INT64, BOOLEAN)
    return syntax.call("np.array", _lists(op.attrs["values"]), *([] if own else [dtype_name(dtype)]))


def _lists(values: object) -> ast.expr:
    if isinstance(values, tuple):
        return ast.List(elts=[_lists(item) for item in values], ctx=ast.Load())
    return syntax.literal(values)


def _unless_float64(dtype: DType) -> list[ast.expr]:
    return [] if dtype is FLOAT64 else [dtype_name(dtype)]


@expressions(EXPRESSIONS, "transpose")
def transpose(w: Writer, op: Op) -> ast.expr:
    return PrintedPlace(w, op.operands[0], transposing(op.attrs["perm"]), []).read()


@expressions(EXPRESSIONS, "unbroadcast")
def unbroadcast(w: Writer, op: Op) -> ast.expr:
    array, *extents = op.operands
    if isinstance(array.type, Scalar):
        return w.operand(array)
    if not extents:
        return syntax.call("np.sum", w.operand(array))
    return syntax.call("unbroadcast", w.operand(array), w.shape(extents, whole=False))


@expressions(EXPRESSIONS, "concat")
def concat(w: Writer, op: Op) -> ast.expr:
    axis = {"axis": syntax.literal(op.attrs["axis"])} if op.attrs["axis"] else {}
    return syntax.call("np.concatenate", syntax.tuple_(w.operands(op)), **axis)


@expressions(EXPRESSIONS, "searchsorted")
def searchsorted(w: Writer, op: Op) -> ast.expr:
    side = {"side": syntax.literal(op.attrs["side"])} if op.attrs["side"] != "left" else {}
    return syntax.call("np.searchsorted", *w.operands(op), **side)


# -- linear algebra ------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "lu_factor", "solve_triangular", "cholesky", "qr", "eigh", "svd", "pinv")
def by_name(w: Writer, op: Op) -> ast.expr:
    """A helper with the name of the op; then what the op's attributes say."""
    return syntax.call(op.kind, *w.operands(op), *_attributes(op))


@expressions(EXPRESSIONS, "log_abs_det")
def log_abs_det(w: Writer, op: Op) -> ast.expr:
    return syntax.call(op.kind, w.operand(op.operands[1]))


@expressions(EXPRESSIONS, "lu_solve")
def lu_solve(w: Writer, op: Op) -> ast.expr:
    """Of the factors alone, without the matrix that they stand for."""
    return syntax.call(op.kind, *map(w.operand, op.operands[1:]), *_attributes(op))


def _attributes(op: Op) -> list[ast.expr]:
    return [syntax.literal(op.attrs[name]) for name in opdef(op).attrs]


# -- Fourier transforms ----------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "fft", "ifft", "rfft", "irfft")
def transform(w: Writer, op: Op) -> ast.expr:
    named = {}
    if op.attrs["axis"] != rank(op.operands[0].type) - 1:
        named["axis"] = syntax.literal(op.attrs["axis"])
    if op.attrs["norm"] != "backward":
        named["norm"] = syntax.literal(op.attrs["norm"])
    return syntax.call(opdef(op).numpy, *w.operands(op), **named)


# -- lists ---------------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "list_get")
def list_get(w: Writer, op: Op) -> ast.expr:
    return syntax.subscript(*w.operands(op))


@expressions(EXPRESSIONS, "list_len")
def list_len(w: Writer, op: Op) -> ast.expr:
    return syntax.call("len", w.operand(op.operands[0]))


@statements(STATEMENTS, "list_set")
def list_set(w: Writer, op: Op) -> ast.stmt:
    _, index, value = op.operands
    return syntax.assign(syntax.as_target(syntax.subscript(w.target(op), w.operand(index))), w.operand(value))


@statements(STATEMENTS, "list_accum")
def list_accum(w: Writer, op: Op) -> ast.stmt:
    _, index, value = op.operands
    element = syntax.subscript(w.target(op), w.operand(index))
    if isinstance(value.type, Array):
        # Not `+=`, which would change an array that may be in the list twice.
        new = syntax.binary(ast.Add(), element, w.operand(value))
        return syntax.assign(syntax.as_target(element), new)
    return ast.AugAssign(target=syntax.as_target(element), op=ast.Add(), value=w.operand(value))


def each(element: ast.expr, items: ast.expr) -> ast.expr:
    """`[element for item in items]`."""
    generator = ast.comprehension(target=syntax.target("item"), iter=items, ifs=[], is_async=0)
    return ast.ListComp(elt=element, generators=[generator])


# -- writes into arrays --------------------------------------------------------------------------------------------


def computed_in_place(w: Writer, store: Op) -> Op | None:
    """The product that a store puts into an array that it is made for (`passes/outputs.py`)."""
    return w.definition(store.operands[-1], "matmul") if store.attrs.get("apart") else None


def store(w: Writer, op: Op, place: PrintedPlace) -> ast.stmt:
    return syntax.assign(syntax.as_target(place.written()), w.shown(w.casts.stored(op.operands[-1])))


def add_in_place(w: Writer, op: Op, place: PrintedPlace) -> ast.stmt:
    """`x[i] += v`, where no element is reached twice."""
    operator, value = added(w, op.operands[-1])
    where = place.name if place.path.is_whole else place.written()
    new = w.shown(w.casts.added(value, op.operands[0]))
    return ast.AugAssign(target=syntax.as_target(where), op=operator, value=new)


def added(w: Writer, value: Value) -> tuple[ast.operator, Value]:
    """Whether to add or to subtract, and what."""
    negation = w.definition(value, "neg")
    return (ast.Add(), value) if negation is None else (ast.Sub(), negation.operands[0])

"""How the Numba target writes operations on arrays and lists: by rows, through helpers, and through loops made to measure."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import common, gather, syntax
from autodiff_compiler.backends.common import each
from autodiff_compiler.backends.spelling import Expression, Statement, Writer, dtype_name, expressions, statements
from autodiff_compiler.backends.subscripts import PrintedPlace
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64
from autodiff_compiler.ir.path import Subscript, path_of, taken_apart
from autodiff_compiler.ir.types import Array, ListOf, Opaque, Scalar, Type, dtype_of, is_complex, rank

EXPRESSIONS: dict[str, Expression] = {}
STATEMENTS: dict[str, Statement] = {}

REDUCTIONS = ("prod", "max", "min", "any", "all")
NAMED = frozenset(
    (*REDUCTIONS, "sum", "argmax", "argmin", "cumsum", "argsort", "matmul", "load", "store", "accum"),
)
"""Ops that ask their operands for extents."""


def zero(type_: Type) -> ast.expr:
    """A value of the type that is never read."""
    if isinstance(type_, Array):
        return syntax.call("np.empty", syntax.literal((0,) * type_.rank), dtype_name(type_.dtype))
    if isinstance(type_, ListOf):
        return _no_items(type_)
    if isinstance(type_, Opaque):
        return syntax.literal(None)
    value = syntax.literal(type_.dtype.number())
    return value if type_.dtype.is_python else syntax.call(dtype_name(type_.dtype), value)


# -- arrays --------------------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "full")
def full(w: Writer, op: Op) -> ast.expr:
    *extents, fill = op.operands
    if op.attrs.get("small"):
        return common.small_array(w, extents)
    plain = common.zeros_or_ones(w, op)
    if plain is not None:
        return plain
    return syntax.call("np.full", w.shape(extents), w.operand(fill), dtype_name(dtype_of(op.result.type)))


@expressions(EXPRESSIONS, "arange")
def arange(w: Writer, op: Op) -> ast.expr:
    return syntax.call("np.arange", w.convert(w.operand(op.operands[0]), Scalar(INT64)))


def _extents(w: Writer, value: Value, axes: Sequence[int]) -> ast.expr:
    return syntax.tuple_([_extent(w, value, axis) for axis in axes])


def _extent(w: Writer, value: Value, axis: int) -> ast.expr:
    return syntax.subscript(syntax.attribute(w.operand(value), "shape"), syntax.literal(axis))


def _as_rows(w: Writer, value: Value, axes: Sequence[int]) -> tuple[ast.expr, list[int]]:
    """The array as (what is kept, what is reduced), and the axes that are kept."""
    axis_count = rank(value.type)
    kept = [k for k in range(axis_count) if k not in axes]
    perm = (*kept, *axes)
    array = w.operand(value)
    if perm != tuple(range(axis_count)):
        array = syntax.call("np.transpose", array, syntax.literal(perm))
    return syntax.call("rows", array, syntax.literal(len(kept))), kept


def _by_rows(w: Writer, op: Op, axes: Sequence[int]) -> ast.expr:
    (value,) = op.operands
    table, kept = _as_rows(w, value, axes)
    reduced = syntax.call(f"{_ordering(op)}_rows", table)
    if len(kept) == 1:
        return reduced
    if not kept:
        return syntax.subscript(reduced, syntax.literal(0))
    return syntax.method(reduced, "reshape", _extents(w, value, kept))


def _ordering(op: Op) -> str:
    """Which helper runs over the rows: Numba does not compare complex numbers."""
    ordered = op.kind in ("max", "min", "argmax", "argmin", "argsort") and is_complex(op.operands[0].type)
    return f"complex_{op.kind}" if ordered else op.kind


@expressions(EXPRESSIONS, *REDUCTIONS)
def reduction(w: Writer, op: Op) -> ast.expr:
    return _by_rows(w, op, op.attrs["axes"])


@expressions(EXPRESSIONS, "sum")
def total(w: Writer, op: Op) -> ast.expr:
    (value,) = op.operands
    axes, axis_count = op.attrs["axes"], rank(value.type)
    if dtype_of(value.type) not in (FLOAT64, INT64) or len(axes) not in (1, axis_count):
        return reduction(w, op)
    axis = {} if len(axes) == axis_count else {"axis": syntax.literal(axes[0])}
    return syntax.call("np.sum", w.operand(value), **axis)


@expressions(EXPRESSIONS, "argmax", "argmin")
def position(w: Writer, op: Op) -> ast.expr:
    return _by_rows(w, op, (op.attrs["axis"],))


@expressions(EXPRESSIONS, "cumsum")
def cumsum(w: Writer, op: Op) -> ast.expr:
    (value,) = op.operands
    axis, axis_count = op.attrs["axis"], rank(value.type)
    table, kept = _as_rows(w, value, (axis,))
    perm = (*kept, axis)
    summed = syntax.method(syntax.call("cumsum_rows", table), "reshape", _extents(w, value, perm))
    if perm == tuple(range(axis_count)):
        return summed
    return syntax.call("np.transpose", summed, syntax.literal(tuple(perm.index(k) for k in range(axis_count))))


@expressions(EXPRESSIONS, "argsort")
def argsort(w: Writer, op: Op) -> ast.expr:
    (value,) = op.operands
    last = rank(value.type) - 1
    table, _ = _as_rows(w, value, (last,))
    return syntax.method(syntax.call(f"{_ordering(op)}_rows", table), "reshape", _extents(w, value, range(last + 1)))


@expressions(EXPRESSIONS, "matmul")
def matmul(w: Writer, op: Op) -> ast.expr:
    a, b = op.operands
    ranks = (rank(a.type), rank(b.type))
    if ranks[1] <= 2 < ranks[0]:
        # The rows of all matrices of the stack at once.
        table = syntax.call("rows", w.operand(a), syntax.literal(ranks[0] - 1))
        product = _product(w, op, (2, ranks[1]), table, w.operand(b))
        columns = [_extent(w, b, 1)] if ranks[1] == 2 else []
        shape = [*(_extent(w, a, axis) for axis in range(ranks[0] - 1)), *columns]
        return syntax.method(product, "reshape", syntax.tuple_(shape))
    return _product(w, op, ranks, w.operand(a), w.operand(b))


def _product(w: Writer, op: Op, ranks: tuple[int, int], left: ast.expr, right: ast.expr) -> ast.expr:
    if max(ranks) <= 2 and dtype_of(op.result.type).inexact:
        return syntax.call("dot", left, right)
    whole = ast.Slice(lower=None, upper=None, step=None)
    if ranks[0] == 1:
        left = syntax.subscript(left, syntax.tuple_([syntax.literal(None), whole]))
    if ranks[1] == 1:
        right = syntax.subscript(right, syntax.tuple_([whole, syntax.literal(None)]))
    if max(ranks) > 2:
        return _stacked(w, op, left, right)
    product = syntax.call("matmul2", left, right)
    cut = [syntax.literal(0) if r == 1 else whole for r in ranks]
    return product if ranks == (2, 2) else syntax.subscript(product, syntax.tuple_(cut))


def _stacked(w: Writer, op: Op, left: ast.expr, right: ast.expr) -> ast.expr:
    """The product of stacks of matrices: both broadcast to one stack."""
    a, b = op.operands
    ranks = rank(a.type), rank(b.type)
    batch: list[ast.expr] = []
    for axis in range(max(ranks), 2, -1):
        places = [_extent(w, v, r - axis) for v, r in zip((a, b), ranks) if r >= axis]
        batch.append(places[0] if len(places) == 1 else syntax.call("extent", *places))
    one = syntax.literal(1)
    n = [_extent(w, a, ranks[0] - 2), _extent(w, a, ranks[0] - 1)] if ranks[0] > 1 else [one, _extent(w, a, 0)]
    m = [_extent(w, b, ranks[1] - 2), _extent(w, b, ranks[1] - 1)] if ranks[1] > 1 else [_extent(w, b, 0), one]
    stacks = [
        syntax.call("stack", left, syntax.tuple_([*batch, *n])),
        syntax.call("stack", right, syntax.tuple_([*batch, *m])),
    ]
    shape = [*batch, *(n[:1] if ranks[0] > 1 else []), *(m[1:] if ranks[1] > 1 else [])]
    product = "dot3" if dtype_of(a.type).inexact else "matmul3"
    return syntax.method(syntax.call(product, *stacks), "reshape", syntax.tuple_(shape))


@expressions(EXPRESSIONS, "broadcast_to")
def broadcast_to(w: Writer, op: Op) -> ast.expr:
    value, *extents = op.operands
    if not extents:
        return w.operand(value)
    shape = w.shape(extents, whole=False)
    if isinstance(value.type, Scalar):
        return syntax.call("np.full", shape, w.operand(value), dtype_name(value.type.dtype))
    return syntax.call("np.broadcast_to", w.operand(value), shape)


@expressions(EXPRESSIONS, "reshape")
def reshape(w: Writer, op: Op) -> ast.expr:
    array, *extents = op.operands
    return syntax.call("reshaped", w.operand(array), w.shape(extents, whole=False))


# -- accesses ------------------------------------------------------------------------------------------------------


class NumbaPlace(PrintedPlace):
    """A place whose last subscript may need loops."""

    @property
    def is_advanced(self) -> bool:
        return not self.path.is_view

    @property
    def rank_reached(self) -> int:
        return self.path.result_rank(self.rank, [v.type for v in self.operands])

    def advanced(self) -> tuple[ast.expr, int, tuple[Subscript, ...]]:
        """The view with all slices taken, its rank, and what remains of the last subscript."""
        before, subscripts = self.path.ending(self.operands)
        slices, rest = taken_apart(subscripts)
        viewed = self._subscripted(self._steps(before, for_write=False), slices)
        return viewed, before.result_rank(self.rank, [v.type for v in self.operands]), rest

    def _reshaped(self, node: ast.expr, extents: Sequence[Value], for_write: bool) -> ast.expr:
        shape = self.writer.shape(extents, whole=False)
        return syntax.call("reshape_view" if for_write else "reshaped", node, shape)


def _through(w: Writer, op: Op, place: NumbaPlace, value: Value | None = None) -> ast.expr:
    """A call of a function made for this subscript with integer arrays."""
    viewed, viewed_rank, subscripts = place.advanced()
    signature = (op.kind, subscripts, viewed_rank, 0 if value is None else rank(value.type))
    name = gather.function_name(*signature)
    w.templates[name] = gather.function_source(*signature)
    operands = [v for v in (*subscripts, value) if isinstance(v, Value)]
    return syntax.call(name, viewed, *map(w.operand, operands))


@expressions(EXPRESSIONS, "load")
def load(w: Writer, op: Op) -> ast.expr:
    array, *operands = op.operands
    place = NumbaPlace(w, array, path_of(op), operands)
    return _through(w, op, place) if place.is_advanced else place.read()


@statements(STATEMENTS, "store")
def store(w: Writer, op: Op) -> ast.stmt:
    array, *operands, value = op.operands
    product = common.computed_in_place(w, op)
    if product is not None:
        return syntax.expression(syntax.call("dot_into", *w.operands(product), w.target(op)))
    place = NumbaPlace(w, array, path_of(op), operands, w.target(op))
    if place.is_advanced:
        return syntax.expression(_through(w, op, place, value))
    if _is_each_by_each(w, op, place):
        return syntax.expression(syntax.call("assign", place.read(), w.shown(w.casts.stored(value))))
    return common.store(w, op, place)


def _is_each_by_each(w: Writer, op: Op, place: NumbaPlace) -> bool:
    """Whether an array is written, or added, to a part of another one that it shares no memory with: a loop then does what a slice does."""
    value = op.operands[-1]
    return isinstance(value.type, Array) and place.rank_reached == value.type.rank and w.are_apart(op.result, value)


@statements(STATEMENTS, "accum")
def accum(w: Writer, op: Op) -> ast.stmt:
    array, *operands, value = op.operands
    place = NumbaPlace(w, array, path_of(op), operands, w.target(op))
    if place.is_advanced:
        return syntax.expression(_through(w, op, place, value))
    if isinstance(value.type, Scalar):
        return common.add_in_place(w, op, place)
    operator, new = common.added(w, value)
    if _is_each_by_each(w, op, place) and not place.path.is_whole:
        verb = "add_to" if isinstance(operator, ast.Add) else "subtract_from"
        return syntax.expression(syntax.call(verb, place.read(), w.operand(new)))
    return ast.AugAssign(target=syntax.as_target(place.written()), op=operator, value=w.operand(new))


# -- copies and lists ----------------------------------------------------------------------------------------------


@expressions(EXPRESSIONS, "copy")
def copy(w: Writer, op: Op) -> ast.expr:
    (source,) = op.operands
    if not isinstance(source.type, ListOf):
        return syntax.method(w.operand(source), "copy")
    item: ast.expr = syntax.name("item")
    if isinstance(source.type.element, Array):
        item = syntax.method(item, "copy")
    return each(item, w.operand(source))


def _no_items(type_: ListOf) -> ast.expr:
    """An empty list from which Numba infers what it may hold."""
    generator = ast.comprehension(
        target=syntax.target("_"), iter=syntax.call("range", syntax.literal(0)), ifs=[], is_async=0
    )
    return ast.ListComp(elt=zero(type_.element), generators=[generator])


def _item(w: Writer, value: Value) -> ast.expr:
    """All arrays in a list must have the same layout."""
    shown = w.operand(value)
    return syntax.call("np.ascontiguousarray", shown) if isinstance(value.type, Array) else shown


@expressions(EXPRESSIONS, "list_new")
def list_new(w: Writer, op: Op) -> ast.expr:
    if not op.operands:
        return _no_items(op.attrs["type"])
    return ast.List(elts=[_item(w, v) for v in op.operands], ctx=ast.Load())


@expressions(EXPRESSIONS, "list_zeros")
def list_zeros(w: Writer, op: Op) -> ast.expr:
    type_ = op.result.type
    assert isinstance(type_, ListOf)
    items = w.operand(op.operands[0])
    if isinstance(type_.element, Array):
        return each(syntax.call("np.zeros_like", syntax.name("item")), items)
    return each(zero(type_.element), items)


@statements(STATEMENTS, "list_append")
def list_append(w: Writer, op: Op) -> ast.stmt:
    return syntax.expression(syntax.method(w.target(op), "append", _item(w, op.operands[1])))

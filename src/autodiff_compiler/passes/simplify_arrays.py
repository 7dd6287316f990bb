"""Rules of `passes/simplify.py` for ops on whole arrays.

    Input:  z = full n, zero; a = accum z[:], v; g = broadcast_to s, n; d = mul g, a; u = unbroadcast d, n
    Output: d = mul s, v        (`v` known to have extent n; `u` is d)

An array is dropped only where its extents are proven: a run-time extent of 1 broadcasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autodiff_compiler.analysis.versions import is_elsewhere
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import opdef, spread_of
from autodiff_compiler.ir.path import Path, element, new_axes, path_of
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank
from autodiff_compiler.passes.rewrite import Peephole, Result, Rule


def drop_broadcast(s: Peephole, op: Op) -> Result:
    """An operand need not be broadcast beside others that determine the extents of the result by themselves."""
    if isinstance(op.results[0].type, Scalar):
        return None
    if sum(isinstance(v.type, Array) for v in op.operands) < 2:
        return _inside_broadcast(s, op)
    for position, value in enumerate(op.operands):
        small, _ = spread_of(s.defs.get(value))
        if small is None:
            continue
        others = (*op.operands[:position], *op.operands[position + 1 :])
        if s.shapes.broadcast(others) != s.shapes.broadcast(op.operands):
            continue
        operands = (*op.operands[:position], small, *op.operands[position + 1 :])
        return s.become(op, op.kind, *operands, **op.attrs)
    return None


def _inside_broadcast(s: Peephole, op: Op) -> Result:
    """Arithmetic with one array whose elements are all one scalar: done once, on the scalar."""
    for position, value in enumerate(op.operands):
        scalar, dims = spread_of(s.defs.get(value))
        if scalar is None or not opdef(op).rounded:
            continue
        if scalar.type == Scalar(dtype_of(value.type)):
            once = s.new(op.kind, *op.operands[:position], scalar, *op.operands[position + 1 :], **op.attrs)
            return s.become(op, "broadcast_to", once, *dims)
    return None


def _fill(s: Peephole, value: Value) -> Value | None:
    made = s.made_by(value, "full")
    return made.operands[-1] if made is not None else None


def _is_zero(s: Peephole, value: Value) -> bool:
    if isinstance(value.type, Scalar):
        return bool(s.constant(value) == 0)
    fill = _fill(s, value)
    return fill is not None and bool(s.constant(fill) == 0)


def _undoes(s: Peephole, outer: Op, inner: Op) -> bool:
    """Whether one load adds axes of extent 1 that the other removes: `x[:, None][:, 0]`, or `x[:, 0][:, None]`."""
    first = path_of(inner)
    second = path_of(outer)
    if not all(s.constant(index) == 0 for index in (*inner.operands[1:], *outer.operands[1:])):
        return False
    if first.added_axes:
        return first.added_axes == second.picked_axes
    picked = first.picked_axes
    if not picked or picked != second.added_axes:
        return False
    return all(s.shapes.extent(inner.operands[0], axis) == 1 for axis in picked)


def _load(s: Peephole, op: Op) -> Result:
    array, *indices = op.operands
    path = path_of(op)
    if path.is_whole:
        return array
    wide = s.made_by(array, "load")
    if wide is not None and _undoes(s, op, wide):
        return wide.operands[0]
    fill = _fill(s, array)
    if fill is not None and isinstance(op.result.type, Scalar):
        return (
            fill if fill.type == op.result.type else s.become(op, "cast", fill, dtype=op.result.type.dtype, kind="np")
        )
    write = s.made_by(array, "store", "accum")
    if write is not None and isinstance(op.result.type, Scalar) and is_elsewhere(write, path, indices, s.constant):
        return s.become(op, "load", write.operands[0], *indices, **op.attrs)
    before = s.made_by(array, "store")
    if before is None or path_of(before) != path or not path.is_view:
        return None
    *place, value = before.operands[1:]
    if place != indices:
        return None
    if isinstance(op.result.type, Scalar) and isinstance(value.type, Scalar):
        return (
            value
            if value.type == op.result.type
            else s.become(op, "cast", value, dtype=op.result.type.dtype, kind="np")
        )
    return value if s.shapes.same_shape(value, op.result) else None


def _write(s: Peephole, op: Op) -> Result:
    """`store` and `accum`."""
    array, *indices, value = op.operands
    path = path_of(op)
    adds = opdef(op).adds
    if adds and _is_zero(s, value):
        return array
    small, _ = spread_of(s.defs.get(value))
    if small is not None and path.is_view:
        return s.become(op, op.kind, array, *indices, small, **op.attrs)
    cleared = _cleared(s, op)
    if cleared is not None:
        return cleared
    scattered = _scattered(s, op) if adds and op.span.phase == ADJOINT else None
    if scattered is not None:
        return scattered
    fresh = not adds or _is_zero(s, array)
    if fresh and path.is_whole:
        return _overwritten(s, op, array, value)
    if fresh and path.is_reshaped:
        reshaped = _reshaped(s, op, array, value)
        if reshaped is not None:
            return reshaped
    if adds and path.is_view and (fresh or _is_zero(s, _before_elsewhere(s, array, path, indices))):
        return s.become(op, "store", *op.operands, **op.attrs)
    return None


FEW = 16
"""So many elements are added one by one, where the rest of an array is zero."""


def _scattered(s: Peephole, op: Op) -> Result:
    """An array of zeros but for a few elements is added to a place: so are these elements, and the array is not needed."""
    array, *place, part = op.operands
    picked, one = path_of(op).picked_axes, element(rank(part.type))
    if picked is None or not isinstance(part.type, Array) or len(picked) + part.type.rank != rank(array.type):
        return None
    writes: list[Op] = []
    write = s.made_by(part, "store", "accum")
    while write is not None and len(writes) < FEW and s.readers[write.result] == 1 and path_of(write) == one:
        if not all(opdef(later).adds or is_elsewhere(write, one, later.operands[1:-1], s.constant) for later in writes):
            return None
        writes.append(write)
        part = write.operands[0]
        write = s.made_by(part, "store", "accum")
    if not writes or _fill(s, part) is None or not _is_zero(s, part):
        return None
    version, axes = array, range(rank(array.type))
    for write in reversed(writes):
        *indices, value = write.operands[1:]
        given = {True: iter(place), False: iter(indices)}
        at = [next(given[axis in picked]) for axis in axes]
        version = s.new("accum", version, *at, value, path=element(len(axes)))
    return version


def _before_elsewhere(s: Peephole, array: Value, path: Path, indices: list[Value]) -> Value:
    """The array before writes of other elements than the one at the path."""
    write = s.made_by(array, "store", "accum")
    while write is not None and is_elsewhere(write, path, indices, s.constant):
        array = write.operands[0]
        write = s.made_by(array, "store", "accum")
    return array


def _cleared(s: Peephole, op: Op) -> Result:
    """A place is set to zero and later added to, or overwritten: the value is stored at once.

    In the reverse sweep sums have no order, so what is added elsewhere in between is added afterwards.  The versions in between
    must not be read.
    """
    array, *indices, value = op.operands
    path = path_of(op)
    between: list[Op] = []
    step = s.made_by(array, "store", "accum")
    while step is not None and opdef(step).adds and opdef(op).adds and s.readers[step.result] == 1:
        between.append(step)
        step = s.made_by(step.operands[0], "store", "accum")
    if step is None or opdef(step).adds or path_of(step) != path or s.readers[step.result] != 1:
        return None
    before, *place, zero = step.operands
    if place != indices or not path.is_view or not _is_zero(s, zero) or (between and op.span.phase != ADJOINT):
        return None
    if not between:
        return s.become(op, "store", before, *indices, value, **op.attrs)
    version = s.new("store", before, *indices, value, **op.attrs)
    for other in reversed(between[1:]):
        version = s.new("accum", version, *other.operands[1:], **other.attrs)
    return s.become(op, "accum", version, *between[0].operands[1:], **between[0].attrs)


def _overwritten(s: Peephole, op: Op, array: Value, value: Value) -> Result:
    """All of an array is replaced by a value."""
    if s.shapes.same_shape(array, value):
        return value
    made = s.made_by(array, "full", "empty")
    if made is None:
        return None
    dims = made.operands[: rank(array.type)]
    if isinstance(value.type, Scalar):
        return s.become(op, "full", *dims, value)
    return s.become(op, "broadcast_to", value, *dims)


def _reshaped(s: Peephole, op: Op, array: Value, value: Value) -> Result:
    """All of a new array is written in another shape: it is what is written, back in the array's own shape.

    The path begins with a reshape, so that what undoes it ends with one: the result lies in rows, as the array did.
    """
    made = s.made_by(array, "full", "empty")
    if made is None:
        return None
    undone: list[tuple[str, Sequence[Value], dict[str, Any]]] = []

    def transpose(extents: Sequence[Value], perm: tuple[int, ...]) -> Sequence[Value]:
        undone.append(("transpose", (), {"perm": tuple(perm.index(axis) for axis in range(len(perm)))}))
        return [extents[axis] for axis in perm]

    def reshape(extents: Sequence[Value], new: Sequence[Value]) -> Sequence[Value]:
        undone.append(("reshape", extents, {}))
        return new

    dims: Sequence[Value] = made.operands[: rank(array.type)]
    reached = path_of(op).follow(dims, op.operands[1:-1], lambda extents, _: extents, transpose, reshape)
    if not s.shapes.has_shape(value, tuple(reached)):
        return None
    for kind, extents, attrs in reversed(undone[1:]):
        value = s.new(kind, value, *extents, **attrs)
    return s.become(op, "reshape", value, *dims)


def _unbroadcast(s: Peephole, op: Op) -> Result:
    """Axes that are certain to be summed: those in front, and those whose extent becomes 1 beside others that stay as they are."""
    g, *dims = op.operands
    if isinstance(g.type, Scalar) and not dims:
        return s.become(op, "cast", g, dtype=g.type.dtype, kind="np")
    extra = rank(g.type) - len(dims)
    if extra < 0:
        return None
    have = s.shapes.extents(g)[extra:]
    stays = [s.shapes.same(extent, s.shapes.of(dim)) for extent, dim in zip(have, dims)]
    if not all(stay or s.constant(dim) == 1 for stay, dim in zip(stays, dims)):
        return None
    axes = (*range(extra), *(extra + k for k, stay in enumerate(stays) if not stay))
    if not axes:
        return g
    if all(stays):
        return s.become(op, "sum", g, axes=axes)
    total = s.new("sum", g, axes=axes)
    if isinstance(total.type, Scalar):
        return s.become(op, "full", *dims, total)
    return s.become(op, "load", total, path=new_axes([k for k, stay in enumerate(stays) if not stay]))


def _stretched(s: Peephole, op: Op) -> Result:
    x, *dims = op.operands
    fill = _fill(s, x)
    shaped = _shaped(s, op)
    return s.become(op, "full", *dims, fill) if shaped is None and fill is not None else shaped


def _shaped(s: Peephole, op: Op) -> Result:
    x, *dims = op.operands
    if dims and s.shapes.has_shape(x, tuple(dims)):
        return x
    inner = s.made_by(x, op.kind)
    return s.become(op, op.kind, inner.operands[0], *dims) if inner is not None else None


def _transpose(s: Peephole, op: Op) -> Result:
    (x,) = op.operands
    perm = op.attrs["perm"]
    if list(perm) == list(range(len(perm))):
        return x
    inner = s.made_by(x, "transpose")
    if inner is None:
        return None
    return s.become(op, "transpose", inner.operands[0], perm=tuple(inner.attrs["perm"][axis] for axis in perm))


def _sum(s: Peephole, op: Op) -> Result:
    return op.operands[0] if not op.attrs["axes"] else None


ARRAY_RULES: dict[str, Rule] = {
    "load": _load,
    "store": _write,
    "accum": _write,
    "unbroadcast": _unbroadcast,
    "broadcast_to": _stretched,
    "reshape": _shaped,
    "transpose": _transpose,
    "sum": _sum,
}

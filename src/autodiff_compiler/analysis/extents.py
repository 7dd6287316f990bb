"""The extents of an op's array result, from those of its operands; None where only running it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import is_slice, item_operands, step_operands
from autodiff_compiler.ir.types import INT, rank

if TYPE_CHECKING:
    from autodiff_compiler.analysis.shapes import Extent, Shapes


def extents_of_result(shapes: Shapes, op: Op) -> tuple[Extent, ...] | None:
    row, kind = TABLE[op.kind], op.kind
    if row.elementwise:
        return shapes.broadcast(op.operands)
    if row.writes or kind in ("copy", "cumsum", "argsort"):
        return shapes.extents(op.operands[0])
    if kind in ("full", "empty"):
        return tuple(shapes.of(v) for v in op.operands[: rank(op.result.type)])
    if kind == "arange":
        return (("less", shapes.of(op.operands[0]), 0),)
    if kind in ("reshape", "broadcast_to", "unbroadcast"):
        return tuple(shapes.of(v) for v in op.operands[1:])
    if kind == "load":
        return _reached(shapes, op)
    return _reduced(shapes, op)


def _reduced(shapes: Shapes, op: Op) -> tuple[Extent, ...] | None:
    if not op.operands:
        return None
    shape = shapes.extents(op.operands[0])
    if op.kind == "transpose":
        return tuple(shape[axis] for axis in op.attrs["perm"])
    if "axes" in op.attrs:
        return tuple(e for axis, e in enumerate(shape) if axis not in op.attrs["axes"])
    if op.kind in ("argmax", "argmin"):
        return tuple(e for axis, e in enumerate(shape) if axis != op.attrs["axis"])
    if op.kind == "concat":
        axis = op.attrs["axis"]
        return tuple(("dim", op.result, k) if k == axis else e for k, e in enumerate(shape))
    if op.kind == "matmul":
        other = shapes.extents(op.operands[1])
        if len(shape) <= 2 and len(other) <= 2:
            return (*shape[:-1], *other[1:])
    return None


def _reached(shapes: Shapes, op: Op) -> tuple[Extent, ...]:
    """The extents of what a path reaches; an unknown one is the result's own."""
    extents: list[Extent | None] = list(shapes.extents(op.operands[0]))
    operands = list(op.operands[1:])
    for step in op.attrs["path"]:
        taken, operands = operands[: step_operands(step)], operands[step_operands(step) :]
        kind, data = step
        if kind == "transpose":
            extents = [extents[axis] for axis in data]
        elif kind == "reshape":
            extents = [shapes.of(v) for v in taken]
        elif "a" in data or "b" in data:
            extents = [None] * rank(op.result.type)
        else:
            extents = _subscripted(shapes, extents, data, taken, bool(op.attrs.get("exact")))
    return tuple(("dim", op.result, axis) if e is None else e for axis, e in enumerate(extents))


def _subscripted(
    shapes: Shapes, extents: list[Extent | None], items: tuple[str, ...], operands: list[Value], exact: bool
) -> list[Extent | None]:
    kept: list[Extent | None] = []
    axis = position = 0
    for item in items:
        taken = operands[position : position + item_operands(item)]
        position += len(taken)
        if item == "n":
            kept.append(1)
            continue
        if is_slice(item):
            extent = _sliced(shapes, extents[axis], item, taken)
            kept.append(_exact(shapes, extents[axis], item, taken) if extent is None and exact else extent)
        axis += 1
    return kept + extents[axis:]


def _sliced(shapes: Shapes, extent: Extent | None, item: str, operands: list[Value]) -> Extent | None:
    """The extent of a slice that leaves out constantly many elements at either end; None for any other slice."""
    if item == "s000":
        return extent
    bounds = [shapes.of(v) for v in operands]
    if extent is None or item[3] == "1" or not all(isinstance(bound, int) for bound in bounds):
        return None
    taken = iter(bounds)
    start = next(taken) if item[1] == "1" else 0
    stop = next(taken) if item[2] == "1" else 0
    assert isinstance(start, int)
    assert isinstance(stop, int)
    from_end = stop < 0 or item[2] == "0"
    return ("less", extent, start - stop) if start >= 0 and from_end else None


def _exact(shapes: Shapes, extent: Extent | None, item: str, operands: list[Value]) -> Extent | None:
    """The extent of a slice of step 1 that has `0 <= start <= stop <= extent`."""
    start = operands[0] if item[1] == "1" else None
    if item[2] == "0":
        return None if extent is None or start is None else ("rest", extent, start)
    stop = operands[-1]
    if start is None or shapes.of(start) == 0:
        return shapes.of(stop)
    made = shapes.defs.get(stop)
    if made is not None and made.kind == "add" and start in made.operands and stop.type == INT:
        first, second = made.operands
        return shapes.of(second if first is start else first)
    return ("span", start, stop)

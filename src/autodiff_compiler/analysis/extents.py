"""The extents of an op's array result, from those of its operands; None where only running it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import ALL, Path, Subscript, aligned
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
    path: Path = op.attrs["path"]
    exact = bool(op.attrs.get("exact"))
    unknown: list[Extent | None] = [None] * rank(op.result.type)

    def subscripted(extents: list[Extent | None], subscripts: tuple[Subscript, ...]) -> list[Extent | None]:
        kept: list[Extent | None] = []
        for subscript, axis, _ in aligned(subscripts, len(extents)):
            if subscript is None:
                kept.append(1)
            elif isinstance(subscript, slice):
                extent = _sliced(shapes, extents[axis], subscript)
                kept.append(_exact(shapes, extents[axis], subscript) if extent is None and exact else extent)
        return kept

    extents = unknown
    if path.is_view:
        extents = path.follow(
            list(shapes.extents(op.operands[0])),
            op.operands[1:],
            subscripted,
            transpose=lambda extents, perm: [extents[axis] for axis in perm],
            reshape=lambda _, extents: [shapes.of(v) for v in extents],
        )
    return tuple(("dim", op.result, axis) if e is None else e for axis, e in enumerate(extents))


def _sliced(shapes: Shapes, extent: Extent | None, part: slice) -> Extent | None:
    """The extent of a slice that leaves out constantly many elements at either end; None for any other slice."""
    if part == ALL:
        return extent
    start, stop = (0 if bound is None else shapes.of(bound) for bound in (part.start, part.stop))
    if extent is None or part.step is not None or not isinstance(start, int) or not isinstance(stop, int):
        return None
    from_end = stop < 0 or part.stop is None
    return ("less", extent, start - stop) if start >= 0 and from_end else None


def _exact(shapes: Shapes, extent: Extent | None, part: slice) -> Extent | None:
    """The extent of a slice of step 1 that has `0 <= start <= stop <= extent`."""
    start, stop = part.start, part.stop
    if stop is None:
        return None if extent is None or start is None else ("rest", extent, start)
    if start is None or shapes.of(start) == 0:
        return shapes.of(stop)
    made = shapes.defs.get(stop)
    if made is not None and made.kind == "add" and start in made.operands and stop.type == INT:
        first, second = made.operands
        return shapes.of(second if first is start else first)
    return ("span", start, stop)

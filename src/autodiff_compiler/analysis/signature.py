"""What the shapes of a function's parameters say about each other and about its results, for its callers and for itself."""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.types import rank

Place = tuple[int, int] | int | None
"""An extent of a result: that of an axis of a parameter (its position, the axis), a number, or its own."""


def returned_shapes(fn: Function) -> tuple[tuple[Place, ...], ...]:
    """For each result and axis where its extent comes from; the attribute `shapes` of calls."""
    if not any(rank(result.type) for result in fn.results):
        return ((),) * len(fn.results)
    shapes = shapes_of(fn.body)
    known: dict[Extent, Place] = {}
    for position, param in enumerate(fn.params):
        for axis in range(rank(param.type)):
            known.setdefault(shapes.extent(param, axis), (position, axis))

    def place(extent: Extent) -> Place:
        return extent if isinstance(extent, int) else known.get(extent)

    return tuple(tuple(place(shapes.extent(r, axis)) for axis in range(rank(r.type))) for r in fn.results)


def known_equal(shapes: Shapes, sources: Sequence[Value], params: Sequence[Value]) -> list[Op]:
    """Checks that need not be made, at the beginning of a function: its parameters have the extents that `sources` have, perhaps before
    those of further axes."""
    b = Builder()
    first: dict[Extent, tuple[Value, int]] = {}
    for source, param in zip(sources, params, strict=True):
        for axis in range(rank(source.type)):
            extent = shapes.extent(source, axis)
            if isinstance(extent, int):
                _equate(b, b.dim(param, axis), b.const(extent))
            elif extent in first:
                _equate(b, b.dim(*first[extent]), b.dim(param, axis))
            else:
                first[extent] = (param, axis)
    return b.ops


def known_after(body: Region, sources: Sequence[Value], params: Sequence[Value]) -> list[Op]:
    """The same for a function that is called after `body` has been executed: all of its checks have been passed."""
    shapes = shapes_of(body)
    with shapes.entered(body):
        return known_equal(shapes, sources, params)


def _equate(b: Builder, m: Value, n: Value) -> None:
    b.emit("check_equal", (m, n), {"message": "extents differ in a call", "known": True})

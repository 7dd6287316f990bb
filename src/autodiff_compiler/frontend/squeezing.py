"""`squeeze` without an axis: the rank of its result is a matter of extents, which a program knows only in part.

An axis goes that has an extent of 1 by construction (`x[None]`, `keepdims=True`, `x.reshape(1, n)`), or in the argument that the program
is made for.  All other axes stay, and are checked to have another extent.
"""

from __future__ import annotations

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs, Careful, Ref, Static
from autodiff_compiler.ir.core import Region
from autodiff_compiler.ir.types import Array


def with_axes(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> tuple[list[Abs], dict[str, Abs]]:
    """The arguments of `squeeze`, with the axes that it takes out."""
    axis = args[1] if len(args) > 1 else kwargs.get("axis", Static(None))
    x = next(iter(args), kwargs.get("a"))
    if not isinstance(axis, Static) or axis.obj is not None or not isinstance(x, Ref) or not isinstance(x.type, Array):
        return args, kwargs
    single, open_ = _extents_of_one(ctx, x, x.type.rank)
    if open_ and not ctx.careful:
        raise Careful
    for k in open_:
        other = ctx.b.compare("ne", ctx.b.dim(ctx.read(x), k), ctx.b.const(1))
        message = (
            f"squeeze without an axis, of an array whose axis {k} happens to have an extent of 1: name the axes",
        )
        ctx.b.emit("check", (other,), {"error": "ValueError", "message": message, "ours": True})
    return [x, Static(tuple(single))], {}


def _extents_of_one(ctx: Context, x: Ref, count: int) -> tuple[list[int], list[int]]:
    """The axes that are known to have an extent of 1, and those of which it is not known whether they have."""
    array = ctx.read(x)
    shapes = Shapes(Region((), tuple(ctx.b.visible)))
    extents = [shapes.extent(array, k) for k in range(count)]
    of_layout = [k for k in range(count) if x.layout is not None and k not in x.layout.order]
    longer = x.layout.order if x.layout is not None and x.layout.wide else ()
    single = [k for k in range(count) if extents[k] == 1 or k in of_layout]
    return single, [k for k in range(count) if k not in single and k not in longer and not isinstance(extents[k], int)]

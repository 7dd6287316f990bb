"""Items that a function of `itertools` keeps before Python would ask for them: refused where that could show."""

from __future__ import annotations

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import consumers
from autodiff_compiler.frontend.asking import Sequence, unrolled
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, DictView, Grown, Items, Range, Ref, Static, Tup, same


def kept_items(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A list of the items of an array, list, tuple or range, which are there before anybody asks for them."""
    x = args[0]
    if isinstance(x, Ref):
        ctx.state.escaped[x.cell] = ctx.b.span  # a later write would have to show
    elif isinstance(x, Box) and x.cls is list and isinstance(ctx.state.content(x), Grown):
        raise ctx.unsupported("AD181", "a list of a length known only at run time, here", "make an array of it")
    elif not (isinstance(x, Tup | Range | Static) or (isinstance(x, Box) and x.cls is list)):
        what = (
            "the items of a dict" if isinstance(x, DictView) or (isinstance(x, Box) and x.cls is dict) else describe(x)
        )
        raise ctx.unsupported("AD191", f"keeping {what}", "make a list of it first: list(...)")
    items = iterate(ctx, x)
    if "known" in kwargs and isinstance(items, Sequence) and items.bounds is not None:
        items = unrolled(items)
    return consumers.listed(ctx, items)


def check_kept(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """Refuse a list that was changed since its items were kept."""
    source, kept = args
    if isinstance(source, Box):
        now, then = (ctx.state.content(box) for box in (source, kept) if isinstance(box, Box))
        if not (isinstance(now, Items) and isinstance(then, Items) and same(now, then)):
            raise ctx.unsupported("AD193", "a list that changes while a loop runs over it", "loop over a copy: list(x)")
    return Static(None)


def known_key(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`key(item)`, of a function that may be called once more than Python would call it."""
    key, item = args
    if isinstance(key, Static) and key.obj is None:
        found = item
    else:
        before = ctx.state.copy()
        found = ctx.call(key, [item], {})
        if not ctx.state.same_as(before):
            raise ctx.unsupported("AD208", "groupby by a key function that writes", "compute the keys first, in a list")
    try:
        return Static(ctx.static(found, "the key of itertools.groupby"))
    except UnsupportedError as error:
        way_out = "group them in a loop, with `if`, or with np.unique(..., return_inverse=True)"
        raise ctx.unsupported("AD106", error.reason, way_out) from None

"""Dicts whose keys the run decides: numbers, or tuples of numbers.  They hold pairs, as a list of tuples does (`rows.py`)."""

from __future__ import annotations

from collections.abc import Callable

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.references import grown
from autodiff_compiler.frontend.rows import pairs_of
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Dyn, Grown, Static, Tup, is_none


def is_one(ctx: Context, box: Box, key: Abs | None = None) -> bool:
    """Whether only the run knows which keys a dict has, or whether this one is among them."""
    return isinstance(ctx.state.content(box), Grown) or (key is not None and _is_of_run_time(key))


def _is_of_run_time(key: Abs) -> bool:
    if isinstance(key, Tup):
        return any(map(_is_of_run_time, key.items))
    return isinstance(key, Dyn) and key.static is None


def asked(ctx: Context, box: Box, function: Callable[..., object], *args: Abs) -> Abs:
    """What a function of `standard/keyed.py` finds in a dict."""
    return ctx.call(Static(function), [_pairs(ctx, box), *args], {})


def changed(ctx: Context, box: Box, function: Callable[..., object], *args: Abs) -> None:
    """A change of a dict by a function of `standard/keyed.py`."""
    pairs = _pairs(ctx, box)
    ctx.call(Static(function), [pairs, *args], {})
    content = grown(ctx.b, ctx.state, pairs)
    if content is None or content.form is None:
        if is_none(args[-1]):
            raise ctx.unsupported(
                "AD106", "a set of what is known only at run time", "use a list, or a dict: seen[k] = True"
            )
        raise ctx.unsupported(
            "AD106",
            f"a dict with keys that are known only at run time, which holds {describe(args[-1])}",
            "give it keys that are numbers, or tuples of numbers, and values of one type; or use a list or an array",
        )
    before = ctx.state.content(box)
    if box in ctx.iterating and isinstance(before, Grown):
        same_size = ctx.b.compare("eq", *(ctx.b.op("list_len", one.columns[0]) for one in (before, content)))
        text = "dictionary changed size during iteration"
        ctx.b.emit("check", (same_size,), {"error": "RuntimeError", "message": (text,)})
    ctx.state.boxes[box] = content


def _pairs(ctx: Context, box: Box) -> Box:
    pairs = Box(list)
    pairs.name = box.name
    ctx.state.boxes[pairs] = pairs_of(ctx.state.content(box))
    return pairs

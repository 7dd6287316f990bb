"""Calls of entries of the library: their arguments as these take them, and what they build."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import AutodiffError
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Dyn, Form, Grown, Items, Listed, Range, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.library import Entry, lookup


def to_library(ctx: Context, x: Abs) -> Any:
    """An argument of a library function."""
    x = ctx.present(x)
    if isinstance(x, Static):
        return x.obj
    if isinstance(x, Dyn):
        return x.value
    if isinstance(x, Ref):
        return ctx.read(x)
    if isinstance(x, Tup):
        if special(ctx, x, "__iter__") is not None:
            raise ctx.unsupported("AD107", f"{describe(x)} with an `__iter__` of its own", "pass tuple(...) of it")
        return tuple(to_library(ctx, item) for item in x.items)
    if isinstance(x, Box) and x.cls is list:
        content = ctx.state.content(x)
        if isinstance(content, Items):
            return [to_library(ctx, item) for item in content.items]
        return content.value if content.form is None else _table(ctx, content, content.form)
    if isinstance(x, Range):
        return range_as_array(ctx, x)
    raise ctx.unsupported("AD107", f"{describe(x)} as an argument of a NumPy function", "pass numbers or arrays")


def _table(ctx: Context, content: Grown, form: Form) -> Any:
    """The array that NumPy makes of a list of tuples or lists whose length the run decides: of none it would have another rank."""
    b, (array, stack) = ctx.b, (lookup(np.array), lookup(np.stack))
    assert array is not None
    assert stack is not None
    if any(part is not None for part in form.parts):
        return content.value  # which is refused
    there = b.compare("gt", b.op("list_len", content.columns[0]), b.const(0))
    text = "an array of tuples or lists, of which there are none"
    b.emit("check", (there,), {"error": "ValueError", "message": (text,)})
    return stack(b, [array(b, column) for column in content.columns], axis=1)


def array_of(ctx: Context, x: Abs) -> Abs:
    """A table as the array that is made of it, which is another one each time."""
    return ctx.new_array(ctx.read(x.ref)) if isinstance(x, Listed) else x


def call_entry(ctx: Context, entry: Entry, args: list[Abs], kwargs: dict[str, Abs]) -> tuple[Any, list[Any]]:
    """What an entry of the library builds for these arguments, and the arguments as it got them."""
    converted = [to_library(ctx, arg) for arg in args]
    named = {k: to_library(ctx, v) for k, v in kwargs.items()}
    given = [*converted, *named.values()]
    ctx.mixed.call(ctx.b, entry.name, given)
    try:
        return ctx.mixed.made(ctx.b, entry.name, given, entry(ctx.b, *converted, **named)), given
    except AutodiffError as error:
        # An int argument or a loop index can be made static, where the library needs that.
        if error.code != "AD207":
            raise
        known = [_more_static(ctx, a, c) for a, c in zip(args, converted)]
        named = {k: _more_static(ctx, kwargs[k], c) for k, c in named.items()}
        return entry(ctx.b, *known, **named), [*known, *named.values()]


def range_as_array(ctx: Context, x: Range) -> Value:
    """A range, as the array that NumPy makes from it."""
    entry = lookup(np.arange)
    assert entry is not None
    return entry.value(ctx.b, *(to_library(ctx, part) for part in (x.start, x.stop, x.step)))


def _more_static(ctx: Context, x: Abs, converted: Any) -> Any:
    if isinstance(x, Dyn) and x.static is not None:
        return x.static()
    if isinstance(x, Tup):
        return tuple(_more_static(ctx, item, c) for item, c in zip(x.items, converted))
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Items) and x.cls is list:
        return [_more_static(ctx, item, c) for item, c in zip(content.items, converted)]
    return converted

"""What a function of the program takes and returns, leaf by leaf: the run-time values that an argument holds, and the argument
with other values in their place.

With `numbers`, a number known at compile time counts as a run-time value.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import replace

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import scalar_value
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Cell, Closure, Dyn, Grown, Items, Ref, Static, Tup
from autodiff_compiler.frontend.views import tie
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import FLOAT, INT


def kind_of(ctx: Context, x: Abs, numbers: bool, inside: tuple[Box, ...]) -> Hashable:
    """What is known about an argument at compile time, as something that can be compared."""
    if isinstance(x, Dyn):
        return x.value.type
    if isinstance(x, Ref):
        return ("array", x.type)
    if isinstance(x, Static):
        if numbers and is_plain_number(x):
            return INT if isinstance(x.obj, int) else FLOAT
        plain = isinstance(x.obj, bool | int | float | complex | str | type(None))
        return ("known", type(x.obj), repr(x.obj) if plain else id(x.obj))
    if isinstance(x, Tup):
        return (x.cls, x.keys, tuple(kind_of(ctx, item, numbers, inside) for item in x.items))
    if isinstance(x, Box) and x not in inside:
        content = ctx.state.content_if_any(x)
        if isinstance(content, Items):
            items = tuple(kind_of(ctx, item, numbers, (*inside, x)) for item in content.items)
            return (x.cls, tuple(map(repr, content.keys)), items)
        if isinstance(content, Grown):
            return (x.cls, content.form, tuple(column.type for column in content.columns))
    if isinstance(x, Closure):
        defaults = (*x.defaults, *(default for default in x.kw_defaults if default is not None))
        return ("function", id(x.node), id(x.frame), tuple(kind_of(ctx, one, numbers, inside) for one in defaults))
    return ("object", id(x))


def is_plain_number(x: Abs) -> bool:
    return isinstance(x, Static) and isinstance(x.obj, int | float) and not isinstance(x.obj, bool)


def leaves_of(ctx: Context, x: Abs, numbers: bool) -> Iterator[Value]:
    """The run-time values that an argument holds."""
    if isinstance(x, Dyn):
        yield x.value
    elif isinstance(x, Ref):
        yield ctx.read(x)
    elif numbers and is_plain_number(x):
        yield scalar_value(ctx.b, x)
    elif isinstance(x, Box) and isinstance(content := ctx.state.content_if_any(x), Grown):
        yield from content.columns
    else:
        for item in held(ctx, x):
            yield from leaves_of(ctx, item, numbers)


def references_of(ctx: Context, x: Abs, numbers: bool) -> Iterator[Ref | None]:
    """For each leaf the reference to its array; None for what is not an array."""
    if isinstance(x, Ref):
        yield x
    elif isinstance(x, Dyn) or (numbers and is_plain_number(x)):
        yield None
    elif isinstance(x, Box) and isinstance(content := ctx.state.content_if_any(x), Grown):
        yield from (None for _ in content.columns)
    else:
        for item in held(ctx, x):
            yield from references_of(ctx, item, numbers)


def held(ctx: Context, x: Abs) -> tuple[Abs, ...]:
    if isinstance(x, Tup):
        return x.items
    content = ctx.state.content_if_any(x) if isinstance(x, Box) else None
    return content.items if isinstance(content, Items) else ()


def with_leaves(ctx: Context, x: Abs, leaves: Iterator[Value], numbers: bool) -> Abs:
    """An argument like this one, with other run-time values."""
    if isinstance(x, Dyn) or (numbers and is_plain_number(x)):
        return Dyn(next(leaves))
    if isinstance(x, Ref):
        return ctx.new_array(next(leaves))
    if isinstance(x, Tup):
        return replace(x, items=tuple(with_leaves(ctx, item, leaves, numbers) for item in x.items))
    content = ctx.state.content_if_any(x) if isinstance(x, Box) else None
    if not isinstance(x, Box) or content is None:
        return x
    box = Box(x.cls, local=False)
    if isinstance(content, Grown):
        ctx.state.boxes[box] = Grown(tuple(next(leaves) for _ in content.columns), content.form)
    elif isinstance(content, Items):
        items = tuple(with_leaves(ctx, item, leaves, numbers) for item in content.items)
        ctx.state.boxes[box] = replace(content, items=items)
    return box


def tie_to(ctx: Context, returned: Abs, base: Ref | None) -> None:
    """What is returned may be an array that was passed in: from here on, neither is written while the other is read."""
    if isinstance(returned, Tup):
        for item in returned.items:
            tie_to(ctx, item, base)
    elif isinstance(returned, Box) and isinstance(content := ctx.state.content_if_any(returned), Items):
        for item in content.items:
            tie_to(ctx, item, base)
    else:
        tie(returned, base)


def may_alias(ctx: Context, x: Abs, outside: State, own: Mapping[Cell, int]) -> bool:
    """Whether a result may be an array that was there before the call."""
    if isinstance(x, Ref):
        return any(cell in own or outside.knows(cell) for cell in (x.cell, *x.cell.sources))
    return any(may_alias(ctx, item, outside, own) for item in held(ctx, x))


def box_among(ctx: Context, x: Abs, known: Collection[Box]) -> Box | None:
    """A list or dict in `x` that is one of `known`: if it were returned, it would have two names."""
    if isinstance(x, Box) and x in known:
        return x
    return next((box for item in held(ctx, x) if (box := box_among(ctx, item, known)) is not None), None)


def comparable(tree: Tree | None) -> Hashable:
    """A tree as something that can be compared."""
    if isinstance(tree, Leaf):
        return ("leaf", tree.array)
    if isinstance(tree, Const):
        return ("const", type(tree.value), repr(tree.value))
    if isinstance(tree, Node):
        return (tree.cls, tuple(map(repr, tree.keys)), tuple(map(comparable, tree.children)))
    return None

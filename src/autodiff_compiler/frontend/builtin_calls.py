"""Builtins whose meaning is the frontend's business: they make iterators, containers or text, or look at types."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import library, markers
from autodiff_compiler.frontend import branches, comprehensions, members, object_builtins, texts, views
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import Items as StaticItems
from autodiff_compiler.frontend.iteration import Sequence, at, iterate, length
from autodiff_compiler.frontend.loops import run_over
from autodiff_compiler.frontend.scalars import describe, is_scalar
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Dyn,
    Grown,
    Items,
    Iter,
    Range,
    Ref,
    Static,
    Text,
    Tup,
    is_dimensionless,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import Part

Handler = Callable[[Context, list[Abs], dict[str, Abs]], Abs]


def _range(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not 1 <= len(args) <= 3:
        raise ctx.wrong("AD178", f"range expected 1 to 3 arguments, got {len(args)}")
    zero, one = Static(0), Static(1)
    padded = [zero, *args, one] if len(args) == 1 else [*args, one] if len(args) == 2 else args
    return Range(*padded)


def _enumerate(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    start = kwargs.get("start", args[1] if len(args) > 1 else Static(0))
    return Iter("enumerate", (args[0],), start)


def _zip(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    strict = kwargs.pop("strict", Static(False))
    if kwargs or ctx.static(strict, "strict"):
        raise ctx.unsupported("AD182", "zip(strict=True)", "leave strict out, or assert the lengths are equal")
    return Iter("zip", tuple(args)) if args else Tup(())


def _reversed(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return Iter("reversed", tuple(args))


def _print(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    sep, end = (ctx.static(kwargs.get(k, Static(d)), k) for k, d in (("sep", " "), ("end", "\n")))
    if "file" in kwargs:
        raise ctx.unsupported("AD183", "print(file=...)", "print to standard output")
    sep = " " if sep is None else sep
    parts: list[Part] = []
    values: list[Value] = []
    # An f-string has several parts with nothing between them, so the separators become parts, too.
    has_text = any(isinstance(argument, Text | Tup) for argument in args)
    for i, argument in enumerate(args):
        if i and has_text:
            parts.append(sep)
        if not texts.has_text(argument):
            raise ctx.unsupported("AD184", f"printing {describe(argument)}", "print numbers, arrays and strings")
        text = texts.text_of(ctx, argument)
        parts += text.parts
        values += text.values
    ctx.b.emit(
        "print", values, {"parts": tuple(parts), "sep": "" if has_text else sep, "end": "\n" if end is None else end}
    )
    return Static(None)


def _len(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Ref) and not is_dimensionless(x):
        return Dyn(ctx.b.dim(ctx.read(x), 0))
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Grown):
        return Dyn(ctx.b.op("list_len", content.value))
    if isinstance(x, Static) and hasattr(x.obj, "__len__"):
        return Static(len(ctx.immutable(x.obj, "the length")))
    if isinstance(x, Static | Ref) or is_scalar(x):
        raise ctx.wrong("AD185", f"{describe(x)} has no len()")
    iterable = iterate(ctx, x)
    return Static(len(iterable.items)) if isinstance(iterable, StaticItems) else Dyn(length(ctx, iterable))


def _list(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not args:
        return ctx.new_list([])
    (x,) = args
    if isinstance(x, Box) and x.cls is list:
        return members.copied(ctx, x)
    iterable = iterate(ctx, x)
    if isinstance(iterable, StaticItems):
        return ctx.new_list(list(iterable.items))
    return _collected(ctx, iterable)


def _collected(ctx: Context, sequence: Sequence) -> Abs:
    """A run-time sequence as a list."""
    key = (ctx.frame, f"{comprehensions.COLLECTED}{len(ctx.state.names)}")
    ctx.state.names[key] = ctx.new_list([])

    def each(item: Abs) -> None:
        box = ctx.state.names[key]
        assert isinstance(box, Box)
        members.append(ctx, box, item)

    run_over(ctx, _Place(ctx), sequence, each, lambda k: True)
    return ctx.state.names.pop(key)


class _Place(ast.AST):
    """The place of a loop that stands in no syntax tree; equal for equal spans."""

    def __init__(self, ctx: Context) -> None:
        self.key = (ctx.b.span, ctx.calls)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place) and self.key == other.key


def _tuple(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not args:
        return Tup(())
    iterable = iterate(ctx, args[0])
    if isinstance(iterable, StaticItems):
        return Tup(tuple(iterable.items))
    if iterable.bounds is not None:
        return Tup(tuple(iterable.static_items()))
    raise ctx.unsupported("AD181", "a tuple whose length is known only at run time", "use a list or an array")


def _dict(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    box = Box(dict)
    ctx.state.boxes[box] = Items(())
    if args:
        (source,) = args
        if isinstance(source, Box) and source.cls is dict:
            ctx.state.boxes[box] = ctx.state.content(source)
        else:
            iterable = iterate(ctx, source)
            if not isinstance(iterable, StaticItems) or not all(isinstance(i, Tup) for i in iterable.items):
                raise ctx.unsupported("AD166", "a dict whose keys are known only at run time", "use a list or an array")
            pairs = [item.items for item in iterable.items if isinstance(item, Tup)]
            keys = tuple(ctx.static(key, "a key of a dict") for key, _ in pairs)
            ctx.state.boxes[box] = Items(tuple(value for _, value in pairs), keys)
    content = ctx.state.content(box)
    assert isinstance(content, Items)
    merged = {**dict(zip(content.keys, content.items)), **kwargs}
    ctx.state.boxes[box] = Items(tuple(merged.values()), tuple(merged))
    return box


def _map(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    function, *sources = args
    iterable = iterate(ctx, sources[0] if len(sources) == 1 else Iter("zip", tuple(sources)))

    def applied(item: Abs) -> Abs:
        return ctx.call(function, list(item.items) if len(sources) > 1 and isinstance(item, Tup) else [item], {})

    if isinstance(iterable, StaticItems):
        return Tup(tuple(applied(item) for item in iterable.items))
    mapped = Sequence(*iterable.range(), lambda k: applied(iterable.item(k)), iterable.bounds)
    return _collected(ctx, mapped)


def _filter(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    raise ctx.unsupported("AD186", "filter()", "write a comprehension with `if`")


def _sorted(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    iterable = iterate(ctx, args[0])
    if isinstance(iterable, StaticItems) and all(isinstance(item, Static) for item in iterable.items) and not kwargs:
        return ctx.new_list(
            [Static(x) for x in sorted(item.obj for item in iterable.items if isinstance(item, Static))]
        )
    raise ctx.unsupported("AD187", "sorted()", "use np.sort on an array")


def _stop_gradient(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Tup):
        return Tup(tuple(_stop_gradient(ctx, [item], {}) for item in x.items), x.cls, x.keys)
    if isinstance(x, Box):
        new = members.copied(ctx, x)
        content = ctx.state.content(new)
        if isinstance(content, Grown):
            raise ctx.unsupported("AD188", "stop_gradient of a list that grows", "apply it to the elements")
        ctx.state.boxes[new] = Items(tuple(_stop_gradient(ctx, [i], {}) for i in content.items), content.keys)
        return new
    if isinstance(x, Dyn | Ref):
        return views.tie(ctx.from_value(ctx.b.op("stop_gradient", ctx.value(x))), x)  # in Python it is x itself
    return x


def _sum(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The builtin `sum`: a left fold that starts with `start`."""
    total: Abs = kwargs.get("start", args[1] if len(args) > 1 else Static(0))
    return _fold(ctx, iterate(ctx, args[0]), total)


def _fold(ctx: Context, iterable: StaticItems | Sequence, total: Abs) -> Abs:
    if isinstance(iterable, StaticItems):
        for item in iterable.items:
            total = ctx.add(total, item)
        return total
    key = (ctx.frame, f"$total{len(ctx.state.names)}")
    ctx.state.names[key] = total

    def each(item: Abs) -> None:
        ctx.state.names[key] = ctx.add(ctx.state.names[key], item)

    run_over(ctx, _Place(ctx), iterable, each, lambda k: True)
    return ctx.settled(ctx.state.names.pop(key), "the sum", ctx.frame)


def _sum_syntax(ctx: Context, node: ast.Call) -> Abs | None:
    """`sum(... for ...)` as a loop with an accumulator, without a list."""
    if len(node.args) not in (1, 2) or node.keywords or not isinstance(node.args[0], ast.GeneratorExp):
        return None
    generator = node.args[0]
    key = (ctx.frame, f"$total{node.lineno}:{node.col_offset}")
    ctx.state.names[key] = ctx.evaluate(node.args[1]) if len(node.args) == 2 else Static(0)

    def add() -> None:
        ctx.state.names[key] = ctx.add(ctx.state.names[key], ctx.evaluate(generator.elt))

    comprehensions.run(ctx, generator, add)
    return ctx.settled(ctx.state.names.pop(key), "the sum", ctx.frame)


def _tuple_syntax(ctx: Context, node: ast.Call) -> Abs | None:
    """`tuple(... for ...)`: a tuple has a length known when compiling, so its loops are unrolled where they can be."""
    if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
        return None
    ctx.unrolled.update((generator, ctx.calls) for generator in node.args[0].generators)
    return _tuple(ctx, [ctx.evaluate(node.args[0])], {})


def _any_all(stop_at: bool) -> Handler:
    def handler(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
        iterable = iterate(ctx, args[0])
        if isinstance(iterable, StaticItems):
            result: Abs = Static(not stop_at)
            for item in iterable.items:
                truth = ctx.truth(item)
                as_bool: Abs = Dyn(truth) if isinstance(truth, Value) else Static(truth)
                result = branches.short_circuit(ctx, result, lambda x=as_bool: x, stop_at=stop_at)  # type: ignore[misc]
            return result
        entry = library.lookup(np.any if stop_at else np.all)
        assert entry is not None
        values = ctx.to_library(args[0])
        return views.wrapped(ctx, entry(ctx.b, values), views.Made(None))

    return handler


def first_items(ctx: Context, sequence: Sequence, count: int) -> list[Abs]:
    """The items of a run-time sequence that must have exactly `count`."""
    b = ctx.b
    exact = b.compare("eq", length(ctx, sequence), b.const(count))
    text = f"the array to unpack does not have {count} items"
    b.emit("check", (exact,), {"error": "ValueError", "message": (text,)})
    return [at(ctx, sequence, b.const(k)) for k in range(count)]


def _limits(kind: type) -> Handler:
    def limits(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
        """`np.finfo(float)`: a constant of the dtype."""
        (dtype,) = args
        try:
            return Static(kind(ctx.static(dtype, f"the dtype of np.{kind.__name__}")))
        except (TypeError, ValueError) as error:
            raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error

    return limits


def _reduce(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`functools.reduce` over items whose number is known."""
    function, items = args[0], iterate(ctx, args[1])
    if not isinstance(items, StaticItems) or not (items.items or args[2:]):
        raise ctx.unsupported(
            "AD181", "functools.reduce over items whose number is known only at run time", "write a loop"
        )
    first, *rest = (*args[2:], *items.items)
    return functools.reduce(lambda result, item: ctx.call(function, [result, item], {}), rest, first)


def handler_of(obj: Any) -> Handler | None:
    """What handles a call of `obj` here.  `numba.prange`, known by its name so that Numba need not be imported, is `range`."""
    if isinstance(obj, type) and obj.__name__ == "prange" and obj.__module__.startswith("numba."):
        return _range
    try:
        return CALLS.get(obj)
    except TypeError:  # not hashable
        return None


CALLS: dict[Any, Handler] = {
    **object_builtins.CALLS,
    builtins.range: _range,
    builtins.enumerate: _enumerate,
    builtins.zip: _zip,
    builtins.reversed: _reversed,
    builtins.print: _print,
    builtins.len: _len,
    builtins.list: _list,
    builtins.tuple: _tuple,
    builtins.dict: _dict,
    builtins.map: _map,
    builtins.filter: _filter,
    builtins.sorted: _sorted,
    builtins.sum: _sum,
    builtins.any: _any_all(True),
    builtins.all: _any_all(False),
    functools.reduce: _reduce,
    np.finfo: _limits(np.finfo),
    np.iinfo: _limits(np.iinfo),
    markers.stop_gradient: _stop_gradient,
}

# Builtins that look at the syntax of their arguments; they may decline by returning None.
SYNTAX: dict[Any, Callable[[Context, ast.Call], Abs | None]] = {
    builtins.sum: _sum_syntax,
    builtins.super: object_builtins.super_syntax,
    builtins.tuple: _tuple_syntax,
}

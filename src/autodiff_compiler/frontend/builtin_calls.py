"""Builtins that the frontend implements: they make iterators, containers or text, or look at types."""

from __future__ import annotations

import ast
import builtins
import functools
import sys
from collections.abc import Callable
from types import MethodType
from typing import Any

import numpy as np

from autodiff_compiler import library, markers
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import (
    consumers,
    container_items,
    container_methods,
    copies,
    dtype_calls,
    foreign,
    iterators,
    kept_items,
    kept_iterators,
    managers,
    object_builtins,
    texts,
    tries,
    views,
)
from autodiff_compiler.frontend.arity import Handler, takes
from autodiff_compiler.frontend.asking import Found, Sequence, Steps, length
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import is_instance
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.places import apply
from autodiff_compiler.frontend.scalars import describe, is_scalar
from autodiff_compiler.frontend.values import (
    Abs,
    DictView,
    Dyn,
    Generator,
    Grown,
    Items,
    Iter,
    Listed,
    Range,
    Ref,
    Static,
    Text,
    Tup,
    is_dimensionless,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import Part
from autodiff_compiler.library import defined as library_definitions
from autodiff_compiler.library import stand_ins
from autodiff_compiler.library.stand_ins import real_class
from autodiff_compiler.library.standard import ordering


def _range(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not 1 <= len(args) <= 3:
        raise ctx.wrong("AD178", f"range expected 1 to 3 arguments, got {len(args)}")
    zero, one = Static(0), Static(1)
    padded = [zero, *args, one] if len(args) == 1 else [*args, one] if len(args) == 2 else args
    return Range(*padded)


def _print(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    sep, end = (ctx.static(kwargs.get(k, Static(d)), k) for k, d in (("sep", " "), ("end", "\n")))
    errors = _prints_errors(ctx, kwargs.get("file", Static(None)))
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
    attrs = {"parts": tuple(parts), "sep": "" if has_text else sep, "end": "\n" if end is None else end}
    ctx.b.emit("print", values, {**attrs, "errors": True} if errors else attrs)
    return Static(None)


def _prints_errors(ctx: Context, file: Abs) -> bool:
    """Whether `file` of a print is standard error."""
    if not (isinstance(file, Static) and (file.obj is None or file.obj in (sys.stdout, sys.stderr))):
        way_out = "print to standard output, or with file=sys.stderr"
        raise ctx.unsupported("AD183", "print(file=...) of another file", way_out)
    return file.obj is sys.stderr and sys.stderr is not sys.stdout


def _bool(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if args and isinstance(args[0], Ref | Dyn):
        entry = library.lookup(bool)
        assert entry is not None
        return ctx.from_value(entry(ctx.b, to_library(ctx, args[0])))
    truth = ctx.truth(args[0]) if args else False
    return Dyn(truth) if isinstance(truth, Value) else Static(truth)


def _len(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Listed):
        x = x.ref
    if isinstance(x, Ref) and not is_dimensionless(x):
        return ctx.extent(x, 0)
    if isinstance(x, Text):
        return Static(len(ctx.static(x, "a text whose length is asked for")))
    if isinstance(x, Static) and hasattr(x.obj, "__len__"):
        return Static(len(ctx.immutable(x.obj, "the length")))
    if isinstance(x, Static | Ref) or is_scalar(x):
        raise ctx.wrong("AD185", f"{describe(x)} has no len()")
    if isinstance(x, Range):
        sequence = iterate(ctx, x)
        assert isinstance(sequence, Sequence)
        return Dyn(length(ctx, sequence))
    content = x if isinstance(x, Tup) else ctx.state.content(x.box) if isinstance(x, DictView) else None
    if isinstance(x, Box) and x.cls in (list, dict):
        content = ctx.state.content(x)
    if isinstance(content, Grown):
        return Dyn(ctx.b.op("list_len", content.columns[0]))
    if content is None:
        raise ctx.wrong("AD185", f"{describe(x)} has no len()")
    return Static(len(content.items))


def _list(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not args:
        return ctx.new_list([])
    (x,) = args
    if isinstance(x, Box) and x.cls is list:
        return container_methods.copied(ctx, x)
    if isinstance(x, Iter) and x.kind in (zip, enumerate) and isinstance(x.items, Steps):
        # Tuples, which no list of run-time length can hold.
        return ctx.new_list(consumers.drained(ctx, x.items, "a list of tuples"))
    return consumers.listed(ctx, iterate(ctx, x))


def _tuple(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not args:
        return Tup(())
    if isinstance(args[0], Tup) and args[0].cls is tuple:
        return args[0]
    return Tup(tuple(consumers.static_items(ctx, args[0], "a tuple")))


def _str(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`str(x)` of what is known when compiling, or can be."""
    (x,) = args or [Static("")]
    if isinstance(x, Static) or (isinstance(x, Dyn | Text) and x.static is not None):
        return texts.joined([texts.text_of(ctx, x)])
    raise foreign.refused_class(ctx, str)


def _in_set_order(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The items of a set in order: of integers Python's own, which does not depend on the run."""
    content = ctx.state.content(args[0]) if isinstance(args[0], Box) else None
    assert isinstance(content, Items)
    keys = content.keys
    if len(keys) > 1 and not all(isinstance(key, int) for key in keys):
        raise ctx.unsupported(
            "AD187", "the order of a set of things other than integers", "loop over sorted(...) of it"
        )
    return Tup(tuple(map(Static, set(keys))))


def _dict(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    box = ctx.new_dict({})
    if args:
        container_methods.fill(ctx, box, args[0])
    for name, value in kwargs.items():
        container_items.store(ctx, box, Static(name), value)
    return box


def _fromkeys(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`dict.fromkeys`: all keys have the same value, not copies of it."""
    box = ctx.new_dict({})
    for key in consumers.static_items(ctx, args[0], "the keys of a dict,"):
        container_items.store(ctx, box, key, args[1] if len(args) > 1 else Static(None))
    return box


def _sorted(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = ctx.state.content(args[0]) if isinstance(args[0], Box) and real_class(args[0].cls) is set else None
    iterable = iterate(ctx, content.items[0] if isinstance(content, Items) else args[0])
    if isinstance(iterable, Sequence) and iterable.bounds is None:
        return container_methods.in_order_at_run_time(ctx, consumers.listed(ctx, iterable), kwargs)
    items = consumers.drained(ctx, iterable, "what sorted() is given")
    return container_methods.in_order(ctx, items, kwargs)


def _sum(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The builtin `sum`: a left fold that starts with `start`."""
    start = kwargs.get("start", args[1] if len(args) > 1 else Static(0))
    before, depth = ctx.state.copy(), ctx.b.depth
    try:
        return consumers.folded(ctx, iterate(ctx, args[0]), start, ctx.add)
    except UnsupportedError as error:
        # A number at first, and then an array.
        if error.code != "AD102" or not is_scalar(start):
            raise
        ctx.state = before
        tries.give_up(ctx, depth)
        again = kept_iterators.afresh(args[0])
        kept = again if isinstance(again, Ref | Box | Tup | Generator) else consumers.listed(ctx, iterate(ctx, again))
        return ctx.call(Static(ordering.summed), [kept, start], {})


def _next(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    iterator = args[0]
    if isinstance(iterator, Static) and hasattr(iterator.obj, "__next__"):
        raise ctx.unsupported(
            "AD191", "an iterator from outside, which every call would use up", "pass a list of its items"
        )
    if not isinstance(iterator, Iter | Generator):
        raise ctx.wrong("AD171", f"TypeError: {describe(iterator)} is not an iterator")
    if isinstance(iterator, Iter) and iterator.used is not None:
        raise ctx.unsupported("AD191", "next() of an iterator with a name", "keep a list, and count: items = list(...)")
    return consumers.first_item(ctx, iterate(ctx, iterator), args[1] if len(args) > 1 else None)


def _stop_gradient(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Tup):
        return Tup(tuple(_stop_gradient(ctx, [item], {}) for item in x.items), x.cls, x.keys)
    if isinstance(x, Box):
        new = container_methods.copied(ctx, x)
        content = ctx.state.content(new)
        if isinstance(content, Grown):
            raise ctx.unsupported("AD188", "stop_gradient of a list that grows", "apply it to the elements")
        ctx.state.boxes[new] = Items(tuple(_stop_gradient(ctx, [i], {}) for i in content.items), content.keys)
        return new
    if isinstance(x, Dyn | Ref):
        return views.tie(ctx.from_value(ctx.b.op("stop_gradient", ctx.value(x))), x)  # in Python it is x itself
    if isinstance(x, Listed):
        raise ctx.unsupported("AD188", f"stop_gradient of {describe(x)}", "apply it to the elements")
    return x


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
    """`functools.reduce`."""
    function, iterable = args[0], iterate(ctx, args[1])
    if len(args) == 3:
        return consumers.folded(ctx, iterable, args[2], lambda result, item: apply(ctx, function, [result, item]))
    if not isinstance(iterable, Steps) or not isinstance(first := iterable.next(), Found):
        return ctx.call(Static(ordering.reduced), args, {})
    return consumers.folded(ctx, iterable, first.item, lambda result, item: apply(ctx, function, [result, item]))


def _unsupported(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """In a definition of the library."""
    reason, way_out = (ctx.static(x, "the reason of an error") for x in args)
    raise ctx.unsupported("AD208", reason, way_out)


def _at_compile_time(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """In a definition of the library.  What an object from outside is asked, it is asked again at each call."""
    if len(args) == 2 and is_instance(args[1]) and not isinstance(args[1], Static):
        way_out = "pass it as an argument of its own, or take it from outside the function"
        raise ctx.unsupported("AD106", f"a call of {describe(args[1])} that is a part of an argument", way_out)
    function, *given = (ctx.static(x, "an argument of the function") for x in args)
    if len(given) == 1 and is_instance(args[1]):
        return _constant(ctx.captures.look(Place(given[0]).asked(function)))
    return _constant(function(*given))


def _constant(x: Any) -> Abs:
    return Tup(tuple(map(_constant, x))) if isinstance(x, tuple) else Static(x)


def _of_numba(obj: Any) -> Handler | None:
    """What Numba has for Python's own `range` and `list`, recognised by name so that Numba need not be imported."""
    cls, making = (obj.__self__, obj.__name__) if isinstance(obj, MethodType) else (obj, "")
    if not (isinstance(cls, type) and cls.__module__.startswith("numba.")):
        return None
    if cls.__name__ == "prange" and not making:
        return _range
    if cls.__module__ == "numba.typed.typedlist" and cls.__name__ == "List":
        return {"": takes("List", _list, 0, 1), "empty_list": takes("List.empty_list", _empty_list, 1, 2)}.get(making)
    return None


def _empty_list(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return ctx.new_list([])


def handler_of(obj: Any) -> Handler | None:
    """The handler of a call of `obj`."""
    of_numba = _of_numba(obj)
    if of_numba is not None:
        return of_numba
    try:
        return CALLS.get(obj)
    except TypeError:  # not hashable
        return None


CALLS: dict[Any, Handler] = {
    **object_builtins.CALLS,
    **copies.CALLS,
    builtins.range: takes("range", _range, 1, 3),
    builtins.enumerate: takes("enumerate", iterators.enumerate_, 1, 2, "start"),
    builtins.zip: takes("zip", iterators.zip_, 0, None, "strict"),
    builtins.map: takes("map", iterators.map_, 2, None),
    builtins.filter: takes("filter", iterators.filter_, 2, 2),
    builtins.reversed: takes("reversed", iterators.reversed_, 1, 1),
    builtins.iter: takes("iter", iterators.iter_, 1, 2),
    builtins.next: takes("next", _next, 1, 2),
    builtins.print: takes("print", _print, 0, None, "sep", "end", "flush", "file"),
    builtins.len: takes("len", _len, 1, 1),
    builtins.bool: takes("bool", _bool, 0, 1),
    builtins.list: takes("list", _list, 0, 1),
    builtins.tuple: takes("tuple", _tuple, 0, 1),
    builtins.dict: _dict,
    dict.fromkeys: takes("dict.fromkeys", _fromkeys, 1, 2),
    stand_ins.in_set_order: _in_set_order,
    stand_ins.kept_items: kept_items.kept_items,
    stand_ins.check_kept: kept_items.check_kept,
    stand_ins.known_key: kept_items.known_key,
    stand_ins.is_known: lambda ctx, args, kwargs: Static(isinstance(args[0], Static)),
    stand_ins.entered: managers.entered,
    builtins.str: takes("str", _str, 0, 1),
    builtins.sorted: takes("sorted", _sorted, 1, 1, "key", "reverse"),
    builtins.sum: takes("sum", _sum, 1, 2, "start"),
    builtins.any: takes("any", lambda ctx, args, kwargs: consumers.any_or_all(ctx, args[0], True), 1, 1),
    builtins.all: takes("all", lambda ctx, args, kwargs: consumers.any_or_all(ctx, args[0], False), 1, 1),
    functools.reduce: takes("functools.reduce", _reduce, 2, 3),
    **{function: functools.partial(dtype_calls.answered, function) for function in dtype_calls.FUNCTIONS},
    library_definitions.unsupported: _unsupported,
    library_definitions.at_compile_time: _at_compile_time,
    np.isscalar: takes("np.isscalar", dtype_calls.is_number, 1, 1),
    np.iterable: takes("np.iterable", dtype_calls.is_iterable, 1, 1),
    np.finfo: takes("np.finfo", _limits(np.finfo), 1, 1),
    np.iinfo: takes("np.iinfo", _limits(np.iinfo), 1, 1),
    markers.stop_gradient: takes("stop_gradient", _stop_gradient, 1, 1),
}

# Builtins that look at the syntax of their arguments; they may decline by returning None.
SYNTAX: dict[Any, Callable[[Context, ast.Call], Abs | None]] = {
    builtins.super: object_builtins.super_syntax,
}

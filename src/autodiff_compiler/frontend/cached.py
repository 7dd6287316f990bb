"""Functions that keep their results (`functools.lru_cache` and `cache`): the function itself, where that makes no difference.

A call may be answered by an earlier one.  So the function may only read, and what it reads must be the same at each call; it takes
and returns numbers, since an array would be the same one each time.  Then it makes no difference whether it runs again, and it
does where an argument is known only at run time.  For arguments that are known it is entered once: recursions as people write
them for tables (distances of words, numbers of ways) would take exponential time otherwise.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scalars import describe, is_scalar
from autodiff_compiler.frontend.source import find_source, plain_function
from autodiff_compiler.frontend.values import (
    Abs,
    Closure,
    Dyn,
    Grown,
    Items,
    Method,
    Partial,
    Ref,
    Static,
    Tup,
    same,
)
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import is_pure, nested_effect

NUMBERS = "pass numbers, and return numbers, or define the function without the decorator"
WAY_OUT = "define the function without the decorator, or pass it what it reads as arguments"


@dataclass
class KeptResults:
    """What is known of a function that keeps its results."""

    reads: dict[Any, Any]
    """What it read when it was called first."""
    results: dict[Any, KeptResult] = field(default_factory=dict)


@dataclass(frozen=True)
class KeptResult:
    """The result of a call, and the place where the program had it: the last op of an open region."""

    value: Abs
    region: OpenRegion
    count: int
    last: Op | None

    def is_there(self, regions: Sequence[OpenRegion]) -> bool:
        """Whether every path to the current place comes by there."""
        ops = self.region.ops
        there = any(region is self.region for region in regions) and len(ops) >= self.count
        return there and (self.last is None or ops[self.count - 1] is self.last)


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """Calls of the decorators, and of what they make; None for anything else."""
    if obj in (functools.lru_cache, functools.cache):
        options = not args or (isinstance(args[0], Static) and not callable(args[0].obj))
        return Static(_decorator) if options else _made(args[0])
    if obj is _decorator:
        return _made(args[0])
    if obj is _kept:
        return _call(ctx, args[0], args[1:], kwargs)
    if not isinstance(obj, functools._lru_cache_wrapper):
        return None
    return _call(ctx, Static(ctx.captures.look(Place(obj).attribute("__wrapped__"))), args, kwargs)


def _decorator(function: Any) -> Any:
    """What `lru_cache(maxsize=…)` gives."""


def _kept(function: Any, *args: Any) -> Any:
    """What the decorators make of a function, given that function first."""


def _made(function: Abs) -> Abs:
    return Partial(Static(_kept), (function,), {})


def _call(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    others = [x for x in (*args, *kwargs.values()) if not (is_scalar(x) or isinstance(x, Static))]
    if others:
        raise ctx.unsupported("AD177", f"a cached function of {describe(others[0])}", NUMBERS)
    kept = _as_at_first(ctx, function)
    if _calls_itself(function):
        # For numbers that the run decides it would take exponential time.
        args, kwargs = [_known(ctx, x) for x in args], {name: _known(ctx, x) for name, x in kwargs.items()}
    key = _key(args, kwargs)
    if key is None:
        return _entered(ctx, function, args, kwargs)
    found = kept.results.get(key)
    if found is None or not found.is_there(ctx.b.open):
        node = _node(function)
        ctx.unwound.add(node)
        ctx.deep.add(node)
        value = _entered(ctx, function, args, kwargs)
        ops = ctx.b.ops
        found = kept.results[key] = KeptResult(value, ctx.b.open[-1], len(ops), ops[-1] if ops else None)
    return found.value


def _as_at_first(ctx: Context, function: Abs) -> KeptResults:
    """What is known of the function, which must read what it read at its first call."""
    one = function.obj if isinstance(function, Static) else function
    now = dict(_read(ctx, function, set()))
    kept: KeptResults = ctx.kept_results.setdefault(one, KeptResults(now))
    if not all(_is_same(now.get(key), value) for key, value in kept.reads.items()):
        raise ctx.unsupported(
            "AD177", "a cached function that reads what has changed since it was first called", WAY_OUT
        )
    return kept


def _is_same(now: Any, then: Any) -> bool:
    return now is then or (not isinstance(then, Value) and same(now, then))


def _calls_itself(function: Abs) -> bool:
    name = function.name if isinstance(function, Closure) else getattr(getattr(function, "obj", None), "__name__", "")
    node = _node(function)
    return node is not None and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _known(ctx: Context, x: Abs) -> Abs:
    """An integer that can be known when compiling, as the number that it is."""
    return Static(ctx.static(x, "an argument")) if isinstance(x, Dyn) and x.static is not None else x


def _key(args: list[Abs], kwargs: dict[str, Abs]) -> Any:
    """What tells calls with known arguments apart; None where the run decides."""
    given = (*args, *kwargs.values())
    if not all(isinstance(x, Static) for x in given):
        return None
    key = (len(args), *kwargs, *((type(x.obj), x.obj) for x in given if isinstance(x, Static)))
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _node(function: Abs) -> ast.AST | None:
    if isinstance(function, Closure):
        node: ast.AST = function.node
        return node
    plain = plain_function(function.obj) if isinstance(function, Static) else None
    return find_source(plain).node if plain is not None else None


def _entered(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The result of the body, which must be numbers, and only read."""
    before, regions, start = ctx.state.copy(), list(ctx.b.open), len(ctx.b.ops)
    result = ctx.call(function, args, kwargs)
    if not _is_number(result):
        raise ctx.unsupported("AD177", f"a cached function that returns {describe(result)}", NUMBERS)
    opened = [op for region in ctx.b.open[len(regions) :] for op in region.ops]
    made = [*regions[-1].ops[start:], *opened]
    if not ctx.state.wrote_nothing(before) or not all(is_pure(op) or nested_effect(op) == "check" for op in made):
        raise ctx.unsupported("AD177", "a cached function that does more than compute its result", WAY_OUT)
    return result


def _is_number(x: Abs) -> bool:
    return is_scalar(x) or isinstance(x, Static) or (isinstance(x, Tup) and all(map(_is_number, x.items)))


def _read(ctx: Context, value: Abs, seen: set[Any]) -> Iterator[tuple[Any, Any]]:
    """What a function, or something that it reads, holds now: arrays by their versions, containers by their contents."""
    if value in seen:
        return
    seen.add(value)
    if isinstance(value, Closure):
        names = {node.id for node in ast.walk(value.node) if isinstance(node, ast.Name)}
        for frame in value.frame.enclosing():
            for name in sorted(names):
                held = ctx.state.names.get((frame, name))
                if held is not None:
                    yield (frame, name), held
                    yield from _read(ctx, held, seen)
    elif isinstance(value, Ref):
        yield value.cell, ctx.state.versions.get(value.cell)
    elif isinstance(value, Box):
        content = ctx.state.boxes.get(value)
        yield value, content
        if isinstance(content, Items):
            for item in content.items:
                yield from _read(ctx, item, seen)
        elif isinstance(content, Grown):
            yield content, content
    else:
        for part in _parts(value):
            yield from _read(ctx, part, seen)


def _parts(value: Abs) -> tuple[Abs, ...]:
    if isinstance(value, Partial):
        return (value.function, *value.args, *value.kwargs.values())
    if isinstance(value, Tup):
        return value.items
    return (value.receiver,) if isinstance(value, Method) else ()

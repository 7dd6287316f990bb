"""Comprehensions, which fill a list or a dict at once, and generator expressions, which produce an item when they are asked.

Both are loops with names of their own.  A generator expression with one `for` and no `if` has an item for each item of what
it runs over; any other runs its consumer inside its loops.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import GeneratorType

from autodiff_compiler.frontend import branches, container_items, loops, tables, tries
from autodiff_compiler.frontend.asking import Items, Live, Pushed, mapped
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.columns import ALIKE
from autodiff_compiler.frontend.context import LONG, Context, int_value
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.kept_iterators import made
from autodiff_compiler.frontend.liveness import bound
from autodiff_compiler.frontend.state import Frame
from autodiff_compiler.frontend.values import Abs, Iter, Static
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Array, ListOf, Scalar

COLLECTED = "$items"
"""The name under which the list being filled is kept."""

Comprehension = ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp


_UNROLLED = (ast.DictComp, ast.SetComp)
"""What has keys, which are known when compiling."""


def evaluate(ctx: Context, node: Comprehension) -> Abs:
    """The list or dict that a comprehension makes, or the iterator that a generator expression is."""
    if isinstance(node, ast.GeneratorExp):
        return _generator(ctx, node)
    first = _first(ctx, node)
    kinds: set[str] | None = set() if tables.may_be_made(ctx, node, first) else None
    if kinds is not None and (table := tables.filled(ctx, node, first)) is not None:
        return table
    key = (ctx.frame, f"{COLLECTED}{node.lineno}:{node.col_offset}")
    ctx.state.names[key] = ctx.new_dict({}) if isinstance(node, ast.DictComp) else ctx.new_list([])

    def collect() -> None:
        if isinstance(node, ast.DictComp):
            name, value = ctx.evaluate(node.key), ctx.evaluate(node.value, or_none=True)
        else:
            value = ctx.evaluate(node.elt, or_none=True)
        if kinds is not None:
            value, kind = tables.as_row(ctx, value)
            kinds.add(kind)
        target = ctx.state.names[key]
        assert isinstance(target, Box)
        if isinstance(node, ast.DictComp):
            container_items.store(ctx, target, name, value)
        else:
            container_items.append(ctx, target, value)

    # The keys of a dict are known when compiling, so its loops are unrolled.
    _run(ctx, node, first, collect, lambda key: True, isinstance(node, _UNROLLED))
    tries.proceed(ctx)
    made = ctx.whole(ctx.state.names.pop(key))
    if kinds is not None:
        return tables.made(ctx, made, min(kinds))
    return ctx.call(Static(set), [made], {}) if isinstance(node, ast.SetComp) else made


def _first(ctx: Context, node: Comprehension) -> Items:
    """What the first `for` runs over is evaluated outside, and at once."""
    return _opened(ctx, node, ctx.evaluate(node.generators[0].iter))


def _opened(ctx: Context, node: Comprehension, x: Abs) -> Items:
    return iterate(ctx, x)


def _generator(ctx: Context, node: ast.GeneratorExp) -> Iter:
    first, outer = ctx.evaluate(node.generators[0].iter), ctx.frame

    def again(ctx: Context, parts: tuple[Abs, ...]) -> Items:
        return _generated(ctx, node, outer, iterate(ctx, parts[0]))

    return made(ctx, GeneratorType, (first,), again)


def _generated(ctx: Context, node: ast.GeneratorExp, outer: Frame, iterable: Items) -> Items:
    clause = node.generators[0]
    if len(node.generators) == 1 and not clause.ifs:
        inner = _scope(node, outer)

        def element(item: Abs) -> Abs:
            with _in_frame(ctx, inner):
                ctx.assign(clause.target, item)
                value = ctx.evaluate(node.elt)
                _drop_names(ctx, node, inner)
            return value

        return mapped(iterable, element)

    def run(body: Callable[[Abs], None], live: Live, unroll: bool) -> None:
        consumer = ctx.frame

        def hand_over() -> None:
            value = ctx.evaluate(node.elt)
            with _in_frame(ctx, consumer):
                body(value)

        with _in_frame(ctx, outer):
            _run(ctx, node, iterable, hand_over, live, unroll)

    return Pushed(run)


@contextmanager
def _in_frame(ctx: Context, frame: Frame) -> Iterator[None]:
    before = ctx.frame
    ctx.frame = frame
    ctx.state.enter(frame)
    try:
        yield
    finally:
        ctx.frame = before


def _scope(node: Comprehension, outer: Frame) -> Frame:
    targets = frozenset().union(*(bound(clause.target) for clause in node.generators))
    return Frame(outer.name, outer.source, outer, outer.caller, targets)


def _drop_names(ctx: Context, node: Comprehension, inner: Frame) -> None:
    if any(isinstance(part, ast.Lambda) for part in ast.walk(node)):
        return  # what was made inside may still read its names
    ctx.state.leave(inner)


def _run(
    ctx: Context, node: Comprehension, first: Items, body: Callable[[], None], consumer_live: Live, unroll: bool
) -> None:
    """Run `body` for each combination of items that the comprehension visits, in a scope of its own."""
    inner = _scope(node, ctx.frame)

    def level(depth: int) -> None:
        if depth == len(node.generators):
            body()
            return
        clause = node.generators[depth]
        iterable = _opened(ctx, node, ctx.evaluate(clause.iter)) if depth else first

        def each(item: Abs) -> None:
            ctx.assign(clause.target, item)
            filtered(list(clause.ifs), depth)

        later = frozenset().union(*(bound(clause.target) for clause in node.generators[depth:]))

        def live(key: tuple[Frame, str]) -> bool:
            return key[1] not in later if key[0] is inner else consumer_live(key)

        few = LONG if isinstance(node, ast.ListComp) else ALIKE
        loops.run_over(ctx, clause, iterable, each, live, unroll=unroll, few=few)

    def filtered(conditions: list[ast.expr], depth: int) -> None:
        if not conditions:
            level(depth + 1)
            return
        truth = ctx.condition(conditions[0])
        if isinstance(truth, Value):
            branches.branch(ctx, truth, lambda: filtered(conditions[1:], depth), lambda: None)
        elif truth:
            filtered(conditions[1:], depth)

    with _in_frame(ctx, inner):
        level(0)
    _drop_names(ctx, node, inner)


def filled_list(ctx: Context, item: Abs, count: Abs) -> Abs:
    """`[item] * count` with a run-time count."""
    b = ctx.b
    value = ctx.value(item)
    assert isinstance(value.type, Scalar | Array)
    type_ = ListOf(value.type)
    empty = b.op("list_new", type=type_, name="items")
    with b.region(b.const(0).type, type_, names=("k", "items")) as body:
        b.yield_(b.op("list_append", body.params[1], value))
    filled = b.for_(b.const(0), int_value(ctx, count, "a repetition"), b.const(1), [empty], body.done())[0]
    return ctx.from_value(filled)

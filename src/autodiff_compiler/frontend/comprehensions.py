"""Comprehensions and generator expressions: loops with names of their own that fill a list."""

from __future__ import annotations

import ast
from collections.abc import Callable

from autodiff_compiler.frontend import branches, loops, members
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.iteration import Items as StaticItems
from autodiff_compiler.frontend.iteration import Sequence, iterate
from autodiff_compiler.frontend.liveness import bound as bound_by
from autodiff_compiler.frontend.state import Frame
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Items, Iter
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import ListOf

COLLECTED = "$items"
"""The name under which the list being filled is kept."""


def evaluate(ctx: Context, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Abs:
    """The list or dict that a comprehension makes; a generator expression makes a list, too."""
    if isinstance(node, ast.DictComp):
        return _dict(ctx, node)
    box = ctx.new_list([])
    key = (ctx.frame, f"{COLLECTED}{node.lineno}:{node.col_offset}")
    ctx.state.names[key] = box
    finished = _finish(node)

    def collect() -> None:
        target = ctx.state.names[key]
        assert isinstance(target, Box)
        members.append(ctx, target, ctx.evaluate(node.elt))

    run(ctx, node, collect)
    return finished(ctx.state.names.pop(key))


def _finish(node: ast.AST) -> Callable[[Abs], Abs]:
    """A generator can be run over only once."""
    return (lambda made: Iter("generator", (made,))) if isinstance(node, ast.GeneratorExp) else (lambda made: made)


def run(ctx: Context, node: ast.ListComp | ast.GeneratorExp | ast.DictComp, body: Callable[[], None]) -> None:
    """Run `body` for each combination of items that the comprehension visits, in a scope of its own."""
    outer = ctx.frame
    bound = frozenset().union(*(bound_by(generator.target) for generator in node.generators))
    inner = Frame(outer.name, outer.source, outer, outer.caller, bound)

    def level(depth: int) -> None:
        if depth == len(node.generators):
            body()
            return
        generator = node.generators[depth]
        # What the first `for` runs over is evaluated outside.
        ctx.frame = inner if depth else outer
        iterable = iterate(ctx, ctx.evaluate(generator.iter))
        ctx.frame = inner

        def each(item: Abs) -> None:
            ctx.assign(generator.target, item)
            filtered(list(generator.ifs), depth)

        later = frozenset().union(*(bound_by(g.target) for g in node.generators[depth:]))
        loops.run_over(ctx, generator, iterable, each, lambda key: key[0] is not inner or key[1] not in later)

    def filtered(conditions: list[ast.expr], depth: int) -> None:
        if not conditions:
            level(depth + 1)
            return
        truth = ctx.truth(ctx.evaluate(conditions[0]))
        if isinstance(truth, Value):
            branches.branch(ctx, truth, lambda: filtered(conditions[1:], depth), lambda: None)
        elif truth:
            filtered(conditions[1:], depth)

    ctx.frame = inner
    ctx.state.enter(inner)
    try:
        level(0)
    finally:
        ctx.frame = outer
    if any(isinstance(part, ast.Lambda) for part in ast.walk(node)):
        return  # a lambda that was made in there may still read its names
    ctx.state.leave(inner)


def _dict(ctx: Context, node: ast.DictComp) -> Abs:
    box = Box(dict)
    ctx.state.boxes[box] = Items(())
    key = (ctx.frame, f"{COLLECTED}{node.lineno}:{node.col_offset}")
    ctx.state.names[key] = box

    def collect() -> None:
        if unrolled:
            _known_items(ctx, generator.target)
        name = ctx.static(ctx.evaluate(node.key), "a key of a dict")
        value = ctx.evaluate(node.value)
        content = ctx.state.content(box)
        assert isinstance(content, Items)
        if name in content.keys:
            raise ctx.unsupported("AD165", "a dict comprehension that gives a key twice", "write it as a loop")
        ctx.state.boxes[box] = Items((*content.items, value), (*content.keys, name))

    generator = node.generators[0]
    found = _peek(ctx, generator.iter)
    unrolled = isinstance(found, Sequence) and found.bounds is not None
    if len(node.generators) > 1 or not (unrolled or isinstance(found, StaticItems)):
        raise ctx.unsupported("AD166", "a dict whose keys are known only at run time", "use a list or an array")
    run(ctx, node, collect)
    return ctx.state.names.pop(key)


def _known_items(ctx: Context, target: ast.expr) -> None:
    """Ask for what runs over a range as values known when compiling: the loop is unrolled."""
    for name in sorted(bound_by(target)):
        item = ctx.load_name(name)
        if isinstance(item, Dyn) and item.static is not None:
            item.static()


def _peek(ctx: Context, node: ast.expr) -> object:
    """What a comprehension runs over, found on a copy of the state."""
    before = ctx.state
    with ctx.b.region():
        ctx.state = before.copy()
        found = iterate(ctx, ctx.evaluate(node))
    ctx.state = before
    return found


def filled_list(ctx: Context, item: Abs, count: Abs) -> Abs:
    """`[item] * count` with a run-time count."""
    b = ctx.b
    value = ctx.value(item)
    type_ = ListOf(value.type)  # type: ignore[arg-type]
    empty = b.op("list_new", type=type_, name="items")
    with b.region(b.const(0).type, type_, names=("k", "items")) as body:
        b.yield_(b.op("list_append", body.params[1], value))
    filled = b.for_(b.const(0), int_value(ctx, count, "a repetition"), b.const(1), [empty], body.done())[0]
    return ctx.from_value(filled)

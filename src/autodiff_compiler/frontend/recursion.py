"""Recursion on run-time values: a function that calls itself becomes a function of the program.

Calls are entered, and a call that is entered again with arguments of the same kinds would be entered forever.  The outermost
call then starts again: it lowers the body once, for parameters of these kinds, in a region of its own, where recursive calls
become `call` ops.  What these return is not known in the first round: paths with such a call count as dead, and the others
say what is returned, and which arrays are written.  Rounds follow until that no longer changes.

What the function reads from the program around it becomes further parameters, which it passes on to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autodiff_compiler.frontend import array_places, tries
from autodiff_compiler.frontend.arguments import (
    box_among,
    comparable,
    kind_of,
    leaves_of,
    may_alias,
    references_of,
    tie_to,
    with_leaves,
)
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import flattened, rebuilt
from autodiff_compiler.frontend.join_slots import Widening
from autodiff_compiler.frontend.state import Frame, State
from autodiff_compiler.frontend.values import Abs, Dead, Ref
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import PURE
from autodiff_compiler.ir.program import call_op, callee_of, effect_of
from autodiff_compiler.ir.tree import Tree
from autodiff_compiler.ir.types import Array, Type
from autodiff_compiler.ir.walk import Rewriter, free_values

Key = tuple[Hashable, ...]

ROUNDS = 8
"""After this many rounds the function's returns count as having no common type."""
MANY = 16
"""After this many recursive calls with different known numbers, the numbers become parameters."""


@dataclass(frozen=True)
class Recursion:
    """A function that calls itself, as far as it is known.

    `result` and `types` are the structure and the types of what it returns, `result` is None while no path is known to return.
    `written` are the parameters whose arrays it writes, by position; their new versions follow the results.  `aliases`: whether it
    may return an array that it was given.  `numbers`: whether known numbers are parameters, too.
    """

    name: str
    numbers: bool
    result: Tree | None = None
    types: tuple[Type, ...] = ()
    written: tuple[int, ...] = ()
    aliases: bool = False

    def same_as(self, other: Recursion) -> bool:
        trees = comparable(self.result) == comparable(other.result)
        return trees and replace(self, result=None) == replace(other, result=None)


@dataclass(frozen=True)
class Activation:
    """A call that is being entered; `wide` is its key if known numbers count as any numbers."""

    node: object
    key: Key
    wide: Key


class Recursive(Exception):  # noqa: N818  (a signal to the outermost call, not an error)
    """A call that is being entered is entered again."""

    def __init__(self, outermost: Activation, numbers: bool) -> None:
        super().__init__("recursive")
        self.outermost = outermost
        self.numbers = numbers

    @property
    def key(self) -> Key:
        """The key that identifies calls of the function."""
        return self.outermost.wide if self.numbers else self.outermost.key


def activation(ctx: Context, node: object, frame: Frame, bound: Mapping[str, Abs]) -> Activation:
    """Functions that one factory made have one body, and are told apart by what their free names refer to."""
    closure = frame.source.function.__closure__ if frame.source is not None else None
    free = (id(frame.parent), *map(id, closure or ()))

    def key(numbers: bool) -> Key:
        return (id(node), free, numbers, *((name, kind_of(ctx, x, numbers, ())) for name, x in bound.items()))

    return Activation(node, key(False), key(True))


def check(ctx: Context, entered: Activation) -> None:
    """Raise the signal if this call would be entered forever."""
    around = [one for one in ctx.activations if one.node is entered.node]
    for one in around:
        if one.key == entered.key:
            raise Recursive(one, numbers=False)
    count = ctx.entered[entered.node] = ctx.entered.get(entered.node, 0) + 1 if around else 0
    if count >= MANY and entered.node not in ctx.unwound:
        for one in around:
            if one.wide == entered.wide:
                raise Recursive(one, numbers=True)


def known(ctx: Context, entered: Activation) -> Recursion | None:
    """The function that this call belongs to, if there is one already."""
    found = ctx.recursions.get(entered.key)
    return found if found is not None else ctx.recursions.get(entered.wide)


# -- calls -------------------------------------------------------------------------------------------------------------


def call(ctx: Context, function: Recursion, bound: Mapping[str, Abs]) -> Abs:
    """The op that calls the function, and its effect on the arrays passed to it."""
    if function.result is None:
        raise Dead  # not known to return yet: paths without a recursive call come first
    references = [ref for x in bound.values() for ref in references_of(ctx, x, function.numbers)]
    _check_apart(ctx, function, references)
    operands = [value for x in bound.values() for value in leaves_of(ctx, x, function.numbers)]
    attrs = {"callee": function.name, "effect": "io", "shapes": _no_shapes(function.types), "updates": ()}
    results = iter(ctx.b.emit("call", operands, attrs, types=function.types))
    returned = rebuilt(ctx, function.result, results)
    for position in function.written:
        target = references[position]
        assert target is not None
        array_places.store_at(ctx, target, array_places.whole(target), (), ctx.from_value(next(results)))
    if function.aliases:
        for ref in references:
            tie_to(ctx, returned, ref)
    return returned


def _no_shapes(types: Sequence[Type]) -> tuple[tuple[None, ...], ...]:
    return tuple((None,) * (type_.rank if isinstance(type_, Array) else 0) for type_ in types)


def _check_apart(ctx: Context, function: Recursion, references: Sequence[Ref | None]) -> None:
    """An array that is written to must not be visible under another name."""
    cells = [ref.cell for ref in references if ref is not None]
    for position in function.written:
        target = references[position]
        if target is not None and cells.count(target.cell) > 1:
            raise ctx.unsupported(
                "AD194",
                f"one array as two arguments of `{function.name}`, which calls itself and writes into it",
                "pass a copy: a.copy()",
            )


# -- the function itself -----------------------------------------------------------------------------------------------


def run(
    ctx: Context, signal: Recursive, name: str, bound: Mapping[str, Abs], body: Callable[[dict[str, Abs]], Abs]
) -> Abs:
    """Lower the function, and call it."""
    numbers = signal.numbers
    taken = {*ctx.callees, *(one.name for one in ctx.recursions.values())}
    # The outermost function has this name already.
    function = Recursion(fresh_name(name if ctx.activations else f"{name}_call", taken), numbers)
    # What loops of the body carried when it was entered are arrays of the program around it; now these are parameters.
    widenings: dict[tuple[Any, ...], Widening] = {}
    for _ in range(ROUNDS):
        ctx.recursions[signal.key] = function
        around, ctx.widenings = ctx.widenings, widenings
        try:
            made, found = _round(ctx, function, bound, body)
        finally:
            ctx.widenings = around
            del ctx.recursions[signal.key]
        if found.result is None:
            raise ctx.unsupported(
                "AD179", f"`{name}` calls itself on every path", "return without a call of itself on one of them"
            )
        if found.same_as(function):
            return _called(ctx, function, made, bound)
        function = found
    raise ctx.unsupported(
        "AD179", f"what `{name}` returns has another type at each depth", "return values of one type on all paths"
    )


def _round(
    ctx: Context, function: Recursion, bound: Mapping[str, Abs], body: Callable[[dict[str, Abs]], Abs]
) -> tuple[Region, Recursion]:
    """The body, in which recursive calls return what `function` says, and what is known about the function then."""
    outside = ctx.state
    given = [value for x in bound.values() for value in leaves_of(ctx, x, function.numbers)]
    before = len(ctx.b.ops)
    ctx.state = outside.copy()
    try:
        with ctx.b.region(*(v.type for v in given), names=[v.name for v in given]) as opened:
            leaves = iter(opened.params)
            args = {name: with_leaves(ctx, x, leaves, function.numbers) for name, x in bound.items()}
            cells = {v: cell for cell, v in ctx.state.versions.items() if cell not in outside.versions}
            own = {cells[v]: k for k, v in enumerate(opened.params) if v in cells}
            boxes = {box for box in ctx.state.boxes if box not in outside.boxes}
            try:
                with tries.inside(ctx, ()):
                    result = body(args)
            except Dead:
                return opened.done(), replace(function, result=None)
            _check_outside(ctx, function, outside)
            values, tree = flattened(ctx, result)
            box = box_among(ctx, result, boxes | outside.boxes.keys())
            if box is not None:
                raise ctx.unsupported(
                    "AD179",
                    f"`{function.name}` calls itself, and returns a {box.cls.__name__} that it was given",
                    f"return a copy: {box.cls.__name__}(...)",
                )
            written = [k for cell, k in own.items() if ctx.state.versions[cell] is not opened.params[k]]
            values += [ctx.state.versions[cell] for cell, k in own.items() if k in written]
            ctx.b.return_(*values)
            aliases = may_alias(ctx, result, outside, own)
            types = tuple(v.type for v in values)
            return opened.done(), replace(function, result=tree, types=types, written=tuple(written), aliases=aliases)
    finally:
        ctx.state = outside
        del ctx.b.ops[before:]


def _check_outside(ctx: Context, function: Recursion, outside: State) -> None:
    if not ctx.state.wrote_nothing(outside):
        raise ctx.unsupported(
            "AD179",
            f"`{function.name}` calls itself, and writes to an array, list or name of the function around it",
            "pass it as an argument, and return it",
        )


def _called(ctx: Context, function: Recursion, made: Region, bound: Mapping[str, Abs]) -> Abs:
    """Make the function, and call it."""
    free = free_values([made])
    further = [Value(v.type, v.name) for v in free]
    params = (*made.params, *further)
    # Its effect is that of what it does besides calling itself.
    region = HandingOn(dict(zip(free, further)), function.name, further, PURE).region(Region(params, made.ops))
    effect = effect_of(region)
    region = HandingOn({}, function.name, (), effect).region(region)
    span = ctx.b.span
    ctx.callees[function.name] = Function(function.name, region, span=span, constants=ctx.constants)
    start = len(ctx.b.ops)
    returned = call(ctx, function, bound)
    for k, op in enumerate(ctx.b.ops[start:], start):
        if callee_of(op) == function.name:
            ctx.b.ops[k] = call_op(function.name, (*op.operands, *free), op.results, effect, None, op.span)
    return returned


class HandingOn(Rewriter):
    """Gives the calls of one function further operands, and their effect."""

    def __init__(self, env: dict[Value, Value], name: str, further: Sequence[Value], effect: str) -> None:
        super().__init__(env)
        self.name, self.further, self.effect = name, further, effect

    def op(self, op: Op) -> None:
        if callee_of(op) == self.name:
            operands = (*self.values(op.operands), *self.further)
            self.out.append(call_op(self.name, operands, op.results, self.effect, None, op.span))
        else:
            self.copy(op)

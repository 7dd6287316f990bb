"""Reverse mode of `if`: an `if` on the same condition whose results are the adjoints that the branches change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.residuals import provide
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.types import Array, ListOf, Type, rank
from autodiff_compiler.ir.walk import free_values

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import Sweep


def reverse_if(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    context = sweep.context
    _decode_condition(context, op)
    bars = [adjoints.take(r) for r in op.results]
    if all(bar is None for bar in bars):
        return
    touched = [v for v in _reached(op) if v in context.active and not any(context.inside(v, r) for r in op.regions)]
    opened, inner = [], []
    for branch in op.regions:
        out, local = OpenRegion(()), Adjoints(context, adjoints.bars, adjoints.carried)
        with context.b.reopen(out):
            for bar, yielded in zip(bars, branch.terminator.operands):
                if bar is not None:
                    local.add(yielded, bar)
            sweep.reverse(branch, local)
        opened.append(out)
        inner.append(local)
    changed = [v for v in touched if any(local.get(v) is not adjoints.get(v) for local in inner)]
    if not changed:
        return
    saved: list[list[Value]] = []
    for branch, out, local in zip(op.regions, opened, inner):
        with context.b.reopen(out):
            context.b.yield_(*(local.or_zero(v) for v in changed))
        saved.append(_provide_in_branch(context, op, branch, out))
    _replace_primal(context, op, saved)
    names = [bar_name(v) for v in changed]
    results = context.b.if_(op.operands[0], opened[0].done(), opened[1].done(), names)
    for value, bar in zip(changed, results):
        adjoints.bars[value] = bar


def _reached(op: Op) -> list[Value]:
    """The values from outside that the branches use, or yield."""
    return free_values(op.regions)


def _provide_in_branch(context: Reversal, op: Op, branch: Region, out: OpenRegion) -> list[Value]:
    """Provide the branch's own values to its reversal; what has to be saved becomes a result of the primal `if`.

    What the branch yields is one already, where the other branch has a value as well.
    """
    free = {}
    for result, yielded in zip(op.results, branch.terminator.operands):
        if result in context.exit_codes and context.home.get(yielded) is branch:
            free[yielded] = lambda result=result: result
    saved: list[Value] = []

    def keep(values: list[Value]) -> dict[Value, Value]:
        results = {v: r for r, v in zip(op.results, branch.terminator.operands) if not context.undefined_sources(r)}
        found = {v: results[v] for v in values if v in results and not rank(v.type)}
        saved.extend(v for v in values if v not in found)
        context.kept.update((v, Value(v.type, v.name)) for v in saved)
        return {v: found.get(v) or context.kept[v] for v in values}

    provide(context, branch, out, free, keep)
    return saved


def _replace_primal(context: Reversal, op: Op, saved: list[list[Value]]) -> None:
    """The primal `if` with the values its branches have to save as further results."""
    region = context.parent[op.regions[0]]
    owners = [(value, k) for k, values in enumerate(saved) for value in values]
    extra = [context.kept[value] for value, _ in owners]
    branches = []
    for k, branch in enumerate(op.regions):
        out = OpenRegion(())
        out.ops += context.assemble(branch)
        with context.b.reopen(out), context.b.at(branch.terminator.span):
            yields = [_save(context, value) if owner == k else _filler(context, value) for value, owner in owners]
            context.b.yield_(*branch.terminator.operands, *yields)
        branches.append(out.done())
    new = replace(op, results=(*op.results, *extra), regions=tuple(branches))
    context.replaced[op] = [new]
    context.define(new, region)
    context.defs.update((r, op) for r in op.results)


def _save(context: Reversal, value: Value) -> Value:
    context.origins.setdefault(context.kept[value], []).extend(context.origins.get(value, []))
    return value


def _filler(context: Reversal, value: Value) -> Value:
    """What the other branch yields in the place of a saved value; nobody looks at it."""
    kept = context.kept[value]
    if isinstance(value.type, ListOf):
        empty = context.b.op("list_new", type=value.type)
        context.origins.setdefault(kept, []).append(empty)
        return empty
    if isinstance(value.type, Array):
        context.ragged.add(kept)
    return filler(context.b, value.type)


def filler(b: Builder, type_: Type) -> Value:
    """A value of this type that is cheap and that nobody looks at."""
    if isinstance(type_, Array):
        return b.op("empty", *(b.const(0) for _ in range(type_.rank)), dtype=type_.dtype)
    if isinstance(type_, ListOf):
        return b.op("list_new", type=type_)
    return b.const_like(0, type_)


def _decode_condition(context: Reversal, op: Op) -> None:
    """Where the branches yield exit codes that tell them apart, the condition can be read off the code.

    A condition from outside is not: there are as many codes then as the region with the `if` is run.
    """
    if context.home.get(op.operands[0]) is not context.parent[op.regions[0]]:
        return
    for k, result in enumerate(op.results):
        if result not in context.exit_codes:
            continue
        sides = [branch.terminator.operands[k] for branch in op.regions]
        context.exit_codes.update(sides)
        then, orelse = (_codes(context, side) for side in sides)
        if then is None or orelse is None or then & orelse:
            return
        if len(then) == 1:
            context.decoded[op.operands[0]] = (result, "eq", next(iter(then)))
        elif len(orelse) == 1:
            context.decoded[op.operands[0]] = (result, "ne", next(iter(orelse)))


def _codes(context: Reversal, value: Value) -> set[int] | None:
    """The constants that a value can be, or None if that is not known."""
    constant = context.constant(value)
    if isinstance(constant, int):
        return {constant}
    op = context.defs.get(value)
    if op is None or op.kind != "if":
        return None
    k = op.results.index(value)
    sides = [_codes(context, branch.terminator.operands[k]) for branch in op.regions]
    found: set[int] = set()
    for side in sides:
        if side is None:
            return None
        found |= side
    return found

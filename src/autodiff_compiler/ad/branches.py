"""Reverse mode of `if`: an `if` on the same condition whose results are the adjoints that the branches change."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from autodiff_compiler.ad.additions import Additions
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.residuals import Needs, provide
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ad.stack import kept_on_stack
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, rank
from autodiff_compiler.ir.walk import free_values

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import BackwardWalk

Saved = dict[Value, Value]
"""What a branch saves -> the further result of the primal `if` that holds it."""


def reverse_if(walk: BackwardWalk, op: Op, adjoints: Adjoints) -> None:
    reversal, b = walk.reversal, walk.reversal.emission.b
    bars = [adjoints.take(r) for r in op.results]
    if all(bar is None for bar in bars):
        return
    branches = [_reversed_branch(walk, branch, bars, adjoints) for branch in op.regions]
    touched = [v for v in free_values(op.regions) if v in reversal.primal.active]
    changed = [v for v in touched if any(local.get(v) is not adjoints.get(v) for _, local in branches)]
    if not changed:
        return
    saved: list[Saved] = []
    for branch, (out, local) in zip(op.regions, branches):
        with b.reopen(out):
            b.yield_(*(local.or_zero(v) for v in changed))
        saved.append(_provided(reversal, op, branch, out))
    _save(reversal, op, saved)
    then, orelse = (out.done() for out, _ in branches)
    results = b.if_(op.operands[0], then, orelse, [bar_name(v) for v in changed])
    adjoints.bars.update(zip(changed, results))


def _reversed_branch(
    walk: BackwardWalk, branch: Region, bars: list[Value | None], adjoints: Adjoints
) -> tuple[OpenRegion, Adjoints]:
    """The reversal of a branch, which refers to its values as if they were in scope, and the adjoints at its end."""
    emission = walk.reversal.emission
    out, local = OpenRegion(()), Adjoints(emission, adjoints.bars, adjoints.carried)
    with emission.b.reopen(out):
        for bar, yielded in zip(bars, branch.terminator.operands):
            if bar is not None:
                local.add(yielded, bar)
        walk.reverse(branch, local)
    return out, local


def _provided(reversal: Reversal, op: Op, branch: Region, out: OpenRegion) -> Saved:
    """Provide the branch's own values to its reversal; what has to be saved becomes a result of the primal `if`.

    A value that the branch yields is already one, if the other branch yields a value there, too.
    """
    primal, exits = reversal.primal, reversal.exits
    yielded = list(zip(branch.terminator.operands, op.results))
    codes = {v: r for v, r in yielded if r in exits.values and primal.home.get(v) is branch}
    saved: Saved = {}

    def keep(values: list[Value]) -> dict[Value, Value]:
        results = {v: r for v, r in yielded if not rank(v.type) and not primal.undefined_sources(r)}
        rest = [v for v in values if v not in results]
        there = {v: results[v] for v in values if v in results}
        if reversal.stacked:
            return there | kept_on_stack(reversal, branch, op.span)(rest)
        if primal.in_while(branch):  # a tape would grow in every iteration, and not only where the branch is taken
            there |= kept_on_stack(reversal, branch, op.span)([v for v in rest if isinstance(v.type, Scalar)])
            rest = [v for v in rest if not isinstance(v.type, Scalar)]
        saved.update((v, Value(v.type, v.name)) for v in rest)
        return there | saved

    provide(reversal, Needs(branch, op, keep, free={v: partial(codes.__getitem__, v) for v in codes}), out)
    return saved


def _save(reversal: Reversal, op: Op, saved: list[Saved]) -> None:
    """Let the primal `if` have the values its branches have to save as further results."""
    b, added = reversal.emission.b, reversal.added
    owners = [(value, result, k) for k, values in enumerate(saved) for value, result in values.items()]
    branches = []
    for k, branch in enumerate(op.regions):
        out = OpenRegion(())
        out.ops += added.assembled(branch)
        with b.reopen(out), b.at(branch.terminator.span):
            yields = []
            for value, result, owner in owners:
                yields.append(value if owner == k else filler(b, value.type))
                _note(added, result, yields[-1], owner == k)
            b.yield_(*branch.terminator.operands, *yields)
        branches.append(out.done())
    new = replace(op, results=(*op.results, *(result for _, result, _ in owners)), regions=tuple(branches))
    added.put_instead(op, [new], reversal.primal.parent[op.regions[0]])


def _note(added: Additions, result: Value, yielded: Value, is_saved: bool) -> None:
    """What a loop around, which saves the result, has to know of what one of the branches yields for it."""
    if isinstance(yielded.type, ListOf):
        starts = added.list_starts.get(yielded, []) if is_saved else [yielded]
        added.list_starts.setdefault(result, []).extend(starts)
    elif isinstance(yielded.type, Array) and not is_saved:
        added.ragged.add(result)


def filler(b: Builder, type_: Type) -> Value:
    """A cheap value of this type that is never read."""
    if isinstance(type_, Array):
        return b.op("empty", *(b.const(0) for _ in range(type_.rank)), dtype=type_.dtype)
    if isinstance(type_, ListOf):
        return b.op("list_new", type=type_)
    return b.const_like(0, type_)

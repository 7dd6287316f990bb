"""After the buffers stage: results go into arrays that the caller gives.

    Input:  func f(x) { …  a = full n, 0.0;  for … { accum a[i], … }  return a }
    Output: func f(x, out) updates { …  a = store out[:], 0.0;  for … { accum a[i], … }  return a }

What the program allocates once, fills and returns is the caller's array from the start; any other result is copied into it at the
end.  Callers guarantee that the array has the result's shape and shares memory with nothing else that the program reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opset import opdef, spread_of
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.tree import Leaf, Tree, leaves
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.options import OUT
from autodiff_compiler.passes.rooms import allocates_room, is_product, seen_outside


def filled(fn: Function, wanted: Sequence[int], names: Sequence[str], tree: Tree, hidden: int) -> Function:
    """The function with a further parameter, built as `tree`, whose arrays, called `names`, become the results at the positions `wanted`.

    The last `hidden` of the Python parameters stay the last ones.
    """
    name = fresh_name(OUT, {own for own, _ in fn.param_trees})
    taken = {name, *(param.name for param in fn.params)}
    hints = [name] if isinstance(tree, Leaf) else [fresh_name(one, taken) for one in names]
    given = [Value(fn.results[k].type, hint) for k, hint in zip(wanted, hints, strict=True)]
    allocations, copied = _allocations(fn, wanted, given)
    body = Filling(allocations).function(fn).body
    last, ops = body.terminator, list(body.ops[:-1])
    results = list(last.operands)
    for k, param in copied:
        b = Builder(last.span)
        results[k] = _stored(b, param, results[k])
        ops += b.ops
    kept = len(fn.param_trees) - hidden
    first = sum(leaves(own) for _, own in fn.param_trees[:kept])
    return replace(
        fn,
        body=Region((*fn.params[:first], *given, *fn.params[first:]), (*ops, replace(last, operands=tuple(results)))),
        param_trees=(*fn.param_trees[:kept], (name, tree), *fn.param_trees[kept:]),
        updates=tuple((first + position, k) for position, k in enumerate(wanted)),
    )


def _allocations(
    fn: Function, wanted: Sequence[int], given: Sequence[Value]
) -> tuple[dict[Op, Value], list[tuple[int, Value]]]:
    """The ops at the top of the program in whose place the given arrays are taken, and the results that are to be copied."""
    buffers, memory, seen = Buffers(fn.body), Memory(fn), seen_outside(fn)
    allocations: dict[Op, Value] = {}
    copied = []
    for k, param in zip(wanted, given):
        op = buffers.allocation(fn.results[k])
        if op is None or any(memory.may_share(op.result, value) for value in seen):
            copied.append((k, param))
        else:
            allocations[op] = param
    return allocations, copied


class Buffers:
    """Which op allocates the buffer that a value is, as a whole."""

    def __init__(self, body: Region) -> None:
        self._top = frozenset(body.ops)
        self._definitions = {result: op for op in all_ops(body) for result in op.results}

    def allocation(self, value: Value) -> Op | None:
        """The op at the top of the program that allocates it, if it does nothing else but put something into it."""
        op = self._definitions.get(self._origin(value))
        return op if op in self._top and op is not None and allocates_room(op) else None

    def _origin(self, value: Value) -> Value:
        """The oldest value that is the same buffer whatever way the program takes."""
        while True:
            op = self._definitions.get(value)
            before = None if op is None else self._before(op, value)
            if before is None:
                return value
            value = before

    def _before(self, op: Op, value: Value) -> Value | None:
        if opdef(op).writes:
            return op.operands[0]
        if is_loop(op):
            slot = next((one for one in Loop(op).slots if one.result is value), None)
            return slot.init if slot is not None and self._origin(slot.yielded) is slot.param else None
        if op.kind == "if":
            place = op.results.index(value)
            ends = {self._origin(region.terminator.operands[place]) for region in op.regions}
            return ends.pop() if len(ends) == 1 else None
        return None


class Filling(Rewriter):
    """Puts given arrays in the place of allocations at the top of a program."""

    def __init__(self, allocations: dict[Op, Value]) -> None:
        super().__init__()
        self._allocations = allocations

    def op(self, op: Op) -> None:
        room = self._allocations.get(op)
        if room is None:
            self.copy(op)
        elif opdef(op).starts_empty:
            self.env[op.result] = room
        else:
            value = self.value(spread_of(op)[0] or op.operands[-1])
            if is_product(op):
                value = Value(op.result.type)
                self.out.append(replace(op, operands=self.values(op.operands), results=(value,)))
            b = Builder(op.span)
            self.env[op.result] = _stored(b, room, value, op.result.name)
            self.out += b.ops


def _stored(b: Builder, array: Value, value: Value, name: str = "") -> Value:
    path, operands = at(ALL)
    made = b.store(array, path, operands, value, name)
    # No part of the array is read for the value, so that it may be computed in its place.
    b.ops[-1] = replace(b.ops[-1], attrs={**b.ops[-1].attrs, "apart": True})
    return made

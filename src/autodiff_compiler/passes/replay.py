"""Iterations that are run again where their values are needed, instead of being kept on tapes.

A loop that saves values of each iteration for a later loop over the same indices, as the primal does for its reversal, need not
save what an iteration can compute from its index, from what stands around the loop, and from what else is saved: the later loop
computes it again, at the start of its own iteration.  What the first loop then does to no purpose is removed with it.

    Input:  tape, trips = for 0, n, 1, empty { (i, t)  v = exp x[i];  t1 = store t[i], v;  yield t1 }
            s, trips = for n - 1, -1, -1, s0 { (i, s)  u = load tape[i];  w = mul u, u;  s1 = add s, w;  yield s1 }
    Output: s, trips = for n - 1, -1, -1, s0 { (i, s)  u = exp x[i];  w = mul u, u;  s1 = add s, w;  yield s1 }

Done where nothing is computed twice, because the first loop has no other purpose.  What an iteration reads must not be written
to before it runs again.  Arrays that the first loop carries as mere room are carried by the later one.  An error of an operation
is raised when its iteration runs.  In compiled code, where memory is accessed without further tests, checks stay in the first loop.
Idempotent.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.analysis.memory import Memory, with_inner
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opdef import CONTROL, DEAR, PURE
from autodiff_compiler.ir.opset import TABLE, cost, own_effect
from autodiff_compiler.ir.walk import Substitution, clone_ops, op_uses
from autodiff_compiler.passes import dce
from autodiff_compiler.passes.one_sweep import CarriedSums, Joined
from autodiff_compiler.passes.saved import Pair, Saving, Tape

# Only for safety: every round removes a tape.
ROUNDS = 100


def run(function: Function) -> Function:
    for _ in range(ROUNDS):
        made = _Pairing(function).replayed()
        if made is None:
            break
        function = dce.run(made)
    return function


class _Pairing(Saving):
    """Looks for the first pair of loops with tapes that need not be."""

    def replayed(self) -> Function | None:
        """The function without some tapes; None if it needs all it has."""
        region = self._region(self.function.body)
        return None if region is None else replace(self.function, body=region)

    def _region(self, region: Region) -> Region | None:
        for at in range(len(region.ops)):
            for first, second, tapes in self.tapes(region, at):
                pair = _Pair(self, region, first, second, tapes)
                ops = pair.joined() or pair.replayed()
                if ops is not None:
                    return Region(region.params, tuple(ops))
        for at, op in enumerate(region.ops):
            for position, inner in enumerate(op.regions):
                made = self._region(inner)
                if made is not None:
                    regions = (*op.regions[:position], made, *op.regions[position + 1 :])
                    return Region(
                        region.params, (*region.ops[:at], replace(op, regions=regions), *region.ops[at + 1 :])
                    )
        return None


class _Pair(Pair):
    """What the second loop can compute for itself."""

    def __init__(self, saving: Saving, region: Region, first: Loop, second: Loop, tapes: Sequence[Tape]) -> None:
        super().__init__(saving, region, first, second, tapes)
        self.scratch = Scratch(self.readers, self.shapes)
        self.room = {slot.param for slot in first.slots if self.scratch.is_scratch(slot, first)}

    def joined(self) -> list[Op] | None:
        """The ops of the region with one loop instead of two."""
        if not self.tapes or any(counter in self.readers for counter in self.second.counters):
            return None
        turns = self.constants.get(self.first.step) != self.constants.get(self.second.step)
        if turns and not CarriedSums(self.readers, self.scratch).in_any_order(self.second):
            return None
        stores: dict[Op, tuple[Slot, Sequence[Op]]] = {tape.store: (tape.slot, tape.loads) for tape in self.tapes}
        return Joined(self.region, self.first, self.second, stores, Memory(self.function)).ops()

    def replayed(self) -> list[Op] | None:
        dropped, kept = self._divided()
        # Printed Python checks by its operations: it must not be left with a loop of checks alone.
        if not dropped or (kept and not self.function.compiled):
            return None
        again, room = self._again(dropped, kept)
        if not {slot.param for slot in room} <= self.room or not self.can_run_again(again) or not self._pays(dropped):
            return None
        longer = self._with_iteration(again, room, dropped, kept)
        ops = {self.first.op: [self._shortened(dropped)] if self.function.compiled else [], self.second.op: [longer]}
        return [one for op in self.region.ops for one in ops.get(op, [op])]

    def _shortened(self, dropped: Sequence[Tape]) -> Op:
        """The first loop without these tapes."""
        slots = [slot for slot in self.first.slots if all(slot is not tape.slot for tape in dropped)]
        stores = {tape.store for tape in dropped}
        return self.first.with_slots(slots, [op for op in self.first.body.ops[:-1] if op not in stores])

    # -- what is computed again ------------------------------------------------------------------------------------

    def _again(self, dropped: Sequence[Tape], kept: Sequence[Tape]) -> tuple[list[Op], list[Slot]]:
        """The ops to run again, and what the loop carries for them as mere room."""
        checks = [] if self.function.compiled else self._checking()
        values = [tape.value for tape in dropped] + [value for op in checks for value in op_uses(op)]
        room: list[Slot] = []
        while True:
            ops, params = self.sources([*values, *(slot.yielded for slot in room)], kept)
            ops.update(checks)
            more = [slot for slot in self.first.slots if slot.param in params and slot not in room]
            if not more:
                return [op for op in self.first.body.ops if op in ops], room
            room += more

    def _divided(self) -> tuple[list[Tape], list[Tape]]:
        """The tapes that can be computed again, given the others: what an earlier iteration hands on has to be kept."""
        dropped, kept = self.tapes, list[Tape]()
        room = sum(1 << k for k, param in enumerate(self.first.params) if param in self.room)
        while True:
            carried = self.carried(kept)
            bad = [tape for tape in dropped if carried.get(tape.value, 0) & ~room]
            if not bad:
                return dropped, kept
            handed_on = functools.reduce(operator.or_, (carried[tape.value] for tape in bad)) & ~room
            params = {param for k, param in enumerate(self.first.params) if handed_on >> k & 1}
            more = [tape for tape in dropped if tape.value in params] or bad
            dropped, kept = [t for t in dropped if t not in more], [*kept, *more]

    # -- whether it is worth it --------------------------------------------------------------------------------------

    def _pays(self, dropped: Sequence[Tape]) -> bool:
        """Whether the first loop has no other purpose than these tapes, but cheap checks: then nothing is computed twice."""
        return not self.wanted(dropped) and not (self.function.compiled and self._dear(self._for_checks()))

    def wanted(self, dropped: Sequence[Tape]) -> list[Value]:
        """What else the first loop is for."""
        saved = [tape.slot.result for tape in dropped]
        return [result for result in self.first.op.results if result in self.readers and result not in saved]

    def _for_checks(self) -> list[Op]:
        """What the first loop still has to compute for its checks."""
        return self.needed([v for op in self._checking() for v in op_uses(op)], ())

    def _checking(self) -> list[Op]:
        """The ops of an iteration that check anything."""
        body = self.first.body
        return [op for op in body.ops if any(own_effect(one) not in (PURE, CONTROL) for one in with_inner(op))]

    def _dear(self, ops: Sequence[Op]) -> bool:
        """Whether any of these ops takes long, besides making room that they fill."""
        inner = (one for op in ops for one in with_inner(op) if not one.regions and not one.attrs.get("filled"))
        return any(cost(one, self.constants.get) == DEAR for one in inner)

    # -- the second loop ---------------------------------------------------------------------------------------------

    def _with_iteration(
        self, again: Sequence[Op], room: Sequence[Slot], dropped: Sequence[Tape], kept: Sequence[Tape]
    ) -> Op:
        """The second loop with these ops of the first one at the start of its body."""
        second, index = self.second, self.second.index
        here = self.first.index
        assert index is not None
        assert here is not None
        b = Builder(second.op.span)
        env = {here: index} | {slot.param: Value(slot.param.type, slot.param.name) for slot in room}
        places = self.needed([tape.store.operands[1] for tape in kept], ())
        ops = clone_ops(places, env)
        for tape in kept:
            place = tape.store.operands[1]
            saved = b.element(tape.slot.result, env.get(place, place))
            env[tape.value] = b.cast(saved, tape.value.type, tape.value.name)
        ops += b.ops
        again = [op for op in again if op not in places]
        ops += clone_ops([_without_checks(op) for op in again] if self.function.compiled else again, env)
        values = {}
        b = Builder(second.op.span)
        for tape in dropped:
            for load in tape.loads:
                values[load.result] = b.cast(env.get(tape.value, tape.value), load.result.type, load.result.name)
        # Where the first loop still uses the room, the second one takes it over from there.
        left = self.needed([slot.yielded for slot in self.first.slots if slot.result in self.wanted(dropped)], ())
        used = {value for op in left for value in op_uses(op)}
        carried = [
            Slot(
                slot.result if slot.param in used else slot.init,
                env[slot.param],
                env[slot.yielded],
                Value(slot.result.type, slot.result.name),
            )
            for slot in room
        ]
        return second.with_slots(
            [*second.slots, *carried], [*ops, *b.ops, *Substitution(values).ops(second.body.ops[:-1])]
        )


def _without_checks(op: Op) -> Op:
    """The op without the checks inside it, which have been made when it ran first."""
    regions = tuple(
        Region(
            region.params,
            tuple(_without_checks(one) for one in region.ops if one.results or TABLE[one.kind].terminator),
        )
        for region in op.regions
    )
    return replace(op, regions=regions) if regions else op

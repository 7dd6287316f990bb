"""Iterations that are run again where their values are needed, instead of being kept on tapes.

A loop that saves values of each iteration for a later loop over the same indices, as the primal does for its reversal, need not
save what an iteration can compute from its index, from what stands around the loop, and from what else is saved: the later loop
computes it again, at the start of its own iteration.  What the first loop then does for nobody is removed with it.

    Input:  tape, trips = for 0, n, 1, empty { (i, t)  v = exp x[i];  t1 = store t[i], v;  yield t1 }
            s, trips = for n - 1, -1, -1, s0 { (i, s)  u = load tape[i];  w = mul u, u;  s1 = add s, w;  yield s1 }
    Output: s, trips = for n - 1, -1, -1, s0 { (i, s)  u = exp x[i];  w = mul u, u;  s1 = add s, w;  yield s1 }

Done where nothing is computed twice, because the first loop has no other purpose.  What an iteration reads must not be written
to before it runs again.  Arrays that the first loop carries as mere room are carried by the later one.  An error of an operation
is raised when its iteration runs.  In compiled code, where memory is accessed without further tests, checks stay in the first loop.
Idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.analysis.affine import of_value
from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.analysis.memory import Memory, with_inner
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CHECK, CONTROL, DEAR, PURE
from autodiff_compiler.ir.opset import TABLE, cost, own_effect, reads_path, sets_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.walk import Substitution, all_ops, clone_ops, definitions, op_uses, uses
from autodiff_compiler.passes import dce
from autodiff_compiler.passes.one_sweep import CarriedSums, Joined

# Only for safety: every round removes a tape.
ROUNDS = 100


def run(function: Function) -> Function:
    for _ in range(ROUNDS):
        made = _Search(function).replayed()
        if made is None:
            break
        function = dce.run(made)
    return function


@dataclass(frozen=True)
class _Tape:
    """What an iteration of the first loop saves, and where the second one reads it back."""

    slot: Slot
    store: Op
    loads: tuple[Op, ...]

    @property
    def value(self) -> Value:
        return self.store.operands[-1]


class _Search:
    """Looks for the first pair of loops with tapes that need not be."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.readers = uses(function.body)
        self.definitions = definitions(function.body)

    def replayed(self) -> Function | None:
        """The function without some tapes; None if it needs all it has."""
        region = self._region(self.function.body)
        return None if region is None else replace(self.function, body=region)

    def _region(self, region: Region) -> Region | None:
        for at, op in enumerate(region.ops):
            if is_loop(op) and Loop(op).counted and not Loop(op).exits:
                ops = self._first(region, at)
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

    def _first(self, region: Region, at: int) -> list[Op] | None:
        """The ops of a region where the loop at this place saves less."""
        loop = Loop(region.ops[at])
        slots = [slot for slot in loop.slots if self._is_tape(slot, loop)]
        if not slots:
            return None
        inside = {inner: op for op in region.ops[at + 1 :] for inner in with_inner(op)}
        by_reader: dict[Op, list[_Tape]] = {}
        for slot in slots:
            loads = tuple(self.readers.get(slot.result, ()))
            owners = {inside.get(load) for load in loads}
            owner = owners.pop() if len(owners) == 1 else None
            if owner is not None and is_loop(owner) and Loop(owner).counted and not Loop(owner).exits:
                by_reader.setdefault(owner, []).append(_Tape(slot, self.definitions[slot.yielded], loads))
        for reader, tapes in by_reader.items():
            pair = _Pair(self, region, loop, Loop(reader), tapes)
            ops = pair.joined() or pair.replayed()
            if ops is not None:
                return ops
        return None

    def _is_tape(self, slot: Slot, loop: Loop) -> bool:
        """Whether each iteration does nothing with what the slot carries but to fill one place."""
        init, store = self.definitions.get(slot.init), self.definitions.get(slot.yielded)
        return (
            init is not None
            and store is not None
            and bool(init.attrs.get("filled"))
            and self.readers[slot.init] == [loop.op]
            and store in loop.body.ops
            and sets_path(store)
            and path_of(store) == element()
            and store.operands[0] is slot.param
            and self.readers[slot.param] == [store]
            and self.readers[slot.yielded] == [loop.body.terminator]
            and store.operands[-1] not in (slot.param, slot.yielded)
        )


class _Pair:
    """A loop that saves, and the loop that reads: what the second one can compute for itself."""

    def __init__(self, search: _Search, region: Region, first: Loop, second: Loop, tapes: Sequence[_Tape]) -> None:
        self.function = search.function
        self.readers = search.readers
        self.region, self.first, self.second = region, first, second
        self.shapes = shapes_of(self.function.body)
        self.constants = constants_of(self.function.body)
        self.scratch = Scratch(self.readers, self.shapes)
        self.own = {result: op for op in first.body.ops for result in op.results}
        self.room = {slot.param for slot in first.slots if self.scratch.is_scratch(slot, first)}
        self.tapes = [tape for tape in tapes if self._same_places(tape)] if self._same_range() else []

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
        if not {slot.param for slot in room} <= self.room or not self._can_run_again(again) or not self._pays(dropped):
            return None
        longer = self._with_iteration(again, room, dropped, kept)
        ops = {self.first.op: [self._shortened(dropped)] if self.function.compiled else [], self.second.op: [longer]}
        return [one for op in self.region.ops for one in ops.get(op, [op])]

    def _shortened(self, dropped: Sequence[_Tape]) -> Op:
        """The first loop without these tapes."""
        slots = [slot for slot in self.first.slots if all(slot is not tape.slot for tape in dropped)]
        stores = {tape.store for tape in dropped}
        return self.first.with_slots(slots, [op for op in self.first.body.ops[:-1] if op not in stores])

    # -- are the iterations the same? --------------------------------------------------------------------------------

    def _same_range(self) -> bool:
        """Whether both loops run over the same indices, in one direction or the other."""
        steps = [self.constants.get(loop.step) for loop in (self.first, self.second)]
        start, stop = (of_value(self.shapes, bound) for bound in self.first.bounds[:2])
        if steps in ([1, -1], [-1, 1]):
            before = -1 if steps[0] == 1 else 1
            start, stop = stop.plus(before), start.plus(before)
        elif steps not in ([1, 1], [-1, -1]):
            return False
        return [of_value(self.shapes, bound) for bound in self.second.bounds[:2]] == [start, stop]

    def _same_places(self, tape: _Tape) -> bool:
        """Whether an iteration reads back what the iteration of the same index has saved."""
        here, there = self.first.index, self.second.index
        assert here is not None
        assert there is not None
        place = of_value(self.shapes, tape.store.operands[1]).renamed({here: there})
        return here in of_value(self.shapes, tape.store.operands[1]).terms and all(
            reads_path(load) and path_of(load) == element() and of_value(self.shapes, load.operands[1]) == place
            for load in tape.loads
        )

    # -- what is computed again ------------------------------------------------------------------------------------

    def _needed(self, values: Sequence[Value], kept: Sequence[_Tape]) -> list[Op]:
        """The ops of an iteration that these values come of, what is kept aside."""
        ops = self._sources(values, kept)[0]
        return [op for op in self.first.body.ops if op in ops]

    def _sources(self, values: Sequence[Value], kept: Sequence[_Tape]) -> tuple[set[Op], set[Value]]:
        """The ops of an iteration that these values come of, what is kept aside, and the carried parameters that they read."""
        known = {tape.value for tape in kept}
        ops: set[Op] = set()
        params: set[Value] = set()
        work = list(values)
        while work:
            value = work.pop()
            op = self.own.get(value)
            if value in known or op in ops:
                continue
            if op is not None:
                ops.add(op)
                work += op_uses(op)
            elif value in self.first.params:
                params.add(value)
        return ops, params

    def _again(self, dropped: Sequence[_Tape], kept: Sequence[_Tape]) -> tuple[list[Op], list[Slot]]:
        """The ops to run again, and what the loop carries for them as mere room."""
        checks = [] if self.function.compiled else self._checking()
        values = [tape.value for tape in dropped] + [value for op in checks for value in op_uses(op)]
        room: list[Slot] = []
        while True:
            ops, params = self._sources([*values, *(slot.yielded for slot in room)], kept)
            ops.update(checks)
            more = [slot for slot in self.first.slots if slot.param in params and slot not in room]
            if not more:
                return [op for op in self.first.body.ops if op in ops], room
            room += more

    def _divided(self) -> tuple[list[_Tape], list[_Tape]]:
        """The tapes that can be computed again, given the others: what an earlier iteration hands on has to be kept."""
        dropped, kept = self.tapes, list[_Tape]()
        while True:
            bad = {tape.value: self._sources([tape.value], kept)[1] - self.room for tape in dropped}
            handed_on = {param for params in bad.values() for param in params}
            if not handed_on:
                return dropped, kept
            more = [t for t in dropped if t.value in handed_on] or [t for t in dropped if bad[t.value]]
            dropped, kept = [t for t in dropped if t not in more], [*kept, *more]

    def _can_run_again(self, again: Sequence[Op]) -> bool:
        """Whether these ops give the same values when the second loop runs."""
        inner = [one for op in again for one in with_inner(op)]
        if any(own_effect(op) not in (PURE, CONTROL, CHECK) for op in inner):
            return False
        if any(op.results and own_effect(op) == CHECK for op in inner):
            return False
        local = {*self.first.body.params, *(v for op in all_ops(self.first.body) for v in op.results)}
        read = Op("yield", tuple(v for op in again for v in op_uses(op) if v not in local))
        memory = Memory(self.function)
        start, stop = (self.region.ops.index(loop.op) for loop in (self.first, self.second))
        return not (
            memory.is_written_between(read, self.region, start, stop)
            or memory.writes_what_is_read(self.first.op, read)
            or memory.writes_what_is_read(self.second.op, read)
        )

    # -- whether it is worth it --------------------------------------------------------------------------------------

    def _pays(self, dropped: Sequence[_Tape]) -> bool:
        """Whether the first loop has no other purpose than these tapes, but cheap checks: then nothing is computed twice."""
        return not self.wanted(dropped) and not (self.function.compiled and self._dear(self._for_checks()))

    def wanted(self, dropped: Sequence[_Tape]) -> list[Value]:
        """What else the first loop is for."""
        saved = [tape.slot.result for tape in dropped]
        return [result for result in self.first.op.results if result in self.readers and result not in saved]

    def _for_checks(self) -> list[Op]:
        """What the first loop still has to compute for its checks."""
        return self._needed([v for op in self._checking() for v in op_uses(op)], ())

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
        self, again: Sequence[Op], room: Sequence[Slot], dropped: Sequence[_Tape], kept: Sequence[_Tape]
    ) -> Op:
        """The second loop with these ops of the first one at the start of its body."""
        second, index = self.second, self.second.index
        here = self.first.index
        assert index is not None
        assert here is not None
        b = Builder(second.op.span)
        env = {here: index} | {slot.param: Value(slot.param.type, slot.param.name) for slot in room}
        places = self._needed([tape.store.operands[1] for tape in kept], ())
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
                values[load.result] = b.cast(env[tape.value], load.result.type, load.result.name)
        # Where the first loop still uses the room, the second one takes it over from there.
        left = self._needed([slot.yielded for slot in self.first.slots if slot.result in self.wanted(dropped)], ())
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

"""Tapes in a finished derivative: a loop that saves a value of each iteration, and a later loop over the same iterations that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autodiff_compiler.analysis.affine import of_value
from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.analysis.memory import Memory, with_inner
from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CHECK, CONTROL, PURE
from autodiff_compiler.ir.opset import own_effect, reads_path, sets_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.walk import bound_in, definitions, op_uses, uses


@dataclass(frozen=True)
class Tape:
    """What an iteration of the first loop saves, and where the second one reads it back."""

    slot: Slot
    store: Op
    loads: tuple[Op, ...]

    @property
    def value(self) -> Value:
        return self.store.operands[-1]


class Saving:
    """What is known of a function whose loops may save what later ones read."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.readers = uses(function.body)
        self.definitions = definitions(function.body)
        self.shapes = shapes_of(function.body)
        self.constants = constants_of(function.body)

    def tapes(self, region: Region, at: int) -> Iterator[tuple[Loop, Loop, list[Tape]]]:
        """The loop at this place of the region with each loop that alone reads some of its tapes."""
        if not _runs_through(region.ops[at]):
            return
        loop = Loop(region.ops[at])
        slots = [slot for slot in loop.slots if self._is_tape(slot, loop)]
        if not slots:
            return
        inside = {inner: op for op in region.ops[at + 1 :] for inner in with_inner(op)}
        by_reader: dict[Op, list[Tape]] = {}
        for slot in slots:
            loads = tuple(self.readers.get(slot.result, ()))
            owners = {inside.get(load) for load in loads}
            owner = owners.pop() if len(owners) == 1 else None
            if owner is not None and _runs_through(owner):
                by_reader.setdefault(owner, []).append(Tape(slot, self.definitions[slot.yielded], loads))
        for reader, tapes in by_reader.items():
            yield loop, Loop(reader), tapes

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


def _runs_through(op: Op) -> bool:
    return is_loop(op) and Loop(op).counted and not Loop(op).exits


class Pair:
    """A loop that saves, and the loop that reads."""

    def __init__(self, saving: Saving, region: Region, first: Loop, second: Loop, tapes: Sequence[Tape]) -> None:
        self.function = saving.function
        self.readers, self.definitions = saving.readers, saving.definitions
        self.shapes, self.constants = saving.shapes, saving.constants
        self.region, self.first, self.second = region, first, second
        self.own = {result: op for op in first.body.ops for result in op.results}
        """What an iteration of the first loop computes, and by which of its ops."""
        self.tapes = [tape for tape in tapes if self._same_places(tape)] if self._same_range() else []

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

    def _same_places(self, tape: Tape) -> bool:
        """Whether an iteration reads back what the iteration of the same index has saved."""
        here, there = self.first.index, self.second.index
        assert here is not None
        assert there is not None
        place = of_value(self.shapes, tape.store.operands[1]).renamed({here: there})
        return here in of_value(self.shapes, tape.store.operands[1]).terms and all(
            reads_path(load) and path_of(load) == element() and of_value(self.shapes, load.operands[1]) == place
            for load in tape.loads
        )

    # -- what an iteration comes of -----------------------------------------------------------------------------------

    def needed(self, values: Sequence[Value], kept: Sequence[Tape]) -> list[Op]:
        """The ops of an iteration that these values come of, what is kept aside."""
        ops = self.sources(values, kept)[0]
        return [op for op in self.first.body.ops if op in ops]

    def sources(self, values: Sequence[Value], kept: Sequence[Tape]) -> tuple[set[Op], set[Value]]:
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

    def carried(self, kept: Sequence[Tape]) -> dict[Value, int]:
        """The carried parameters that each value of an iteration comes of, what is kept aside: a bit for each parameter."""
        known = {tape.value for tape in kept}
        bits = {param: 1 << k for k, param in enumerate(self.first.params)}
        for op in self.first.body.ops:
            origins = 0
            for value in op_uses(op):
                origins |= 0 if value in known else bits.get(value, 0)
            bits.update(dict.fromkeys(op.results, origins))
        return bits

    def can_run_again(self, again: Sequence[Op]) -> bool:
        """Whether these ops give the same values when the second loop runs."""
        inner = [one for op in again for one in with_inner(op)]
        if any(own_effect(op) not in (PURE, CONTROL, CHECK) for op in inner):
            return False
        if any(op.results and own_effect(op) == CHECK for op in inner):
            return False
        local = bound_in(self.first.body)
        read = Op("yield", tuple(v for op in again for v in op_uses(op) if v not in local))
        memory = Memory(self.function)
        start, stop = (self.region.ops.index(loop.op) for loop in (self.first, self.second))
        return not (
            memory.is_written_between(read, self.region, start, stop)
            or memory.writes_what_is_read(self.first.op, read)
            or memory.writes_what_is_read(self.second.op, read)
        )

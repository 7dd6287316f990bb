"""The iterations of a loop in reverse: their range, and what is known of each without saving anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autodiff_compiler.ad.emission import Emission
from autodiff_compiler.ad.tapes import last_index, trip_number
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import INT, ListOf

SMALL_STEP = 2**10


class Iterations:
    """The iterations of a loop, last one first: the range, and what its index says about the primal's iteration."""

    def __init__(self, emission: Emission, loop: Loop) -> None:
        self.emission, self.primal, self.loop = emission, emission.primal, loop
        self.step = self.primal.constant(loop.step) if loop.counted else None
        # Run over the primal's own index where that reads best; else over the number of the iteration.
        self.by_index = not loop.exits and isinstance(self.step, int) and self.step != 0
        self.index_is_trip = self.step == 1 and self.primal.constant(loop.start) == 0
        named = loop.index is not None and (self.by_index or self.index_is_trip)
        self.index = Value(INT, loop.index.name if named and loop.index is not None else "t")

    def range(self) -> tuple[Value, Value, Value]:
        b = self.emission.b
        if not self.by_index:
            last = b.op("sub", self.loop.trips, b.const(1), fits=True)
            return last, b.const(-1), b.const(-1)
        start, stop, _ = self.loop.bounds
        assert isinstance(self.step, int)
        sign = 1 if self.step > 0 else -1
        one = b.const(sign)
        known = self.primal.constant(start)
        last = b.sub(stop, one) if self.step == sign else last_index(self.emission, self.loop)
        end = b.const(known - sign) if isinstance(known, int) else b.sub(start, one)
        return last, end, b.const(-self.step)

    def trip(self) -> Value:
        """The number of the primal's iteration."""
        if not self.by_index or self.index_is_trip:
            return self.index
        return trip_number(self.emission, self.loop, self.index)

    def primal_index(self) -> Value:
        if self.by_index or self.index_is_trip:
            return self.index
        b, (start, _, step) = self.emission.b, self.loop.bounds
        ahead = self.index if self.step == 1 else b.op("mul", self.index, step, fits=True)
        return b.cast(b.op("add", start, ahead, fits=True), INT)

    def available(self) -> dict[Value, Callable[[], Value]]:
        """What the reversal of an iteration knows about it without saving anything."""
        loop = self.loop
        free: dict[Value, Callable[[], Value]] = {}
        if loop.index is not None:
            free[loop.index] = self.primal_index
        code = loop.exit_code
        if code is not None and loop.exit_yield is not None and self.primal.home.get(loop.exit_yield) is loop.body:
            free[loop.exit_yield] = lambda: self._exit_code(code)
        for slot in loop.slots:
            advance = self._advance(slot)
            if advance is not None:
                free[slot.param] = partial(self._counted, slot, *advance)
        return free

    def lengths(self) -> dict[Value, Callable[[], Value]]:
        """The lengths of the lists that grow by the same number of elements in every iteration."""
        known: dict[Value, Callable[[], Value]] = {}
        for slot in self.loop.slots:
            versions = self._versions(slot)
            for ahead, version in enumerate(versions):
                known[version] = partial(self._length, slot, len(versions) - 1, ahead)
        return known

    def _exit_code(self, code: Value) -> Value:
        """Only the last iteration can have had another exit code than 0."""
        b = self.emission.b
        last = b.compare("eq", self.index, b.op("sub", self.loop.trips, b.const(1), fits=True))
        return b.select(last, code, b.const(0))

    def _advance(self, slot: Slot) -> tuple[str, Value] | None:
        """The op and the value by which an integer slot changes in every iteration, if that is all that happens to it."""
        op = self.primal.definitions.get(slot.yielded)
        body = self.loop.body
        if slot.param.type != INT or op is None or self.primal.home.get(slot.yielded) is not body:
            return None
        signs = opdef(op).signs
        if len(signs) == 2 and op.operands[0] is slot.param:
            by = op.operands[1]
        elif signs == (1, 1) and op.operands[1] is slot.param:
            by = op.operands[0]
        else:
            return None
        known = by in self.primal.constants or not self.primal.inside(by, body)
        return (op.kind, by) if known and by.type == INT else None

    def _versions(self, slot: Slot) -> list[Value]:
        """The versions of a list within an iteration, if it is appended to and nothing else happens to it."""
        body, version = self.loop.body, slot.yielded
        versions = [version]
        while version is not slot.param:
            op = self.primal.definitions.get(version)
            if op is None or not opdef(op).appends or self.primal.home.get(version) is not body:
                return []
            version = op.operands[0]
            versions.append(version)
        return versions[::-1] if isinstance(slot.param.type, ListOf) else []

    def _length(self, slot: Slot, grows: int, ahead: int) -> Value:
        b, trip = self.emission.b, self.trip()
        far = trip if grows == 1 else b.op("mul", trip, b.const(grows), fits=True)
        first = self.primal.definitions.get(slot.init)
        if first is not None and opdef(first).starts_empty:
            count = len(first.operands) + ahead
            return b.op("add", far, b.const(count), fits=True) if count else far
        before = b.op("add", b.op("list_len", slot.init), far, fits=True)
        return b.op("add", before, b.const(ahead), fits=True) if ahead else before

    def _counted(self, slot: Slot, kind: str, by: Value) -> Value:
        b = self.emission.b
        known = self.primal.constant(by)
        number = b.const(known) if isinstance(known, int) else by
        # If no sum of the primal exceeded 64 bits, none does here: no loop runs often enough to get there by small steps.
        update = self.primal.definitions[slot.yielded]
        small = isinstance(known, int) and abs(known) <= SMALL_STEP and update.attrs.get("fits")
        proven: dict[str, Any] = {"fits": True} if small else {}
        far = self.trip() if known == 1 else b.op("mul", self.trip(), number, **proven)
        return b.op(kind, slot.init, far, name=slot.param.name, **proven)

"""Reverse mode of `for` and `while`: a `for` over the same iterations, last one first.

    c1, trips = for i … c=c0 { … yield c' }
    ->  c_bar, x_bar = for i (backwards) c_bar=c1_bar, x_bar=x_bar { c_bar of c from c'_bar; x_bar += … }

It carries the adjoint of each active slot, and those of the active values from outside that the body uses: they are
accumulated in place.  A loop that may be left early, or a `while`, runs over the trips that were counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.residuals import provide
from autodiff_compiler.ad.reversal import Reversal, Substitution
from autodiff_compiler.ad.tapes import TapeDeck, last_index, trip_number
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import INT, ListOf, Scalar
from autodiff_compiler.ir.walk import free_values

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import Sweep


def reverse_loop(sweep: Sweep, loop: Loop, adjoints: Adjoints) -> None:
    context, body = sweep.context, loop.body
    b, active = context.b, context.active
    bars = {slot: adjoints.take(slot.result) for slot in loop.slots}
    if all(bar is None for bar in bars.values()):
        return
    if loop.exit_yield is not None:
        context.exit_codes.add(loop.exit_yield)
    chosen = [slot for slot in bars if slot.param in active or slot.result in active]
    reached = [v for v in free_values([body]) if v in active]
    inits = [bar if (bar := bars[slot]) is not None else context.zeros(slot.result) for slot in chosen]
    inits += [adjoints.or_zero(v) for v in reached]

    span = _Backwards(context, loop)
    sources = [*(slot.param for slot in chosen), *reached]
    params = [Value(v.type, bar_name(v)) for v in sources]
    out = OpenRegion((span.index, *params))
    local = Adjoints(context, dict(zip(reached, params[len(chosen) :])), carried=reached)
    with b.reopen(out):
        for slot, bar in zip(chosen, params):
            local.add(slot.yielded, bar)
        sweep.reverse(body, local)
        finals = [local.or_zero(v) for v in sources]

    # What an iteration hands on unchanged need not be carried.
    unchanged = {param: init for param, init, final in zip(params, inits, finals) if final is param}
    out.ops[:] = Substitution(unchanged).ops(out.ops)
    carried = [k for k, param in enumerate(params) if param not in unchanged]
    out.params = (span.index, *(params[k] for k in carried))
    with b.reopen(out):
        b.yield_(*(unchanged.get(finals[k], finals[k]) for k in carried))

    deck = TapeDeck(context, loop)
    ends = {slot.yielded: slot for slot in loop.slots if _can_be_handed_on(context, slot, body)}
    begun = {yielded: slot.param for yielded, slot in ends.items()}
    handed = provide(
        context, body, out, span.available(), lambda values: deck.save(values, span.trip), span.lengths(), begun
    )
    context.replaced[loop.op] = deck.rebuilt_loop()
    out.params = (*out.params, *(param for param, _ in handed.values()))
    end = out.ops[-1]
    out.ops[-1] = replace(end, operands=(*end.operands, *(before for _, before in handed.values())))

    region = out.done()
    results = b.for_(*span.range(), [*(inits[k] for k in carried), *(ends[v].result for v in handed)], region)
    finals = list(inits)
    for k, result in zip(carried, results):
        finals[k] = result
    for value, bar in zip(reached, finals[len(chosen) :]):
        # An accumulator that nothing was added to stays what it was, a zero that is not there included.
        if value in adjoints.bars or bar not in inits:
            adjoints.bars[value] = bar
    for slot, bar in zip(chosen, finals):
        adjoints.add(slot.init, bar)


def _can_be_handed_on(context: Reversal, slot: Slot, body: Region) -> bool:
    """Whether what an iteration yields is a number that the next one, or what follows the loop, certainly has."""
    return (
        isinstance(slot.param.type, Scalar)
        and context.home.get(slot.yielded) is body
        and slot.yielded not in body.params
        and not context.save_all
        and not context.undefined_sources(slot.result)
    )


SMALL_STEP = 2**10


@dataclass
class _Backwards:
    """The iterations of a loop, last one first: the range, and what the index says of the primal's iteration."""

    context: Reversal
    loop: Loop

    def __post_init__(self) -> None:
        loop = self.loop
        self.step = self.context.constant(loop.step) if loop.counted else None
        # Iterate the primal's own index where that reads best; else the number of the iteration.
        self.by_index = not loop.exits and isinstance(self.step, int) and self.step != 0
        self.index_is_trip = self.step == 1 and self.context.constant(loop.start) == 0
        named = loop.index is not None and (self.by_index or self.index_is_trip)
        self.index = Value(INT, loop.index.name if named and loop.index is not None else "t")

    def range(self) -> tuple[Value, Value, Value]:
        b = self.context.b
        if not self.by_index:
            last = b.op("sub", self.loop.trips, b.const(1), fits=True)
            return last, b.const(-1), b.const(-1)
        start, stop, _ = self.loop.bounds
        assert isinstance(self.step, int)
        sign = 1 if self.step > 0 else -1
        one = b.const(sign)
        known = self.context.constant(start)
        last = b.sub(stop, one) if self.step == sign else last_index(self.context, self.loop)
        end = b.const(known - sign) if isinstance(known, int) else b.sub(start, one)
        return last, end, b.const(-self.step)

    def trip(self) -> Value:
        """The number of the primal's iteration."""
        if not self.by_index or self.index_is_trip:
            return self.index
        return trip_number(self.context, self.loop, self.index)

    def primal_index(self) -> Value:
        if self.by_index or self.index_is_trip:
            return self.index
        b, (start, _, step) = self.context.b, self.loop.bounds
        ahead = self.index if self.step == 1 else b.op("mul", self.index, step, fits=True)
        return b.cast(b.op("add", start, ahead, fits=True), INT)

    def available(self) -> dict[Value, Callable[[], Value]]:
        """What the reversal of an iteration knows of it without saving anything."""
        loop = self.loop
        free: dict[Value, Callable[[], Value]] = {}
        if loop.index is not None:
            free[loop.index] = self.primal_index
        code = loop.exit_code
        if code is not None and loop.exit_yield is not None and self.context.home.get(loop.exit_yield) is loop.body:
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
        b = self.context.b
        last = b.compare("eq", self.index, b.op("sub", self.loop.trips, b.const(1), fits=True))
        return b.select(last, code, b.const(0))

    def _advance(self, slot: Slot) -> tuple[str, Value] | None:
        """The op and the value by which an integer slot changes in every iteration, if that is all that happens to it."""
        op = self.context.defs.get(slot.yielded)
        body = self.loop.body
        if slot.param.type != INT or op is None or self.context.home.get(slot.yielded) is not body:
            return None
        signs = opdef(op).signs
        if len(signs) == 2 and op.operands[0] is slot.param:
            by = op.operands[1]
        elif signs == (1, 1) and op.operands[1] is slot.param:
            by = op.operands[0]
        else:
            return None
        known = by in self.context.constants or not self.context.inside(by, body)
        return (op.kind, by) if known and by.type == INT else None

    def _versions(self, slot: Slot) -> list[Value]:
        """The versions of a list within an iteration, if it is appended to and nothing else happens to it."""
        body, version = self.loop.body, slot.yielded
        versions = [version]
        while version is not slot.param:
            op = self.context.defs.get(version)
            if op is None or not opdef(op).appends or self.context.home.get(version) is not body:
                return []
            version = op.operands[0]
            versions.append(version)
        return versions[::-1] if isinstance(slot.param.type, ListOf) else []

    def _length(self, slot: Slot, grows: int, ahead: int) -> Value:
        b, trip = self.context.b, self.trip()
        far = trip if grows == 1 else b.op("mul", trip, b.const(grows), fits=True)
        first = self.context.defs.get(slot.init)
        if first is not None and opdef(first).starts_empty:
            count = len(first.operands) + ahead
            return b.op("add", far, b.const(count), fits=True) if count else far
        before = b.op("add", b.op("list_len", slot.init), far, fits=True)
        return b.op("add", before, b.const(ahead), fits=True) if ahead else before

    def _counted(self, slot: Slot, kind: str, by: Value) -> Value:
        b = self.context.b
        known = self.context.constant(by)
        number = b.const(known) if isinstance(known, int) else by
        # If no sum of the primal left 64 bits, none does here: no loop runs as often as it would take to get there by small steps.
        update = self.context.defs[slot.yielded]
        small = isinstance(known, int) and abs(known) <= SMALL_STEP and update.attrs.get("fits")
        proven: dict[str, Any] = {"fits": True} if small else {}
        far = self.trip() if known == 1 else b.op("mul", self.trip(), number, **proven)
        return b.op(kind, slot.init, far, name=slot.param.name, **proven)

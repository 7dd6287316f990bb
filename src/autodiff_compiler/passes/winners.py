"""For Numba: of a chain of choices the loop keeps the number of the last one, and the reversal runs for that one alone.

A minimum over candidates: going back, the first choice that was taken takes the whole adjoint, and all before it add multiples of zero.

    Input:  m, tape, trips = for 0, n, 1, inf, empty n { (j, m, t)  c = lt x[j], m;  t1 = store t[j], c;  m1 = select c, x[j], m;  yield m1, t1 }
            g, a, trips = for n - 1, -1, -1, g0, a0 { (j, g, a)
                c = load tape[j];  a1 = if c { yield accum a[j], g } else { yield a };  yield select c, 0.0, g;  a1 }
    Output: m, k, trips = for 0, n, 1, inf, -1 { (j, m, k)  c = lt x[j], m;  k1 = select c, j, k;  m1 = select c, x[j], m;  yield m1, k1 }
            g, a = if ge k, 0 { yield 0.0, accum a0[k], g0 } else { yield g0, a0 }

What is multiplied by zero does not matter, NaN and infinity included.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import is_pure, opdef
from autodiff_compiler.ir.types import INT, dtype_of
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes.guards import Vanishing
from autodiff_compiler.passes.saved import Pair, Saving, Tape


def run(function: Function) -> Function:
    return _Winners(function).function(function)


class _Winners(Rewriter):
    def __init__(self, function: Function) -> None:
        super().__init__()
        self._saving = Saving(function)
        self._slots = {slot.result: slot for op in all_ops(function.body) if is_loop(op) for slot in Loop(op).slots}

    def region(self, region: Region) -> Region:
        instead: dict[Op, list[Op]] = {}
        for at in range(len(region.ops)):
            for first, second, tapes in self._saving.tapes(region, at):
                chain = _Chain(self._saving, region, first, second, tapes)
                flag = next((tape for tape in chain.tapes if chain.is_choice(tape, self._slots)), None)
                if flag is not None and instead.keys().isdisjoint((first.op, second.op)):
                    instead |= {first.op: chain.forward(flag), second.op: chain.backward(flag)}
        if instead:
            region = Region(region.params, tuple(new for op in region.ops for new in instead.get(op, [op])))
        return super().region(region)


class _Chain(Pair):
    """A loop that saves whether each iteration makes a choice, and the loop that goes back over the choices."""

    # -- does the last choice alone count? ---------------------------------------------------------------------------

    def is_choice(self, tape: Tape, slots: dict[Value, Slot]) -> bool:
        """Whether the second loop does nothing where this tape says no, and where it says yes for the second time."""
        second = self.second
        if not dtype_of(tape.value.type).is_bool or len(tape.loads) != 1 or tape.loads[0] not in second.body.ops:
            return False
        if any(counter in self.readers for loop in (self.first, second) for counter in loop.counters):
            return False
        bounds = [self.constants.get(v) for v in (self.first.start, self.first.step, second.step)]
        if not isinstance(bounds[0], int) or bounds[1:] != [1, -1] or not is_pure(second.op):
            return False
        yes, no = self._sides(tape.loads[0].result)
        zeros = {value for value, number in self.constants.items() if number == 0}
        spent = [slot for slot in second.slots if yes.get(slot.yielded) in zeros and no[slot.yielded] is slot.param]
        never = Vanishing(self.definitions, slots, zeros, no)
        again = Vanishing(self.definitions, slots, [*zeros, *(slot.param for slot in spent)], yes)
        return bool(spent) and all(
            never.keeps(slot.yielded, slot.param) and (slot in spent or again.keeps(slot.yielded, slot.param))
            for slot in second.slots
        )

    def _sides(self, said: Value) -> tuple[dict[Value, Value], dict[Value, Value]]:
        """What is decided by the choice: the values where it is made, and where it is not."""
        yes: dict[Value, Value] = {}
        no: dict[Value, Value] = {}
        for op in self.second.body.ops:
            for result, there, other in _decided(op, said):
                yes[result], no[result] = there, other
        return yes, no

    # -- the loop without a tape, and the reversal of one iteration ----------------------------------------------------

    def forward(self, tape: Tape) -> list[Op]:
        """The first loop, which carries the index of the last choice."""
        first, b = self.first, Builder(self.first.op.span)
        assert first.index is not None
        start = self.constants[first.start]
        assert isinstance(start, int)
        none = b.const(start - 1)
        self.chosen = Value(INT, "chosen")
        param, latest = Value(INT, "chosen"), Value(INT, "chosen")
        sides = tuple(Region((), (Op("yield", (value,)),)) for value in (first.index, param))
        choice = Op("if", (tape.value,), (latest,), {}, sides, tape.store.span)
        slots = [slot for slot in first.slots if slot.param is not tape.slot.param]
        body = [choice if op is tape.store else op for op in first.body.ops[:-1]]
        return [*b.ops, first.with_slots([*slots, Slot(none, param, latest, self.chosen)], body)]

    def backward(self, tape: Tape) -> list[Op]:
        """What the second loop does for that index, if there is one."""
        second, b = self.second, Builder(self.second.op.span)
        assert second.index is not None
        found = b.op("ge", self.chosen, self.first.start, name="found")
        values = {second.index: self.chosen} | {slot.param: slot.init for slot in second.slots}
        with b.region() as taken:
            values[tape.loads[0].result] = b.cast(b.const(True), tape.loads[0].result.type)
            one = _One(tape.loads[0], values)
            b.ops.extend(one.ops(second.body))
            b.yield_(*(one.value(slot.yielded) for slot in second.slots))
        with b.region() as none:
            b.yield_(*(slot.init for slot in second.slots))
        branches = Op(
            "if",
            (found,),
            tuple(slot.result for slot in second.slots),
            {},
            (taken.done(), none.done()),
            second.op.span,
        )
        return [*b.ops, branches]


class _One(Rewriter):
    """The ops of an iteration in which the choice is made."""

    def __init__(self, load: Op, values: dict[Value, Value]) -> None:
        super().__init__(values)
        self._load = load

    def ops(self, body: Region) -> list[Op]:
        for op in body.ops[:-1]:
            self.op(op)
        return self.out

    def op(self, op: Op) -> None:
        if op is self._load:
            return
        decided = list(_decided(op, self._load.result))
        if not decided:
            self.copy(op)
            return
        for inner in op.regions[0].ops[:-1] if op.regions else ():
            self.op(inner)
        self.env.update((result, self.value(there)) for result, there, _ in decided)


def _decided(op: Op, said: Value) -> Iterator[tuple[Value, Value, Value]]:
    """The results of an op that a choice decides, with what each is where the choice is made and where it is not."""
    if not op.operands or op.operands[0] is not said:
        return
    if op.kind == "if":
        yes, no = (region.terminator.operands for region in op.regions)
        yield from zip(op.results, yes, no)
    elif opdef(op).chooses and len(op.operands) == 3:
        yield op.result, op.operands[1], op.operands[2]

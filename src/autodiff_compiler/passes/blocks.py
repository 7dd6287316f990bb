"""For Numba: a long loop saves its state once for each block of iterations, and the reverse loop runs a block again to get at the rest.

    Input:  x, tape, trips = for 0, n, 1, x0, empty n { (i, x, t)  t1 = store t[i], x;  x1 = f x;  yield x1, t1 }
            g, trips = for n - 1, -1, -1, g0 { (i, g)  u = load tape[i];  …;  yield g1 }
    Output: size = select n <= SHORT // tapes, n, BLOCK
            x, states, tape, trips = for 0, blocks, 1, x0, empty blocks, empty size { (b, x, s, t)
                s1 = store s[b], x
                x1, t1 = for b * size, min (b * size + size), n, 1, x, t { (i, x, t)  t1 = store t[i - b * size], x;  …  }
                yield x1, s1, t1 }
            g, tape, trips = for blocks - 1, -1, -1, g0, tape { (b, g, t)
                t1 = if b < blocks - 1 { (the loop of the block again, from states[b] on) } else { yield t }
                g1 = for … { (i, g)  u = load t1[i - b * size];  … }
                yield g1, t1 }

The last block is still on the tape when the reverse loop begins, so a loop of one block, as a short one is, runs nothing again.

Done where what is saved comes of carried numbers by cheap operations, and runs again to the same values: what is dear is computed once.  A loop inside
another is short: the tape of one serves the next.  The blocks are short because compiled code may round the two runs of a block differently, which a chaotic loop magnifies step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.analysis.memory import with_inner
from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CALLEE, CHECK, DEAR
from autodiff_compiler.ir.opset import cost, may_overflow, opdef, own_effect
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import INT, Array, Scalar, Type, dtype_of
from autodiff_compiler.ir.walk import Substitution, clone_ops
from autodiff_compiler.passes.saved import Pair, Saving, Tape

SHORT = 4_000_000
"""A loop that saves as many numbers is one block.  Larger tapes are memory that comes fresh from the system each time, which takes longer than to
run the iterations again."""

BLOCK = 16


def run(function: Function) -> Function:
    ops: dict[Op, Sequence[Op]] = {}
    for pair in _pairs(function):
        ops |= {pair.first.op: pair.forward(), pair.second.op: pair.backward()}
    made = tuple(new for op in function.body.ops for new in ops.get(op, [op]))
    return replace(function, body=Region(function.body.params, made)) if ops else function


def tapes_in_blocks(function: Function) -> list[Value]:
    """What is kept of a long loop as the pass leaves it: the tapes of which there is a block at a time."""
    return [tape.slot.result for pair in _pairs(function) for tape in pair.dropped]


def _pairs(function: Function) -> list[_Blocks]:
    """The pairs of loops that are better in blocks; no loop is in two of them."""
    saving, region = Saving(function), function.body
    found: list[_Blocks] = []
    taken: set[Op] = set()
    for at in range(len(region.ops)):
        for first, second, tapes in saving.tapes(region, at):
            pair = _Blocks(saving, region, first, second, tapes)
            if pair.pays and taken.isdisjoint((first.op, second.op)):
                found.append(pair)
                taken.update((first.op, second.op))
    return found


class _Blocks(Pair):
    """A loop and its reversal, block by block."""

    def __init__(self, saving: Saving, region: Region, first: Loop, second: Loop, tapes: Sequence[Tape]) -> None:
        super().__init__(saving, region, first, second, tapes)
        self.dropped = [tape for tape in self.tapes if isinstance(tape.value.type, Scalar)]
        self.cut: _Cut
        self.states: list[Value]
        self.left: list[Value]
        """The numbers and arrays of the first loop that the second one needs: known when `forward` has built it."""
        self.state: list[Slot] = []
        """The numbers that an iteration takes from the one before, as far as what it saves comes of them."""
        self.again: list[Op] = []
        self._follow()
        self.short = SHORT // max(len(self.dropped), 1)
        """As many iterations are one block."""
        self.pays = bool(self.dropped and self.state) and self._is_long() and self._is_cheap() and self._is_small()

    def _follow(self) -> None:
        values = [tape.value for tape in self.dropped]
        while True:
            ops, params = self.sources([*values, *(slot.yielded for slot in self.state)], ())
            more = [slot for slot in self.first.slots if slot.param in params and slot not in self.state]
            if not more:
                self.again = [op for op in self.first.body.ops if op in ops]
                return
            self.state += more

    def _is_long(self) -> bool:
        """Whether the loops may be longer than one block, one step after the other, and nobody else counts them."""
        steps = [self.constants.get(loop.step) for loop in (self.first, self.second)]
        ends = [self.constants.get(bound) for bound in self.first.bounds[:2]]
        counted = any(counter in self.readers for loop in (self.first, self.second) for counter in loop.counters)
        short = isinstance(ends[0], int) and isinstance(ends[1], int) and ends[1] - ends[0] <= self.short
        return steps == [1, -1] and not counted and not short

    def _is_cheap(self) -> bool:
        """Whether an iteration can run again, and costs less than to save what it gives."""
        inner = [one for op in self.again for one in with_inner(op)]
        return (
            all(isinstance(slot.param.type, Scalar) for slot in self.state)
            and not any(is_loop(op) or own_effect(op) == CHECK or opdef(op).effect == CALLEE for op in inner)
            and not any(isinstance(result.type, Array) for op in inner for result in op.results)
            and not any(cost(op, self.constants.get) == DEAR for op in inner)
            and possibly_undefined(self.function.body).isdisjoint(slot.param for slot in self.state)
            and self.can_run_again(self.again)
        )

    def _is_small(self) -> bool:
        """Whether the states of the blocks are much smaller than the tapes."""
        state, saved = (
            sum(dtype_of(v.type).bits for v in values)
            for values in ((slot.param for slot in self.state), (tape.value for tape in self.dropped))
        )
        return 4 * state <= BLOCK * saved

    # -- the loops in blocks ---------------------------------------------------------------------------------------

    def forward(self) -> list[Op]:
        """The first loop, block by block; what the blocks save is made before it."""
        first, dropped, b = self.first, self.dropped, Builder(self.first.op.span)
        self.cut = _Cut.of(b, first, self.constants.get(first.start) == 0, self.short)
        states = [_room(b, slot.param.type, self.cut.blocks, f"{slot.param.name}_of_blocks") for slot in self.state]
        tapes = [_room(b, tape.value.type, self.cut.size, tape.slot.param.name) for tape in dropped]
        taped = {tape.slot.param for tape in dropped}
        kept = [slot for slot in first.slots if slot.param not in taped]
        outer = [Slot(slot.init, _like(slot.param), _like(slot.param), slot.result) for slot in kept]
        rooms = [Slot(tape, _like(tape), _like(tape), _like(tape)) for tape in tapes]
        inside = {slot.param: around.param for slot, around in zip(kept, outer)}

        with b.region(INT, names=("block",)) as body:
            (block,) = body.params
            begun = []
            for slot, state in zip(self.state, states):
                param = _like(state)
                stored = b.store(param, element(), (block,), inside[slot.param])
                begun.append(Slot(state, param, stored, _like(state)))
            begin, length = self.cut.part(b, block)
            with b.region(INT, names=("k",)) as iteration:
                (k,) = iteration.params
                index = self.cut.index(b, first, begin, k)
                stores = {
                    tape.store: replace(tape.store, operands=(tape.slot.param, k, tape.value)) for tape in dropped
                }
                b.ops.extend(Substitution(index).ops([stores.get(op, op) for op in first.body.ops[:-1]]))
            slots = [
                *(Slot(around.param, slot.param, slot.yielded, around.yielded) for slot, around in zip(kept, outer)),
                *(
                    Slot(room.param, tape.slot.param, tape.slot.yielded, room.yielded)
                    for tape, room in zip(dropped, rooms)
                ),
            ]
            b.ops.append(_counted(b, (b.const(0), length, b.const(1)), k, slots, iteration.ops))
        self.states = [slot.result for slot in begun]
        self.left = [slot.result for slot in rooms]
        bounds = (b.const(0), self.cut.blocks, b.const(1))
        return [*b.ops, _counted(b, bounds, block, [*outer, *begun, *rooms], body.ops)]

    def _stores(self, k: Value) -> dict[Op, Op]:
        """What fills the tapes, at a place of the block."""
        return {tape.store: replace(tape.store, operands=(tape.slot.param, k, tape.value)) for tape in self.dropped}

    def backward(self) -> list[Op]:
        """The second loop, block by block."""
        second, b = self.second, Builder(self.second.op.span)
        outer = [Slot(slot.init, _like(slot.param), _like(slot.param), slot.result) for slot in second.slots]
        back = b.const(-1)
        last = b.op("sub", self.cut.blocks, b.const(1), fits=True, name="last")
        with b.region(INT, names=("block",)) as body:
            (block,) = body.params
            begin, length = self.cut.part(b, block)
            params = [_like(tape) for tape in self.left]
            with b.region() as again:
                b.yield_(*self._run_again(b, block, begin, length, params))
            with b.region() as there:
                b.yield_(*params)
            tapes = b.if_(b.compare("lt", block, last), again.done(), there.done(), [tape.name for tape in params])
            with b.region(INT, names=("k",)) as iteration:
                (k,) = iteration.params
                index = self.cut.index(b, second, begin, k)
                loads = {
                    load: replace(load, operands=(value, k))
                    for tape, value in zip(self.dropped, tapes)
                    for load in tape.loads
                }
                b.ops.extend(_Replacing(loads, index).ops(second.body.ops[:-1]))
            slots = [
                Slot(around.param, slot.param, slot.yielded, around.yielded)
                for slot, around in zip(second.slots, outer)
            ]
            bounds = (b.op("sub", length, b.const(1), fits=True), b.const(-1), b.const(-1))
            b.ops.append(_counted(b, bounds, k, slots, iteration.ops))
        rooms = [Slot(*parts, _like(parts[0])) for parts in zip(self.left, params, tapes)]
        return [*b.ops, _counted(b, (last, back, back), block, [*outer, *rooms], body.ops)]

    def _run_again(
        self, b: Builder, block: Value, begin: Value, length: Value, tapes: Sequence[Value]
    ) -> tuple[Value, ...]:
        """The tapes as the block leaves them."""
        begun = [
            b.cast(b.element(states, block, name=slot.param.name), slot.param.type, slot.param.name)
            for slot, states in zip(self.state, self.states)
        ]
        with b.region(INT, names=("k",)) as iteration:
            (k,) = iteration.params
            env = self.cut.index(b, self.first, begin, k)
            env |= {slot.param: _like(slot.param) for slot in (*self.state, *(tape.slot for tape in self.dropped))}
            stores = self._stores(k)
            ops = [stores.get(op, op) for op in self.first.body.ops if op in stores or op in self.again]
            b.ops.extend(map(_passed, clone_ops(ops, env)))
            slots = [
                Slot(init, env[slot.param], env.get(slot.yielded, slot.yielded), _like(slot.param))
                for slot, init in zip((*self.state, *(tape.slot for tape in self.dropped)), (*begun, *tapes))
            ]
        b.ops.append(_counted(b, (b.const(0), length, b.const(1)), k, slots, iteration.ops))
        return tuple(slot.result for slot in slots[len(self.state) :])


@dataclass(frozen=True)
class _Cut:
    """The iterations of a loop in blocks."""

    start: Value | None
    """None where it is 0."""
    count: Value
    size: Value
    blocks: Value

    @classmethod
    def of(cls, b: Builder, loop: Loop, from_zero: bool, short: int) -> _Cut:
        trips = loop.stop if from_zero else b.op("sub", loop.stop, loop.start, fits=True)
        count = b.op("maximum", trips, b.const(0), name="count")
        whole = b.op("le", count, b.const(short), name="whole")
        many = b.op("floordiv", b.op("add", count, b.const(BLOCK - 1), fits=True), b.const(BLOCK), fits=True)
        size = b.op("select", whole, count, b.const(BLOCK), name="size")
        return cls(
            None if from_zero else loop.start, count, size, b.op("select", whole, b.const(1), many, name="blocks")
        )

    def part(self, b: Builder, block: Value) -> tuple[Value, Value]:
        """How many iterations come before a block, and how many it has."""
        begin = b.op("mul", block, self.size, fits=True, name="begin")
        rest = b.op("sub", self.count, begin, fits=True)
        return begin, b.op("minimum", self.size, rest, name="length")

    def index(self, b: Builder, loop: Loop, begin: Value, k: Value) -> dict[Value, Value]:
        """What the index of the loop is in an iteration of a block."""
        assert loop.index is not None
        place = b.op("add", begin, k, fits=True, name=loop.index.name)
        from_start = self.start and b.op("add", self.start, place, fits=True, name=loop.index.name)
        return {loop.index: from_start or place}


class _Replacing(Substitution):
    """Copies ops, some of them with other ones in their place."""

    def __init__(self, instead: dict[Op, Op], values: dict[Value, Value]) -> None:
        super().__init__(values)
        self._instead = instead

    def op(self, op: Op) -> None:
        super().op(self._instead.get(op, op))


def _room(b: Builder, type_: Type, extent: Value, name: str) -> Value:
    return b.op("empty", extent, dtype=dtype_of(type_), filled=True, name=name)


def _like(value: Value) -> Value:
    return Value(value.type, value.name)


def _counted(
    b: Builder, bounds: tuple[Value, Value, Value], index: Value, slots: Sequence[Slot], ops: Sequence[Op]
) -> Op:
    """A loop that carries these slots."""
    end = Op("yield", tuple(slot.yielded for slot in slots), span=b.span)
    body = Region((index, *(slot.param for slot in slots)), (*ops, end))
    operands = (*bounds, *(slot.init for slot in slots))
    return Op("for", operands, (*(slot.result for slot in slots), Value(INT)), {"exits": False}, (body,), b.span)


def _passed(op: Op) -> Op:
    """The op without the checks that it has passed when it ran first."""
    regions = tuple(Region(region.params, tuple(map(_passed, region.ops))) for region in op.regions)
    attrs = {**op.attrs, "fits": True} if may_overflow(op) else op.attrs
    return replace(op, attrs=attrs, regions=regions)

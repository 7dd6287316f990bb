"""Loops as a whole: `Loop` is a view of a `for` or a `while`, and makes changed loops from it.

Only this file knows where the parts of a loop are among operands, parameters, yielded values and results.
A view costs nothing to make; it slices when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.walk import all_ops, with_parts

BOUNDS = 3
"""A `for` has its start, stop and step before the initial values, and its index before the carried parameters."""


def is_loop(op: Op) -> bool:
    return op.kind in ("for", "while")


@dataclass(frozen=True, slots=True)
class Slot:
    """One carried value: what it is before the loop, at the start and at the end of an iteration, and after the loop."""

    init: Value
    param: Value
    yielded: Value
    result: Value
    tested: Value | None = None
    """The parameter of the condition of a `while`; a slot that is yet to be added need not have one."""

    @property
    def params(self) -> tuple[Value, ...]:
        """The parameters of all regions."""
        return (self.param,) if self.tested is None else (self.param, self.tested)

    @property
    def defined(self) -> tuple[Value, ...]:
        """What the loop defines for the slot: the parameters and the result."""
        return (*self.params, self.result)


@dataclass(frozen=True, slots=True)
class Loop:
    """A view of the op, which must be a loop."""

    op: Op

    @property
    def counted(self) -> bool:
        """Whether it is a `for`: only a `for` has bounds and an index, and only a `while` has a condition."""
        return self.op.kind == "for"

    # -- what steers it --------------------------------------------------------------------------------------------

    @property
    def bounds(self) -> tuple[Value, ...]:
        """Start, stop and step; nothing for a `while`."""
        return self.op.operands[:BOUNDS] if self.counted else ()

    @property
    def start(self) -> Value:
        return self.bounds[0]

    @property
    def stop(self) -> Value:
        return self.bounds[1]

    @property
    def step(self) -> Value:
        return self.bounds[2]

    @property
    def index(self) -> Value | None:
        return self.body.params[0] if self.counted else None

    @property
    def condition(self) -> Region | None:
        """The region that says whether a `while` goes on."""
        return None if self.counted else self.op.regions[0]

    @property
    def body(self) -> Region:
        return self.op.regions[-1]

    @property
    def exits(self) -> bool:
        """Whether it may be left by an exit code."""
        return bool(self.op.attrs.get("exits"))

    @property
    def exit_yield(self) -> Value | None:
        """The exit code that an iteration yields."""
        return self.body.terminator.operands[-1] if self.exits else None

    # -- what it gives ---------------------------------------------------------------------------------------------

    @property
    def counters(self) -> tuple[Value, ...]:
        """The results besides the carried ones: the trips, and the exit code where there is one."""
        return self.op.results[len(self.inits) :]

    @property
    def trips(self) -> Value:
        """The result that counts the bodies entered."""
        return self.op.results[len(self.inits)]

    @property
    def exit_code(self) -> Value | None:
        return self.op.results[-1] if self.exits else None

    # -- what it carries -------------------------------------------------------------------------------------------

    @property
    def inits(self) -> tuple[Value, ...]:
        return self.op.operands[BOUNDS:] if self.counted else self.op.operands

    @property
    def params(self) -> tuple[Value, ...]:
        """The carried parameters of the body."""
        return self.body.params[1:] if self.counted else self.body.params

    @property
    def yields(self) -> tuple[Value, ...]:
        return self.body.terminator.operands[: len(self.inits)]

    @property
    def results(self) -> tuple[Value, ...]:
        return self.op.results[: len(self.inits)]

    @property
    def slots(self) -> tuple[Slot, ...]:
        # The exit code yielded and the counters come after what is carried: `map` leaves them out.
        columns = (self.inits, self.params, self.body.terminator.operands, self.op.results)
        tested = () if self.condition is None else (self.condition.params,)
        return tuple(map(Slot, *columns, *tested))

    # -- changed loops ---------------------------------------------------------------------------------------------

    def with_bounds(self, *bounds: Value) -> Op:
        """The loop over another range."""
        return with_parts(self.op, (*bounds, *self.inits), self.op.results, self.op.regions)

    def with_slots(self, slots: Sequence[Slot], body: Sequence[Op] | None = None) -> Op:
        """The loop that carries these slots; `body` are the ops of its body without the `yield`."""
        op, count = self.op, len(self.inits)
        end = self.body.terminator
        yields = (*(slot.yielded for slot in slots), *end.operands[count:])
        if yields != end.operands:
            end = replace(end, operands=yields)
        index = self.body.params[: len(self.body.params) - count]
        params = (*index, *(slot.param for slot in slots))
        regions: tuple[Region, ...] = (Region(params, (*(self.body.ops[:-1] if body is None else body), end)),)
        if self.condition is not None:
            tested = tuple(slot.tested or Value(slot.param.type, slot.param.name) for slot in slots)
            regions = (Region(tested, self.condition.ops), *regions)
        operands = (*self.bounds, *(slot.init for slot in slots))
        results = (*(slot.result for slot in slots), *op.results[count:])
        return with_parts(op, operands, results, regions)


def loop_slots(op: Op) -> tuple[Slot, ...]:
    """The slots of a loop; any other op has none."""
    return Loop(op).slots if is_loop(op) else ()


def loop_indices(region: Region) -> set[Value]:
    """The indices of all loops of a region, nested ones included."""
    loops = (Loop(op) for op in all_ops(region) if is_loop(op))
    return {loop.index for loop in loops if loop.index is not None}


def merges(op: Op) -> Iterator[tuple[tuple[Value, ...], tuple[Value, ...]]]:
    """Where control flow meets: values that a structured op defines, and for each the values that it may be."""
    if is_loop(op):
        loop = Loop(op)
        params = [loop.params] if loop.condition is None else [loop.params, loop.condition.params]
        for init, yielded, *defined in zip(loop.inits, loop.yields, *params, loop.results):
            yield tuple(defined), (init, yielded)
    elif op.regions:
        for result, *branches in zip(op.results, *(region.terminator.operands for region in op.regions)):
            yield (result,), tuple(branches)


def sides(op: Op | None, result: Value) -> tuple[Value, ...]:
    """What the branches of an `if` give for one of its results; nothing where the op is no `if`."""
    if op is None or is_loop(op):
        return ()
    return tuple(region.terminator.operands[op.results.index(result)] for region in op.regions)

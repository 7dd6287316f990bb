"""Dead code: pure ops, results of `if` and carried slots of loops that nobody needs.

An op is needed if it has an effect (checks stay, with what they read) or if a needed op reads a result.  A loop whose
results are all unneeded and whose body is pure vanishes (a `while` is assumed to end).  Before that, a slot that every
iteration passes on unchanged is replaced by its initial value, and two slots that start equal and stay equal become one.

    Input:  t, s, trips = for 0, n, 1, t0, s0 { (i, t, s)  u = add s, t;  yield t, u }    (only t is read)
    Output: (t is t0; no loop)

Repeated while there are such slots, because removing one may reveal the next; idempotent.
"""

from __future__ import annotations

from functools import lru_cache

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots, merges
from autodiff_compiler.ir.opdef import CONTROL, FUNCTION, PURE
from autodiff_compiler.ir.opset import TABLE, opdef, own_effect
from autodiff_compiler.ir.walk import Rewriter, with_parts, with_results


def run(function: Function) -> Function:
    while True:
        same = _invariant_slots(function)
        if same:
            function = _Forwarding(same).function(function)
        function = _Sweep(_marks(function.body)).function(function)
        if not same:
            return function


def needed_ops(function: Function) -> set[Op]:
    """The ops that stay."""
    return _marks(function.body).ops


# -- invariant and duplicate slots ---------------------------------------------------------------------------------------


def _invariant_slots(function: Function) -> dict[Value, Value]:
    """What parameters and results of loops are equal to, where they never change, or repeat another slot."""
    same: dict[Value, Value] = {}

    def find(value: Value) -> Value:
        while value in same:
            value = same[value]
        return value

    def visit(region: Region) -> None:
        for op in region.ops:
            for inner in op.regions:
                visit(inner)
            first: dict[tuple[Value, Value], Slot] = {}
            for slot in loop_slots(op):
                init, after = find(slot.init), find(slot.yielded)
                if after in (slot.param, init):
                    same.update(dict.fromkeys(slot.defined, slot.init))
                    continue
                twin = first.setdefault((init, after), slot)
                if twin is not slot:
                    same.update(zip(slot.defined, twin.defined))

    visit(function.body)
    return {value: find(value) for value in same}


class _Forwarding(Rewriter):
    """Uses of an invariant or duplicate slot become uses of what it is equal to; the slot itself is left to the sweep."""

    def __init__(self, same: dict[Value, Value]) -> None:
        super().__init__(same)

    def region(self, region: Region) -> Region:
        return Region(region.params, super().region(region).ops)


# -- marking ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _marks(body: Region) -> _Marks:
    """What is needed in a function of this body: passes that come one after the other often meet the same body."""
    return _Marks(body)


class _Marks:
    """Which values and ops are needed."""

    def __init__(self, body: Region) -> None:
        self.values: set[Value] = set()
        self.ops: set[Op] = set()
        self._sources: dict[Value, tuple[Value, ...]] = {}
        """For results of structured ops and parameters of loops: the values that they come from."""
        self._origin: dict[Value, Op] = {}
        self._around: dict[Op, Op] = {}
        self._work: list[Value] = []
        roots = self._index(body, None)
        for op in roots:
            self._need(op)
        while self._work:
            self._read(self._work.pop())

    def _index(self, region: Region, around: Op | None) -> list[Op]:
        """Note where every value comes from; returns the ops with an effect of their own."""
        roots: list[Op] = []
        for op in region.ops:
            if around is not None:
                self._around[op] = around
            for result in op.results:
                self._origin[result] = op
            for values, sources in merges(op):
                for value in values:
                    self._sources[value] = sources
                    self._origin[value] = op
            for inner in op.regions:
                roots += self._index(inner, op)
            if own_effect(op) not in (PURE, CONTROL) or opdef(op).ends == FUNCTION:
                roots.append(op)
        return roots

    def _need(self, op: Op) -> None:
        """The op is executed: what controls it is needed, and so is everything that makes control reach it."""
        if op in self.ops:
            return
        self.ops.add(op)
        self._work += _steering(op)
        if op in self._around:
            self._need(self._around[op])

    def _read(self, value: Value) -> None:
        if value in self.values:
            return
        self.values.add(value)
        self._work += self._sources.get(value, ())
        if value in self._origin:
            self._need(self._origin[value])


def _steering(op: Op) -> tuple[Value, ...]:
    """What an op reads in any case; a structured op reads the rest only for the results that are needed."""
    if not is_loop(op):
        return op.operands
    loop = Loop(op)
    tests = loop.bounds if loop.condition is None else loop.condition.terminator.operands
    return tests if loop.exit_yield is None else (*tests, loop.exit_yield)


class _Sweep(Rewriter):
    """Keeps what is marked."""

    def __init__(self, marks: _Marks) -> None:
        super().__init__()
        self._marks = marks

    def op(self, op: Op) -> None:
        if not op.regions:
            if op in self._marks.ops or TABLE[op.kind].terminator:
                self.out.append(op)
        elif op in self._marks.ops:
            live = self._marks.values
            op = with_parts(op, op.operands, op.results, tuple(map(self.region, op.regions)))
            if is_loop(op):
                slots = Loop(op).slots
                kept = [slot for slot in slots if not live.isdisjoint(slot.defined)]
                self.out.append(op if len(kept) == len(slots) else Loop(op).with_slots(kept))
            else:
                self.out.append(with_results(op, [k for k, result in enumerate(op.results) if result in live]))

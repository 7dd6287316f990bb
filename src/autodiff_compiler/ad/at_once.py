"""Value and adjoints of a function that calls itself, by one function: nothing is saved.

Possible where the cotangent of every recursive call is known before the call is made: where what the calls return is only added up,
multiplied by what does not depend on it, put into arrays, chosen among by other conditions.  This covers sums over trees,
determinants by minors, adaptive quadrature.

    y = call g(x); z = mul y, a   ->   y_bar = mul z_bar, a;  y, x_bar = call g_reverse(x, y_bar);  z = mul y, a;  a_bar = mul z_bar, y

Each region (the body, a branch, an iteration) does at once, in this order
  * what does not depend on the calls,
  * the adjoints of what does depend on them, back from what the region yields to the calls,
  * the calls, and what depends on them,
  * the adjoints of all the rest.
An iteration can be reversed as soon as it has run if the loop only adds to what depends on the calls, and carries nothing else that
varies.  Where this does not work out, `NotAtOnceError` is raised, and values are kept on a stack (`stack.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from autodiff_compiler import rules
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.backward_walk import BackwardWalk
from autodiff_compiler.ad.calls import call_reverse
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.program import callee_of, calls_in
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Substitution, all_ops, free_values, op_uses

Bars = Mapping[Value, Value]


class NotAtOnceError(Exception):
    """A cotangent depends on what the calls return."""


@dataclass
class _Back:
    """The walk back to the calls: the adjoints that it found for the results of each op, and those left for values from outside."""

    of: dict[Op, list[Value | None]]
    left: Adjoints


class AtOnce:
    """Reverses regions while they run.  `names`: the functions whose calls give value and adjoints."""

    def __init__(self, walk: BackwardWalk, names: frozenset[str]) -> None:
        self.walk, self.names = walk, names
        self.reversal: Reversal = walk.reversal
        self.primal, self.emission = walk.reversal.primal, walk.reversal.emission
        self.late: set[Value] = set()
        """All that depends on what the calls return."""
        self._note_late(self.primal.body)

    def region(self, region: Region, bars: Bars, adjoints: Adjoints) -> None:
        """Emit a region and its reversal, given the adjoints `bars` of what it yields."""
        b, ops = self.emission.b, region.ops[:-1]
        outer = b.ops
        with b.reopen(OpenRegion(())) as pre, self.primal.shapes.entered(region):
            back = self._back(region, bars)
        with b.reopen(OpenRegion(())) as calls, self.primal.shapes.entered(region):
            for op in ops:
                if self._is_late(op):
                    self._forward(op, back, adjoints)
        with b.reopen(OpenRegion(())) as post, self.primal.shapes.entered(region):
            for value, bar in bars.items():
                if value not in self.late:
                    adjoints.add(value, bar)
            for op in reversed(ops):
                with self.emission.adjoint_of(op):
                    self._backward(op, back, adjoints)
        made = {result for op in ops for result in op.results}
        if not made.isdisjoint(adjoints.bars) or not made.isdisjoint(back.left.bars):
            raise NotAtOnceError  # nobody has taken these adjoints
        early = Region(region.params, (*(op for op in ops if not self._is_late(op)), region.ops[-1]))
        outer += [*self.reversal.added.assembled(early), *pre.ops, *calls.ops, *post.ops]

    # -- what depends on the calls -----------------------------------------------------------------------------------

    def _is_call(self, op: Op) -> bool:
        return callee_of(op) in self.names

    def _calls(self, op: Op) -> bool:
        return self._is_call(op) or any(self._is_call(call) for region in op.regions for call in calls_in(region))

    def _is_late(self, op: Op) -> bool:
        return self._calls(op) or any(v in self.late for v in op_uses(op))

    def _note_late(self, body: Region) -> None:
        size = -1
        while size != (size := len(self.late)):
            for op in all_ops(body):
                self._note_late_results(op)

    def _note_late_results(self, op: Op) -> None:
        if self._is_call(op) or any(v in self.late for v in op.operands):
            self.late.update(op.results)
        for region in op.regions:
            pairs = zip(region.terminator.operands, op.results)
            self.late.update(result for yielded, result in pairs if yielded in self.late)
        if op.kind == "if" and self._is_late(op):
            self.late.update(r for r in op.results if r in self.primal.active)
        for slot in loop_slots(op):
            if slot.init in self.late or slot.yielded in self.late:
                self.late.update(slot.defined)

    # -- back to the calls -------------------------------------------------------------------------------------------

    def _back(self, region: Region, bars: Bars) -> _Back:
        """Emit the adjoints of what depends on the calls of a region."""
        back = _Back({}, Adjoints(self.emission))
        for value, bar in bars.items():
            if value in self.late:
                back.left.add(value, bar)
        for op in reversed(region.ops[:-1]):
            if not self._is_late(op):
                continue
            found = back.of[op] = [back.left.take(result) for result in op.results]
            if self._is_call(op) or all(bar is None for bar in found):
                continue
            with self.emission.adjoint_of(op):
                if is_loop(op):
                    self._back_in_loop(Loop(op), found, back.left)
                elif op.regions:
                    self._back_in_branches(op, found, back.left)
                else:
                    self._contribute(op, found, back.left, late=True)
        return back

    def _contribute(self, op: Op, bars: Sequence[Value | None], adjoints: Adjoints, *, late: bool) -> None:
        """What the adjoints of an op's results add to those of its operands, of those that are `late` or of the others."""
        wanted = [k for k, v in enumerate(op.operands) if v in self.primal.active and (v in self.late) == late]
        if not wanted or all(bar is None for bar in bars):
            return
        if op.regions or callee_of(op) is not None:
            raise NotAtOnceError
        primal = self.primal
        given = rules.vjp(self.emission.b, op, bars, wanted, constants=primal.constants, whole=primal.whole)
        for index in sorted(given):
            adjoints.contribute(op, index, given[index])

    def _back_in_branches(self, op: Op, bars: Sequence[Value | None], left: Adjoints) -> None:
        """What a branch leaves for values from outside has to be the same in both branches."""
        with self.emission.b.reopen(OpenRegion(())):
            sides = [self._back(region, _yielded(region, bars)).left.bars for region in op.regions]
        if sides[0] != sides[1]:
            raise NotAtOnceError
        for value, bar in sides[0].items():
            left.add(value, bar)

    def _back_in_loop(self, loop: Loop, bars: Sequence[Value | None], left: Adjoints) -> None:
        """What depends on the calls is only added to, so that its adjoint is the same in all iterations."""
        with self.emission.b.reopen(OpenRegion(())):
            found = self._back(loop.body, _yielded(loop.body, bars)).left.bars
        for slot, bar in zip(loop.slots, bars):
            if slot.param in self.late and found.pop(slot.param, None) is not bar:
                raise NotAtOnceError
            if bar is not None and slot.init in self.late:
                left.add(slot.init, bar)
        if found:
            raise NotAtOnceError

    # -- the calls ---------------------------------------------------------------------------------------------------

    def _forward(self, op: Op, back: _Back, adjoints: Adjoints) -> None:
        """Emit what depends on the calls."""
        if self._is_call(op):
            self._call(op, back.of[op], adjoints)
        elif op.kind == "if":
            self._if(op, back.of[op], adjoints)
        elif op.regions:
            self._loop(Loop(op), back.of[op], adjoints)
        else:
            self.emission.b.ops.append(op)

    def _call(self, op: Op, bars: Sequence[Value | None], adjoints: Adjoints) -> None:
        pullbacks = self.reversal.pullbacks
        active = [v in self.primal.active for v in op.operands]
        if any(v in self.late for v in op.operands) or not any(active):
            raise NotAtOnceError
        pullback = pullbacks.of(pullbacks.callees.of(op), active)
        if not pullback.again:
            raise NotAtOnceError
        with self.emission.adjoint_of(op):
            call_reverse(self.reversal, op, pullback, op.operands, bars, adjoints, op.results)

    def _if(self, op: Op, bars: Sequence[Value | None], adjoints: Adjoints) -> None:
        if op.operands[0] in self.late:
            raise NotAtOnceError
        branches = []
        for region in op.regions:
            out, local = OpenRegion(()), Adjoints(self.emission, adjoints.bars, adjoints.carried)
            with self.emission.b.reopen(out):
                self.region(region, _yielded(region, bars), local)
            branches.append((out, local))
        touched = [v for v in free_values(op.regions) if v in self.primal.active and v not in self.late]
        changed = [v for v in touched if any(local.get(v) is not adjoints.get(v) for _, local in branches)]
        regions = []
        for region, (out, local) in zip(op.regions, branches):
            with self.emission.b.reopen(out):
                self.emission.b.yield_(*region.terminator.operands, *(local.or_zero(v) for v in changed))
            regions.append(out.done())
        results = [Value(v.type, bar_name(v)) for v in changed]
        self.emission.b.ops.append(replace(op, results=(*op.results, *results), regions=tuple(regions)))
        adjoints.bars.update(zip(changed, results))

    def _loop(self, loop: Loop, bars: Sequence[Value | None], adjoints: Adjoints) -> None:
        if not loop.counted or loop.exits or any(v in self.late for v in loop.bounds):
            raise NotAtOnceError
        outer = [v for v in free_values([loop.body]) if v in self.primal.active and v not in self.late]
        sums = [Slot(adjoints.or_zero(v), *(Value(v.type, bar_name(v)) for _ in "123")) for v in outer]
        params = dict(zip(outer, (slot.param for slot in sums)))
        local = Adjoints(self.emission, params, carried=params)
        out = OpenRegion(())
        with self.emission.b.reopen(out):
            self.region(loop.body, _yielded(loop.body, bars), local)
        for slot in loop.slots:
            if slot.param not in self.late and local.get(slot.param) is not None:
                raise NotAtOnceError
        finals = [local.or_zero(v) for v in outer]
        unchanged = {slot.param: slot.init for slot, final in zip(sums, finals) if final is slot.param}
        added = [(v, replace(s, yielded=f)) for v, s, f in zip(outer, sums, finals) if s.param not in unchanged]
        ops = Substitution(unchanged).ops(out.ops)
        self.emission.b.ops.append(loop.with_slots((*loop.slots, *(slot for _, slot in added)), ops))
        adjoints.bars.update((v, slot.result) for v, slot in added)

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _backward(self, op: Op, back: _Back, adjoints: Adjoints) -> None:
        """The adjoints of what does not depend on the calls."""
        if not self._is_late(op):
            self.walk.reverse_op(op, adjoints)
        elif is_loop(op):
            for slot, bar in zip(Loop(op).slots, back.of[op]):
                if adjoints.take(slot.result) is not None:
                    raise NotAtOnceError
                if bar is not None and slot.init not in self.late:
                    adjoints.add(slot.init, bar)
        elif not op.regions and not self._is_call(op):
            self._contribute(op, back.of[op], adjoints, late=False)


def _yielded(region: Region, bars: Sequence[Value | None]) -> dict[Value, Value]:
    """The adjoints of what a region yields."""
    found: dict[Value, Value] = {}
    for value, bar in zip(region.terminator.operands, bars):
        if bar is not None and differentiable(value.type):
            if value in found:
                raise NotAtOnceError  # two adjoints, which would have to be added up
            found[value] = bar
    return found


def at_once(walk: BackwardWalk, names: frozenset[str], bars: Bars, adjoints: Adjoints) -> list[Op]:
    """The ops of the body of a function and of its reversal, for the adjoints `bars` of its results."""
    out, b, body = OpenRegion(()), walk.reversal.emission.b, walk.reversal.primal.body
    with b.reopen(out), b.at(body.terminator.span.at_phase(ADJOINT)):
        AtOnce(walk, names).region(body, bars, adjoints)
    _check_order(
        out.ops, set(free_values([Region((), tuple(out.ops))])) - walk.reversal.primal.home.keys() | {*body.params}
    )
    return out.ops


def _check_order(ops: Sequence[Op], there: set[Value]) -> None:
    """Nothing may be read before it is there: then a cotangent depends on what the calls return."""
    there = set(there)
    for op in ops:
        if not there.issuperset(op.operands):
            raise NotAtOnceError
        for region in op.regions:
            _check_order(region.ops, there.union(region.params))
        there.update(op.results)

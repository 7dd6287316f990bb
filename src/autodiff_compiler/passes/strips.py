"""For Numba: iterations in any order run side by side, in strips, so that loops inside them are vectorised over the iterations.

    Input:  s = for i in 0, n { t = for j in 0, m { t += x[i, j] * w[j] };  s += t * t }
    Output: s = for base in 0, n, 64 {
                for k in 0, size { ts[k] = 0.0 }
                for j in 0, m { for k in 0, size { ts[k] += x[base + k, j] * w[j] } }
                for k in 0, size { s += ts[k] * ts[k] } }

What an iteration computes in numbers is kept for the whole strip in vectors, and what it works in gets one more axis, the last one.
A loop inside is exchanged with the strip if its range is the same for all iterations; what is the same for all is computed once.
Anything else is done for one iteration after the other.  Sums may round differently.

It is done only with loops that have such a loop inside: else compiled code is vectorised as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, opdef, own_effect
from autodiff_compiler.ir.types import Array, Scalar, rank
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.free_order import CarriedAs, FreeOrder
from autodiff_compiler.passes.rewrite import FactRewriter
from autodiff_compiler.passes.strip_roles import NotFit, Roles
from autodiff_compiler.passes.strip_writer import StripWriter


def run(function: Function) -> Function:
    return _Strips.run(function)


class _Strips(FactRewriter):
    concerns = staticmethod(is_loop)

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._order = FreeOrder(function, self.bounds)
        self._in_loop = False

    def structured(self, op: Op) -> None:
        outer = is_loop(op) and not self._in_loop
        carried = self._order.carried(Loop(op)) if outer and self._is_simple(Loop(op)) else None
        self._in_loop |= outer
        op = self.inside(op)
        self._in_loop &= not outer
        if carried is None or not self._write(Loop(op), carried):
            self.keep(op)

    def _is_simple(self, loop: Loop) -> bool:
        return (
            loop.counted
            and not loop.exits
            and constant_of(self.defs.get(loop.step)) in (1, -1)
            and loop.trips not in self._order.readers
            and all(isinstance(slot.param.type, Scalar | Array) for slot in loop.slots)
            and all(own_effect(inner) in (PURE, CONTROL) for inner in all_ops(loop.body))
        )

    def _write(self, loop: Loop, carried: list[CarriedAs]) -> bool:
        """Put strips in place of the loop, if it is fit for that."""
        try:
            roles = Roles(loop, carried, forwards=constant_of(self.defs.get(loop.step)) == 1)
            writer = StripWriter(loop, roles, self._made_with)
            if not is_worth_it(loop, roles):
                return False
            results = writer.results()
        except NotFit:
            return False
        inner = {r for op in all_ops(loop.body) for r in op.results}
        if not _is_closed(writer.b.ops, inner):
            return False
        self.env.update(results)
        for op in writer.b.ops:
            self.shapes.define(op)
            self.keep(op)
        return True

    def _made_with(self, array: Value) -> Sequence[Value] | None:
        made = self.defs.get(array)
        return made.operands[: rank(array.type)] if made is not None and made.kind in ("full", "empty") else None


def is_worth_it(loop: Loop, roles: Roles) -> bool:
    """Whether compiled code would hardly be vectorised without strips: there is a recurrence in an exchanged loop that is no sum, or
    an iteration works in rooms, with loops in loops over them."""
    inner = [Loop(op) for op in all_ops(loop.body) if roles.is_exchanged(op)]
    recurs = any(slot.param in roles.varying and not _is_sum(slot, one, roles) for one in inner for slot in one.slots)
    deep = any(is_loop(op) for one in inner for op in one.body.ops)
    return recurs or (deep and roles.has_rooms)


def _is_sum(slot: Slot, loop: Loop, roles: Roles) -> bool:
    made = roles.defs.get(slot.yielded)
    if made is not None and is_loop(made):
        inner = Loop(made)
        return next(_is_sum(one, inner, roles) for one in inner.slots if one.result is slot.yielded)
    return made is not None and bool(opdef(made).signs) and len(roles.readers.get(slot.param, ())) == 1


def _is_closed(ops: Sequence[Op], inner: set[Value]) -> bool:
    """Whether every value that the loop had computed is computed where it is read: an older version of an array need not be."""
    for op in ops:
        if not inner.isdisjoint(op.operands):
            return False
        if not all(_is_closed(region.ops, inner - set(region.params)) for region in op.regions):
            return False
        inner = inner - set(op.results)
    return True

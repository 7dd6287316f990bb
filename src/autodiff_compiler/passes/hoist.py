"""Moves index checks out of loops.

In a loop without exits and side effects, a check made in every iteration whose index is a linear function of the loop
index is made before the loop, at the two ends of the range; a check that does not depend on the loop is made once.
Both only if the loop runs at all.  This pays for compiled code, where the check would hinder vectorisation; in printed
Python the access itself is the check, so the pass is not used there.

    Input:  for 0, n, 1 { (i) j = add i, k; check_index j, m; … }
    Output: t = lt 0, n; if t { check_index k, m; check_index (n - 1) + k, m }; for 0, n, 1 { (i) … }

Where the index is known not to be negative, the end at which it is largest is enough; and no `if` is needed for the loop
index itself, counted from 0.

`run_ends` does so only where nothing else is left of the loop, which then can be removed: the gradient of a sum over a[i]
needs nothing from the primal's loop but the certainty that it would not have raised.  There checks of any kind that are the same in
every iteration are made once, and so is a whole body that consists of such checks.

Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.check_proofs import passes
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import CHECK, INDEX, IO
from autodiff_compiler.ir.opset import is_pure, may_trap, nested_effect, opdef, own_effect
from autodiff_compiler.ir.types import INT
from autodiff_compiler.ir.walk import all_ops, bound_in, clone_ops, free_values
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Hoist.run_until_stable(function)


def run_ends(function: Function) -> Function:
    return _Ends.run(function)


class _Hoist(FactRewriter):
    """Inner loops first: what leaves one without a condition may also leave the next."""

    @staticmethod
    def concerns(op: Op) -> bool:
        return own_effect(op) == CHECK

    def plain(self, op: Op) -> None:
        """What has left a loop before may prove it."""
        if not (opdef(op).tests == INDEX and passes(self.bounds, op)):
            self.keep(op)

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        if is_loop(op) and Loop(op).counted and not Loop(op).exits and nested_effect(op) != IO:
            op = self._hoist(Loop(op))
        self.keep(op)

    def worth_it(self, loop: Loop, moving: list[Op]) -> bool:
        return bool(moving)

    def _hoist(self, loop: Loop) -> Op:
        if self.shapes.of(loop.bounds[2]) not in (1, -1) or not all(v.type == INT for v in loop.bounds):
            return loop.op
        body = loop.body
        local = bound_in(body)
        moving = [op for op in body.ops if self._linear(op, loop, local)]
        if not self.worth_it(loop, moving):
            return loop.op
        for op in self._before_loop(loop, moving, local):
            self.shapes.define(op)
            self.keep(op)
        return loop.with_slots(loop.slots, [op for op in body.ops[:-1] if op not in moving])

    def _before_loop(self, loop: Loop, moving: list[Op], local: set[Value]) -> list[Op]:
        """The checks at the ends of the range, those that an empty range could fail only where the loop runs at all."""
        builder = Builder(loop.op.span)
        start, stop, step = loop.bounds
        certain = self.bounds.entered(loop)
        bare = [check for check in moving if certain or self._passes_if_empty(check, loop)]
        self._all_at_ends(builder, bare, loop, local)
        if len(bare) < len(moving):
            with builder.region() as entered:
                self._all_at_ends(builder, [check for check in moving if check not in bare], loop, local)
                builder.yield_()
            with builder.region() as nothing:
                builder.yield_()
            runs = builder.compare("lt" if self.shapes.of(step) == 1 else "gt", start, stop)
            builder.if_(runs, entered.done(), nothing.done())
        return builder.ops

    def _linear(self, op: Op, loop: Loop, local: set[Value]) -> bool:
        """Whether an op is a check of an index that is linear in the loop index, against an extent that does not vary."""
        if opdef(op).tests != INDEX:
            return False
        index, extent = op.operands
        if index.type != INT or not _computable(extent, self.defs, local, None):
            return False
        form = self.bounds.affine(index)
        return all(atom is loop.index or not _mentions(atom, local) for atom in form.terms) and _computable(
            index, self.defs, local, loop.index
        )

    def _passes_if_empty(self, check: Op, loop: Loop) -> bool:
        """Whether the check at the end of an empty range passes: of an index that is counted up from 0, or down to 0, or of the last one."""
        start, stop, step = map(self.shapes.of, loop.bounds)
        index = check.operands[0]
        last = self.bounds.affine(loop.stop).plus(-1) if step == 1 else self.bounds.affine(loop.start)
        counted = start == 0 if step == 1 else stop == -1
        return bool(check.attrs.get("upper")) and counted and (index is loop.index or self.bounds.affine(index) == last)

    def _all_at_ends(self, builder: Builder, checks: list[Op], loop: Loop, local: set[Value]) -> None:
        if not checks or loop.index is None:
            return
        start, stop, step = loop.bounds
        up = self.shapes.of(step) == 1
        last = builder.op("sub" if up else "add", stop, builder.const(1))
        for check in checks:
            self._at_ends(builder, check, loop.index, local, (start, last) if up else (last, start))

    def _at_ends(self, builder: Builder, check: Op, at: Value, local: set[Value], ends: tuple[Value, Value]) -> None:
        index, extent = check.operands
        needed = list(dict.fromkeys([*_slice(extent, self.defs, local), *_slice(index, self.defs, local)]))
        # The access in the loop does not perform these checks.
        attrs = {name: value for name, value in check.attrs.items() if name != "access"}
        with builder.at(check.span):
            for end in self._needed_ends(check, at, ends):
                env = {at: end}
                builder.ops.extend(clone_ops(needed, env))
                builder.emit("check_index", (env.get(index, index), env.get(extent, extent)), attrs)

    def _needed_ends(self, check: Op, parameter: Value, ends: tuple[Value, Value]) -> tuple[Value, ...]:
        """Which of the smallest and the largest loop index makes the index of the check largest, if only the upper
        bound is tested; either of them if it does not vary."""
        factor = self.bounds.affine(check.operands[0]).terms.get(parameter, 0)
        if factor == 0:
            return ends[:1]
        if not check.attrs.get("upper"):
            return ends
        return ends[1:] if factor > 0 else ends[:1]


class _Ends(_Hoist):
    """Only out of loops that do nothing but check."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._read = {value for op in all_ops(function.body) for value in op.operands}

    def worth_it(self, loop: Loop, moving: list[Op]) -> bool:
        others = [op for op in loop.body.ops[:-1] if op not in moving]
        return (
            bool(moving) and all(map(is_pure, others)) and not any(result in self._read for result in loop.op.results)
        )

    def _linear(self, op: Op, loop: Loop, local: set[Value]) -> bool:
        return super()._linear(op, loop, local) or self._invariant(op, local)

    def _invariant(self, op: Op, local: set[Value]) -> bool:
        """Whether an op is a check that is the same in every iteration."""
        computable = all(_computable(value, self.defs, local, None) for value in op.operands)
        return nested_effect(op) == CHECK and not (op.results or op.regions) and computable

    def _at_ends(self, builder: Builder, check: Op, at: Value, local: set[Value], ends: tuple[Value, Value]) -> None:
        if not self._invariant(check, local):
            super()._at_ends(builder, check, at, local, ends)
            return
        needed = dict.fromkeys(op for value in check.operands for op in _slice(value, self.defs, local))
        # The access in the loop does not perform this check.
        attrs = {name: value for name, value in check.attrs.items() if name != "access"}
        with builder.at(check.span):
            builder.ops.extend(clone_ops([*needed, replace(check, attrs=attrs)], {}))

    def structured(self, op: Op) -> None:
        if is_loop(op) and self._checks_the_same(Loop(op)):
            self._once(Loop(op))
        else:
            super().structured(op)

    def _checks_the_same(self, loop: Loop) -> bool:
        """Whether the loop does nothing but checks, the same ones in every iteration."""
        return (
            loop.counted
            and self.shapes.of(loop.step) in (1, -1)
            and not (loop.slots or loop.exits)
            and nested_effect(loop.op) == CHECK
            and loop.index not in free_values([Region((), loop.body.ops)])
            and not any(result in self._read for result in loop.op.results)
        )

    def _once(self, loop: Loop) -> None:
        """The body alone, where the loop runs at all."""
        b = Builder(loop.op.span)
        start, stop, step = self.values(loop.bounds)
        runs = b.compare("lt" if self.shapes.of(step) == 1 else "gt", start, stop)
        with b.region() as nothing:
            b.yield_()
        b.if_(runs, Region((), loop.body.ops), nothing.done())
        for made in b.ops:
            self.op(made)


def _mentions(atom: object, local: set[Value]) -> bool:
    if isinstance(atom, tuple):
        return any(_mentions(part, local) for part in atom[1:])
    return atom in local


def _slice(value: Value, defs: dict[Value, Op], local: set[Value]) -> list[Op]:
    """The ops inside the loop that compute a value, in order."""
    ordered: dict[Op, None] = {}

    def visit(value: Value) -> None:
        op = defs.get(value)
        if value in local and op is not None and op not in ordered:
            for operand in op.operands:
                visit(operand)
            ordered[op] = None

    visit(value)
    return list(ordered)


def _computable(wanted: Value, defs: dict[Value, Op], local: set[Value], parameter: Value | None) -> bool:
    """Whether a value can be computed before the loop, given the loop index where there is one."""
    ops = _slice(wanted, defs, local)
    made = {result for op in ops for result in op.results}
    inputs = {value for op in ops for value in op.operands} | {wanted}
    return all(is_pure(op) and not op.regions and not may_trap(op) for op in ops) and all(
        value in made or value is parameter or value not in local for value in inputs
    )

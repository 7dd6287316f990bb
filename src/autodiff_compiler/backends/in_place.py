"""Results of functions that are changed arguments need not be returned.

What a callee overwrites and gives back (`updates`) is the caller's own array or list, unless the callee had to make another one.
Where it certainly is the same object, the callee's text does not return it, and a call leaves the caller's variable as it is:

    x_bar = g(y, x_bar)   ->   g(y, x_bar)

Compiled code counts references to all that it passes and returns, which takes longer than a small function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Slot, loop_slots
from autodiff_compiler.ir.opset import opdef, overwrites
from autodiff_compiler.ir.program import callee_of, mapped
from autodiff_compiler.ir.walk import all_ops

InPlace = Mapping[str, frozenset[tuple[int, int]]]
"""By function, the pairs of a parameter and the result that is the same object, by position."""


def marked(program: Function, found: InPlace) -> Function:
    """The program, each call of which says in its attribute `in_place` what it need not be given back."""

    def region(one: Region) -> Region:
        return Region(one.params, tuple(map(op, one.ops)))

    def op(one: Op) -> Op:
        if one.regions:
            return replace(one, regions=tuple(map(region, one.regions)))
        pairs = found.get(callee_of(one) or "")
        return replace(one, attrs={**one.attrs, "in_place": tuple(sorted(pairs))}) if pairs else one

    if not any(found.values()):
        return program
    return mapped(program, lambda one: replace(one, body=region(one.body)))


def in_place(call: Op) -> tuple[tuple[int, int], ...]:
    """The pairs of an operand and the result that is the same object."""
    pairs: tuple[tuple[int, int], ...] = call.attrs.get("in_place", ())
    return pairs


def returned(function: Function, found: InPlace) -> tuple[Value, ...]:
    """What the text of a function returns."""
    same = {result for _, result in found.get(function.name, ())}
    return tuple(value for k, value in enumerate(function.results) if k not in same)


def unreturned(program: Function) -> InPlace:
    """What the callees of a program need not return.  Of functions that call each other it is assumed until one of them turns out to give back something else."""
    found: dict[str, frozenset[tuple[int, int]]] = {n: frozenset(fn.updates) for n, fn in program.callees.items()}
    changed = any(found.values())
    while changed:
        changed = False
        for name, callee in program.callees.items():
            origins = _Origins(callee.body, found)
            same = frozenset(
                (param, result)
                for param, result in found[name]
                if origins.is_same(callee.results[result], callee.params[param], frozenset())
            )
            changed |= same != found[name]
            found[name] = same
    return found


class _Origins:
    """Which object each value of a body is."""

    def __init__(self, body: Region, found: InPlace) -> None:
        self._found = found
        self._definitions: dict[Value, Op] = {}
        self._slots: dict[Value, Slot] = {}
        for op in all_ops(body):
            self._definitions.update(dict.fromkeys(op.results, op))
            for slot in loop_slots(op):
                self._slots.update(dict.fromkeys(slot.defined, slot))

    def is_same(self, value: Value, param: Value, assumed: frozenset[Value]) -> bool:
        """Whether the value certainly is this parameter; `assumed` are values that are if all else is."""
        if value is param or value in assumed:
            return True
        if value in self._slots:
            slot = self._slots[value]
            assumed |= set(slot.defined)
            return self.is_same(slot.init, param, assumed) and self.is_same(slot.yielded, param, assumed)
        op = self._definitions.get(value)
        if op is None:
            return False
        if op.kind == "if":
            place = op.results.index(value)
            return all(
                self.is_same(branch.terminator.operands[place], param, assumed)
                for branch in op.regions
                if not any(opdef(inner).leaves for inner in branch.ops)
            )
        name = callee_of(op)
        pairs = overwrites(op) if name is None else tuple(self._found[name])
        before = next((op.operands[k] for k, result in pairs if op.results[result] is value), None)
        return before is not None and self.is_same(before, param, assumed)

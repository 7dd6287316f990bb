"""Flags beside numbers that are of one kind on some paths and of another on others: what they are is known when the program runs.

A number that an `if` or a loop gives has a flag that the same `if` or loop gives, and a list of such numbers has a list of flags.  Only
what is asked for has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, merges
from autodiff_compiler.ir.types import BOOL, ListOf, Type
from autodiff_compiler.ir.walk import Rewriter, all_ops, with_parts

IN_LISTS = {"list_new": slice(None), "list_append": slice(None), "list_set": slice(None, None, 2), "list_get": slice(1)}
"""Ops of lists, and which of their operands are numbers or lists of these."""
Flag = Value | bool
"""Whether a number is of the kind: where that is known already, or as the run decides."""


class Followed(Protocol):
    """What is known of the kinds of numbers before the program runs."""

    def constant(self, value: Value) -> bool | None:
        """Whether the number is of the kind on all paths, or on none."""

    def sources(self, op: Op) -> Iterator[tuple[tuple[Value, ...], tuple[Value, ...]]]:
        """Values that an op defines, and for each those of which it is one, or a result."""

    def operands(self, op: Op) -> tuple[Value, ...]:
        """The numbers that all have to be of the kind for the result of an op to be."""


class Flagged(Rewriter):
    """Adds flags to what carries the numbers, and what a subclass does with them."""

    def __init__(self, body: Region, followed: Followed, numbers: Iterable[Value]) -> None:
        """`numbers` are those whose flags are used."""
        super().__init__()
        self._followed = followed
        self._flags: dict[Value, Flag] = {}
        self._asked = self._all_asked(body, numbers)

    def used(self, op: Op) -> None:
        """What is done with flags before an op."""

    def _all_asked(self, body: Region, numbers: Iterable[Value]) -> set[Value]:
        """The numbers whose flags are used, or those of what they come from."""
        found = (self._followed.sources(op) for op in all_ops(body))
        sources = {v: given for each in found for values, given in each for v in values}
        asked: set[Value] = set()
        todo = list(numbers)
        while todo:
            value = todo.pop()
            if value not in asked and self._followed.constant(value) is None:
                asked.add(value)
                todo += sources.get(value, ())
        return asked

    def flag(self, value: Value) -> Flag:
        known = self._followed.constant(value)
        return self._flags[value] if known is None else known

    def op(self, op: Op) -> None:
        if is_loop(op):
            self._loop(Loop(op))
        elif op.regions:
            self._branches(op)
        else:
            self.used(op)
            self.out.append(op)
            if op.results and op.results[0] in self._asked:
                self._simple(op)

    def _simple(self, op: Op) -> None:
        b = Builder(op.span)
        flags = [self.flag(v) for v in self._followed.operands(op)]
        if op.kind in IN_LISTS:
            self._flags[op.result] = _of_list(b, op, flags)
        elif op.kind == "select":
            self._flags[op.result] = _either(b, op.operands[0], *flags)
        else:
            self._flags[op.result] = every(b, flags)
        self.out += b.ops

    def _branches(self, op: Op) -> None:
        regions = [self.region(region) for region in op.regions]
        sides = {result: values for (result,), values in merges(op) if result in self._asked}
        results = list(op.results)
        added: list[list[Value]] = [[] for _ in regions]
        ends, after = [Builder(op.span) for _ in regions], Builder(op.span)
        for result, values in sides.items():
            flags = [self.flag(v) for v in values]
            if all(isinstance(flag, bool) for flag in flags) or all(flag is flags[0] for flag in flags):
                self._flags[result] = _either(after, op.operands[0], *flags)
                continue
            for b, column, flag in zip(ends, added, flags):
                column.append(_value(b, flag))
            results.append(Value(_type(result), _name(result)))
            self._flags[result] = results[-1]
        regions = [_with_yields(*each) for each in zip(regions, ends, added)]
        self.out += (with_parts(op, op.operands, tuple(results), tuple(regions)), *after.ops)

    def _loop(self, loop: Loop) -> None:
        before, start = Builder(loop.op.span), Builder(loop.op.span)
        slots, ends = [], []
        after = Builder(loop.op.span)
        for slot in loop.slots:
            if self._asked.isdisjoint(slot.defined):
                continue
            first, last = self.flag(slot.init), self._followed.constant(slot.yielded)
            if first is last:
                self._flags |= dict.fromkeys(slot.defined, first)
                continue
            if isinstance(first, bool) and last is not None and loop.index is not None:
                # What it is at first it is in the first iteration, and after none.
                begins = start.compare("eq", loop.index, loop.start)
                none = after.compare("eq", loop.trips, after.const(0))
                if not first:
                    begins, none = start.op("not", begins), after.op("not", none)
                self._flags[slot.param], self._flags[slot.result] = begins, none
                continue
            name, type_ = _name(slot.result), _type(slot.result)
            flag = Slot(_value(before, first), *(Value(type_, name) for _ in range(4)))
            self._flags |= zip(slot.defined, flag.defined if slot.tested is not None else (flag.param, flag.result))
            slots.append((slot, flag))
        self.out += before.ops
        regions = [self.region(region) for region in loop.op.regions]
        body = regions[-1]
        end = Builder(loop.op.span)
        ends = [replace(flag, yielded=_value(end, self.flag(slot.yielded))) for slot, flag in slots]
        regions[-1] = Region(body.params, (*start.ops, *body.ops[:-1], *end.ops, body.ops[-1]))
        made = Loop(with_parts(loop.op, loop.op.operands, loop.op.results, tuple(regions)))
        self.out.append(made.with_slots([*made.slots, *ends]))
        self.out += after.ops


def _name(value: Value) -> str:
    return f"{value.name}_flag" if value.name else ""


def _value(b: Builder, flag: Flag) -> Value:
    if isinstance(flag, bool):
        return b.const(flag)
    return flag if isinstance(flag.type, ListOf) else b.cast(flag, BOOL)


def _type(value: Value) -> Type:
    """The type of the flag of a number, or of the flags of a list."""
    return ListOf(BOOL) if isinstance(value.type, ListOf) else BOOL


def _of_list(b: Builder, op: Op, flags: list[Flag]) -> Value:
    """What the op does, done with flags."""
    values = list(op.operands)
    values[IN_LISTS[op.kind]] = [_value(b, flag) for flag in flags]
    attrs = {"type": ListOf(BOOL)} if op.kind == "list_new" else {}
    (result,) = b.emit(op.kind, values, attrs)
    return result


def every(b: Builder, flags: list[Flag]) -> Flag:
    """Whether all are of the kind."""
    if False in flags:
        return False
    found = [flag for flag in flags if isinstance(flag, Value)]
    if not found:
        return True
    result = found[0]
    for flag in found[1:]:
        if flag is not result:
            result = b.op("and", result, flag)
    return result


def _either(b: Builder, condition: Value, first: Flag, second: Flag) -> Flag:
    """The flag of one or the other."""
    if first is second:
        return first
    if isinstance(first, bool) and isinstance(second, bool):
        return condition if first else b.op("not", condition)
    return b.select(condition, _value(b, first), _value(b, second))


def _with_yields(region: Region, b: Builder, added: list[Value]) -> Region:
    if not added:
        return region
    end = region.terminator
    return Region(region.params, (*region.ops[:-1], *b.ops, replace(end, operands=(*end.operands, *added))))

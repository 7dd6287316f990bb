"""Numbers that are Python's on some paths and NumPy's on others: where Python's operator would raise, a check.

The IR holds such a number as one of NumPy's, and the values of operations are the same.  But Python raises where NumPy goes on
with infinity or NaN.  So an operator that raises for Python's operands gets a check before it, which holds on those paths only.

    total = 0.0                     total is Python's if there are no items
    for item in items:
        total += item
    mean = total / len(items)       check: there are items, or len(items) is not 0

What Python numbers a value may be is followed as far as they are few and known: `1.0 / max(1e-9, x)` never raises, and has no
check.  Beside a list of such numbers there is a list of flags.  Arguments of functions that stay functions are not followed.
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, merges
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import BOOL, FLOAT, ListOf, Scalar, Type, is_py
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions, with_parts
from autodiff_compiler.library import arith

Operation = Callable[..., Any]
OPERATIONS: dict[type[ast.AST], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda x, y: (float(x) if isinstance(x, int) else x) ** y,  # an integer could have millions of digits
    ast.USub: operator.neg,
}
Numbers = frozenset[Any] | None
"""The Python numbers that a value may be; None: any."""
NEVER: Numbers = frozenset()
FEW = 8
"""So many numbers are followed one by one."""
SAMPLES = (0.0, -1.5)
"""For any number: an operator that raises for some, or makes a complex number of them, does so for these."""
IN_LISTS = {"list_new": slice(None), "list_append": slice(None), "list_set": slice(None, None, 2), "list_get": slice(1)}
"""Ops of lists, and which of their operands are numbers or lists of these."""


def checked(
    body: Region, starts: set[Value], operations: Mapping[Value, Operation], converted: Collection[Value] = ()
) -> Region:
    """The program with its checks.  `starts` are Python numbers held as NumPy's, `operations` the results of Python's operators, and
    `converted` what was explicitly made one of NumPy's."""
    made = definitions(body)
    divisions = [v for v in operations if v in made and is_of_numpy(v.type) and opdef(made[v]).domain is not None]
    if not divisions:
        return body
    numbers = _Possible(body, made, starts, operations, converted)
    raising = {v for v in divisions if numbers.raises(v)}
    if not raising:
        return body
    return _Checks(numbers, raising).region(body)


class _Possible:
    """What each value may be on the paths where it is a Python number."""

    def __init__(
        self,
        body: Region,
        made: Mapping[Value, Op],
        starts: set[Value],
        operations: Mapping[Value, Operation],
        converted: Collection[Value],
    ) -> None:
        self.made = made
        self._converted = converted
        self.starts = starts | {v for op in self.made.values() if op.kind in IN_LISTS for v in self._put(op)}
        self.operations = operations
        self._found: dict[Value, Numbers] = {}
        self._listed = self._all_listed(body)
        ops = [op for op in all_ops(body) if is_loop(op) or op.regions or self._is_followed(op)]
        changed = True
        while changed:
            changed = False
            for op in ops:
                for value, numbers in self._of(op):
                    if value not in starts and self._found.get(value, NEVER) != numbers:
                        self._found[value] = numbers
                        changed = True

    def _put(self, op: Op) -> Iterator[Value]:
        """Python numbers that are put into a list of NumPy's."""
        for value in op.operands[IN_LISTS[op.kind]]:
            made = self.made.get(value)
            if made is not None and made.kind == "cast" and is_of_numpy(value.type) and is_py(made.operands[0].type):
                yield value

    def __getitem__(self, value: Value) -> Numbers:
        if is_py(value.type) or value in self.starts:
            return self._constant(value)
        return self._found.get(value, NEVER)

    def has_flags(self, value: Value) -> bool:
        """Whether a list is made, wherever it comes from, by ops that are followed."""
        return value in self._listed

    def _all_listed(self, body: Region) -> set[Value]:
        """The lists that come from nowhere else than from ops that are followed."""
        sources: dict[Value, tuple[Value, ...]] = {}
        for op in all_ops(body):
            for values, given in self.sources(op):
                sources |= {v: given for v in values if isinstance(v.type, ListOf) and is_of_numpy(v.type)}
        while True:
            lost = {
                v for v, given in sources.items() if any(isinstance(x.type, ListOf) and x not in sources for x in given)
            }
            if not lost:
                return set(sources)
            sources = {v: given for v, given in sources.items() if v not in lost}

    def is_always(self, value: Value) -> bool:
        return is_py(value.type) or value in self.starts

    def sources(self, op: Op) -> Iterator[tuple[tuple[Value, ...], tuple[Value, ...]]]:
        """Values that an op defines, and for each those of which it is one, or a result."""
        if op.regions:
            yield from merges(op)
        elif self._is_followed(op):
            yield op.results, self.operands(op)

    def operands(self, op: Op) -> tuple[Value, ...]:
        """Those that are numbers: a condition is not; and as they were before they got the type of the others."""
        if op.kind in IN_LISTS:
            return op.operands[IN_LISTS[op.kind]]
        return tuple(map(self._before_cast, op.operands[op.kind == "select" :]))

    def raises(self, value: Value) -> bool:
        """Whether Python's operator may raise, or its result be complex."""
        op, operation = self.made[value], self.operations[value]
        choices = [self[v] for v in self.operands(op)]
        return any(_raises(operation, *numbers) for numbers in itertools.product(*map(_samples, choices)))

    def _is_followed(self, op: Op) -> bool:
        followed = op.kind == "select" or op.kind in IN_LISTS
        return len(op.results) == 1 and (followed or op.result in self.operations)

    def _of(self, op: Op) -> Iterator[tuple[Value, Numbers]]:
        for values, sources in self.sources(op):
            given = [self[v] for v in sources]
            operation = None if op.regions else self.operations.get(op.result)
            numbers = _union(given) if operation is None else _results(operation, given)
            for value in values:
                if is_of_numpy(value.type) and (not isinstance(value.type, ListOf) or value in self._listed):
                    yield value, numbers

    def _before_cast(self, value: Value) -> Value:
        op = self.made.get(value)
        implied = op is not None and op.kind == "cast" and value not in self.starts and value not in self._converted
        return op.operands[0] if op is not None and implied else value

    def _constant(self, value: Value) -> Numbers:
        op = self.made.get(value)
        while op is not None and op.kind == "cast":
            op = self.made.get(op.operands[0])
        return frozenset({op.attrs["value"]}) if op is not None and op.kind == "const" else None


def is_of_numpy(type_: Type) -> bool:
    """Whether it is the type of one of NumPy's numbers, or of a list of such."""
    element = type_.element if isinstance(type_, ListOf) else type_
    return isinstance(element, Scalar) and element.kind == "np"


def _samples(numbers: Numbers) -> tuple[Any, ...]:
    return SAMPLES if numbers is None else tuple(numbers)


def _raises(operation: Operation, *numbers: Any) -> bool:
    try:
        result = operation(*numbers)
    except ArithmeticError:
        return True
    return isinstance(result, complex) and not any(isinstance(number, complex) for number in numbers)


def _union(given: list[Numbers]) -> Numbers:
    known = [numbers for numbers in given if numbers is not None]
    found = frozenset().union(*known)
    return found if len(known) == len(given) and len(found) <= FEW else None


def _results(operation: Operation, given: list[Numbers]) -> Numbers:
    """What Python's operator makes of the numbers; nothing where an operand is never Python's."""
    if NEVER in given:
        return NEVER
    known = [numbers for numbers in given if numbers is not None]
    if len(known) < len(given):
        return None
    each = [numbers for numbers in itertools.product(*known) if not _raises(operation, *numbers)]
    found = frozenset(_alike(operation(*numbers)) for numbers in each)
    return found if len(found) <= FEW else None


def _alike(number: Any) -> Any:
    """The number; one NaN for all, since no two are equal."""
    return number if number == number else math.nan


Flag = Value | bool
"""Whether a number is Python's: where that is known already, or as the run decides."""


class _Checks(Rewriter):
    """Adds flags to what carries such numbers, and checks to what may raise."""

    def __init__(self, numbers: _Possible, raising: set[Value]) -> None:
        super().__init__()
        self._numbers = numbers
        self._raising = raising
        self._flags: dict[Value, Flag] = {}
        self._asked = self._all_asked()

    def _all_asked(self) -> set[Value]:
        """The numbers whose flags the checks need."""
        sources = {
            v: s for op in set(self._numbers.made.values()) for values, s in self._numbers.sources(op) for v in values
        }
        asked: set[Value] = set()
        todo = [v for value in self._raising for v in self._numbers.operands(self._numbers.made[value])]
        while todo:
            value = todo.pop()
            if value not in asked and self._constant(value) is None:
                asked.add(value)
                todo += sources.get(value, ())
        return asked

    def _constant(self, value: Value) -> bool | None:
        if self._numbers.is_always(value):
            return True
        if isinstance(value.type, ListOf):
            return None if self._numbers.has_flags(value) else False
        return False if self._numbers[value] == NEVER else None

    def _flag(self, value: Value) -> Flag:
        known = self._constant(value)
        return self._flags[value] if known is None else known

    def op(self, op: Op) -> None:
        if is_loop(op):
            self._loop(Loop(op))
        elif op.regions:
            self._branches(op)
        else:
            if op.results and op.results[0] in self._raising:
                self._check(op)
            self.out.append(op)
            if op.results and op.results[0] in self._asked:
                self._simple(op)

    # -- checks --------------------------------------------------------------------------------------------------------

    def _check(self, op: Op) -> None:
        b = Builder(op.span)
        operands = self._numbers.operands(op)
        flag = _all(b, [self._flag(v) for v in operands])
        if flag is False:
            return
        for outside, attrs in _conditions(b, op, operands):
            refused = outside if flag is True else b.op("and", flag, outside)
            b.emit("check", (b.op("not", refused),), {**attrs, "of_python": True})
        self.out += b.ops

    # -- flags ---------------------------------------------------------------------------------------------------------

    def _simple(self, op: Op) -> None:
        b = Builder(op.span)
        flags = [self._flag(v) for v in self._numbers.operands(op)]
        if op.kind in IN_LISTS:
            self._flags[op.result] = _of_list(b, op, flags)
        elif op.kind == "select":
            self._flags[op.result] = _either(b, op.operands[0], *flags)
        else:
            self._flags[op.result] = _all(b, flags)
        self.out += b.ops

    def _branches(self, op: Op) -> None:
        regions = [self.region(region) for region in op.regions]
        sides = {result: values for (result,), values in merges(op) if result in self._asked}
        results = list(op.results)
        added: list[list[Value]] = [[] for _ in regions]
        ends, after = [Builder(op.span) for _ in regions], Builder(op.span)
        for result, values in sides.items():
            flags = [self._flag(v) for v in values]
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
            first, last = self._flag(slot.init), self._constant(slot.yielded)
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
        ends = [replace(flag, yielded=_value(end, self._flag(slot.yielded))) for slot, flag in slots]
        regions[-1] = Region(body.params, (*start.ops, *body.ops[:-1], *end.ops, body.ops[-1]))
        made = Loop(with_parts(loop.op, loop.op.operands, loop.op.results, tuple(regions)))
        self.out.append(made.with_slots([*made.slots, *ends]))
        self.out += after.ops


def _conditions(b: Builder, op: Op, operands: tuple[Value, ...]) -> Iterator[tuple[Value, dict[str, Any]]]:
    """Where the op of Python numbers raises, and what."""
    result = Value(_of_python(op.result.type))
    domains = opdef(op).domain
    assert domains is not None
    for domain in domains(
        replace(op, operands=tuple(Value(_of_python(v.type)) for v in op.operands), results=(result,))
    ):
        yield domain.outside(b, operands), {"error": domain.error, "message": (domain.message,)}
    if op.kind == "pow" and result.type == FLOAT:
        outside = b.op("not", arith.has_real_power(b, *operands))
        yield outside, {"error": "ValueError", "message": (arith.COMPLEX_POWER,), "ours": True}


def _of_python(type_: Type) -> Type:
    return Scalar(type_.dtype.python, "py") if isinstance(type_, Scalar) else type_


def _name(value: Value) -> str:
    return f"{value.name}_is_python" if value.name else ""


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


def _all(b: Builder, flags: list[Flag]) -> Flag:
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

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

from autodiff_compiler.frontend.number_flags import IN_LISTS, Flagged, every
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import is_loop, merges
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import FLOAT, ListOf, Scalar, Type, is_py
from autodiff_compiler.ir.walk import all_ops, definitions
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
    return _Checks(body, numbers, raising).region(body)


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
            return self._known(value)
        return self._found.get(value, NEVER)

    def constant(self, value: Value) -> bool | None:
        if is_py(value.type) or value in self.starts:
            return True
        if isinstance(value.type, ListOf):
            return None if value in self._listed else False
        return False if self[value] == NEVER else None

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

    def _known(self, value: Value) -> Numbers:
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


class _Checks(Flagged):
    """Adds checks to what may raise."""

    def __init__(self, body: Region, numbers: _Possible, raising: set[Value]) -> None:
        self._numbers = numbers
        self._raising = raising
        super().__init__(body, numbers, [v for value in raising for v in numbers.operands(numbers.made[value])])

    def used(self, op: Op) -> None:
        if not op.results or op.results[0] not in self._raising:
            return
        b = Builder(op.span)
        operands = self._numbers.operands(op)
        flag = every(b, [self.flag(v) for v in operands])
        if flag is False:
            return
        for outside, attrs in _conditions(b, op, operands):
            refused = outside if flag is True else b.op("and", flag, outside)
            b.emit("check", (b.op("not", refused),), {**attrs, "of_python": True})
        self.out += b.ops


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

"""What may share memory: how memory flows from value to value, and sets of the memory that values may refer to.

Memory is abstract here: a *root* is a number for one buffer, or for one list, as allocated at one place.  A value refers
to a set of roots; a list moreover to the roots of its elements, when these are arrays.  Two values may share memory if
their sets meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opset import may_alias
from autodiff_compiler.ir.types import Array, ListOf, Type

Roots = frozenset[int]
NOTHING: Roots = frozenset()

FOREIGN = 0
"""The root of everything that must not be written: arguments, constants, broadcast views."""
MUTUAL = 1
"""A root among the elements of a list: some of them may be the same array."""

Node = tuple[Value, bool]
"""A value's own memory (False), or that of the elements of a list (True)."""


def has_memory(type_: Type) -> bool:
    return isinstance(type_, Array | ListOf)


def has_arrays(type_: Type) -> bool:
    """Whether it is a list of arrays."""
    return isinstance(type_, ListOf) and isinstance(type_.element, Array)


def sources(op: Op) -> Iterator[tuple[Node, Node]]:
    """Pairs (target, source): the memory of the target may be that of the source."""
    for targets, values in merges(op):
        for target in targets:
            for value in values:
                yield from _same(target, value)
    if op.kind == "list_get":
        if isinstance(op.result.type, Array):
            yield (op.result, False), (op.operands[0], True)
    elif op.results and may_alias(op):
        yield from _same(op.result, op.operands[0])
    for element in elements_put(op):
        yield (op.result, True), (element, False)


def elements_put(op: Op) -> tuple[Value, ...]:
    """The arrays that an op puts into its list."""
    put = {"list_new": op.operands, "list_append": op.operands[-1:], "list_set": op.operands[-1:]}.get(op.kind, ())
    return tuple(value for value in put if isinstance(value.type, Array))


def _same(target: Value, source: Value) -> Iterator[tuple[Node, Node]]:
    if has_memory(target.type):
        yield (target, False), (source, False)
    if has_arrays(target.type):
        yield (target, True), (source, True)


class Sharing:
    """The roots of each value met so far, and which values refer to each root."""

    def __init__(self) -> None:
        self.memory: dict[Value, Roots] = {}
        self.elements: dict[Value, Roots] = {}
        self.locked: set[int] = {FOREIGN, MUTUAL}
        """Roots that nobody writes to in place."""
        self._users: dict[int, list[Value]] = {}
        self._numbers = count(MUTUAL + 1)

    def fresh(self, *, locked: bool = False) -> Roots:
        """A root that nothing refers to yet."""
        root = next(self._numbers)
        if locked:
            self.locked.add(root)
        return frozenset((root,))

    def bind(self, value: Value, memory: Roots, elements: Roots = NOTHING) -> None:
        self.memory[value] = memory
        self.elements[value] = elements
        for root in memory | elements:
            if root not in self.locked:
                self._users.setdefault(root, []).append(value)

    def bind_fresh(self, value: Value) -> None:
        self.bind(value, self.fresh(), self.fresh() if has_arrays(value.type) else NOTHING)

    def all_roots(self, value: Value) -> Roots:
        return self.memory.get(value, NOTHING) | self.elements.get(value, NOTHING)

    def users(self, roots: Roots, wanted: Callable[[Value], bool], forget: Callable[[Value], bool]) -> list[Value]:
        """The wanted ones of the values that refer to any of the roots.  Of the others, those are forgotten that will
        never be wanted."""
        found: dict[Value, None] = {}
        for root in sorted(roots):
            kept = []
            for value in self._users.get(root, ()):
                if root not in self.all_roots(value):
                    continue
                if wanted(value):
                    found[value] = None
                    kept.append(value)
                elif not forget(value):
                    kept.append(value)
            self._users[root] = kept
        return list(found)

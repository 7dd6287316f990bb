"""Which values share memory: how it flows from value to value (`sources`), and what follows from that.

All statements about memory assume that every write reuses the buffer of its operand 0, as after the buffers stage, unless
there is a `copy`: "may share" is never wrong, whatever that stage copies, and "does not share" is certain.

`Memory` answers for a whole function at once: which values may share memory, what ops write to, and whether anything is
written to between two ops of a region.  `Sharing` is for a walk in program order, such as the buffers stage: it knows at each
place which *roots* a value refers to: numbers, one for each place where a buffer or a list is allocated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from operator import itemgetter

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, merges
from autodiff_compiler.ir.opset import is_undefined, may_alias, opdef, overwrites
from autodiff_compiler.ir.types import Array, ListOf, Type
from autodiff_compiler.ir.walk import all_ops

Roots = frozenset[int]
NOTHING: Roots = frozenset()

FOREIGN = 0
"""The root of everything that must not be written: arguments, constants, broadcast views."""
MUTUAL = 1
"""A root among the elements of a list: some of them may be the same array."""

Node = tuple[Value, bool]
"""A value's own memory (False), or that of the arrays that a list holds (True)."""


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
    row = opdef(op)
    if row.reads and row.by_index:
        if isinstance(op.result.type, Array):
            yield (op.result, False), (op.operands[0], True)
    elif op.results and may_alias(op):
        yield from _same(op.result, op.operands[0])
    for element in elements_put(op):
        yield (op.result, True), (element, False)
    if not opdef(op).writes:
        for operand, result in overwrites(op):
            yield from _same(op.results[result], op.operands[operand])
            if has_arrays(op.results[result].type):
                # What a callee puts into a list may be any of its arguments.
                yield from (((op.results[result], True), (v, False)) for v in op.operands if isinstance(v.type, Array))


def elements_put(op: Op) -> tuple[Value, ...]:
    """The arrays that an op puts into its list."""
    puts = opdef(op).puts
    return () if puts is None else tuple(value for value in op.operands[puts] if isinstance(value.type, Array))


def writes_elements(op: Op) -> bool:
    """Whether an op writes into an array that its list holds."""
    return opdef(op).adds and has_arrays(op.operands[0].type)


def _same(target: Value, source: Value) -> Iterator[tuple[Node, Node]]:
    if has_memory(target.type):
        yield (target, False), (source, False)
    if has_arrays(target.type):
        yield (target, True), (source, True)


class Memory:
    """Which values of a function may share memory where both are in scope, and what is written between two places.

    Every value has a set of roots; those of a list include the roots of what it holds.  What a loop carries in a slot has a root of
    its own, which *stands for* roots from outside the loop: two slots may take turns with two buffers, and yet never share one.
    """

    def __init__(self, function: Function) -> None:
        self._roots: dict[Value, Roots] = {}
        self._stands_for: dict[int, Roots] = {}
        self._loop: dict[int, int] = {}
        """For a root that stands for others, the first root of its loop."""
        self._next = 0
        self._written: dict[Op, Roots] = {}
        self._places: dict[Region, list[tuple[int, Roots]]] = {}
        for param in function.params:
            if has_memory(param.type):
                self._roots[param] = self._fresh()
        self._region(function.body)

    # -- questions -------------------------------------------------------------------------------------------------

    def may_share(self, a: Value, b: Value) -> bool:
        """Whether two values may be, or hold, the same array or list, or overlapping parts of one."""
        return self._meet(self._roots.get(a, NOTHING), self._roots.get(b, NOTHING))

    def writes_what_is_read(self, write: Op, read: Op) -> bool:
        """Whether one op, its regions included, may write to what another one reads."""
        written = self._writes_of(write)
        return bool(written) and self._meet(written, self._reads_of(read))

    def is_written_between(self, op: Op, region: Region, start: int, stop: int) -> bool:
        """Whether what an op reads may be written to at a place of the region between `start` and `stop`, both excluded."""
        places = self._places.get(region)
        if places is None:
            writes = ((place, self._writes_of(other)) for place, other in enumerate(region.ops))
            places = self._places[region] = [(place, roots) for place, roots in writes if roots]
        between = places[
            bisect_left(places, start + 1, key=itemgetter(0)) : bisect_left(places, stop, key=itemgetter(0))
        ]
        read = self._reads_of(op) if between else NOTHING
        return any(self._meet(read, written) for _, written in between)

    def _reads_of(self, op: Op) -> Roots:
        return NOTHING.union(*(self._roots.get(v, NOTHING) for inner in with_inner(op) for v in inner.operands))

    def _writes_of(self, op: Op) -> Roots:
        known = self._written.get(op)
        if known is None:
            writes = (inner.operands[k] for inner in with_inner(op) for k, _ in overwrites(inner))
            known = self._written[op] = NOTHING.union(*(self._roots.get(written, NOTHING) for written in writes))
        return known

    def _meet(self, left: Roots, right: Roots) -> bool:
        return any(self._same(a, b) for a in left for b in right)

    def _same(self, a: int, b: int) -> bool:
        """Whether two roots may be one buffer.  A later root may stand for an earlier one, never the other way round."""
        if a == b:
            return True
        later, earlier = max(a, b), min(a, b)
        loop = self._loop.get(later)
        if loop is None or loop == self._loop.get(earlier):
            return False
        return any(self._same(root, earlier) for root in self._stands_for[later])

    # -- the walk --------------------------------------------------------------------------------------------------

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _fresh(self) -> Roots:
        return frozenset((self._number(),))

    def _region(self, region: Region) -> None:
        for op in region.ops:
            if is_loop(op):
                self._walk_loop(op)
                continue
            for inner in op.regions:
                self._region(inner)
            results = [result for result in op.results if has_memory(result.type)]
            held: dict[Value, Roots] = {}
            for (target, _), (source, _) in sources(op) if results else ():
                held[target] = held.get(target, NOTHING) | self._roots.get(source, NOTHING)
            for result in results:
                own = NOTHING if is_undefined(op) or op.regions or may_alias(op) else self._fresh()
                self._roots[result] = held.get(result, NOTHING) | own

    def _walk_loop(self, op: Op) -> None:
        slots = [slot for slot in Loop(op).slots if has_memory(slot.param.type)]
        inits = [self._roots[slot.init] for slot in slots]
        first = self._next + 1
        roots = [self._number() for _ in slots]
        self._loop.update(dict.fromkeys(roots, first))
        self._stands_for.update(zip(roots, inits))
        entering = inits
        while True:
            # Where the same memory may come into two slots, they become one; then everything inside is visited once more.
            changed = self._unite(roots, entering)
            for root, held in zip(roots, entering):
                outside = self._stands_for[root] | self._outside(held, first)
                changed |= outside != self._stands_for[root]
                self._stands_for[root] = outside
            if entering is not inits and not changed:
                break
            for slot, root in zip(slots, roots):
                self._roots.update(dict.fromkeys(slot.defined, frozenset((root,))))
            for region in op.regions:
                self._region(region)
            entering = [self._roots[slot.yielded] for slot in slots]
        for slot, root, init, last in zip(slots, roots, inits, entering):
            if last == {root} and roots.count(root) == 1:
                self._roots[slot.result] = init

    def _unite(self, roots: list[int], entering: Sequence[Roots]) -> bool:
        """Give one root to the slots into which the same memory may come."""
        changed = False
        for j, held in enumerate(entering):
            for i in range(j):
                if roots[i] != roots[j] and self._meet(entering[i], held):
                    old, kept = roots[j], roots[i]
                    self._stands_for[kept] |= self._stands_for[old]
                    roots[:] = [kept if root == old else root for root in roots]
                    changed = True
        return changed

    def _outside(self, roots: Roots, first: int) -> Roots:
        """What roots are, or stand for, among those that existed before `first`."""
        found: set[int] = set()
        pending, seen = list(roots), set(roots)
        while pending:
            root = pending.pop()
            if root < first:
                found.add(root)
            else:
                new = self._stands_for.get(root, NOTHING) - seen
                seen |= new
                pending += new
        return frozenset(found)


def with_inner(op: Op) -> Iterator[Op]:
    """The op, and all in its regions."""
    yield op
    for region in op.regions:
        yield from all_ops(region)


class Sharing:
    """The roots of each value met so far, and which values refer to each root."""

    def __init__(self) -> None:
        self.memory: dict[Value, Roots] = {}
        self.elements: dict[Value, Roots] = {}
        self.locked: set[int] = {FOREIGN, MUTUAL}
        """Roots that are never written to in place."""
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

    def bind_from_sources(self, op: Op, result: Value) -> None:
        """Bind the result of an op to what it comes of; if that is nothing that has memory, to memory of its own."""
        found: dict[bool, Roots] = {}
        for (target, inside), (source, of_elements) in sources(op):
            if target is result:
                held = (self.elements if of_elements else self.memory).get(source, NOTHING)
                found[inside] = found.get(inside, NOTHING) | held
        if found:
            self.bind(result, found.get(False, NOTHING), found.get(True, NOTHING))
        else:
            self.bind_fresh(result)

    def all_roots(self, value: Value) -> Roots:
        return self.memory.get(value, NOTHING) | self.elements.get(value, NOTHING)

    def users(self, roots: Roots, wanted: Callable[[Value], bool], forget: Callable[[Value], bool]) -> list[Value]:
        """The values that refer to any of the roots and are wanted.  Others are forgotten if they will never be wanted."""
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

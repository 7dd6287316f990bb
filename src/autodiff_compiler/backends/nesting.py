"""Decides which values are printed inside the expression that uses them, and which get a statement of their own.

A pure value with one use in its own region is nested into its user, unless a write to what it reads, or an effect it
must not be moved across, lies between the two.  Constants are nested everywhere, and so are extents of arrays that keep
their name.  Names that the user gave keep their statement, and no line gets much longer than `WIDTH`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.backends.in_place import in_place
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, loop_indices
from autodiff_compiler.ir.opdef import IO, PURE, REGION
from autodiff_compiler.ir.opset import (
    TABLE,
    extent_of,
    is_constant,
    is_pure,
    is_undefined,
    may_trap,
    nested_effect,
    overwrites,
    own_effect,
    reads_path,
)
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array, ListOf, Scalar

WIDTH = 100


@dataclass(frozen=True)
class Style:
    """What a backend says about its spellings, by the kind of op."""

    short: frozenset[str] = frozenset()
    """Ops that are written with an operator, or as a subscript."""
    named: frozenset[str] = frozenset()
    """Ops whose array operands must be names, because they are written more than once."""


@dataclass
class Nesting:
    """`inline`: values printed inside their users.  `dead`: ops that are not printed.  `defs`: the op of each value.

    `performed`: checks that another op makes when it is printed; they are dead.
    `yielded`: values that may be nested into the `yield` of a loop, because they could not share its variable.
    `style`: of the backend.
    """

    function: Function
    memory: Memory
    defs: dict[Value, Op] = field(default_factory=dict)
    uses: dict[Value, int] = field(default_factory=dict)
    users: dict[Value, list[Op]] = field(default_factory=dict)
    region_of: dict[Op, Region] = field(default_factory=dict)
    inline: set[Value] = field(default_factory=set)
    dead: set[Op] = field(default_factory=set)
    size: dict[Value, int] = field(default_factory=dict)
    indices: set[Value] = field(default_factory=set)

    def live_ops(self, region: Region) -> Iterator[Op]:
        """Every op that is printed, outer before inner, in order."""
        for op in region.ops:
            if op not in self.dead:
                yield op
                for inner in op.regions:
                    yield from self.live_ops(inner)

    def definition(self, value: Value, kind: str) -> Op | None:
        """The op of this kind that is printed in place of `value`, if there is one."""
        op = self.defs.get(value)
        return op if op is not None and op.kind == kind and value in self.inline else None

    def is_expression(self, op: Op) -> bool:
        """Whether an `if` is printed as a conditional expression."""
        return op.kind == "if" and op in self._expressions

    performed: frozenset[Op] = frozenset()
    yielded: frozenset[Value] = frozenset()
    style: Style = field(default_factory=Style)
    _expressions: set[Op] = field(default_factory=set)

    def reads(self, value: Value) -> list[Value]:
        """The named values that printing `value` as an operand reads."""
        if value not in self.inline:
            return [value]
        return self.op_reads(self.defs[value])

    def op_reads(self, op: Op) -> list[Value]:
        """The named values that printing the op as an expression reads."""
        found = [name for operand in op.operands for name in self.reads(operand)]
        for region in op.regions:
            found += [name for operand in region.terminator.operands for name in self.reads(operand)]
        return found


def plan(
    function: Function,
    performed: Callable[[Nesting], frozenset[Op]],
    style: Style,
    yielded: frozenset[Value] = frozenset(),
    memory: Memory | None = None,
) -> Nesting:
    indices = loop_indices(function.body)
    nesting = Nesting(function, memory or Memory(function), indices=indices, yielded=yielded, style=style)
    _index(nesting, function.body)
    _drop_dead(nesting, function.body)
    nesting.performed = performed(nesting)
    if nesting.performed:
        nesting.dead = set(nesting.performed)
        nesting.uses.clear()
        nesting.users.clear()
        _drop_dead(nesting, function.body)
    _everywhere(nesting)
    _nest_region(nesting, function.body, yields=True)
    return nesting


def _index(nesting: Nesting, region: Region) -> None:
    for op in region.ops:
        nesting.region_of[op] = region
        for result in op.results:
            nesting.defs[result] = op
        for inner in op.regions:
            _index(nesting, inner)


def _drop_dead(nesting: Nesting, region: Region) -> None:
    """Counts uses from the end, so that what only dead ops use is dead, too."""
    for op in reversed(region.ops):
        unread = not any(result in nesting.uses for result in op.results)
        if op in nesting.performed or (is_pure(op) and unread) or TABLE[op.kind].marks:
            nesting.dead.add(op)
            continue
        for operand in op.operands:
            nesting.uses[operand] = nesting.uses.get(operand, 0) + 1
            nesting.users.setdefault(operand, []).append(op)
        for inner in reversed(op.regions):
            _drop_dead(nesting, inner)


def moves(op: Op) -> bool:
    """Whether an op passes values on under other names."""
    return is_loop(op) or TABLE[op.kind].ends == REGION


def _everywhere(nesting: Nesting) -> None:
    """Constants, loop indices as floats, and extents of arrays that get no other name by a write or a loop."""
    for op in nesting.live_ops(nesting.function.body):
        if is_constant(op) or is_undefined(op):
            nesting.inline.add(op.result)
        elif extent_of(op) is not None and not (op.result.name and nesting.uses[op.result] > 1):
            array = op.operands[0]
            users = nesting.users[array]
            if all(not moves(u) and not (TABLE[u.kind].writes and u.operands[0] is array) for u in users):
                source = nesting.defs.get(array)
                if source is None or nesting.uses[array] > 1 or len(source.results) > 1:
                    nesting.inline.add(op.result)
        elif any(is_short(nesting, op) for is_short in (_is_neighbour, _is_short_test, _is_index_as_float)):
            nesting.inline.add(op.result)


def _is_neighbour(nesting: Nesting, op: Op) -> bool:
    """Whether the op is `i + 1` or `i - 1` of a loop's index: short enough to be written again at each use."""
    if len(TABLE[op.kind].signs) != 2:
        return False
    index, constant = (nesting.defs.get(v) for v in op.operands)
    is_index = index is None and op.operands[0] in nesting.indices and not op.result.name
    return is_index and is_constant(constant) and nesting.uses[op.result] <= 6


def _is_index_as_float(nesting: Nesting, op: Op) -> bool:
    return TABLE[op.kind].converts and op.operands[0] in nesting.indices and not op.result.name


def _is_short_test(nesting: Nesting, op: Op) -> bool:
    """Whether the op is the condition `0 < n` of branches: short enough to be written again in each."""
    if not TABLE[op.kind].compares or TABLE[op.kind].commutative:
        return False
    branches = all(user.kind == "if" for user in nesting.users[op.result])
    plain = all(v in nesting.inline or v.name for v in op.operands)
    integer = all(isinstance(v.type, Scalar) and v.type.dtype.is_integer for v in op.operands)
    return branches and plain and integer and not op.result.name and nesting.uses[op.result] <= 3


def _nest_region(nesting: Nesting, region: Region, yields: bool) -> None:
    """Nests inside one region and the regions in it; `yields`: also into the operands of the terminator."""
    live = [op for op in region.ops if op not in nesting.dead]
    for op in live:
        for inner in op.regions:
            _nest_region(nesting, inner, yields=is_loop(op) and inner is Loop(op).condition)
        if op.kind == "if" and len(op.results) == 1:
            _try_expression(nesting, op)
    position = {op: i for i, op in enumerate(live)}
    barriers = [i for i, op in enumerate(live) if _is_barrier(op)]
    place: dict[Op, int] = {}
    for op in reversed(live):
        here = position[op]
        place[op] = here
        users = _view_users(nesting, op, region)
        user = _single_user(nesting, op, region, yields)
        if user is not None:
            users = [user]
        if not users:
            continue
        there = max(place[user] for user in users)
        between = [live[i] for i in barriers[bisect_right(barriers, here) :] if i < there]
        if not any(_conflict(nesting, op, barrier) for barrier in between):
            nesting.inline.add(op.result)
            place[op] = there
    _limit_width(nesting, live)


def _single_user(nesting: Nesting, op: Op, region: Region, yields: bool) -> Op | None:
    """The op whose expression this one could be part of."""
    if not _is_expression_alone(nesting, op):
        return None
    user = nesting.users[op.result][0]
    if nesting.region_of[user] is not region or not _takes_in(nesting, user, op.result, yields):
        return None
    return user


def _is_expression_alone(nesting: Nesting, op: Op) -> bool:
    """Whether an op is an expression that is read once, and has no name that a person would look for."""
    if len(op.results) != 1 or nested_effect(op) != PURE or TABLE[op.kind].writes or in_place(op):
        return False
    if op.regions and not nesting.is_expression(op):
        return False
    if op.result in nesting.inline or nesting.uses.get(op.result) != 1:
        return False
    named = op.result.name and op.span.phase != ADJOINT
    return not named or TABLE[op.kind].converts or extent_of(op) is not None


def _takes_in(nesting: Nesting, user: Op, value: Value, yields: bool) -> bool:
    """Whether an op may have the expression of one of its operands within its own."""
    if TABLE[nesting.defs[value].kind].starts_empty and isinstance(value.type, ListOf):
        return False
    if TABLE[user.kind].writes and user.operands[0] is value:
        return False
    if any(r in nesting.inline and nesting.uses.get(r, 0) > 1 for r in user.results):
        # The user is written again at each of its uses: what it reads is computed once.
        return False
    in_place = user.attrs.get("apart") and nesting.defs[value].kind == "matmul"
    if user.kind in nesting.style.named and isinstance(value.type, Array) and not in_place:
        return False
    if TABLE[user.kind].ends == REGION and not yields and value not in nesting.yielded:
        return False
    return not is_loop(user) or value in Loop(user).bounds


def _view_users(nesting: Nesting, op: Op, region: Region) -> list[Op]:
    """The users of a short view without a name, such as `u[1:-1]`: a person would write it again at each of a few uses."""
    if not reads_path(op) or not isinstance(op.result.type, Array) or not path_of(op).is_view:
        return []
    users = nesting.users.get(op.result, [])
    short = len(path_of(op)) == 1 and nesting.uses.get(op.result, 0) <= 4
    plain = op.operands[0] not in nesting.inline and all(v in nesting.inline for v in op.operands[1:])
    constant = all(is_constant(nesting.defs[v]) for v in op.operands[1:] if v in nesting.defs)
    expressions = all(
        u in nesting.region_of
        and nesting.region_of[u] is region
        and not u.regions
        and not TABLE[u.kind].terminator
        and u.kind not in nesting.style.named
        and not TABLE[u.kind].writes
        for u in users
    )
    return users if short and plain and constant and expressions and not op.result.name else []


def _is_barrier(op: Op) -> bool:
    return bool(overwrites(op)) or bool(op.regions) or own_effect(op) == IO


def _conflict(nesting: Nesting, op: Op, barrier: Op) -> bool:
    """Whether moving `op` over `barrier` could be observed."""
    if nested_effect(barrier) == IO and may_trap(op):
        return True
    return nesting.memory.writes_what_is_read(barrier, op)


def _try_expression(nesting: Nesting, op: Op) -> None:
    """Makes the `if` a conditional expression where both branches are short expressions without effect."""
    if nested_effect(op) != PURE or not all(_may_be_expression(nesting, region) for region in op.regions):
        return
    before = set(nesting.inline)
    for region in op.regions:
        (value,) = region.terminator.operands
        definition = nesting.defs.get(value)
        if is_undefined(definition):
            return
        _nest_region(nesting, region, yields=True)
    size = 0
    for region in op.regions:
        for inner in region.ops[:-1]:
            if inner not in nesting.dead and not all(result in nesting.inline for result in inner.results):
                nesting.inline = before
                return
        size += _operand_size(nesting, region.terminator.operands[0])
    if size + _operand_size(nesting, op.operands[0]) > WIDTH - 30:
        nesting.inline = before
        return
    nesting._expressions.add(op)


def _may_be_expression(nesting: Nesting, region: Region) -> bool:
    """Whether what a branch does may be written in a line: seen before the branch is nested again, which takes twice the time of what is
    inside at each level of branches within branches."""
    inside = [op for op in region.ops if op not in nesting.dead]
    return len(inside) < WIDTH and all(not op.regions or nesting.is_expression(op) for op in inside)


def _limit_width(nesting: Nesting, ops: list[Op]) -> None:
    """Gives a name to the longest parts of expressions that would be too long."""
    for op in ops:
        parts = [v for v in op.operands if v in nesting.inline and nesting.defs[v].operands and nesting.uses[v] == 1]
        total = _size(nesting, op)
        per_line = moves(op)
        for value in sorted(parts, key=lambda v: -_operand_size(nesting, v)):
            if total <= WIDTH or per_line:
                break
            total -= _operand_size(nesting, value) - 3
            nesting.inline.discard(value)
        for result in op.results:
            nesting.size[result] = total


def _operand_size(nesting: Nesting, value: Value) -> int:
    if value not in nesting.inline:
        return max(2, len(value.name))
    return nesting.size.get(value, 4)


def _size(nesting: Nesting, op: Op) -> int:
    """About how many columns the op takes as an expression."""
    if is_constant(op):
        return len(repr(op.attrs["value"]))
    own = 3 if op.kind in nesting.style.short else 9
    if op.kind == "if" and nesting.is_expression(op):
        own += sum(_operand_size(nesting, v) for r in op.regions for v in r.terminator.operands)
    return own + sum(_operand_size(nesting, v) + 1 for v in op.operands)

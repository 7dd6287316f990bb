"""Checks the form after the buffers stage, where writes happen in place.

Three promises: no value is read after something it shares memory with was overwritten (it would show the newer version);
parameters are never written; what is returned shares memory neither with parameters nor with other results.

The analysis follows *memory*: every array or list value has a set of origins, the values whose buffers it may be or
contain.  A merge (loop parameter, result of a loop or branch) that is not simply what came in is an origin of its own,
with sources.  A list of arrays has two origins, itself and its elements, so that lists holding views of the same array are not
taken for one list.  The origins of one merge are distinct from each other if their values were distinct on every edge; so
`a, b = b, a` in a loop does not make one buffer of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import TABLE, is_undefined, may_alias, overwrites
from autodiff_compiler.ir.types import Array, ListOf

Memory = tuple[Value, ...]

# Reads no element: a shape is the same in all versions.
SHAPE_KINDS = ("dim",)
# Change which elements a list has, but no element.
LIST_KINDS = ("list_append", "list_set")


def buffer_problems(fn: Function) -> list[tuple[Op, str]]:
    """The broken promises, each with the op that breaks it."""
    checker = _Buffers(fn)
    checker.run()
    return [(op, text) for op, texts in checker.problems.items() for text in texts]


def _has_memory(value: Value) -> bool:
    return isinstance(value.type, Array | ListOf)


def _union(memories: Sequence[Memory]) -> Memory:
    return tuple(dict.fromkeys(origin for memory in memories for origin in memory))


def _arrays(memory: Memory) -> Memory:
    """The arrays in a memory: for the memory of a list, its elements."""
    return tuple(origin for origin in memory if isinstance(origin.type, Array))


def _lists(memory: Memory) -> Memory:
    """The lists themselves, without the elements they hold."""
    return tuple(origin for origin in memory if isinstance(origin.type, ListOf))


class _Buffers:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.memory: dict[Value, Memory] = {}
        # The age of every origin, and the age at which each op that merges began.
        self.age: dict[Value, int] = {}
        self.birth: dict[Op, int] = {}
        # For merged origins: the op that merges, and the origins that the edges bring.
        self.merge: dict[Value, Op] = {}
        self.sources: dict[Value, Memory] = {}
        # For lists of arrays: the origin that stands for the elements.
        self.elements: dict[Value, Value] = {}
        # By op that merges, for two merged values that may be one buffer: the origin that stands for it.
        self.common: dict[Op, dict[tuple[Value, Value], Value]] = {}
        # Values that must not be read any more, and the op that overwrote them.
        self.stale: dict[Value, Op] = {}
        self.problems: dict[Op, dict[str, None]] = {}

    def report(self, op: Op, text: str) -> None:
        self.problems.setdefault(op, {})[text] = None

    def run(self) -> None:
        for param in self.fn.params:
            self.define(param, tuple(self.parts([param])))
        self.region(self.fn.body)
        end = self.fn.body.terminator
        arrays = [value for value in end.operands if _has_memory(value)]
        given_back = {end.operands[result]: self.fn.params[param] for param, result in self.fn.updates}
        for position, value in enumerate(arrays):
            for param in self.fn.params:
                if value in given_back and (param is given_back[value] or isinstance(param.type, Array)):
                    continue  # the parameter itself, and a list of arrays that may have been given
                if _has_memory(param) and self.overlap(self.memory[value], self.memory[param]):
                    self.report(end, f"%{value.name} may share memory with the parameter %{param.name}")
            for other in arrays[:position]:
                both = value in given_back and other in given_back
                left, right = (_lists(self.memory[v]) if both else self.memory[v] for v in (value, other))
                if self.overlap(left, right):
                    self.report(end, f"%{value.name} and %{other.name} may share memory")

    # -- memory ----------------------------------------------------------------------------------------------------

    def define(self, value: Value, memory: Memory) -> None:
        self.stale.pop(value, None)
        if not _has_memory(value):
            return
        self.memory[value] = memory
        for origin in memory:
            self.age.setdefault(origin, len(self.age))

    def overlap(self, left: Memory, right: Memory) -> bool:
        return bool(self.common_origins(left, right))

    def common_origins(self, left: Memory, right: Memory) -> Memory:
        """What a buffer that is in both memories may be."""
        return _union([self.meeting(a, b) for a in left for b in right])

    def meeting(self, a: Value, b: Value) -> Memory:
        """What two origins may be if they are the same buffer: the younger one is one of its sources, or new."""
        if a is b:
            return (a,)
        if a in self.merge and self.merge.get(a) is self.merge.get(b):
            return ()  # siblings that may be the same are together in one memory
        young, old = (a, b) if self.age[a] > self.age[b] else (b, a)
        return _union([self.meeting(source, old) for source in self.origins_before(young)])

    def origins_before(self, merged: Value) -> Memory:
        """What a merged origin may be; siblings on the way are replaced by their sources."""
        siblings, found = [merged], []
        for sibling in siblings:
            for source in self.sources.get(sibling, ()):
                if self.merge.get(source) is not self.merge[merged]:
                    found.append(source)
                elif source not in siblings:
                    siblings.append(source)
        return tuple(dict.fromkeys(found))

    def open(self, op: Op, targets: Sequence[Value]) -> None:
        """Begin a merge: origins that come up from now on are inside it, and new in every iteration."""
        self.birth.setdefault(op, len(self.age))
        # What an earlier round of a loop around this op found may no longer hold.
        for shared in self.common.get(op, {}).values():
            self.sources[shared] = ()
        for target in self.parts(targets):
            self.age.setdefault(target, len(self.age))
            self.merge[target] = op
            self.sources[target] = ()

    def parts(self, targets: Sequence[Value]) -> list[Value]:
        """The origins of new or merged values: for a list of arrays, itself and its elements."""
        found: list[Value] = []
        for target in targets:
            found.append(target)
            if isinstance(target.type, ListOf) and isinstance(target.type.element, Array):
                found.append(self.elements.setdefault(target, Value(target.type.element, target.name)))
        return found

    def join(self, op: Op, targets: Sequence[Value], edges: Sequence[Sequence[Memory]]) -> list[Memory]:
        """The memory of merged values, from the memory that each edge brings for each of them."""
        memories = [[target] for target in targets]
        for i, j in combinations(range(len(targets)), 2):
            meeting = [self.common_origins(edge[i], edge[j]) for edge in edges]
            if any(meeting):
                # What they share on these edges; on other edges each may be something else.
                shared = self.shared(op, targets[i], targets[j])
                brought = [self.from_outside(op, memory) for memory in meeting]
                self.sources[shared] = _union([self.sources[shared], *brought])
                memories[i].append(shared)
                memories[j].append(shared)
        for i, target in enumerate(targets):
            brought = [self.from_outside(op, edge[i]) for edge in edges]
            self.sources[target] = _union([self.sources[target], *brought])
        return [tuple(dict.fromkeys(memory)) for memory in memories]

    def shared(self, op: Op, left: Value, right: Value) -> Value:
        """The origin that stands for one buffer under two merged values."""
        known = self.common.setdefault(op, {})
        if (left, right) not in known:
            made = known[left, right] = Value(left.type, f"{left.name}_{right.name}")
            self.age[made] = self.age[right]  # it may be found late, and is as old as what it stands for
            self.merge[made] = op
            self.sources[made] = ()
        return known[left, right]

    def from_outside(self, op: Op, memory: Memory) -> Memory:
        """The origins, with those inside the merge replaced by what they may be from outside it."""
        found: list[Value] = []
        for origin in memory:
            if self.merge.get(origin) is op or self.age[origin] < self.birth[op]:
                found.append(origin)
            elif origin in self.merge:
                found += self.from_outside(op, self.origins_before(origin))
        return tuple(dict.fromkeys(found))

    # -- ops -------------------------------------------------------------------------------------------------------

    def region(self, region: Region) -> None:
        for op in region.ops:
            self.op(op)

    def op(self, op: Op) -> None:
        for value in op.operands:
            if value in self.stale and op.kind not in SHAPE_KINDS:
                self.report(op, f"%{value.name} is read after {self.stale[value].kind} overwrote it")
        if op.kind == "if":
            self.if_(op)
        elif is_loop(op):
            self.loop(Loop(op))
        elif TABLE[op.kind].writes:
            self.write(op)
        elif overwrites(op):
            self.update(op)
        else:
            shared = may_alias(op) and op.results and _has_memory(op.operands[0])
            for result in op.results:
                memory = self.memory[op.operands[0]] if shared else self.contents(op, result)
                self.define(result, _arrays(memory) if op.kind == "list_get" else memory)

    def contents(self, op: Op, result: Value) -> Memory:
        """New memory, and for a list also that of the elements it is made from; none for what is never there when something is read."""
        if is_undefined(op):
            return ()
        if op.kind != "list_new":
            return tuple(self.parts([result]))
        return _union(
            [tuple(self.parts([result])), *(self.memory[value] for value in op.operands if _has_memory(value))]
        )

    def write(self, op: Op) -> None:
        target = op.operands[0]
        is_list = op.kind in LIST_KINDS
        self.overwrite(op, target, is_list)
        element, written = op.operands[-1], self.memory[target]
        keeps = is_list and _has_memory(element)
        self.define(op.result, _union([written, self.memory[element]]) if keeps else written)

    def overwrite(self, op: Op, target: Value, is_list: bool) -> None:
        """What shares memory with the target, or the list itself, is not to be read any more."""
        overwritten = _lists(self.memory[target]) if is_list else self.memory[target]
        ours = {*self.fn.room, *(position for position, _ in self.fn.updates)}
        for position, param in enumerate(self.fn.params):
            if not _has_memory(param) or position in ours:
                continue
            own = self.memory[param]
            if self.overlap(overwritten, _lists(own) if is_list else own):
                self.report(op, f"writes the parameter %{param.name}")
        room = {self.fn.params[position] for position in self.fn.room}
        for value, memory in self.memory.items():
            if value in room:
                continue  # whoever takes it asks for room, not for what is in it
            if is_list and not isinstance(value.type, ListOf):
                continue  # an element taken from the list stays what it was
            if self.overlap(_lists(memory) if is_list else memory, overwritten):
                self.stale[value] = op

    def update(self, op: Op) -> None:
        """A call that overwrites arrays and lists that it is given, and returns them, the lists with arrays of its arguments among the elements."""
        arrays = [self.memory[v] for v in op.operands if isinstance(v.type, Array)]
        updated = {result: operand for operand, result in overwrites(op)}
        for operand in updated.values():
            target = op.operands[operand]
            self.overwrite(op, target, isinstance(target.type, ListOf))
            beside = [v for k, v in enumerate(op.operands) if k != operand and isinstance(v.type, Array)]
            if isinstance(target.type, Array) and any(
                self.overlap(self.memory[target], self.memory[v]) for v in beside
            ):
                self.report(op, f"%{target.name} shares memory with another argument")
        for position, result in enumerate(op.results):
            if position in updated:
                own = self.memory[op.operands[updated[position]]]
                filled = arrays if isinstance(result.type, ListOf) and _arrays(own) else []
                self.define(result, _union([own, *filled]))
            else:
                self.define(result, tuple(self.parts([result])))

    def if_(self, op: Op) -> None:
        results = [result for result in op.results if _has_memory(result)]
        self.open(op, results)
        before = dict(self.stale)
        after: dict[Value, Op] = {}
        for region in op.regions:
            self.stale = dict(before)
            self.region(region)
            after |= self.stale
        self.stale = after
        edges = [
            [self.memory[end] for end, result in zip(region.terminator.operands, op.results) if _has_memory(result)]
            for region in op.regions
        ]
        # A result that is the same on both edges needs no origin of its own.
        plain = [i for i in range(len(results)) if edges[0][i] == edges[1][i]]
        self.bind(op, results, edges, plain)

    def bind(self, op: Op, targets: Sequence[Value], edges: Sequence[Sequence[Memory]], plain: Sequence[int]) -> None:
        """Define merged values; the `plain` ones have the memory of the first edge."""
        for target, memory in zip(targets, self.merged(op, targets, edges, plain)):
            self.define(target, memory)

    def merged(
        self, op: Op, targets: Sequence[Value], edges: Sequence[Sequence[Memory]], plain: Sequence[int]
    ) -> list[Memory]:
        memories = list(edges[0])
        own = [i for i in range(len(targets)) if i not in plain]
        places = [(i, part) for i in own for part in self.parts([targets[i]])]
        brought = [
            [_lists(edge[i]) if isinstance(part.type, ListOf) else _arrays(edge[i]) for i, part in places]
            for edge in edges
        ]
        joined = self.join(op, [part for _, part in places], brought)
        for i in own:
            memories[i] = _union([memory for (place, _), memory in zip(places, joined) if place == i])
        return memories

    def loop(self, loop: Loop) -> None:
        """Iterates to a fixpoint: first every slot is taken to keep its buffer, and those that do not become origins."""
        op, slots = loop.op, [slot for slot in loop.slots if _has_memory(slot.param)]
        params = [slot.param for slot in slots]
        results = [slot.result for slot in slots]
        initial = [self.memory[slot.init] for slot in slots]
        self.open(op, [*params, *results])
        plain = list(range(len(slots)))
        memories: list[Memory] = list(initial)
        stale, problems = self.stale, self.problems
        while True:
            self.stale, self.problems = dict(stale), {}
            for _ in range(2):  # the second iteration sees what the first one overwrote
                self.iteration(loop, slots, memories)
            yielded = [self.memory[slot.yielded] for slot in slots]
            known = (memories, [self.sources[param] for param in self.parts(params)])
            still = [i for i in plain if all(origin in initial[i] for origin in yielded[i])]
            found = self.merged(op, params, [initial, yielded], still)
            # A merged slot's memory only grows from round to round, so that the rounds end.
            memories = [memory if i in plain else _union([known[0][i], memory]) for i, memory in enumerate(found)]
            plain = still
            if (memories, [self.sources[param] for param in self.parts(params)]) == known:
                break
        of_body, self.problems = self.problems, problems
        for reporter, texts in of_body.items():
            for text in texts:
                self.report(reporter, text)
        self.bind(op, results, [initial, yielded], plain)

    def iteration(self, loop: Loop, slots: Sequence[Slot], memories: Sequence[Memory]) -> None:
        for slot, memory in zip(slots, memories):
            for param in slot.params:
                self.define(param, memory)
        for region in loop.op.regions:
            self.region(region)

"""Where copies are needed: one walk in program order that tracks for each value which buffers it may refer to.

* A write is in place if its buffer is ours (not an argument's, not a constant) and no value that is still read may
  refer to it; else operand 0 is copied first.
* A carried value that the loop overwrites is *owned*: on entry and at each yield its buffer is ours and shared with nothing,
  if need be by a copy.  In the body it is then a buffer of its own.  Other carried values are only read in
  the loop: they may share anything, and are locked.
* The result of an `if` is a buffer of its own if what is yielded is one in both branches.
* A list refers to its elements.  Where elements are added to in place (`list_accum`) each belongs to the list alone, if need be
  by a copy when it is put in; other lists are marked (`MUTUAL`) when an element may also be held by something else.
* If a view is in the way, it is copied where it is defined, instead of the buffer, if that is less work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from autodiff_compiler.analysis.last_use import LastUses
from autodiff_compiler.analysis.memory import (
    FOREIGN,
    MUTUAL,
    NOTHING,
    Roots,
    Sharing,
    elements_put,
    has_arrays,
    has_memory,
    writes_elements,
)
from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import is_constant, is_undefined, may_alias, opdef, overwrites, reads_path
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.ir.walk import uses as uses_of
from autodiff_compiler.passes.buffers_demand import Demand


class BufferPlan:
    """The copies to make: `operands[op]` are the indices of operands to copy right before the op, `views` the results
    to copy right after their definition."""

    def __init__(self, function: Function) -> None:
        self.operands: dict[Op, list[int]] = {}
        self.views: dict[Value, None] = {}
        self._uses = LastUses(function)
        self._demand = Demand(function, self._uses)
        self._sharing = Sharing()
        self._readers = uses_of(function.body)
        self._definitions: dict[Value, Op] = {}
        updated = {position for position, _ in function.updates}
        self._given_back = {result for _, result in function.updates}
        for position, param in enumerate(function.params):
            if position in updated:
                self._sharing.bind(param, self._sharing.fresh(), self._shared_elements(param))
            elif has_memory(param.type):
                foreign = frozenset((FOREIGN,))
                self._sharing.bind(param, foreign, foreign if has_arrays(param.type) else NOTHING)
        self._visit(function.body, None, self._return)

    # -- the walk --------------------------------------------------------------------------------------------------

    def _visit(self, region: Region, parent: Op | None, at_end: Callable[[Op], None]) -> None:
        with self._uses.entered(region, parent):
            for op in self._uses.walk(region):
                if opdef(op).terminator:
                    at_end(op)
                else:
                    self._op(op)

    def _op(self, op: Op) -> None:
        self._definitions.update(dict.fromkeys(op.results, op))
        if op.kind == "if":
            self._if(op)
        elif is_loop(op):
            self._loop(Loop(op))
        elif op.regions:
            raise InternalError("AD910", f"the buffers stage does not know {op.kind}", op.span)
        elif opdef(op).writes:
            self._write(op)
        else:
            updated = {result: operand for operand, result in overwrites(op)}
            for position, result in enumerate(op.results):
                if position in updated:
                    self._update(op, updated[position], result)
                elif has_memory(result.type):
                    self._define(op, result)

    def _define(self, op: Op, result: Value) -> None:
        """The roots of the result of an op that neither writes nor has regions."""
        sharing, row = self._sharing, opdef(op)
        if is_undefined(op):
            sharing.bind(result, NOTHING)
        elif is_constant(op):
            sharing.bind(result, frozenset((FOREIGN,)))
        elif row.puts is not None and has_arrays(result.type):
            sharing.bind(result, sharing.fresh(), self._put(op, result, NOTHING))
        elif row.views and row.spreads is not None:
            sharing.bind(result, sharing.all_roots(op.operands[0]) | {FOREIGN})
        else:
            sharing.bind_from_sources(op, result)

    def _shared_elements(self, value: Value) -> Roots:
        """For a list that callees fill: its arrays may belong to anything, and are only read."""
        return frozenset((FOREIGN, MUTUAL)) if has_arrays(value.type) else NOTHING

    def _update(self, op: Op, index: int, result: Value) -> None:
        """An operand that a callee overwrites and returns."""
        sharing = self._sharing
        memory = sharing.memory[op.operands[index]]
        beside = [v for k, v in enumerate(op.operands) if k != index and has_memory(v.type)]
        # What the callee reads, or overwrites besides, is not to be the same array.
        shared = isinstance(result.type, Array) and any(sharing.all_roots(v) & memory for v in beside)
        if shared or not self._claim(memory, op):
            self._copy(op, index)
            memory = sharing.fresh()
        elements = self._shared_elements(result)
        if elements:
            elements |= sharing.elements[op.operands[index]]
            elements = elements.union(*(sharing.memory[v] for v in op.operands if isinstance(v.type, Array)))
        sharing.bind(result, memory, elements)

    # -- writes ----------------------------------------------------------------------------------------------------

    def _write(self, op: Op) -> None:
        target, result = op.operands[0], op.result
        sharing = self._sharing
        memory, elements = sharing.memory[target], sharing.elements[target]
        written = memory | elements if writes_elements(op) else memory
        if not self._claim(written, op):
            self._copy(op, 0)
            memory, elements = sharing.fresh(), sharing.fresh() if has_arrays(target.type) else NOTHING
            written = memory | elements
        if has_arrays(target.type) and elements_put(op):
            elements = self._put(op, result, elements)
        else:
            for index, operand in enumerate(op.operands[1:], 1):
                if sharing.all_roots(operand) & written:
                    self._copy(op, index)
        sharing.bind(result, memory, elements)

    def _put(self, op: Op, result: Value, elements: Roots) -> Roots:
        """The roots of the elements of a list into which an op puts arrays."""
        depth = self._uses.loop_depth
        own = self._demand.level(result, elements=True) >= depth
        for index, value in enumerate(op.operands):
            if value not in elements_put(op):
                continue
            roots = self._sharing.memory[value]
            alone = self._is_free(roots, op) and not roots & elements and op.operands.count(value) == 1
            if not alone and (own or self._demand.level(value) >= depth or self._is_view_of_written(value)):
                self._copy(op, index)
                roots, alone = self._sharing.fresh(), True
            elements |= roots if alone else roots | {MUTUAL}
        return elements

    # -- structure -------------------------------------------------------------------------------------------------

    def _if(self, op: Op) -> None:
        memories: list[list[tuple[Roots, bool]]] = [[] for _ in op.results]
        elements: list[list[tuple[Roots, bool]]] = [[] for _ in op.results]

        def at_end(end: Op) -> None:
            held = self._held(end.operands)
            for index, value in enumerate(end.operands):
                for kind, found in ((self._sharing.memory, memories), (self._sharing.elements, elements)):
                    roots = kind.get(value, NOTHING)
                    found[index].append((roots, self._is_free(roots, end) and self._is_single(roots, held)))

        for region in op.regions:
            self._visit(region, op, at_end)
        for result, memory, element in zip(op.results, memories, elements):
            if has_memory(result.type):
                self._sharing.bind(result, self._join(memory), self._join(element))

    def _join(self, branches: list[tuple[Roots, bool]]) -> Roots:
        (then, then_own), (orelse, orelse_own) = branches
        if not then and not orelse:
            return NOTHING
        return self._sharing.fresh() if then_own and orelse_own else then | orelse

    def _loop(self, loop: Loop) -> None:
        op, sharing = loop.op, self._sharing
        inits, params, results = loop.inits, loop.params, loop.results
        depth = self._uses.loop_depth + 1
        slots = [i for i, param in enumerate(params) if has_memory(param.type)]
        own = [self._demand.level(param) >= depth for param in params]
        own_elements = [self._demand.level(param, elements=True) >= depth for param in params]
        # For the root of the memory of a slot that is only read: (whether it is that of the elements, the slot).
        standing: dict[int, tuple[bool, int]] = {}
        # The roots that come into each slot, and into its elements.
        incoming: dict[tuple[bool, int], Roots] = {}

        def pass_on(user: Op, first: int) -> None:
            """The slots' values on entry or at a yield: operands of `user` from `first` on."""
            operands = user.operands[first : first + len(inits)]
            held = self._held(operands)
            for i in slots:
                value = operands[i]
                memory, elements = sharing.memory[value], sharing.elements[value]
                needed = (memory if own[i] else NOTHING) | (elements if own_elements[i] else NOTHING)
                if not (self._is_single(needed, held) and self._claim(needed, user)):
                    self._copy(user, first + i)
                    held.subtract(memory | elements)
                    memory, elements = sharing.fresh(), sharing.fresh() if has_arrays(value.type) else NOTHING
                incoming[False, i] = incoming.get((False, i), NOTHING) | memory
                incoming[True, i] = incoming.get((True, i), NOTHING) | elements

        def stand_for(i: int, of_elements: bool, owned: bool) -> Roots:
            roots = sharing.fresh(locked=not owned)
            if not owned:
                standing.update(dict.fromkeys(roots, (of_elements, i)))
            return roots

        pass_on(op, len(loop.bounds))
        if loop.condition is not None:
            # The body still needs what the condition reads.
            for value in loop.condition.params:
                if has_memory(value.type):
                    sharing.bind(value, sharing.fresh(locked=True), sharing.fresh(locked=True))
            self._visit(loop.condition, op, lambda end: None)
        for i in slots:
            elements = stand_for(i, True, own_elements[i]) if has_arrays(params[i].type) else NOTHING
            sharing.bind(params[i], stand_for(i, False, own[i]), elements)
        self._visit(loop.body, op, lambda end: pass_on(end, 0))
        for i in slots:
            memory = sharing.fresh() if own[i] else _expand((False, i), standing, incoming)
            elements = sharing.fresh() if own_elements[i] else _expand((True, i), standing, incoming)
            sharing.bind(results[i], memory, elements if has_arrays(results[i].type) else NOTHING)

    def _return(self, op: Op) -> None:
        """Results share memory neither with arguments nor with each other, and a row does not keep its matrix alive."""
        held = self._held(op.operands)
        for index, value in enumerate(op.operands):
            if not has_memory(value.type):
                continue
            if index in self._given_back:
                roots = self._sharing.memory[value]
                if roots & self._sharing.locked or not self._is_single(roots, held):
                    self._copy(op, index)
                continue
            roots = self._sharing.all_roots(value) - {MUTUAL}
            if roots & self._sharing.locked or not self._is_single(roots, held) or self._is_row(value):
                self._copy(op, index)
                held.subtract(self._sharing.all_roots(value))

    # -- questions -------------------------------------------------------------------------------------------------

    def _held(self, operands: Sequence[Value]) -> Counter[int]:
        """How many of the operands refer to each root."""
        return Counter(root for value in operands for root in self._sharing.all_roots(value))

    def _is_single(self, roots: Roots, held: Counter[int]) -> bool:
        return all(held[root] == 1 for root in roots)

    def _sharers(self, roots: Roots, op: Op) -> list[Value]:
        """The values that refer to the roots and are read after the op or inside it."""
        uses = self._uses
        return self._sharing.users(
            roots, lambda v: uses.live_after(v) or uses.read_inside(v, op), forget=uses.dead_for_good
        )

    def _is_free(self, roots: Roots, op: Op) -> bool:
        """Whether memory is ours and is not read after the op."""
        return not roots & self._sharing.locked and not self._sharers(roots, op)

    def _claim(self, roots: Roots, op: Op) -> bool:
        """Like `_is_free`, but views that are in the way are copied first where that is less work than copying the buffer."""
        if roots & self._sharing.locked:
            return False
        sharers = self._sharers(roots, op)
        if not all(self._is_leaf_view(value) for value in sharers):
            return False
        if len(sharers) > 1 and not all(self._is_row(value) for value in sharers):
            return False
        for value in sharers:
            self.views[value] = None
            self._sharing.bind(value, self._sharing.fresh())
        return True

    def _is_leaf_view(self, value: Value) -> bool:
        """Whether a value is a view that nothing else refers to, and that is only read."""
        op = self._definitions.get(value)
        if op is None or op.regions or opdef(op).writes or opdef(op).spreads is not None or not may_alias(op):
            return False
        return all(self._only_reads(reader, value) for reader in self._readers[value])

    def _only_reads(self, reader: Op, value: Value) -> bool:
        """Whether nothing that an op leaves behind refers to the memory of its operand."""
        if reader.regions or opdef(reader).terminator or value in elements_put(reader):
            return False
        return not (may_alias(reader) and reader.operands[0] is value) if reader.results else True

    def _is_view_of_written(self, value: Value) -> bool:
        """Whether a value is a view of a buffer that a write in the same loop wants: copying the view is less work."""
        op = self._definitions.get(value)
        if op is None or not reads_path(op) or not may_alias(op):
            return False
        return self._demand.level(op.operands[0]) >= self._uses.loop_depth

    def _is_row(self, value: Value) -> bool:
        """Whether a value is a view of lower rank, or an element of a list."""
        op = self._definitions.get(value)
        if op is None or not isinstance(value.type, Array):
            return False
        row = opdef(op)
        if not (row.reads and may_alias(op)):
            return False
        return row.by_index or rank(value.type) < rank(op.operands[0].type)

    def _copy(self, op: Op, index: int) -> None:
        indices = self.operands.setdefault(op, [])
        if index not in indices:
            indices.append(index)


def _expand(
    slot: tuple[bool, int], standing: dict[int, tuple[bool, int]], incoming: dict[tuple[bool, int], Roots]
) -> Roots:
    """What may be in a slot after the loop: everything that came in, directly or by way of other slots."""
    found: dict[int, None] = {}
    seen = {slot}
    pending = [slot]
    while pending:
        for root in incoming[pending.pop()]:
            origin = standing.get(root)
            if origin is None:
                found[root] = None
            elif origin not in seen:
                seen.add(origin)
                pending.append(origin)
    return frozenset(found)

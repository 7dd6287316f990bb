"""For Numba, before fusion: a cheap array that several loops read is computed again in each of them.

What costs a few arithmetic operations per element is not worth an array of its own: memory is slower.  Each reader gets
a copy of the op right before it, which `fuse` then takes into the reader's loop.  Done only where that is certain: the reader
is in the same region and works element by element at the same rank, and nothing that the op reads is written to between.

    Input:  d = sub x, y; s = sum (mul d, d); g = mul d, two
    Output: d = sub x, y; s = sum (mul d, d); d1 = sub x, y; g = mul d1, two
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opdef import DEAR
from autodiff_compiler.ir.opset import cost, may_alias, opdef, reads_path, writes_path
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.ir.walk import Rewriter, uses
from autodiff_compiler.passes.fuse import is_elementwise, root_value

# Operations and reads that a loop may repeat, and for how many readers.
WORK, READERS = 12, 3


def run(function: Function) -> Function:
    memory = Memory(function)
    aside = _Aside(function, memory).function(function)
    if aside.body.ops != function.body.ops:
        function, memory = aside, Memory(aside)
    return _Recomputation(function, memory).function(function)


class _Aside(Rewriter):
    """A view that is read again after its array was written to is copied at once, so that it is no longer in the way."""

    def __init__(self, function: Function, memory: Memory) -> None:
        super().__init__()
        self.readers = uses(function.body)
        self.memory = memory

    def region(self, region: Region) -> Region:
        position = {op: i for i, op in enumerate(region.ops)}
        ops: list[Op] = []
        for at, op in enumerate(region.ops):
            ops.append(op)
            if not reads_path(op) or not may_alias(op) or not isinstance(op.result.type, Array):
                continue
            readers = self.readers.get(op.result, ())
            if any(self.memory.is_written_between(op, region, at, position.get(reader, at)) for reader in readers):
                view = Value(op.result.type, op.result.name)
                ops[-1] = replace(op, results=(view,))
                ops.append(Op("copy", (view,), op.results, span=op.span))
        return super().region(Region(region.params, tuple(ops)) if len(ops) > len(region.ops) else region)


class _Recomputation(Rewriter):
    def __init__(self, function: Function, memory: Memory) -> None:
        super().__init__()
        self.readers = uses(function.body)
        self.memory = memory
        self.constants = constants_of(function.body)

    def region(self, region: Region) -> Region:
        spread = self._spread(region)
        if not spread:
            return super().region(region)
        ops: list[Op] = []
        for op in region.ops:
            if op not in spread:
                ops.append(self._with_own(op, spread, ops))
        return super().region(Region(region.params, tuple(ops)))

    def _with_own(self, op: Op, spread: dict[Op, None], ops: list[Op]) -> Op:
        """The op with operands of its own in place of what is spread; these are appended to `ops` first."""
        made = {source.result: source for source in spread}
        operands = list(op.operands)
        own: dict[Value, Value] = {}
        for index, value in enumerate(operands):
            source = made.get(value)
            if source is None:
                continue
            if value not in own:
                inner = self._with_own(source, spread, ops)
                own[value] = Value(value.type, value.name)
                ops.append(replace(inner, results=(own[value],)))
            operands[index] = own[value]
        return op if not own else replace(op, operands=tuple(operands))

    def _spread(self, region: Region) -> dict[Op, None]:
        """The ops to compute again for each of their readers."""
        position = {op: i for i, op in enumerate(region.ops)}
        work: dict[Value, int] = {}
        found: dict[Op, None] = {}
        for op in region.ops:
            if not is_elementwise(op) or cost(op, self.constants.get) == DEAR:
                continue
            result = op.results[0]
            arrays = [v for v in op.operands if isinstance(v.type, Array)]
            total = opdef(op).work + sum(work.get(v, 1) for v in arrays)
            readers = self.readers.get(result, [])
            single = len(readers) == 1
            if total > WORK or not 1 <= len(readers) <= READERS or not self._taken_in(op, readers, region, position):
                continue
            work[result] = total
            if not single:
                found[op] = None
        made = {op.results[0]: op for op in region.ops if op.results and op.results[0] in work}
        # What only a spread op reads goes with it.
        for op in reversed(region.ops):
            if op in found:
                found.update((made[value], None) for value in op.operands if value in made)
        return found

    def _taken_in(self, op: Op, readers: Sequence[Op], region: Region, position: dict[Op, int]) -> bool:
        """Whether `fuse` takes in an op that comes right before each of its readers."""
        result = op.results[0]
        for reader in readers:
            at = position.get(reader)
            if at is None or reader.operands.count(result) == 0:
                return False
            if self.memory.is_written_between(op, region, position[op], at):
                return False
            value = root_value(reader)
            if value is None or rank(value.type) != rank(result.type):
                return False
            if not is_elementwise(reader) and value is not result:
                return False
            if writes_path(reader) and any(operand is result for operand in reader.operands[:-1]):
                return False
        return True

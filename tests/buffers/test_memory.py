"""The model of memory against execution: what random programs share and overwrite when they run must have been foreseen.

They run after the buffers stage, and before it with every write in place all the same: what they compute then means nothing, but
memory is shared as much as it ever can be.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from buffer_programs import LIST, VECTOR, Generator

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.core import Op, Region
from autodiff_compiler.ir.interp import _Interpreter
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import ListOf
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers as buffers_stage


def buffers(value):
    """The arrays that a value is or holds, and the list itself."""
    if isinstance(value, list):
        return [value, *(item for item in value if isinstance(item, np.ndarray))]
    return [value] if isinstance(value, np.ndarray) else []


def overlap(left, right):
    for a in left:
        for b in right:
            if a is b or (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.shares_memory(a, b)):
                return True
    return False


class FixedLists(Generator):
    """Programs that put nothing into a list: in place that would change what older versions hold, which nobody may read.
    Nor do they write into a broadcast view, which NumPy refuses."""

    def view(self, depth):
        (view,) = super().view(depth)
        stretched = any(op.kind == "broadcast_to" and op.result is view for op in self.b.ops)
        return [self.b.op("copy", view) if stretched else view]

    def on_list(self, depth):
        b = self.b
        kind = self.random.randrange(3)
        list_ = self.pick(LIST)
        if kind == 0:
            return [self.new_list(LIST)]
        if kind == 1:
            return [b.op("list_accum", list_, self.index_in_list(), self.pick(VECTOR))]
        return [b.op("list_get", list_, self.index_in_list())]

    def index_in_list(self):
        return self.consts[self.random.choice((0, -1))]


class Observer(_Interpreter):
    """At the end of each region compares all values in scope, and at each op what was written with what may have been."""

    def __init__(self, function):
        super().__init__(function, {}, True, lambda *args, **kwargs: None)
        self.memory = Memory(function)
        self.scope = []
        self.stale = set()
        self.shared = self.apart = 0

    def region(self, region, args):
        depth = len(self.scope)
        self.scope += region.params
        self.bind(region.params, args)
        for op in region.ops[:-1]:
            self.op(op)
            self.scope += op.results
        self.compare()
        del self.scope[depth:]
        return [self.env[value] for value in region.terminator.operands]

    def bind(self, targets, values):
        self.stale.difference_update(targets)
        super().bind(targets, values)

    def op(self, op):
        before = [(value, contents(self.env[value])) for value in self.scope]
        super().op(op)
        self.stale.difference_update(op.results)
        for value, old in before:
            if old is not None and not np.array_equal(old, contents(self.env[value]), equal_nan=True):
                assert self.memory.writes_what_is_read(op, Op("copy", (value,))), (op.kind, value.name)
        if opdef(op).writes and isinstance(op.result.type, ListOf):
            self.stale.update(value for value in self.scope if self.env[value] is self.env[op.result])

    def compare(self):
        held = [(value, buffers(self.env[value])) for value in self.scope if value not in self.stale]
        for (a, left), (b, right) in combinations([pair for pair in held if pair[1]], 2):
            if overlap(left, right):
                self.shared += 1
                assert self.memory.may_share(a, b), (a.name, b.name)
            else:
                self.apart += not self.memory.may_share(a, b)


def contents(value):
    """All numbers of an array, or of the arrays of a list."""
    if isinstance(value, list):
        return np.concatenate([np.zeros(0), *(np.ravel(item) for item in value)])
    return value.copy() if isinstance(value, np.ndarray) else None


@pytest.mark.parametrize("stage", ["before", "after"])
@pytest.mark.parametrize("block", range(4))
def test_sharing_and_writing_were_foreseen(block, stage):
    shared = apart = 0
    for seed in range(50 * block, 50 * (block + 1)):
        generator = (FixedLists if stage == "before" else Generator)(seed)
        function = generator.function()
        observer = Observer(function if stage == "before" else buffers_stage.run(function))
        with np.errstate(all="ignore"):
            observer.region(observer.fn.body, generator.arguments())
        shared += observer.shared
        apart += observer.apart
    # The test says something only if the model is not too careful either.
    assert shared and apart > shared / 4


def test_positions_agree_with_ops():
    """What is written between two places of a region is what the ops there write."""
    for seed in range(60):
        function = Generator(seed).function()
        memory = Memory(function)
        regions = [function.body, *(region for op in all_ops(function.body) for region in op.regions)]
        for region in regions:
            check_positions(memory, region)


def check_positions(memory: Memory, region: Region):
    ops = region.ops
    for start, stop in combinations(range(len(ops)), 2):
        expected = any(memory.writes_what_is_read(op, ops[start]) for op in ops[start + 1 : stop])
        assert memory.is_written_between(ops[start], region, start, stop) == expected

"""Random programs that write in place: what the buffers verifier accepts must compute the same in place as with values."""

from __future__ import annotations

import random

import numpy as np
import pytest

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import BOOL, F64, INT, Array, ListOf
from autodiff_compiler.ir.verify import verify

VECTOR = Array(FLOAT64, 1)
ELEMENT = element()


class Generator:
    """Programs over vectors of length 3 and lists of them; every op is valid whatever the values are."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.b = Builder()
        self.params = (Value(VECTOR, "x"), Value(VECTOR, "w"), Value(BOOL, "c"))

    def function(self) -> Function:
        b = self.b
        self.zero, self.one, self.two = b.const(0), b.const(1), b.const(2)
        self.value = b.const(0.5, F64)
        arrays = [*self.params[:2], b.op("copy", self.params[0]), b.op("copy", self.params[1])]
        lists = [b.op("list_new", arrays[2], type=ListOf(VECTOR))]
        self.block(arrays, lists, 2)
        # Sums show the contents without returning the buffers themselves.
        shown = [b.sum(array, (0,)) for array in self.random.sample(arrays, min(3, len(arrays)))]
        shown.append(b.op("copy", self.random.choice(arrays)) if self.random.random() < 0.5 else arrays[-1])
        shown.append(b.sum(b.op("list_get", lists[-1], self.zero), (0,)))
        b.return_(*shown)
        return Function("f", Region(self.params, tuple(b.ops)))

    def block(self, arrays: list[Value], lists: list[Value], depth: int) -> None:
        for _ in range(self.random.randint(1, 3)):
            kinds = ["write", "write", "view", "new", "append", "get", "accum"] + ["if", "for", "for"] * (depth > 0)
            getattr(self, f"add_{self.random.choice(kinds)}")(arrays, lists, depth)

    def pick(self, values: list[Value]) -> Value:
        """Mostly the newest values, since those are the ones that may be read after writes."""
        return values[-1] if self.random.random() < 0.8 else self.random.choice(values)

    def add_write(self, arrays, lists, depth):
        arrays.append(self.b.accum(self.pick(arrays), ELEMENT, [self.zero], self.value))

    def add_view(self, arrays, lists, depth):
        arrays.append(self.b.op("transpose", self.pick(arrays), perm=(0,)))

    def add_new(self, arrays, lists, depth):
        arrays.append(self.b.add(self.pick(arrays), self.random.choice(arrays)))

    def add_append(self, arrays, lists, depth):
        lists.append(self.b.op("list_append", self.pick(lists), self.pick(arrays)))

    def add_get(self, arrays, lists, depth):
        arrays.append(self.b.op("list_get", self.pick(lists), self.zero))

    def add_accum(self, arrays, lists, depth):
        lists.append(self.b.op("list_accum", self.pick(lists), self.zero, self.pick(arrays)))

    def add_if(self, arrays, lists, depth):
        branches = []
        for _ in range(2):
            inner_arrays, inner_lists = list(arrays), list(lists)
            with self.b.region() as branch:
                self.block(inner_arrays, inner_lists, depth - 1)
                self.b.yield_(self.pick(inner_arrays), self.pick(inner_arrays), self.pick(inner_lists))
            branches.append(branch.done())
        first, second, list_ = self.b.if_(self.params[2], *branches)
        arrays += [first, second]
        lists.append(list_)

    def add_for(self, arrays, lists, depth):
        other = self.random.choice(arrays) if self.random.random() < 0.3 else self.b.op("copy", self.pick(arrays))
        carried = [self.pick(arrays), other, self.pick(lists)]
        with self.b.region(INT, VECTOR, VECTOR, ListOf(VECTOR)) as body:
            outer = arrays if self.random.random() < 0.3 else []
            inner_arrays, inner_lists = [*outer, *body.params[1:3]], [body.params[3]]
            self.block(inner_arrays, inner_lists, depth - 1)
            ends = [self.pick(inner_arrays), self.random.choice(inner_arrays[-3:])]
            self.random.shuffle(ends)
            self.b.yield_(*ends, self.pick(inner_lists))
        first, second, list_, _ = self.b.for_(self.zero, self.two, self.one, carried, body.done())
        arrays += [first, second]
        lists.append(list_)


def outcome(fn: Function, condition: bool, mutable: bool) -> tuple[str, bool]:
    """The results, and whether the arguments are as before."""
    args = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), condition]
    results = run(fn, args, mutable=mutable)
    return repr([np.array(r) for r in results]), args[0].tolist() == [1, 2, 3] and args[1].tolist() == [4, 5, 6]


@pytest.mark.parametrize("block", range(4))
def test_accepted_programs_are_right(block):
    accepted = refused = 0
    for seed in range(block * 500, block * 500 + 500):
        fn = Generator(seed).function()
        verify(fn)
        try:
            verify(fn, buffers=True)
        except InternalError:
            refused += 1
            continue
        accepted += 1
        for condition in (True, False):
            values, _ = outcome(fn, condition, mutable=False)
            assert outcome(fn, condition, mutable=True) == (values, True), seed
    # The test says something only if both happen.
    assert accepted > 25
    assert refused > 25

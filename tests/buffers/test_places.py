"""Places against execution: those that are said to be apart never meet, in random loop nests with random indices."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.places import Places
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import _Interpreter
from autodiff_compiler.ir.loop import Loop, is_loop, loop_indices
from autodiff_compiler.ir.path import at
from autodiff_compiler.ir.types import INT, Array
from autodiff_compiler.ir.walk import all_ops

SIZE = 40
STEPS = (1, 1, 1, 2, -1, -2)


class Nest:
    """Loads of parts of an array in loops whose bounds are indices, constants and a parameter, or close to them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.b = Builder()
        self.array, self.n = Value(Array(FLOAT64, 1), "a"), Value(INT, "n")
        self.budget = 7

    def function(self) -> Function:
        self.block([self.n], 0)
        self.b.return_()
        return Function("f", Region((self.array, self.n), self.b.top.done().ops))

    def integer(self, scope: list[Value]) -> Value:
        b, choose = self.b, self.random.choice
        base = choose([*scope, *scope, b.const(choose((0, 1, 2, 5)))])
        kind = self.random.randrange(5)
        if kind == 0:
            return b.add(base, b.const(choose((-2, -1, 1, 3))))
        if kind == 1:
            return b.sub(base, choose(scope))
        if kind == 2:
            return b.mul(base, b.const(choose((-1, 2))))
        return base

    def block(self, scope: list[Value], depth: int) -> None:
        b = self.b
        for _ in range(self.random.randint(1, 3)):
            if self.budget <= 0:
                break
            self.budget -= 1
            if depth < 3 and self.random.random() < 0.5:
                step = self.random.choice(STEPS)
                ends = [self.integer(scope), self.integer(scope)]
                with b.region(INT) as body:
                    self.block([*scope, body.params[0]], depth + 1)
                    b.yield_()
                b.for_(*ends, b.const(step), [], body.done())
            else:
                self.read(scope)

    def read(self, scope: list[Value]) -> None:
        kind = self.random.randrange(4)
        start, stop = self.integer(scope), self.integer(scope)
        subscript = (start, start, slice(start, stop), slice(None, stop))[kind]
        self.b.load(self.array, *at(subscript))


class Recorder(_Interpreter):
    """Notes for each load when it was executed, and which elements it reached."""

    def __init__(self, function):
        super().__init__(function, {}, False, lambda *args: None)
        self.trips = ()
        self.found = {}

    def iteration(self, loop, args):
        self.trips = (*self.trips[:-1], self.trips[-1] + 1)
        return super().iteration(loop, args)

    def op(self, op):
        if is_loop(op):
            self.trips = (*self.trips, 0)
            super().op(op)
            self.trips = self.trips[:-1]
        elif op.kind != "load":
            super().op(op)
        else:
            (subscript,) = op.attrs["path"].subscripts([self.env[v] for v in op.operands[1:]])
            numbers = np.arange(SIZE)[subscript] if self.is_there(subscript) else ()
            self.found.setdefault(op, []).append((self.trips, set(np.atleast_1d(numbers))))

    def is_there(self, subscript):
        return isinstance(subscript, slice) or -SIZE <= subscript < SIZE


def meet(left, right, when):
    return any(when(s, t) and a & b for s, a in left for t, b in right)


def loads_of(function):
    """The loads, each with the loops around it, the outermost first."""
    found = []

    def visit(region, loops):
        for op in region.ops:
            if op.kind == "load":
                found.append((op, loops))
            for inner in op.regions:
                visit(inner, (*loops, Loop(op)))

    visit(function.body, ())
    return found


def inside(loop):
    """Whether a value is defined in a loop."""
    own = {loop.index, *loop_indices(loop.body), *(result for op in all_ops(loop.body) for result in op.results)}
    return lambda value: value in own


@pytest.mark.parametrize("block", range(4))
def test_what_is_apart_never_meets(block):
    proven = 0
    for seed in range(250 * block, 250 * (block + 1)):
        function = Nest(seed).function()
        bounds = Bounds(function)
        for op in all_ops(function.body):
            if is_loop(op):
                bounds.count(Loop(op).index, *Loop(op).bounds)
        runs = []
        for n in (0, 1, 4, 7):
            recorder = Recorder(function)
            recorder.region(function.body, [np.zeros(SIZE), n])
            runs.append(recorder.found)
        loads = loads_of(function)
        for pair in product(loads, loads):
            proven += compare(Places(bounds), pair, runs)
    assert proven > 100


def compare(places, pair, runs):
    """How many claims the model makes of two loads; each has to be true in all runs."""
    (a, around_a), (b, around_b) = pair
    place_a, place_b = places.of(a), places.of(b)
    common = [loop for loop, other in zip(around_a, around_b) if loop.op is other.op]
    claims = []
    if len(common) == len(around_a) == len(around_b) and places.are_apart(place_a, place_b):
        claims.append(lambda s, t: s == t)
    for depth, loop in enumerate(common):
        same = lambda s, t, depth=depth: s[:depth] == t[:depth]
        if places.are_apart(place_a, places.elsewhere(place_b, inside(loop))):
            claims.append(same)
        step = places.bounds.shapes.of(loop.step)
        if places.are_apart(place_a, places.later(place_b, inside(loop), loop.index, step)):
            claims.append(lambda s, t, depth=depth, same=same: same(s, t) and t[depth] > s[depth])
    for found in runs:
        for when in claims:
            assert not meet(found.get(a, ()), found.get(b, ()), when)
    return len(claims)

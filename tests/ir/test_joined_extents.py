"""Extents of joined arrays, and of slices of them, are what the interpreter gives: random programs, and what has to be known."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir import interp
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.extent import apart, total, without
from autodiff_compiler.ir.path import at
from autodiff_compiler.ir.types import INT, Array

VECTOR = Array(FLOAT64, 1)


class Program:
    """Vectors made from two given ones and two numbers, by joining, slicing and making room."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.params = (Value(VECTOR, "x"), Value(VECTOR, "y"), Value(INT, "n"), Value(INT, "m"))
        self.b = Builder()
        self.vectors = [*self.params[:2]]
        self.counts = [*self.params[2:]]
        for _ in range(12):
            self.vectors.append(self.rng.choice((self.joined, self.joined, self.sliced, self.sliced, self.room))())
        self.results = (*self.vectors, *self.counts)
        self.b.return_(*self.results)
        self.function = Function("f", Region(self.params, tuple(self.b.top.ops)))

    def joined(self) -> Value:
        return self.b.op("concat", *self.rng.choices(self.vectors, k=self.rng.randint(2, 3)), axis=0)

    def sliced(self) -> Value:
        start, stop = (self.bound() if self.rng.random() < 0.6 else None for _ in range(2))
        if start is not None and self.rng.random() < 0.3:
            stop = self.b.add(start, self.number())
        return self.b.load(self.rng.choice(self.vectors), *at(slice(start, stop)))

    def bound(self) -> Value:
        return self.b.const(self.rng.randint(-3, 3)) if self.rng.random() < 0.4 else self.number()

    def number(self) -> Value:
        """The length of a vector, an argument that may be negative, or a sum."""
        made = self.b.dim(self.rng.choice(self.vectors), 0) if self.rng.random() < 0.6 else self.rng.choice(self.counts)
        if self.rng.random() < 0.3:
            made = self.b.add(made, self.rng.choice((self.b.const(self.rng.randint(0, 3)), *self.counts)))
            self.counts.append(made)
        return made

    def room(self) -> Value:
        """Of a length that is not negative in this run."""
        return self.b.full([self.number()], self.b.const(0.0))


def value_of(extent: Any, values: dict[Value, Any]) -> int:
    match extent:
        case int():
            return extent
        case Value():
            return int(values[extent])
        case ("dim", array, axis):
            return int(np.shape(values[array])[axis])
        case ("less", whole, count):
            return max(0, value_of(whole, values) - count)
        case ("sum", *parts):
            return sum(value_of(part, values) for part in parts)
    raise AssertionError(f"no extent of such a program: {extent}")


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int) -> None:
    program = Program(seed)
    rng, shapes = random.Random(seed), Shapes(program.function.body)
    known = [(vector, shapes.extent(vector, 0)) for vector in program.vectors]
    for _ in range(6):
        given = (np.ones(rng.randint(0, 4)), np.ones(rng.randint(0, 4)), rng.randint(-2, 4), rng.randint(-2, 4))
        try:
            results = interp.run(program.function, given)
        except ValueError:
            continue  # room of a negative length
        values = dict(zip((*program.params, *program.results), (*given, *results)))
        for vector, extent in known:
            assert value_of(extent, values) == len(values[vector]), extent


def test_without_and_apart() -> None:
    m, n, k = (Value(INT, name) for name in "mnk")
    assert without(("sum", 2, m, n), n) == ("sum", 2, m)
    assert without(("sum", 2, m, n), ("sum", 1, m)) == ("sum", 1, n)
    assert without(("sum", m, m), m) == m
    assert without(m, m) == 0
    assert without(("sum", 1, m), 2) is None
    assert without(("sum", 1, m), -1) is None
    assert without(m, n) is None
    assert total([2, m, 3]) == ("sum", 5, m)
    assert apart(("sum", m, m), ("sum", n, n)) == (m, n)
    assert apart(("sum", 3, k, m), ("sum", 1, k, n)) == (("sum", 2, m), n)
    assert apart(("sum", m, n), ("sum", n, m)) == (0, 0)
    assert apart(m, n) == (m, n)


def test_halves_of_joined_arrays_are_known() -> None:
    x, y = Value(VECTOR, "x"), Value(VECTOR, "y")
    b = Builder()
    both = b.op("concat", x, y, axis=0)
    head, tail = b.load(both, *at(slice(None, b.dim(x, 0)))), b.load(both, *at(slice(b.dim(x, 0), None)))
    room = b.full([b.add(b.dim(x, 0), b.const(2))], b.const(0.0))
    inner = b.load(room, *at(slice(b.const(1), b.const(-1))))
    b.return_(head, tail, inner)
    shapes = Shapes(Region((x, y), tuple(b.top.ops)))
    assert shapes.same_shape(head, x)
    assert shapes.same_shape(tail, y)
    assert shapes.same_shape(inner, x)


def test_room_for_a_number_that_may_be_negative() -> None:
    """`zeros(n + 3)[:3]` has 2 elements where n is -1; after `zeros(n)` it is known not to be."""
    n = Value(INT, "n")
    b = Builder()
    room = b.full([b.add(n, b.const(3))], b.const(0.0))
    before = b.load(room, *at(slice(b.const(1), b.const(-2))))
    b.full([n], b.const(0.0))
    again = b.full([b.add(b.const(3), n)], b.const(0.0))
    after = b.load(again, *at(slice(b.const(1), b.const(-2))))
    b.return_(before, after)
    shapes = Shapes(Region((n,), tuple(b.top.ops)))
    assert shapes.extent(before, 0) != n
    assert shapes.extent(after, 0) == n

"""Random scalar programs: nested loops with exits, branches, carried values that change places, a tape."""

from __future__ import annotations

import random

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array

TAPE = Array(FLOAT64, 1)
AT = element()


class Generator:
    """Builds one function of two floats, an int and an array; `scope` holds the floats in scope."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.b = Builder()
        self.scope: list[Value] = []
        self.budget = 22

    def function(self) -> Function:
        params = (Value(FLOAT, "x"), Value(FLOAT, "y"), Value(INT, "n"), Value(TAPE, "a"))
        self.n = params[2]
        self.scope += params[:2]
        self.tape = self.b.op("copy", params[3], name="a")
        self.statements(0)
        self.b.return_(self.pick(), self.pick(), self.tape)
        return Function("f", Region(params, self.b.top.done().ops))

    def pick(self) -> Value:
        return self.random.choice(self.scope[-4:] if self.random.random() < 0.6 else self.scope)

    def name(self) -> str:
        return self.random.choice(["", "", "", "s", "t", "x"])

    def statements(self, depth: int) -> None:
        for _ in range(self.random.randint(1, 5)):
            if self.budget > 0:
                self.budget -= 1
                choices = [self.arithmetic, self.arithmetic, self.read, self.write]
                if depth < 3:
                    choices += [self.branch, self.for_, self.for_, self.while_]
                self.random.choice(choices)(depth)

    def arithmetic(self, depth: int) -> None:
        kind = self.random.choice(["add", "sub", "mul", "neg", "select", "maximum"])
        operands = [self.pick() for _ in range(1 if kind == "neg" else 2)]
        if kind == "select":
            operands.insert(0, self.condition())
        if kind == "mul":
            operands[1] = self.b.const(0.5)
        self.scope.append(self.b.op(kind, *operands, name=self.name()))

    def condition(self) -> Value:
        return self.b.compare(self.random.choice(["lt", "ge"]), self.pick(), self.pick())

    def index(self) -> Value:
        return self.b.const(self.random.choice([0, 1, 2, -1]))

    def read(self, depth: int) -> None:
        self.scope.append(self.b.cast(self.b.load(self.tape, AT, [self.index()]), FLOAT))

    def write(self, depth: int) -> None:
        value = self.b.op("cast", self.pick(), dtype=FLOAT64, kind="np")
        make = self.b.store if self.random.random() < 0.5 else self.b.accum
        self.tape = make(self.tape, AT, [self.index()], self.b.mul(value, self.b.const(0.5)))

    def block(self, depth: int, count: int) -> list[Value]:
        """Statements, and what the region is to yield."""
        outside = len(self.scope)
        self.statements(depth + 1)
        yielded = [*(self.pick() for _ in range(count)), self.tape]
        del self.scope[outside:]
        return yielded

    def branch(self, depth: int) -> None:
        count, before = self.random.randint(1, 2), self.tape
        condition = self.condition()
        regions = []
        for _ in range(2):
            with self.b.region() as region:
                self.tape = before
                self.b.yield_(*self.block(depth, count))
            regions.append(region.done())
        *made, self.tape = self.b.if_(condition, *regions)
        self.scope += made

    def body(self, depth: int, count: int, exits: bool, counter: list[Value]) -> None:
        if not exits:
            self.b.yield_(*self.block(depth, count), *counter)
            return
        inside = self.tape
        condition = self.condition()
        regions = []
        for code in (self.random.choice([1, 2]), 0):
            with self.b.region() as region:
                self.tape = inside
                self.b.yield_(*self.block(depth, count), *counter, self.b.const(code))
            regions.append(region.done())
        if self.random.random() < 0.5:
            regions.reverse()
        self.b.yield_(*self.b.if_(condition, *regions))

    def finish(self, results: tuple[Value, ...], count: int, exits: bool) -> None:
        self.scope += results[:count]
        self.tape = results[count]
        counters = results[-2:] if exits else results[-1:]
        for counter in counters:
            if self.random.random() < 0.4:
                self.scope.append(self.b.cast(counter, FLOAT))

    def for_(self, depth: int) -> None:
        count, exits = self.random.randint(1, 3), self.random.random() < 0.5
        inits = [*(self.pick() for _ in range(count)), self.tape]
        names = ("i", *(self.name() for _ in range(count)), "a")
        outside = len(self.scope)
        with self.b.region(INT, *[v.type for v in inits], names=names) as region:
            self.scope += region.params[1:-1]
            self.tape = region.params[-1]
            self.scope.append(self.b.cast(region.params[0], FLOAT))
            self.body(depth, count, exits, [])
        del self.scope[outside:]
        stop, step = self.random.choice([(self.n, 1), (self.b.const(0), 1), (self.b.const(-1), -1)])
        start = self.b.const(2 if step < 0 else 0)
        self.finish(self.b.for_(start, stop, self.b.const(step), inits, region.done(), exits=exits), count, exits)

    def while_(self, depth: int) -> None:
        count, exits = self.random.randint(1, 2), self.random.random() < 0.5
        inits = [*(self.pick() for _ in range(count)), self.tape, self.n]
        types = [v.type for v in inits]
        with self.b.region(*types) as test:
            running = self.b.compare("gt", test.params[-1], self.b.const(0))
            small = self.b.compare("lt", test.params[0], self.b.const(50.0))
            self.b.yield_(self.b.op("and", running, small))
        outside = len(self.scope)
        with self.b.region(*types) as body:
            self.scope += body.params[:count]
            self.tape = body.params[-2]
            counter = self.b.sub(body.params[-1], self.b.const(1))
            self.body(depth, count, exits, [counter])
        del self.scope[outside:]
        assert running.type == BOOL
        self.finish(self.b.while_(inits, test.done(), body.done(), exits=exits), count, exits)

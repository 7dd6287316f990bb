"""Random IR programs that share, view, overwrite, carry and swap arrays and lists as much as they can."""

from __future__ import annotations

import random

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import Slice, element, entire, indexing, picked, reshaping, transposing
from autodiff_compiler.ir.types import F64, INT, Array, ListOf, Type

VECTOR = Array(FLOAT64, 1)
MATRIX = Array(FLOAT64, 2)
LIST = ListOf(VECTOR)
SCALARS = ListOf(F64)
CARRIED: tuple[Type, ...] = (VECTOR, VECTOR, VECTOR, MATRIX, LIST, SCALARS, F64)

N = 3  # the extent of every axis
WHOLE = entire()
REVERSED = indexing(Slice(step=True))
TAIL = indexing(Slice(start=True))
ROW = element()
COLUMN = picked((1,))


class Generator:
    """Builds one program; `scope` holds the values that may be used, all of them over and over again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.b = Builder()
        self.scope: list[Value] = []
        self.budget = 25
        self.consts: dict[int, Value] = {}

    def function(self) -> Function:
        params = tuple(Value(t, n) for t, n in ((VECTOR, "x"), (VECTOR, "y"), (MATRIX, "m"), (LIST, "l"), (INT, "n")))
        b, self.n = self.b, params[-1]
        self.scope += params[:-1]
        self.consts = {k: b.const(k) for k in range(-1, N + 1)}
        for value in (0.5, 2.0, -1.0):
            self.scope.append(b.const(value, F64))
        self.scope.append(self.new_list(SCALARS))
        self.statements(0)
        returned = [self.pick(self.random.choice(CARRIED)) for _ in range(self.random.randint(1, 4))]
        b.return_(*returned)
        return Function("f", Region(params, b.top.done().ops))

    def arguments(self) -> list:
        values = iter([0.25 * k - 1.0 for k in range(60)])
        vector = lambda: np_array([next(values) for _ in range(N)])
        return [
            vector(),
            vector(),
            np_array([[next(values) for _ in range(N)] for _ in range(N)]),
            [vector(), vector()],
            3,
        ]

    def pick(self, type_: Type) -> Value:
        """A value of a type; a newer one is more likely."""
        found = [value for value in self.scope if value.type == type_]
        if self.random.random() < 0.5:
            found = found[-3:]
        return self.random.choice(found)

    def index(self) -> Value:
        return self.consts[self.random.choice([0, 1, N - 1, -1])]

    def new_list(self, type_: ListOf) -> Value:
        elements = [self.pick(type_.element) for _ in range(self.random.randint(1, 2))]
        return self.b.emit("list_new", elements, {"type": type_}, types=[type_])[0]

    def statements(self, depth: int) -> None:
        for _ in range(self.random.randint(2, 7)):
            if self.budget > 0:
                self.budget -= 1
                self.statement(depth)

    def statement(self, depth: int) -> None:
        kinds = [self.view, self.fresh, self.write, self.write, self.on_list]
        if depth < 3:
            kinds += [self.branch, self.loop]
        made = self.random.choice(kinds)(depth)
        self.scope += [value for value in made if value.type in CARRIED]

    def view(self, depth: int) -> list[Value]:
        b = self.b
        kind = self.random.randrange(7)
        if kind == 0:
            return [b.load(self.pick(VECTOR), WHOLE)]
        if kind == 1:
            return [b.load(self.pick(VECTOR), REVERSED, [self.consts[-1]])]
        if kind == 2:
            return [b.load(self.pick(MATRIX), ROW, [self.index()])]
        if kind == 3:
            return [b.load(self.pick(MATRIX), COLUMN, [self.index()])]
        if kind == 4:
            return [b.op("transpose", self.pick(MATRIX), perm=(1, 0))]
        if kind == 5:
            extent = self.consts[N]
            return [b.op("broadcast_to", self.pick(VECTOR), extent, extent)]
        return [b.op("unbroadcast", self.pick(VECTOR), self.consts[N])]

    def fresh(self, depth: int) -> list[Value]:
        type_ = self.random.choice((VECTOR, MATRIX))
        kind = self.random.randrange(4)
        if kind == 0:
            return [self.b.mul(self.pick(type_), self.pick(F64))]
        if kind == 1:
            return [self.b.add(self.pick(type_), self.pick(VECTOR))]
        if kind == 2:
            return [self.b.sum(self.pick(VECTOR), (0,))]
        return [self.b.full([self.consts[N]] * type_.rank, self.pick(F64))]

    def write(self, depth: int) -> list[Value]:
        b = self.b
        kind = self.random.choice(("store", "accum"))
        make = b.store if kind == "store" else b.accum
        shape = self.random.randrange(8)
        if shape == 0:
            return [make(self.pick(VECTOR), WHOLE, [], self.pick(VECTOR))]
        if shape == 1:
            vector = self.pick(VECTOR)
            one = self.consts[1]
            return [make(vector, TAIL, [one], b.load(self.pick(VECTOR), indexing(Slice(stop=True)), [self.consts[-1]]))]
        if shape == 2:
            return [make(self.pick(MATRIX), ROW, [self.index()], self.pick(VECTOR))]
        if shape == 3:
            return [make(self.pick(MATRIX), COLUMN, [self.index()], self.pick(VECTOR))]
        if shape == 4:
            path = transposing((1, 0)) + reshaping(1) + element()
            size = b.mul(self.consts[N], self.consts[N])
            return [make(self.pick(MATRIX), path, [size, self.index()], self.pick(F64))]
        if shape == 5:
            path = reshaping(1) + element()
            size = b.mul(self.consts[N], self.consts[N])
            return [make(self.pick(MATRIX), path, [size, self.index()], self.pick(F64))]
        return [make(self.pick(VECTOR), ROW, [self.index()], self.pick(F64))]

    def on_list(self, depth: int) -> list[Value]:
        b = self.b
        type_ = self.random.choice((LIST, LIST, SCALARS))
        kind = self.random.randrange(8)
        list_, element = self.pick(type_), self.pick(type_.element)
        if kind == 0:
            return [self.new_list(type_)]
        if kind == 1:
            return [b.op("list_zeros", list_)]
        if kind == 2:
            return [b.op("list_set", list_, self.consts[0], element)]
        if kind == 3:
            return [b.op("list_accum", list_, self.consts[self.random.choice((0, -1))], element)]
        if kind <= 5:
            return [b.op("list_append", list_, element)]
        return [b.op("list_get", list_, self.consts[self.random.choice((0, -1))])]

    def block(self, depth: int, types: list[Type], region) -> None:
        """The statements of a region and its yield."""
        outside = len(self.scope)
        self.scope += [p for p in region.params if p.type in CARRIED]
        self.statements(depth + 1)
        self.b.yield_(*(self.pick(t) for t in types))
        del self.scope[outside:]

    def branch(self, depth: int) -> list[Value]:
        b = self.b
        types = [self.random.choice(CARRIED) for _ in range(self.random.randint(1, 3))]
        condition = b.compare("lt", self.pick(F64), self.pick(F64))
        regions = []
        for _ in range(2):
            with b.region() as region:
                self.block(depth, types, region)
            regions.append(region.done())
        return list(b.if_(condition, *regions))

    def loop(self, depth: int) -> list[Value]:
        b = self.b
        types = [self.random.choice(CARRIED) for _ in range(self.random.randint(1, 4))]
        inits = [self.pick(t) for t in types]
        if self.random.random() < 0.3:
            return self.while_(depth, types, inits)
        with b.region(INT, *types) as region:
            self.block(depth, types, region)
        stop = self.random.choice([self.n, self.consts[0], self.consts[2]])
        return list(b.for_(self.consts[0], stop, self.consts[1], inits, region.done()))

    def while_(self, depth: int, types: list[Type], inits: list[Value]) -> list[Value]:
        """Counts to two; the condition may write, too, to what it alone sees."""
        b = self.b
        with b.region(*types, INT) as test:
            outside = len(self.scope)
            self.scope += [p for p in test.params if p.type in CARRIED]
            written = self.write(depth)
            del self.scope[outside:]
            assert written
            b.yield_(b.compare("lt", test.params[-1], self.consts[2]))
        with b.region(*types, INT) as body:
            outside = len(self.scope)
            self.scope += [p for p in body.params if p.type in CARRIED]
            self.statements(depth + 1)
            yielded = [self.pick(t) for t in types]
            b.yield_(*yielded, b.add(body.params[-1], self.consts[1]))
            del self.scope[outside:]
        return list(b.while_([*inits, self.consts[0]], test.done(), body.done()))


def np_array(values):
    import numpy as np

    return np.array(values)

"""Random well-formed IR programs: nested loops and branches over floats, ints and arrays, with checks where due.

Index and shape checks stand before every access, as a frontend emits them, so that a program either runs to its end or
raises a defined exception.
"""

from __future__ import annotations

import random

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array

VECTOR = Array(FLOAT64, 1)
AT = element()


class Program:
    """Builds one function of (x: f64[:], y: f64[:], a: float, n: int)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.b = Builder()
        self.params = (Value(VECTOR, "x"), Value(VECTOR, "y"), Value(FLOAT, "a"), Value(INT, "n"))
        # Values in scope, by type; a region gets copies of these lists.
        self.scope: dict[str, list[Value]] = {
            "vector": list(self.params[:2]),
            "float": [self.params[2], self.b.const(0.0), self.b.const(1.0), self.b.const(2.5, F64)],
            "int": [self.params[3], self.b.const(0), self.b.const(1), self.b.const(2)],
        }

    def build(self) -> Function:
        self.statements(8, depth=0)
        floats = [self.pick("float") for _ in range(2)]
        self.b.return_(*floats, self.pick("int"), self.pick("vector"), self.pick("vector"))
        return Function("program", Region(self.params, tuple(self.b.ops)))

    def pick(self, kind: str) -> Value:
        values = self.scope[kind]
        return self.random.choice(values[-4:] if self.random.random() < 0.6 else values)

    def float_(self) -> Value:
        """A float that is strong, as carried values are."""
        value = self.pick("float")
        return value if value.type == F64 else self.b.cast(value, F64)

    def statements(self, count: int, depth: int) -> None:
        kinds = ["arith"] * 4 + ["ints", "load", "load", "store", "accum", "vector", "fresh", "dim", "probe"]
        if depth < 3:
            kinds += ["if", "for", "for", "while"]
        for _ in range(count):
            getattr(self, "do_" + self.random.choice(kinds))(depth)

    # -- straight line -------------------------------------------------------------------------------------------------

    def do_arith(self, depth: int) -> None:
        kind = self.random.choice(("add", "sub", "mul", "maximum", "neg", "div0", "select", "sin", "pow"))
        a, b = self.pick("float"), self.pick("float")
        if kind in ("neg", "sin"):
            if kind == "sin":
                a = self.b.op("tanh", a)
            result = self.b.op(kind, a)
        elif kind == "select":
            result = self.b.select(self.condition(), a, b)
        elif kind == "pow":
            result = self.b.op("pow", self.b.op("tanh", a), self.b.const(self.random.choice((1.0, 2.0))))
        else:
            result = self.b.op(kind, a, b)
        self.scope["float"].append(self.b.op("tanh", result) if self.random.random() < 0.3 else result)

    def do_ints(self, depth: int) -> None:
        kind = self.random.choice(("add", "sub", "maximum", "minimum"))
        self.scope["int"].append(self.b.op(kind, self.pick("int"), self.pick("int")))

    def do_dim(self, depth: int) -> None:
        self.scope["int"].append(self.b.dim(self.pick("vector"), 0))

    def condition(self) -> Value:
        if self.random.random() < 0.5:
            return self.b.op(self.random.choice(("lt", "le", "eq", "ne")), self.pick("int"), self.pick("int"))
        test = self.b.op(self.random.choice(("lt", "gt")), self.pick("float"), self.pick("float"))
        return self.b.op("not", test) if self.random.random() < 0.2 else test

    def place(self) -> tuple[Value, Value]:
        array, index = self.pick("vector"), self.pick("int")
        self.b.emit("check_index", (index, self.b.dim(array, 0)))
        return array, index

    def do_probe(self, depth: int) -> None:
        """A check whose failure nothing else would show."""
        index, extent = self.pick("int"), self.b.dim(self.pick("vector"), 0)
        if self.random.random() < 0.5:
            index = self.b.op(self.random.choice(("add", "sub")), index, self.pick("int"))
        guard = self.b.op(self.random.choice(("lt", "le")), index, self.b.add(extent, self.b.const(self.random.randint(0, 1))))
        with self.b.region() as then:
            self.b.emit("check_index", (index, extent))
            self.b.yield_()
        with self.b.region() as orelse:
            self.b.yield_()
        self.b.if_(guard, then.done(), orelse.done())

    def do_load(self, depth: int) -> None:
        array, index = self.place()
        self.scope["float"].append(self.b.element(array, index))

    def do_store(self, depth: int) -> None:
        array, index = self.place()
        self.scope["vector"].append(self.b.store(array, AT, (index,), self.pick("float")))

    def do_accum(self, depth: int) -> None:
        array, index = self.place()
        self.scope["vector"].append(self.b.accum(array, AT, (index,), self.pick("float")))

    def do_fresh(self, depth: int) -> None:
        like = self.pick("vector")
        self.scope["vector"].append(self.b.full(self.b.dims(like), self.pick("float")))

    def do_vector(self, depth: int) -> None:
        a, b = self.pick("vector"), self.pick("vector")
        if self.random.random() < 0.4:
            b = self.pick("float")
        else:
            self.b.emit("check_broadcast", (self.b.dim(a, 0), self.b.dim(b, 0)))
        result = self.b.op(self.random.choice(("add", "sub", "mul", "maximum")), a, b)
        result = self.b.op("tanh", result)
        if self.random.random() < 0.5:
            result = self.b.op("unbroadcast", result, self.b.dim(a, 0))
        elif self.random.random() < 0.3:
            self.b.emit("check_equal", (self.b.dim(result, 0), self.b.dim(a, 0)), {"message": "lengths differ"})
        self.scope["vector"].append(result)

    # -- structure -----------------------------------------------------------------------------------------------------

    def nested(self, types: list, names: list[str], fill) -> Region:
        outer, self.scope = self.scope, {kind: list(values) for kind, values in self.scope.items()}
        with self.b.region(*types, names=names) as opened:
            for param in opened.params:
                kind = "vector" if param.type == VECTOR else "int" if param.type == INT else "float"
                self.scope[kind].append(param)
            fill(opened.params)
        self.scope = outer
        return opened.done()

    def do_if(self, depth: int) -> None:
        condition = self.condition()

        def fill(params) -> None:
            self.statements(3, depth + 1)
            self.b.yield_(self.float_(), self.pick("vector"), self.pick("int"))

        then, orelse = (self.nested([], [], fill) for _ in range(2))
        value, vector, number = self.b.if_(condition, then, orelse)
        self.define(value, vector, number)

    def define(self, value: Value, vector: Value, number: Value) -> None:
        self.scope["float"].append(value)
        self.scope["vector"].append(vector)
        self.scope["int"].append(number)

    def do_for(self, depth: int) -> None:
        exits = self.random.random() < 0.3
        step = self.random.choice((1, 1, -1, 2))
        start, stop = self.pick("int"), self.pick("int")
        if self.random.random() < 0.5:
            start, stop = self.b.const(0), self.b.dim(self.pick("vector"), 0)
        if step < 0:
            start, stop = self.b.sub(stop, self.b.const(1)), self.b.sub(start, self.b.const(1))
        # Short loops only: what is picked may have grown.
        stop = self.b.op("minimum", stop, self.b.const(6)) if step > 0 else stop
        start = start if step > 0 else self.b.op("minimum", start, self.b.const(6))
        carried = [self.float_(), self.pick("vector"), self.float_(), self.pick("vector")]

        def fill(params) -> None:
            self.statements(4, depth + 1)
            yielded = [self.float_(), self.pick("vector")]
            yielded += [params[3], params[4]] if self.random.random() < 0.5 else [self.float_(), self.pick("vector")]
            if self.random.random() < 0.4:
                yielded[1] = params[2]
            if exits:
                leave = self.b.op("lt", self.pick("int"), self.pick("int"))
                yielded.append(self.b.select(leave, self.b.const(1), self.b.const(0)))
            self.b.yield_(*yielded)

        body = self.nested([INT, *(v.type for v in carried)], ["i", "s", "v", "t", "w"], fill)
        value, vector, other, second, *counts = self.b.for_(
            start, stop, self.b.const(step), carried, body, exits=exits
        )
        self.define(value, vector, counts[-1])
        self.define(other, second, counts[0])

    def do_while(self, depth: int) -> None:
        limit = self.b.const(self.random.randint(0, 3))
        carried = [self.b.const(0), self.float_(), self.pick("vector")]

        def test(params) -> None:
            self.b.yield_(self.b.op("lt", params[0], limit))

        def fill(params) -> None:
            self.statements(3, depth + 1)
            self.b.yield_(self.b.add(params[0], self.b.const(1)), self.float_(), self.pick("vector"))

        types, names = [v.type for v in carried], ["k", "s", "v"]
        number, value, vector, trips = self.b.while_(
            carried, self.nested(types, names, test), self.nested(types, names, fill)
        )
        self.define(value, vector, self.random.choice((number, trips)))


def program(seed: int) -> Function:
    return Program(seed).build()

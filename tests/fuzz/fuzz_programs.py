"""Random well-formed programs of the supported language, with arguments to run them at."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fuzz_draw import Draw, HypothesisDraw, SeededDraw
from fuzz_expressions import Expressions
from fuzz_helpers import HELPERS
from fuzz_helpers import NAMES as HELPER_NAMES
from fuzz_scope import Scope, Variable
from hypothesis import strategies as st

NAMES = ("s", "t", "u", "v", "w", "y", "z", "p", "q", "r")


@dataclass(frozen=True)
class Program:
    """The source of `f`, and the arguments of the test."""

    source: str
    args: tuple[Any, ...]
    single: bool = False
    """Whether float32 occurs: the comparison is a loose one then."""

    def __str__(self) -> str:
        return f"{self.source}\n# f({', '.join(shown(arg) for arg in self.args)})"


def shown(value: Any) -> str:
    """The value as an expression, layout and all."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{shown(item)}, " for item in value) + ")"
    if isinstance(value, np.generic):
        return f"np.{value.dtype}({value.item()!r})"
    if not isinstance(value, np.ndarray):
        return repr(value)
    text = f"np.array({value.tolist()!r}, np.{value.dtype})"
    if value.ndim == 2 and value.flags.f_contiguous and not value.flags.c_contiguous:
        return f"np.asfortranarray({text})"
    if value.ndim == 1 and value.size > 1 and not value.flags.c_contiguous:
        return f"np.repeat({text}, 2)[::2]"
    return text


def seeded(seed: int) -> Program:
    return Generator(SeededDraw(seed)).program()


@st.composite
def programs(draw: Any) -> Program:
    return Generator(HypothesisDraw(draw)).program()


class Generator:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.scope = Scope()
        self.helpers: dict[str, list[str]] = {"ff": [], "a": [], "write": []}
        self.write = Expressions(draw, self.scope, self.helpers)
        self.lines: list[str] = []
        self.indent = 1
        self.loops: list[str] = []
        self.budget = 0
        self.returns = ""
        self.args: list[Any] = []

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    # -- the whole -------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        draw = self.draw
        self.precision = draw.weighted([(8, "float64"), (1, "float32"), (1, "mixed")])
        before = self._helper_functions()
        parameters = self._parameters()
        self.returns = draw.weighted([(8, "float"), (1, "array"), (1, "tuple")])
        self.budget = draw.integer(3, 14)
        self._preamble()
        self._statements()
        self._final_return()
        body = "\n".join([*before, f"def f({', '.join(parameters)}):", *self.lines, ""])
        return Program(body, tuple(self.args), single=self.precision != "float64")

    def _helper_functions(self) -> list[str]:
        texts: list[str] = []
        for kind, bodies in HELPERS.items():
            if self.draw.chance(45):
                name = HELPER_NAMES[kind]
                texts.append(self.draw.pick(bodies).format(n=name))
                self.helpers[kind].append(name)
        return texts

    def _parameters(self) -> list[str]:
        draw = self.draw
        names: list[str] = []
        for _ in range(draw.integer(1, 4)):
            kind = draw.weighted([(4, "vector"), (3, "float"), (2, "matrix"), (2, "int"), (1, "ints"), (1, "dict")])
            self._parameter(kind, names)
        if not any(v.kind in ("float", "array", "dict") for v in self.scope.visible()):
            self._parameter("float", names)
        return names

    def _dtype(self) -> str:
        return self.draw.pick(("float64", "float32")) if self.precision == "mixed" else self.precision

    def _parameter(self, kind: str, names: list[str]) -> None:
        draw = self.draw
        letter = {"vector": "abc", "float": "xyz", "matrix": "ABC", "int": "nmk", "ints": "ijk", "dict": "g"}[kind]
        name = next((c for c in letter if c not in names), f"{letter[0]}{len(names)}")
        rng = np.random.default_rng(draw.integer(0, 999))
        if kind == "float":
            value: Any = round(float(rng.uniform(-1.2, 1.2)), 3)
            value = draw.pick((float, float, np.dtype(self._dtype()).type))(value)
            self.scope.define(Variable(name, "float"))
        elif kind == "vector":
            size = draw.pick((3, 4, 2, 1, 5))
            value = rng.uniform(-1.2, 1.2, size).round(3).astype(self._dtype())
            if draw.chance(15):
                value = np.repeat(value, 2)[::2]
            self.scope.define(Variable(name, "array", (size,)))
        elif kind == "matrix":
            shape = draw.pick(((2, 3), (3, 3), (2, 2), (3, 2), (1, 3), (3, 1)))
            value = rng.uniform(-1.2, 1.2, shape).round(3).astype(self._dtype())
            if draw.chance(20):
                value = np.asfortranarray(value)
            self.scope.define(Variable(name, "array", shape))
        elif kind == "int":
            value = draw.integer(0, 4)
            self.scope.define(Variable(name, "int", low=value, high=value))
        elif kind == "ints":
            size, top = draw.integer(1, 4), draw.integer(1, 2)
            value = rng.integers(0, top + 1, size)
            self.scope.define(Variable(name, "ints", (size,), high=top))
        else:
            value = {"w": round(float(rng.uniform(-1, 1)), 3), "b": round(float(rng.uniform(-1, 1)), 3)}
            self.scope.define(Variable(name, "dict"))
        names.append(name)
        self.args.append(value)

    def _preamble(self) -> None:
        """So that there is a float and an array to work on."""
        if not self.scope.visible("float") or self.draw.chance(40):
            self._new_float()
        if not self.scope.visible("array") or self.draw.chance(50):
            self._new_array()

    def _final_return(self) -> None:
        self.line(f"return {self._result()}")

    def _result(self) -> str:
        if self.returns == "float":
            parts = [self.write.number(1)]
            parts += [v.name for v in self.scope.visible("float")][-3:]
            parts += [f"np.sum({v.name} * {v.name})" for v in self.scope.visible("array")][-3:]
            # An accumulator that is a Python float on one path and a NumPy one on the other would change its type.
            return f"np.float64({' + '.join(parts)})" if self.precision != "float32" else " + ".join(parts)
        arrays = [v for v in self.scope.visible("array") if len(self.scope.blocks) == 1 or v in self._outer_arrays()]
        if self.returns == "array":
            return self.draw.pick((f"{arrays[0].name} * {self.write.atom()}", f"{arrays[0].name}.copy()"))
        return f"({arrays[0].name} + 1.0, np.float64({self.write.number(1)}))"

    def _outer_arrays(self) -> list[Variable]:
        return [v for v in self.scope.blocks[0].values() if v.kind == "array"]

    # -- names -----------------------------------------------------------------------------------------------------

    def _name(self, prefix: str = "") -> str:
        """A name that nothing visible has; it may have meant something in a block that has ended."""
        taken = (
            {v.name for v in self.scope.visible()} | {"f", "np", "math"} | {n for h in self.helpers.values() for n in h}
        )
        for name in (*([prefix] if prefix else NAMES), *(f"{prefix or 'd'}{k}" for k in range(1, 60))):
            if name not in taken:
                return name
        raise AssertionError

    # -- statements ------------------------------------------------------------------------------------------------

    def _statements(self) -> None:
        wrote = False
        while self.budget > 0:
            self.budget -= 1
            self._statement()
            wrote = True
            if self.indent > 1 and self.draw.chance(35):
                break
        if not wrote:
            self.line("pass")

    def _statement(self) -> None:
        has_array = bool(self.scope.visible("array"))
        writable = bool(self._writable())
        table: list[tuple[int, Callable[[], None]]] = [
            (5, self._new_float),
            (5, self._change_float),
            (2, self._new_int),
            (3, self._new_array),
            (2, self._tuple_assignment),
            (1, self._list),
            (1, self._function),
            (1, self._dead),
            (1, self._pair),
            (1, self._flag),
        ]
        if writable:
            table += [
                (8, self._store),
                (4, self._store_slice),
                (2, self._in_place),
                (1, self._scatter),
                (1, self._mask),
            ]
            table += [(2, self._view), (2, self._alias), (2, self._overwrite)]
            if self.helpers["write"]:
                table.append((3, self._call_writer))
        if len(self.scope.arrays()) > 1:
            table.append((2, self._swap))
        if self.scope.visible("list"):
            table.append((4, self._append))
        if self.indent < 5 and self.budget > 0:
            table += [(5, self._if), (6, self._for), (2, self._while)]
        if self.loops and self.indent > 2:
            table += [(2, self._leave_loop)]
        if self.indent > 1 and has_array:
            table.append((1, self._early_return))
        self.draw.weighted(table)()

    def _writable(self, rank: int | None = None) -> list[Variable]:
        return [v for v in self.scope.arrays(rank=rank) if not v.cell.frozen]

    def _new_float(self) -> None:
        name = self._name()
        value = self.draw.pick((self.write.number(), self.write.number(1), self.write.constant(), "0.0"))
        self.line(f"{name} = {value}")
        self.scope.define(Variable(name, "float"))

    def _change_float(self) -> None:
        floats = [v for v in self.scope.visible("float") if not v.fixed]
        if not floats:
            return self._new_float()
        v = self.draw.pick(floats)
        if self.draw.chance(60):
            self.line(f"{v.name} {self.draw.pick(('+=', '-=', '+='))} {self.write.number()}")
        elif self.draw.chance(25):
            self.line(f"{v.name} {self.draw.pick(('*=', '/='))} (1.3 + np.cos({self.write.number(1)}))")
        else:
            self.line(f"{v.name} = {self.write.bounded()}")
        return None

    def _new_int(self) -> None:
        ints = [v for v in self.scope.visible("int") if not v.fixed and v.low is None]
        if ints and self.draw.chance(50):
            v = self.draw.pick(ints)
            self.line(self.draw.pick((f"{v.name} += 1", f"{v.name} = ({self.write.integer()}) % 5", f"{v.name} -= 2")))
            return
        name = self._name("k")
        self.line(f"{name} = {self.write.integer()}")
        self.scope.define(Variable(name, "int"))

    def _new_array(self) -> None:
        name = self._name(self.draw.pick(("b", "c", "h")))
        arrays = self.scope.visible("array")
        shape = (
            self.draw.pick(arrays).shape if arrays and self.draw.chance(70) else self.draw.pick(((3,), (4,), (2, 3)))
        )
        size = str(shape[0]) if len(shape) == 1 else str(shape)
        kind = self.draw.weighted([(5, "expression"), (2, "zeros"), (2, "copy")])
        same = self.scope.arrays(shape)
        dtype = ", dtype=np.float32" if self.precision == "float32" else ""
        if kind == "zeros":
            forms = [f"np.zeros({size}{dtype})", f"np.ones({size}{dtype})"]
            forms += [f"np.zeros_like({v.name})" for v in same[:1]]
            text = self.draw.pick(forms)
        elif kind == "copy" and same:
            text = self.draw.pick((f"{self.draw.pick(same).name}.copy()", f"np.array({self.draw.pick(same).name})"))
        else:
            # A copy of whatever it is: the expression may be a view.
            text = f"1.0 * ({self.write.array(shape)})"
        self.line(f"{name} = {text}")
        self.scope.define(Variable(name, "array", shape))

    def _tuple_assignment(self) -> None:
        floats = [v for v in self.scope.visible("float") if not v.fixed]
        if len(floats) < 2:
            return self._new_float()
        x, y = self.draw.pick(floats).name, self.draw.pick(floats).name
        if x == y:
            return self._change_float()
        forms = (f"{x}, {y} = {y}, {x}", f"{x}, {y} = {y}, np.tanh({x} + {y})", f"{x} = {y} = {self.write.bounded(1)}")
        self.line(self.draw.pick(forms))
        return None

    def _list(self) -> None:
        name = self._name("items")
        self.line(f"{name} = [{self.write.bounded(1)}]")
        self.scope.define(Variable(name, "list"))

    def _append(self) -> None:
        items = self.draw.pick(self.scope.visible("list"))
        if self.draw.chance(20):
            self.line(f"{items.name}[-1] {self.draw.pick(('=', '+='))} {self.write.bounded(1)}")
        else:
            self.line(f"{items.name}.append({self.write.bounded(1)})")

    def _function(self) -> None:
        """A function inside the function, which captures what is around it."""
        name = self._name("inner")
        if self.draw.chance(50):
            array = (
                f" + {self.write.element(self.draw.pick(self.scope.visible('array')))}"
                if self.scope.visible("array")
                else ""
            )
            self.line(f"{name} = lambda alpha, beta: {self.write.bounded(1)} * alpha + beta{array}")
        else:
            self.line(f"def {name}(alpha, beta):")
            self.line(f"    alpha = alpha * {self.write.atom()}")
            self.line(f"    return np.sin(alpha) + beta * {self.write.atom()}")
        x = self._name()
        self.line(f"{x} = {name}({self.write.number(1)}, {self.write.atom()})")
        self.scope.define(Variable(name, "function"))
        self.scope.define(Variable(x, "float"))

    def _pair(self) -> None:
        """A tuple, taken apart by unpacking or by index; or a dict."""
        name = self._name("pair")
        x, y = self._name("m"), self.write.number(1)
        if self.draw.chance(30):
            self.line(f'{name} = {{"one": {y}, "two": {self.write.atom()}}}')
            self.line(f'{name}["one"] += {self.write.atom()}')
            self.line(f'{x} = {name}["one"] * {name}["two"]')
        elif self.draw.chance(40):
            self.line(f"{name} = ({y}, {self.write.atom()})")
            self.line(f"{x} = {name}[0] - {name}[-1]")
        else:
            self.line(f"{name} = {self._name('o')}, {x} = {self.write.atom()}, {y}")
        self.scope.define(Variable(name, "tuple"))
        self.scope.define(Variable(x, "float"))

    def _flag(self) -> None:
        """A condition that has a name, and is used twice."""
        name = self._name("flag")
        self.line(f"{name} = {self.write.condition()}")
        self.scope.define(Variable(name, "bool"))
        x = self._name()
        self.line(f"{x} = {self.write.number(1)} if {name} else {self.write.number(1)}")
        self.scope.define(Variable(x, "float"))
        if self.indent < 5 and self.budget > 0:
            self.line(f"if {self.draw.pick((name, f'not {name}'))}:")
            self._block()

    def _dead(self) -> None:
        self.line(f"unused = {self.write.number()}")

    # -- arrays ----------------------------------------------------------------------------------------------------

    def _store(self) -> None:
        array = self.draw.pick(self._writable())
        place = self.write.element(array)
        kind = self.draw.weighted([(4, "="), (4, "+="), (1, "-="), (1, "*=")])
        value = (
            self.write.bounded(1) if kind == "*=" or (kind == "=" and self.draw.chance(50)) else self.write.number(1)
        )
        self.line(f"{place} {kind} {value}")

    def _store_slice(self) -> None:
        array = self.draw.pick(self._writable())
        draw, n = self.draw, array.shape[0]
        if len(array.shape) == 1:
            table: list[tuple[str, tuple[int, ...]]] = [("[:]", (n,)), ("[::2]", ((n + 1) // 2,)), ("[::-1]", (n,))]
            if n > 1:
                table += [("[1:]", (n - 1,)), ("[:-1]", (n - 1,)), ("[1::2]", (n // 2,)), ("[-1:0:-1]", (n - 1,))]
            if n > 2:
                table.append(("[1:-1]", (n - 2,)))
        else:
            m = array.shape[1]
            table = [
                (f"[{self.write.index(n, array.name)}]", (m,)),
                (f"[:, {self.write.index(m, array.name, 1)}]", (n,)),
            ]
            table += [("[:]", (n, m)), ("[..., -1]", (n,)), ("[0, :]", (m,)), ("[::-1]", (n, m))]
        where, shape = draw.pick(table)
        operator = draw.weighted([(3, "="), (3, "+="), (1, "-="), (2, "*=")])
        if draw.chance(25):
            value = self.write.bounded(1)
        elif operator == "*=":
            value = f"np.cos({self.write.array(shape, 1)})"
        elif len(shape) == 2 and draw.chance(30):
            value = self.write.array((shape[1],), 1)
        else:
            value = self.write.array(shape, 1)
        self.line(f"{array.name}{where} {operator} {value}")

    def _in_place(self) -> None:
        array = self.draw.pick(self._writable())
        value = self.write.array(array.shape, 1) if self.draw.chance(60) else self.write.number(1)
        self.line(
            self.draw.pick((f"{array.name} += {value}", f"{array.name} -= {value}", f"{array.name} *= np.sin({value})"))
        )

    def _scatter(self) -> None:
        """A write by an index array, which may name an element twice."""
        for ints in self.scope.visible("ints"):
            for array in self._writable(rank=1):
                if ints.high is not None and ints.high < array.shape[0]:
                    value = self.write.array(ints.shape, 1)
                    place = f"{array.name}[{ints.name}]"
                    forms = (
                        f"{place} += {value}",
                        f"np.add.at({array.name}, {ints.name}, {value})",
                        f"{place} = {value}",
                    )
                    self.line(self.draw.pick(forms))
                    return
        self._store()

    def _mask(self) -> None:
        array = self.draw.pick(self._writable())
        place = f"{array.name}[{array.name} > 0.47]"
        self.line(
            self.draw.pick((f"{place} = {self.write.bounded(1)}", f"{place} *= {self.write.atom()}", f"{place} += 0.2"))
        )

    def _view(self) -> None:
        array = self.draw.pick(self._writable())
        n = array.shape[0]
        table: list[tuple[str, tuple[int, ...]]] = [("[:]", array.shape), ("[::-1]", array.shape)]
        if n > 1:
            table += [("[1:]", (n - 1, *array.shape[1:])), ("[:-1]", (n - 1, *array.shape[1:]))]
        if len(array.shape) == 2:
            m = array.shape[1]
            table += [
                (f"[{self.write.index(n, array.name)}]", (m,)),
                (f"[:, {self.write.index(m, array.name, 1)}]", (n,)),
            ]
            table += [(".T", (m, n))]
        else:
            table.append(("[::2]", ((n + 1) // 2,)))
        how, shape = self.draw.pick(table)
        name = self._name(self.draw.pick(("row", "view")))
        self.line(f"{name} = {array.name}{how}")
        array.cell.names += 1
        self.scope.define(Variable(name, "array", shape, array.cell, view=True))

    def _alias(self) -> None:
        array = self.draw.pick(self._writable())
        name = self._name("alias")
        self.line(f"{name} = {array.name}")
        array.cell.names += 1
        self.scope.define(Variable(name, "array", array.shape, array.cell, view=array.view))

    def _overwrite(self) -> None:
        """The name gets another array.  On one of two paths, only a name that shares its array with none may."""
        candidates = [
            v for v in self.scope.visible("array") if self.scope.local(v) or (v.cell.names == 1 and not v.view)
        ]
        if not candidates:
            return self._store()
        array = self.draw.pick(candidates)
        dtype = f"({self.write.array(array.shape)})"
        self.line(f"{array.name} = {self.draw.pick(('np.tanh({})', '0.5 * {}', '1.0 * {}')).format(dtype)}")
        if self.scope.local(array):
            self.scope.define(Variable(array.name, "array", array.shape))
        return None

    def _call_writer(self) -> None:
        vectors = self._writable(rank=1)
        if not vectors:
            return self._store()
        self.line(f"{self.helpers['write'][0]}({self.draw.pick(vectors).name}, {self.write.bounded(1)})")
        return None

    def _swap(self) -> None:
        alone = [v for v in self.scope.visible("array") if v.cell.names == 1 and not v.view and not v.cell.frozen]
        for x in alone:
            for y in alone:
                if x is not y and x.shape == y.shape and self.precision != "mixed":
                    self.line(f"{x.name}, {y.name} = {y.name}, {x.name}")
                    return
        self._store()

    # -- control flow ----------------------------------------------------------------------------------------------

    def _block(self, define: Callable[[], None] = lambda: None) -> None:
        self.indent += 1
        self.scope.enter()
        define()
        self._statements()
        self.scope.leave()
        self.indent -= 1

    def _if(self) -> None:
        self.line(f"if {self.write.condition()}:")
        self._block()
        if self.draw.chance(25):
            self.line(f"elif {self.write.condition()}:")
            self._block()
        if self.draw.chance(45):
            self.line("else:")
            self._block()

    def _for(self) -> None:
        draw = self.draw
        arrays = self.scope.visible("array")
        kinds = [(6, "range")]
        if arrays:
            kinds += [(2, "array"), (2, "enumerate"), (1, "zip"), (1, "tuple")]
        kind = draw.weighted(kinds)
        items: list[Variable] = []
        over: list[Variable] = []
        if kind == "range":
            index = self._name(draw.pick(("i", "j", "l")))
            n = draw.pick(arrays).shape[0] if arrays and draw.chance(70) else draw.integer(0, 3)
            same = [v for v in arrays if v.shape[0] == n]
            stop = draw.pick((f"len({draw.pick(same).name})", f"{same[0].name}.shape[0]")) if same else str(n)
            forms = [(4, f"range({stop})", 0, n - 1), (2, f"range(1, {stop})", 1, n - 1)]
            forms += [(1, f"range({stop} - 1, -1, -1)", 0, n - 1), (1, f"reversed(range({stop}))", 0, n - 1)]
            forms += [(1, f"range(0, {stop}, 2)", 0, n - 1), (1, f"range({stop} - 2, 0, -1)", 1, max(n - 2, 1))]
            text, low, high = draw.weighted([(weight, (text, low, high)) for weight, text, low, high in forms])
            items.append(Variable(index, "int", low=low, high=max(high, low), fixed=True))
            header = f"for {index} in {text}:"
        else:
            array = draw.pick(arrays)
            over.append(array)
            element = self._name(draw.pick(("e", "o")))
            item = Variable(element, "float") if len(array.shape) == 1 else Variable(element, "array", array.shape[1:])
            item.fixed, item.cell.frozen, item.view = True, True, True
            items.append(item)
            header = f"for {element} in {array.name}:"
            if kind == "enumerate":
                index = self._name("i")
                items.append(Variable(index, "int", low=0, high=array.shape[0] - 1, fixed=True))
                header = f"for {index}, {element} in enumerate({array.name}):"
            elif kind == "zip":
                second = draw.pick(arrays)
                over.append(second)
                other = f"{element}2"
                more = (
                    Variable(other, "float") if len(second.shape) == 1 else Variable(other, "array", second.shape[1:])
                )
                more.fixed, more.cell.frozen, more.view = True, True, True
                items.append(more)
                header = f"for {element}, {other} in zip({array.name}, {second.name}):"
            elif kind == "tuple":
                items[0] = Variable(element, "float", fixed=True)
                header = f"for {element} in ({self.write.atom()}, {self.write.atom()}):"
        self.line(header)
        # The loop holds what it runs over; a name that is rebound in it means one of two arrays.
        for array in over:
            array.cell.names += 1
        self._loop("for", items)
        for array in over:
            array.cell.names -= 1
        if draw.chance(8):
            self.line("else:")
            self._block()

    def _while(self) -> None:
        counter = self._name(self.draw.pick(("count", "it")))
        self.line(f"{counter} = 0")
        self.scope.define(Variable(counter, "int", fixed=True))
        limit = self.draw.integer(1, 4)
        extra = f" and {self.write.atom()} < 0.93" if self.draw.chance(40) else ""
        endless = self.draw.chance(25)
        self.line("while True:" if endless else f"while {counter} < {limit}{extra}:")
        self.indent += 1
        if endless:
            self.line(f"if {counter} >= {limit}{extra.replace(' and', ' or')}:")
            self.line("    break")
        self.line(f"{counter} += 1")
        self.indent -= 1
        self._loop("while", [])

    def _loop(self, kind: str, items: list[Variable]) -> None:
        self.loops.append(kind)
        self._block(lambda: [self.scope.define(item) for item in items] and None)
        self.loops.pop()

    def _leave_loop(self) -> None:
        word = self.draw.pick(("break", "continue"))
        self.line(f"if {self.write.condition()}:")
        self.line(f"    {word}")

    def _early_return(self) -> None:
        if self.returns != "float" and not self._outer_arrays():
            return
        self.line(f"if {self.write.condition()}:")
        saved = self.scope.blocks
        text = self._result()
        self.scope.blocks = saved
        self.line(f"    return {text}")


def write_module(program: Program) -> str:
    """The program as a script that can be run by hand."""
    arguments = textwrap.indent(",\n".join(shown(arg) for arg in program.args), "    ")
    return f"import math\n\nimport numpy as np\n\n\n{program.source}\n\nARGS = (\n{arguments},\n)\n"

"""Random well-formed programs of the supported language, with arguments to run them at."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fuzz_arrays import Arrays
from fuzz_control import Control
from fuzz_draw import HypothesisDraw, SeededDraw
from fuzz_helpers import HELPERS, NAMES
from fuzz_rare import CUBES, Rare
from fuzz_scalars import Scalars
from fuzz_scope import Variable
from fuzz_steppers import Steppers
from hypothesis import strategies as st


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


class Generator(Scalars, Arrays, Control, Rare, Steppers):
    """A whole program: its parameters, and which statement comes next."""

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
                name = NAMES[kind]
                texts.append(self.draw.pick(bodies).format(n=name))
                self.helpers[kind].append(name)
        return texts

    def _parameters(self) -> list[str]:
        draw = self.draw
        names: list[str] = []
        for _ in range(draw.integer(1, 4)):
            table = [
                (8, "vector"),
                (6, "float"),
                (4, "matrix"),
                (4, "int"),
                (2, "ints"),
                (2, "dict"),
                (1, "empty"),
                (1, "cube"),
            ]
            self._parameter(draw.weighted(table), names)
        if not any(v.kind in ("float", "array", "dict") for v in self.scope.visible()):
            self._parameter("float", names)
        return names

    def _dtype(self) -> str:
        return self.draw.pick(("float64", "float32")) if self.precision == "mixed" else self.precision

    def _parameter(self, kind: str, names: list[str]) -> None:
        draw = self.draw
        letter = {"vector": "abc", "float": "xyz", "matrix": "ABC", "int": "nmk", "ints": "ijk", "dict": "g"}.get(
            kind, kind[0]
        )
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
        elif kind == "empty":
            value = np.zeros(0, self._dtype())
            self.scope.define(Variable(name, "empty", (0,)))
        elif kind == "cube":
            value = rng.uniform(-1.2, 1.2, draw.pick(CUBES)).round(3).astype(self._dtype())
            self.scope.define(Variable(name, "cube", value.shape))
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
            (1, self._empty),
            (1, self._cube),
            (1, self._check),
        ]
        if self.scope.visible("cube"):
            table.append((3, self._cube))
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
        if has_array and self.indent < 3:
            table.append((2, self._stepper))
        if self.indent < 5 and self.budget > 0:
            table += [(5, self._if), (6, self._for), (2, self._while)]
        if self.loops and self.indent > 2:
            table += [(2, self._leave_loop)]
        if self.indent > 1 and has_array:
            table.append((1, self._early_return))
        self.draw.weighted(table)()


def write_module(program: Program) -> str:
    """The program as a script that can be run by hand."""
    arguments = textwrap.indent(",\n".join(shown(arg) for arg in program.args), "    ")
    return f"import math\n\nimport numpy as np\n\n\n{program.source}\n\nARGS = (\n{arguments},\n)\n"

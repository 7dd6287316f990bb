"""Random programs of the whole language, with arguments to run them at: functions, classes, containers, scopes, arrays, effects.

Everything is text, arguments too, so that memory orders and instances of the program's own classes are made anew for each run.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import language_arrays
import language_complex
import language_containers
import language_control
import language_exits
import language_functions
import language_instances
import language_numbers
import language_snippets
import language_words
import numpy as np
from fuzz_draw import SeededDraw
from language_classes import Model, write_class
from language_functions import write_effects, write_function
from language_scope import COMPLEX, FLOAT, INT, Kind, Store, array, dict_of, list_of, plane
from language_writer import PRODUCTIONS, Line, Writer

# Importing these registers their productions; the same seed gives the same program, whatever was imported first.
PARTS = (
    language_arrays,
    language_complex,
    language_containers,
    language_control,
    language_exits,
    language_functions,
    language_instances,
    language_numbers,
    language_snippets,
    language_words,
)
for table in PRODUCTIONS.values():
    table.sort(key=lambda made: (made.write.__module__, made.write.__name__))

# How many classes there are: weight and number, without and with classes as the theme.
CLASSES = ([(6, 0), (3, 1), (1, 2)], [(3, 1), (4, 2), (2, 3)])
HEAD = ("import cmath", "import contextlib", "import dataclasses", "import functools", "import math", "import typing", "", "import numpy as np", "")
# What a float is made of each kind of result by.
LOSSES = {
    "float": "{}",
    "array": "np.sum({})",
    "complex": "{}.real + 0.5 * {}.imag",
    "plane": "np.sum({}.real) + 0.5 * np.sum({}.imag)",
}


@dataclass(frozen=True)
class LanguageProgram:
    """The text of a module that ends in `f`; the arguments as expressions over it; which production wrote each line."""

    source: str
    args: tuple[str, ...]
    loss: str = ""
    """An expression over `r`, the result of `f`, that is one float."""
    origins: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.source}\n# f({', '.join(self.args)})"


def language_program(seed: int) -> LanguageProgram:
    return _Program(SeededDraw(seed)).program()


class _Program(Writer):
    def program(self) -> LanguageProgram:
        draw = self.draw
        theme = draw.integer(0, len(PARTS))
        self.theme = PARTS[theme].__name__ if theme < len(PARTS) else ""
        for text in HEAD:
            self.line(text)
        models = self._classes()
        self._helpers()
        args, parameters = self._parameters(models)
        self.line(f"def f({', '.join(name for name, _ in parameters)}):")
        self.budget = draw.integer(4, 14)
        with self.block(frame=True):
            for name, kind in parameters:
                self._parameter(name, kind)
            write_effects(self)
            while self.budget > 0:
                self.statements(8)
            parts = self._observed()
            self.line(f"return {', '.join(text for text, _ in parts)},")
        loss = " + ".join(LOSSES[kind.name].replace("{}", f"r[{i}]") for i, (_, kind) in enumerate(parts) if kind.name in LOSSES)
        if any(re.search(r"\b(doubled|careful|Kept)\(", line.text) for line in self.lines):
            self.lines[len(HEAD) : len(HEAD)] = [Line(text, "head") for text in language_exits.HELPERS]
        source = "\n".join(line.text for line in self.lines) + "\n"
        return LanguageProgram(source, tuple(args), loss, tuple(line.origin for line in self.lines))

    def _classes(self) -> list[Model]:
        models: list[Model] = []
        for name in ("P", "Q", "R")[: self.draw.weighted(CLASSES[self.theme == "language_instances"])]:
            self.origin = "class"
            self.budget = 4
            models.append(write_class(self, name, models))
            self.define(name, Kind("class", model=models[-1]), frozen=True)
        return models

    def _helpers(self) -> None:
        for name in ("first", "second")[: self.draw.weighted([(3, 0), (3, 1), (2, 2)])]:
            self.origin = "helper"
            self.budget = 4
            signature = write_function(self, name)
            self.line("")
            self.define(name, Kind("function", model=signature), frozen=True)

    def _parameters(self, models: list[Model]) -> tuple[list[str], list[tuple[str, Kind]]]:
        """Arguments (as text) and the parameters that take them."""
        draw = self.draw
        args: list[str] = []
        parameters: list[tuple[str, Kind]] = []
        simple = [m for m in models if all(k in (FLOAT, INT) for k, _ in m.fields.values())]
        for i in range(draw.integer(1, 4)):
            choices = [(6, "float"), (7, "array"), (2, "int"), (1, "list"), (1, "dict"), (1, "tuple"), (1, "flag")]
            choices += [(5, "z"), (5, "plane")] if self.theme == "language_complex" else []
            choices += [(1, "object")] if simple else []
            what = draw.weighted(choices) if i else draw.pick(("float", "array"))
            name = f"{ {'float': 'x', 'array': 'a', 'int': 'n', 'flag': 'flag', 'object': 'obj'}.get(what, what[0]) }{i or ''}"
            if what == "float":
                kind, text = FLOAT, self._float()
            elif what == "int":
                kind, text = INT, str(draw.integer(0, 4))
            elif what == "z":
                kind, text = COMPLEX, f"complex({self._float()}, {self._float()})"
            elif what in ("array", "plane"):
                kind = (array if what == "array" else plane)(*draw.pick(((3,), (4,), (2, 3), (3, 2), (2, 2), (2, 1, 3), (1,), (1, 3))))
                text = self._array(kind)
            elif what == "list":
                kind, text = list_of(FLOAT), f"[{', '.join(self._float() for _ in range(3))}]"
            elif what == "dict":
                kind, text = dict_of(FLOAT), f"{{'a': {self._float()}, 'b': {self._float()}}}"
            elif what == "tuple":
                kind, text = Kind("tuple", items=(FLOAT, INT)), f"({self._float()}, {draw.integer(0, 3)})"
            elif what == "flag":
                kind, text = Kind("bool"), draw.pick(("True", "False"))
            else:
                model = draw.pick(simple)
                values = (self._float() if k == FLOAT else str(draw.integer(0, 3)) for k, _ in model.fields.values())
                kind, text = model.kind, f"{model.name}({', '.join(values)})"
            args.append(text)
            parameters.append((name, kind))
        return args, parameters

    def _float(self) -> str:
        return str(self.draw.integer(-1200, 1200) / 1000)

    def _array(self, kind: Kind) -> str:
        """An array in one of the memory orders that a caller may have."""
        size = math.prod(kind.shape)
        values = np.array([self.draw.integer(-1200, 1200) / 1000 for _ in range(size)])
        if kind.name == "plane":
            values = values + 1j * np.array([self.draw.integer(-1200, 1200) / 1000 for _ in range(size)])
        values = values.reshape(kind.shape)
        plain = f"np.array({values.tolist()!r})"
        form = self.draw.weighted(
            [
                (6, "{}"),
                (2, "np.asfortranarray({})"),
                (1, "np.repeat({}, 2, axis=0)[::2]"),
                (1, "np.flip({}, 0).copy()[::-1]"),
                (1, "np.repeat({}, 2, axis=-1)[..., ::2]"),
            ]
        )
        return form.format(plain)

    def _parameter(self, name: str, kind: Kind) -> None:
        store = {"list": Store(length=3), "dict": Store(keys=["a", "b"])}.get(kind.name, Store())
        # What the caller owns may be read; writes into its lists, dicts and objects are refused.
        frozen = kind.name in ("list", "dict", "object") and not self.draw.chance(3)
        self.define(name, kind, store=store, frozen=frozen, static=kind.name == "bool")

    def _observed(self) -> list[tuple[str, Kind]]:
        """What `f` returns of all that it has."""
        parts: list[tuple[str, Kind]] = []
        for v in self.scope.visible():
            name, kind = v.name, v.kind
            if kind in (FLOAT, COMPLEX, INT) or kind.name in ("bool", "str", "array", "plane"):
                parts.append((name, kind))
            elif kind == list_of(FLOAT):
                parts += [(f"sum({name})", FLOAT), (f"len({name})", INT)]
                parts += [(f"tuple({name})", Kind("tuple"))] if v.store.length is not None else []
            elif kind.name == "list":
                parts.append((f"len({name})", INT))
            elif kind == dict_of(FLOAT):
                parts += [(f"sum({name}.values())", FLOAT), (f"len({name})", INT), (f"list({name})", Kind("keys"))]
            elif kind.name == "object":
                parts += [(f"{name}.{n}", k) for n, k in kind.model.attributes.items() if k == FLOAT or k.name == "array"]
            elif kind.name == "tuple":
                parts += [(f"{name}[{i}]", k) for i, k in enumerate(kind.items) if k == FLOAT]
        if not parts:
            parts.append(("0.5", FLOAT))
        kept = parts[-14:]
        return [*kept, *(part for part in parts[:-14] if self.draw.chance(40))]


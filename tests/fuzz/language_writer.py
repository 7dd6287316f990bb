"""How programs are written: productions drawn by weight, lines, blocks, names.

A production is a function registered under what it makes: "statement", or the name of a kind.  It returns None or False, before it
has written anything, where it does not fit; another one is drawn then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fuzz_draw import Draw
from language_scope import Kind, Scope, Store, Variable

NAMES = ("s", "t", "u", "v", "w", "y", "z", "p", "q", "r", "g", "h", "o", "c", "d", "e", "b", "k", "m")
DEEPEST = 3
# How many times as often the productions of a program's theme are drawn.
FAVOURED = 4


@dataclass(frozen=True)
class Production:
    weight: int
    write: Callable[..., Any]
    settled: bool = False
    """Only where the path through the program is known before it runs; elsewhere one time in ten."""


PRODUCTIONS: dict[str, list[Production]] = {}


def production(makes: str, weight: int, settled: bool = False) -> Callable[[Callable], Callable]:
    def register(write: Callable) -> Callable:
        PRODUCTIONS.setdefault(makes, []).append(Production(weight, write, settled))
        return write

    return register


@dataclass
class Line:
    text: str
    origin: str
    """The production that wrote it."""


class Writer:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.scope = Scope()
        self.lines: list[Line] = []
        self.indent = 0
        self.budget = 0
        self.open = 0
        """How many blocks are open whose running is decided at run time."""
        self.loops: list[str] = []
        self.result: list[Kind | None] = []
        self.effects: list[str] = []
        """Names of functions `note(value)` that write a log and give the value back."""
        self.pure = False
        """While writing what may be evaluated at a time of Python's choosing only once: no walrus in class bodies and defaults."""
        self.theme = ""
        """The module whose productions are favoured, so that much of one kind meets in a program."""
        self.calls = 0
        """How many calls the function that is being written makes, with all that they call."""
        self.origin = "start"
        self.count = 0

    # -- lines and blocks ------------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        self.lines.append(Line("    " * self.indent + text, self.origin))

    @contextmanager
    def block(self, open: bool = False, frame: bool = False):
        self.indent += 1
        self.open += open
        self.scope.enter(frame)
        before = len(self.lines)
        try:
            yield
            if len(self.lines) == before:
                self.line("pass")
        finally:
            self.scope.leave()
            self.open -= open
            self.indent -= 1

    def statements(self, most: int) -> None:
        """Some statements, as far as the budget goes."""
        for _ in range(self.draw.integer(1, most)):
            if self.budget <= 0:
                return
            self.budget -= 1
            self.statement()

    def statement(self) -> None:
        self.draw_from("statement")

    # -- productions -----------------------------------------------------------------------------------------------

    def draw_from(self, makes: str, *given: Any) -> Any:
        """What the first production gives that fits."""
        unsettled = self.open > 0 and self.draw.chance(90)
        table = [
            (p.weight * FAVOURED if p.write.__module__ == self.theme else p.weight, p)
            for p in PRODUCTIONS[makes]
            if not (p.settled and unsettled)
        ]
        while table:
            chosen = self.draw.weighted(table)
            outer, self.origin = self.origin, chosen.write.__name__.strip("_")
            made = chosen.write(self, *given)
            self.origin = outer
            if made is not None and made is not False:
                return made
            table = [(weight, p) for weight, p in table if p is not chosen]
        raise AssertionError(f"nothing makes a {makes}")

    def make(self, kind: Kind, depth: int = 0) -> str:
        """An expression of this kind."""
        return self.draw_from(kind.name if depth < DEEPEST else f"{kind.name} atom", kind, depth + 1)

    def atom(self, kind: Kind) -> str:
        return self.draw_from(f"{kind.name} atom", kind, DEEPEST)

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, prefixes: Sequence[str] = NAMES) -> str:
        """A name that nothing visible has; it may have meant something in a block that has ended."""
        taken = {v.name for v in self.scope.visible()}
        free = [name for name in prefixes if name not in taken]
        if free:
            return self.draw.pick(free)
        self.count += 1
        return f"{prefixes[0]}{self.count}"

    def define(self, name: str, kind: Kind, **more: Any) -> Variable:
        return self.scope.define(Variable(name, kind, **more))

    def pick(self, variables: Sequence[Variable]) -> Variable | None:
        """One of them, later ones a little more often."""
        if not variables:
            return None
        return self.draw.pick(variables[-3:]) if self.draw.chance(40) else self.draw.pick(variables)

    def forget(self, store: Store) -> None:
        """A list or dict of which more than one path or name decides the length."""
        store.length, store.keys = None, None

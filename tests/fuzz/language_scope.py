"""What the generator of the language fuzzer knows of the program it writes: kinds of values, variables, blocks and frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A static type: float, complex, int, bool, str, array and plane, of complex numbers (`shape`), list and dict (`items`: that of
    an element), tuple (`items`: of each), object (`model`: a class), function (`model`: its signature)."""

    name: str
    shape: tuple[int, ...] = ()
    items: tuple[Kind, ...] = ()
    model: Any = None


FLOAT, COMPLEX, INT, BOOL, STR = Kind("float"), Kind("complex"), Kind("int"), Kind("bool"), Kind("str")
NUMBERS = (FLOAT, INT, BOOL)


def array(*shape: int) -> Kind:
    return Kind("array", shape)


def plane(*shape: int) -> Kind:
    return Kind("plane", shape)


def list_of(item: Kind) -> Kind:
    return Kind("list", items=(item,))


def dict_of(item: Kind) -> Kind:
    return Kind("dict", items=(item,))


@dataclass(eq=False)
class Store:
    """A list or dict in memory, which several names may share.  `length` and `keys` are None where they are not certain."""

    length: int | None = None
    keys: list[str] | None = None


@dataclass(eq=False)
class Variable:
    """`static` says that the value is known before the program runs; `frozen` that the program must not write to it or rebind it."""

    name: str
    kind: Kind
    store: Store = field(default_factory=Store)
    static: bool = False
    frozen: bool = False
    high: int | None = None
    """An int is in range(high), where that is known."""


@dataclass(eq=False)
class Signature:
    """What can be called: parameters (name, kind, has a default), the kind of the result (None: nothing), `*args` and `**kwargs`."""

    parameters: tuple[tuple[str, Kind, bool], ...]
    result: Kind | None
    star: bool = False
    keywords: tuple[str, ...] = ()
    resizes: bool = False
    """It may change the length of a list that it is given."""
    calls: int = 1
    """How many calls a call is, with all that it calls in turn."""


@dataclass(eq=False)
class Block:
    """A block of statements.  A `frame` is a block that is a function's body."""

    variables: dict[str, Variable] = field(default_factory=dict)
    frame: bool = False
    rebound: set[str] = field(default_factory=set)
    """Names of outer frames that this frame declares nonlocal."""


class Scope:
    def __init__(self) -> None:
        self.blocks: list[Block] = [Block()]

    def enter(self, frame: bool = False) -> Block:
        self.blocks.append(Block(frame=frame))
        return self.blocks[-1]

    def leave(self) -> None:
        self.blocks.pop()

    @property
    def frames(self) -> int:
        return sum(block.frame for block in self.blocks)

    def define(self, variable: Variable) -> Variable:
        self.blocks[-1].variables[variable.name] = variable
        return variable

    def visible(self, *names: str) -> list[Variable]:
        """The variables of these kinds, or all."""
        found: dict[str, Variable] = {}
        for block in self.blocks:
            found.update(block.variables)
        return [v for v in found.values() if not names or v.kind.name in names]

    def own(self, *names: str) -> list[Variable]:
        """Those that the running function may rebind: its own, and those declared nonlocal."""
        found: dict[str, Variable] = {}
        outer: dict[str, Variable] = {}
        for block in self.blocks:
            if block.frame:
                outer.update(found)
                found = {name: outer[name] for name in block.rebound if name in outer}
            found.update(block.variables)
        return [v for v in found.values() if (not names or v.kind.name in names) and not v.frozen]

    def of(self, kind: Kind) -> list[Variable]:
        return [v for v in self.visible(kind.name) if v.kind == kind]

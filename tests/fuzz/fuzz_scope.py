"""What the generator knows of the program it writes: variables, their shapes, and what shares memory with what."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Cell:
    """An array in memory.  `names` counts the variables that share it; `frozen` says that a write would be refused
    (it is in a list, or its names mean one of several arrays)."""

    names: int = 1
    frozen: bool = False


@dataclass
class Variable:
    """`kind`: float, int, array (of one or two axes), ints (an index array), list (of floats), dict (of the parameter g),
    empty (an array without elements), cube (an array of three axes).

    `low` and `high` bound an int where they are known; `view` says that the array is a view of another one.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    cell: Cell = field(default_factory=Cell)
    low: int | None = None
    high: int | None = None
    view: bool = False
    fixed: bool = False


class Scope:
    """The variables visible in a block.  A block sees those around it; what it defines ends with it."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Variable]] = [{}]

    @property
    def depth(self) -> int:
        return len(self.blocks) - 1

    def enter(self) -> None:
        self.blocks.append({})

    def leave(self) -> None:
        for variable in self.blocks.pop().values():
            variable.cell.names -= 1

    def define(self, variable: Variable) -> Variable:
        old = self.blocks[-1].get(variable.name)
        if old is not None:
            old.cell.names -= 1
        self.blocks[-1][variable.name] = variable
        return variable

    def visible(self, kind: str | None = None) -> list[Variable]:
        found: dict[str, Variable] = {}
        for block in self.blocks:
            found.update(block)
        return [v for v in found.values() if kind is None or v.kind == kind]

    def local(self, variable: Variable) -> bool:
        """Whether the innermost block defines it, so that it may be rebound freely."""
        return self.blocks[-1].get(variable.name) is variable

    def arrays(self, shape: tuple[int, ...] | None = None, rank: int | None = None) -> list[Variable]:
        return [
            v
            for v in self.visible("array")
            if (shape is None or v.shape == shape) and (rank is None or len(v.shape) == rank)
        ]

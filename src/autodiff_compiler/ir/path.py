"""Index paths: where in an array a `load`, `store` or `accum` reaches.

A path is a tuple of steps, applied one after the other, so that writing through a view of a view is one op.  A step is
one of

* `("index", items)`: one subscript.  `items` is a tuple of
    `"i"`  an integer (one scalar operand),
    `"s000" … "s111"`  a slice; the three flags say which of start, stop, step have an operand,
    `"n"`  `np.newaxis`,
    `"a"`  an array of integers (one array operand),
    `"b"`  a boolean mask (one array operand, of any rank);
  missing trailing items mean whole axes;
* `("transpose", perm)`: a permutation of the axes;
* `("reshape", rank)`: `rank` integer operands, the new shape (all known, no -1).

The operands of a path stand in the order of its items.  Only the last step may contain "a" or "b".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autodiff_compiler.ir.types import Array, Type, like, rank

Step = tuple[str, Any]
Path = tuple[Step, ...]

WHOLE = "s000"


def is_slice(item: str) -> bool:
    return item[0] == "s"


def item_operands(item: str) -> int:
    """How many operands an item has."""
    return item.count("1") if is_slice(item) else int(item != "n")


def step_operands(step: Step) -> int:
    kind, data = step
    if kind == "index":
        return sum(item_operands(item) for item in data)
    return data if kind == "reshape" else 0


def path_operands(path: Path) -> int:
    return sum(step_operands(step) for step in path)


def is_basic(path: Path) -> bool:
    """Whether NumPy gives a view (or a scalar) for every step: no integer arrays, no masks."""
    return all(item not in ("a", "b") for kind, data in path if kind == "index" for item in data)


def is_scalar_index(path: Path, array_rank: int) -> bool:
    """Whether the path is one subscript of integers only that reaches a single element."""
    return len(path) == 1 and path[0] == ("index", ("i",) * array_rank)


def result_rank(path: Path, array_rank: int, operands: Sequence[Type]) -> int:
    """The rank of what the path reaches in an array of `array_rank`; raises `ValueError` on too many indices."""
    position = 0
    for step in path:
        kind, data = step
        count = step_operands(step)
        if kind == "transpose":
            if sorted(data) != list(range(array_rank)):
                raise ValueError(f"{data} is not a permutation of {array_rank} axes")
        elif kind == "reshape":
            array_rank = data
        else:
            array_rank = _index_rank(data, array_rank, operands[position : position + count])
        position += count
    return array_rank


def consumed_axes(items: Sequence[str], operands: Sequence[Type]) -> int:
    """How many axes of the array one subscript uses up."""
    used = position = 0
    for item in items:
        if item == "b":
            used += rank(operands[position])
        elif item != "n":
            used += 1
        position += item_operands(item)
    return used


def _index_rank(items: Sequence[str], array_rank: int, operands: Sequence[Type]) -> int:
    used = consumed_axes(items, operands)
    if used > array_rank:
        raise ValueError(f"too many indices: the array has {array_rank} axes, {used} were indexed")
    kept = sum(1 for item in items if is_slice(item) or item == "n") + array_rank - used
    advanced = 0
    position = 0
    for item in items:
        if item == "a":
            advanced = max(advanced, rank(operands[position]))
        elif item == "b":
            advanced = max(advanced, 1)
        position += item_operands(item)
    return kept + advanced


def element_type(array: Array, path: Path, operands: Sequence[Type]) -> Type:
    return like(array, result_rank(path, array.rank, operands))


def subscripts(path: Path, operands: Sequence[Any]) -> list[tuple[str, Any]]:
    """The path with its operands filled in: `("index", tuple of int/slice/None/array)`, `("transpose", perm)`,
    `("reshape", shape)`; what an evaluator applies step by step."""
    taken = iter(operands)
    filled: list[tuple[str, Any]] = []
    for kind, data in path:
        if kind == "transpose":
            filled.append((kind, data))
        elif kind == "reshape":
            filled.append((kind, tuple(next(taken) for _ in range(data))))
        else:
            filled.append((kind, tuple(_subscript(item, taken) for item in data)))
    return filled


def _subscript(item: str, taken: Any) -> Any:
    if item == "n":
        return None
    if is_slice(item):
        return slice(*(next(taken) if flag == "1" else None for flag in item[1:]))
    return next(taken)

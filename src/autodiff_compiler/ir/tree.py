"""The shape of a Python argument or result: a tree of containers whose leaves are IR values, numbered in order.

Every kind of node knows its children; `flatten` and `rebuild` are the only two walks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MethodType
from typing import Any

from autodiff_compiler.ir.instances import attributes, instance


@dataclass(frozen=True)
class Leaf:
    """One IR value.  `array`: a scalar that is an array without dimensions in Python, which can be written to."""

    array: bool = False


@dataclass(frozen=True, eq=False)
class Const:
    """A value known at compile time, such as None or a string: not an IR value.

    Objects count as equal only if they are the same: what a class calls equal may still differ.
    """

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Const) or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or (isinstance(self.value, _COMPARED) and self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value) if isinstance(self.value, _COMPARED) else id(self.value)


# A bound method is a new object at each look-up; two are equal for the same object and function.
_COMPARED = (bool, int, float, str, bytes, tuple, MethodType)


@dataclass(frozen=True)
class Node:
    """A container.  `cls`: tuple, list, dict, a NamedTuple class, or a class of the user's; `keys` for the last three."""

    cls: type
    children: tuple[Tree, ...]
    keys: tuple[Any, ...] = ()


Tree = Leaf | Const | Node


def leaves(tree: Tree) -> int:
    """How many IR values the tree stands for."""
    if isinstance(tree, Node):
        return sum(leaves(child) for child in tree.children)
    return int(isinstance(tree, Leaf))


def children(tree: Node, obj: Any) -> list[Any]:
    """The children of a Python object of this node's structure."""
    if tree.cls is dict:
        return [obj[key] for key in tree.keys]
    if issubclass(tree.cls, tuple):
        return list(tuple.__iter__(obj))
    if tree.cls is list:
        return list(obj)
    held = attributes(obj)
    return [held[key] for key in tree.keys]


def flatten(tree: Tree, obj: Any) -> list[Any]:
    """The leaves of `obj` in order."""
    if isinstance(tree, Leaf):
        return [obj]
    if isinstance(tree, Const):
        return []
    return [leaf for child, part in zip(tree.children, children(tree, obj)) for leaf in flatten(child, part)]


def rebuild(tree: Tree, values: Iterator[Any]) -> Any:
    """A Python object of this structure from its leaves."""
    if isinstance(tree, Leaf):
        return next(values)
    if isinstance(tree, Const):
        return tree.value
    parts = [rebuild(child, values) for child in tree.children]
    if tree.cls is dict:
        return dict(zip(tree.keys, parts))
    if issubclass(tree.cls, tuple):
        return tuple.__new__(tree.cls, parts)
    if tree.cls is list:
        return parts
    return instance(tree.cls, **dict(zip(tree.keys, parts)))

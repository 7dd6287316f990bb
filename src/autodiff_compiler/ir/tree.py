"""The shape of a Python argument or result: a tree of containers whose leaves are IR values, numbered in order.

Every kind of node knows its children; `flatten` and `rebuild` are the only two walks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """One IR value."""


@dataclass(frozen=True)
class Const:
    """A value known when compiling, such as None or a string: no IR value."""

    value: Any


@dataclass(frozen=True)
class Node:
    """A container.  `cls`: tuple, list, dict, a NamedTuple class or a dataclass; `keys` for the last three."""

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
    if tree.keys and not issubclass(tree.cls, tuple):
        return [getattr(obj, key) for key in tree.keys]
    return list(obj)


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
    if tree.keys:
        if issubclass(tree.cls, tuple):
            return tree.cls(*parts)
        return tree.cls(**dict(zip(tree.keys, parts)))
    return tree.cls(parts)


def dataclass_keys(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))

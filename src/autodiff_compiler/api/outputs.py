"""`out=`: arrays of the caller, into which a gradient goes, and what is asked of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from autodiff_compiler.api.binding import ArgumentsError, Described, Signature, leaf_names
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, children
from autodiff_compiler.ir.types import Array, ListOf, Type, differentiable
from autodiff_compiler.options import OUT
from autodiff_compiler.transforms.layout import kept
from autodiff_compiler.transforms.words import in_words

MOST_WORK = 10_000
"""So many steps may be taken to find out whether two arrays share an element; where that is not enough, they count as if they did."""


class OutputError(UserError, ValueError):
    """An array that cannot be filled."""


def taken(signature: Signature, kwargs: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What `out` is among the keywords of a call, and the others.  A function's own parameter of that name stays its own."""
    others = dict(kwargs)
    return (None if has_own(signature) else others.pop(OUT, None)), others


def has_own(signature: Signature) -> bool:
    """Whether the function itself takes an argument called `out`."""
    known = signature.signature.parameters.values()
    return any(p.name == OUT or p.kind is inspect.Parameter.VAR_KEYWORD for p in known)


@dataclass(frozen=True)
class Outputs:
    """What a call is given to fill.

    `flags` has one for each leaf of the gradient, `leaves` and `names` are the arrays that are given and how the user would write them,
    `like` where the leaf of an argument that has the same shape is among those of all arguments.
    """

    value: Any
    tree: Tree
    flags: tuple[bool, ...] = ()
    leaves: tuple[np.ndarray, ...] = ()
    names: tuple[str, ...] = ()
    like: tuple[int, ...] = ()

    @property
    def asked(self) -> tuple[bool, ...]:
        """What a program is asked to fill (`Request.into`)."""
        return self.flags if self.leaves else ()

    def check_apart(self, read: Iterable[tuple[str, Any]]) -> None:
        """Refuse arrays that share memory with what the function reads, names and values of it, or with each other."""
        others = [*_arrays(read)]
        for name, array in zip(self.names, self.leaves):
            for other, value in others:
                if _share(array, value):
                    raise OutputError(
                        "AD443",
                        f"{name} shares memory with {other}, which is read while {name} is filled",
                        help=f"give an array of its own: np.empty_like({name})",
                    )
            others.append((name, array))


NOTHING = Outputs(None, Const(None))


def outputs(out: Any, arguments: Described, values: Sequence[Any], wrt: Sequence[str], single: bool) -> Outputs:
    """The arrays in `out`, which is built as the gradient with respect to `wrt` is, with None where a new one is wanted."""
    if out is None:
        return NOTHING
    trees: dict[str, Tree] = {}
    wanted: dict[str, list[tuple[str, int, Type]]] = {}
    position = 0
    for name, tree, leaf_types in arguments:
        active = [differentiable(type_) for type_ in leaf_types]
        trees[name] = kept(tree, active)
        found = zip(leaf_names(name, tree), range(position, position + len(active)), leaf_types, active)
        wanted[name] = [(leaf, place, type_) for leaf, place, type_, is_active in found if is_active]
        position += len(active)
    whole = trees[wrt[0]] if single else Node(tuple, tuple(trees[name] for name in wrt))
    tree, parts = _matched(OUT, whole, out)
    asked = [one for name in wrt for one in wanted[name]]
    for (name, part), (of, place, type_) in zip(parts, asked, strict=True):
        if part is not None:
            _check(name, part, of, values[place], type_)
    given = [(name, part, place) for (name, part), (_, place, _) in zip(parts, asked) if part is not None]
    names, leaves, like = zip(*given) if given else ((), (), ())
    return Outputs(out, tree, tuple(part is not None for _, part in parts), leaves, names, like)


def _matched(name: str, tree: Tree, out: Any) -> tuple[Tree, list[tuple[str, Any]]]:
    """What of the tree is given, and for each leaf of it its name in `out` and what is given there."""
    if out is None:
        return Const(None), [(leaf, None) for leaf in leaf_names(name, tree)]
    if isinstance(tree, Leaf):
        return tree, [(name, out)]
    if isinstance(tree, Const):
        raise ArgumentsError(
            "AD442", f"{name} is given, and the gradient has None there", help="give None in its place, too"
        )
    parts = children(tree, out) if type(out) is tree.cls and _fits(tree, out) else None
    if parts is None or len(parts) != len(tree.children):
        raise ArgumentsError(
            "AD442",
            f"{name} must be built as the gradient is, a {tree.cls.__name__} of {len(tree.children)}, "
            f"and is {_what(out)}",
            help="give None in the place of what is to be a new array",
        )
    names = _child_names(name, tree)
    found = [_matched(own, child, part) for own, child, part in zip(names, tree.children, parts)]
    return Node(tree.cls, tuple(one for one, _ in found), tree.keys), [leaf for _, some in found for leaf in some]


def _fits(tree: Node, out: Any) -> bool:
    return tree.cls is not dict or out.keys() == set(tree.keys)


def _child_names(name: str, tree: Node) -> list[str]:
    flat = Node(tree.cls, tuple(Leaf() for _ in tree.children), tree.keys)
    return leaf_names(name, flat)


def _what(value: Any) -> str:
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, tuple | list | dict) else "")


def _check(name: str, array: Any, of: str, like: Any, type_: Type) -> None:
    """Refuse what the gradient with respect to `of`, a leaf with the value `like`, cannot be written into."""
    if not isinstance(type_, Array):
        lasts = "is a list, whose items are new at each call" if isinstance(type_, ListOf) else f"is {in_words(type_)}"
        raise ArgumentsError(
            "AD442", f"{name} is given, but the gradient with respect to {of} {lasts}", help="give None in its place"
        )
    if type(array) is not np.ndarray:
        raise ArgumentsError(
            "AD442", f"{name} must be an array to fill, and is {_what(array)}", help=f"np.empty_like({of})"
        )
    if array.dtype != like.dtype:
        raise ArgumentsError(
            "AD442",
            f"{name} has the dtype {array.dtype}, and the gradient with respect to {of} has {like.dtype}",
            help=f"np.empty_like({of})",
        )
    if array.shape != like.shape:
        raise OutputError(
            "AD442",
            f"{name} has the shape {array.shape}, and the gradient with respect to {of} has {like.shape}",
            help=f"np.empty_like({of})",
        )
    if not array.flags.carray:
        lacks = "writable" if not array.flags.writeable else "C-contiguous" if array.flags.aligned else "aligned"
        raise OutputError("AD442", f"{name} is not {lacks}", help=f"np.empty({of}.shape, {of}.dtype)")


def _arrays(named: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays among values, and in lists among them."""
    for name, value in named:
        if isinstance(value, np.ndarray):
            yield name, value
        elif isinstance(value, tuple | list | dict):
            items = value.values() if isinstance(value, dict) else value
            yield from _arrays((name, item) for item in items)


def are_apart(filled: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> bool:
    """Whether the bounds of arrays to fill overlap neither each other nor those of other arrays: for many arrays, one by one is slow."""
    spans = sorted([(*_bounds(one), True) for one in filled] + [(*_bounds(one), False) for one in others])
    filled_to = others_to = 0
    for low, high, is_filled in spans:
        if low < high and (low < filled_to or (is_filled and low < others_to)):
            return False
        if is_filled:
            filled_to = max(filled_to, high)
        else:
            others_to = max(others_to, high)
    return True


def _bounds(array: np.ndarray) -> tuple[int, int]:
    if not array.flags.forc:
        return byte_bounds(array)
    start: int = array.__array_interface__["data"][0]
    return start, start + array.nbytes


def _share(one: np.ndarray, other: np.ndarray) -> bool:
    try:
        return bool(np.shares_memory(one, other, max_work=MOST_WORK))  # type: ignore[arg-type]  # any number of steps
    except np.exceptions.TooHardError:
        return True

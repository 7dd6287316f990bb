"""A compiled derivative: what a call needs of it, and how it was made, which those look at who read it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autodiff_compiler.ir.tree import Tree, leaves
from autodiff_compiler.ir.types import Type

if TYPE_CHECKING:
    from autodiff_compiler.frontend import Lowered, Needs
    from autodiff_compiler.transforms.stages import Compilation


@dataclass(frozen=True)
class Made:
    """How a derivative was made.

    `second` is the reverse sweep of a `vjp`; `signature` is the function's own; `active` has a flag for each IR parameter.
    """

    lowered: Lowered
    compiled: Compilation
    second: Compilation | None = None
    signature: inspect.Signature | None = None
    active: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Program:
    """What a call needs of a derivative.

    `captured` is how the values of the captures are built, and their types; `texts` are the generated ones, whose names are guarded;
    `is_usual` says whether there are calls that it refuses, because it is made for the usual ones (`passes/stretching.py`).
    """

    needs: Needs
    captured: tuple[tuple[Tree, list[Type]], ...]
    call: Callable[..., Any]
    texts: tuple[str, ...]
    is_usual: bool


def program(made: Made) -> Program:
    """What calls need of a derivative that was just made."""
    function = made.lowered.function
    hidden = {capture.name for capture in made.lowered.captures}
    captured: list[tuple[Tree, list[Type]]] = []
    values = iter(function.params)
    for name, tree in function.param_trees:
        types = [next(values).type for _ in range(leaves(tree))]
        if name in hidden:
            captured.append((tree, types))
    texts = [one.text for one in (made.compiled, made.second) if one is not None]
    return Program(made.lowered, tuple(captured), made.compiled.call, tuple(texts), made.compiled.is_usual)

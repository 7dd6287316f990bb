"""A lowered function, and what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autodiff_compiler.frontend.guards import Guard
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.types import Type

if TYPE_CHECKING:
    from autodiff_compiler.frontend.layout import Layout

Getter = Callable[[], Any]


@dataclass(frozen=True)
class Capture:
    """A hidden parameter: its name, how to get it at a call, its type."""

    name: str
    get: Getter
    type: Type
    column: bool = False
    """Whether it is an array of numbers that are found in a list or tuple."""


@dataclass(frozen=True)
class Needs:
    """What a lowered function depends on besides the types of its arguments.

    `captures` are the hidden parameters that follow the arguments' leaves; `guards` must hold for the function to be
    used again; `static_leaves` are arguments that were needed at compile time: index of the leaf to its value; `written`
    are the indices of the leaves that the function writes into; `layouts` are the layouts of arrays among the leaves, if it
    mattered what NumPy copies; `shapes` are those of arrays among the leaves whose lengths had to be known.
    """

    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]
    static_leaves: Mapping[int, Any] = field(default_factory=dict)
    written: tuple[int, ...] = ()
    layouts: Mapping[int, Layout | None] = field(default_factory=dict)
    shapes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lowered(Needs):
    """A lowered function, and what it depends on."""

    function: Function = field(kw_only=True)

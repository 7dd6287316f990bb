"""A lowered function, and what it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autodiff_compiler.frontend.captures import Capture
from autodiff_compiler.frontend.guards import Guard
from autodiff_compiler.frontend.layout import Layout
from autodiff_compiler.ir.core import Function


@dataclass(frozen=True)
class Lowered:
    """A lowered function and what it depends on besides its arguments.

    `captures` are the hidden parameters that follow the arguments' leaves; `guards` must hold for the function to be
    used again; `static_leaves` are arguments that were needed at compile time: index of the leaf to its value; `written`
    are the indices of the leaves that the function writes into; `layouts` are the layouts of arrays among the leaves, if it
    mattered what NumPy copies; `shapes` are those of arrays among the leaves whose lengths had to be known.
    """

    function: Function
    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]
    static_leaves: Mapping[int, Any]
    written: tuple[int, ...] = ()
    layouts: Mapping[int, Layout | None] = field(default_factory=dict)
    shapes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

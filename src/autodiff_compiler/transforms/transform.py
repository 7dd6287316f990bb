"""What a row of the table is, and what a call asks of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.ir.core import Function
from autodiff_compiler.options import OUT
from autodiff_compiler.passes import workspaces
from autodiff_compiler.transforms.words import docstring


@dataclass(frozen=True)
class Request:
    """Which parts of a function are to be differentiated, and how the caller wants to see the result.

    `active` has a flag for each IR parameter; `wrt` are the names of the Python parameters that vary, in the order in which
    their derivatives are wanted; with `single` there is only one, wanted bare rather than as a tuple of one.  `hidden`
    are the names of parameters that captures became.
    """

    active: Sequence[bool]
    wrt: Sequence[str]
    hidden: frozenset[str] = frozenset()
    single: bool = False
    has_aux: bool = False
    save_all: bool = False
    reruns: bool = False
    """Whether cheap loops are run again for what they fill, as is worth it in compiled code."""
    batch: int = 1
    """How many columns or rows of a Jacobian are computed at once."""
    holomorphic: bool = False
    into: tuple[bool, ...] = ()
    """For each leaf of a gradient, whether the caller gives the array that it goes into; nothing where all are new."""
    workspace: bool = False
    """Whether the caller gives what the program works in."""


@dataclass(frozen=True)
class Transform:
    """A derivative: one program becomes one, or several that are called one after another.

    `derive` makes them from the optimised primal, with parameters and results laid out as the caller sees them.  `stages` and
    `titles` say for each of them which stage its IR is named after, and what its docstring calls it.
    """

    name: str
    derive: Callable[[Function, Request], tuple[Function, ...]]
    stages: tuple[str, ...]
    titles: tuple[str, ...]

    of: str = ""
    """The suffix that the name of the primal has because it is itself a derivative made for this one; titles leave it out."""

    into: Callable[[Function, Request], Function] | None = None
    """Changes its program, after the buffers stage, into one that fills the caller's arrays (`Request.into`)."""

    def docstrings(self, fn: Function, request: Request) -> list[str]:
        fn = replace(fn, name=fn.name.removesuffix(self.of))
        texts = [title.format(fn.name) if "{}" in title else docstring(title, fn, request.wrt) for title in self.titles]
        texts = [f"{text} It goes into `{OUT}`." for text in texts] if any(request.into) else texts
        return [f"{text} It works in `{workspaces.NAME}`." for text in texts] if request.workspace else texts

"""Places of loops that no syntax tree has, and names of our own for what builtins fill while they iterate.

Both are identified by the place in the source and by the calls that led there.
"""

from __future__ import annotations

import ast

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import Abs


def place_name(ctx: Context, prefix: str) -> NameKey:
    """A name of our own for what an expression fills: expressions inside this one have other names."""
    span = ctx.b.span
    return ctx.frame, f"{prefix}{span.line}:{span.col}:{span.end_line}:{span.end_col}:{len(ctx.calls)}"


class LoopPlace(ast.AST):
    """The place of a loop that no syntax tree has; equal for equal spans."""

    def __init__(self, ctx: Context) -> None:
        self.key = (ctx.b.span, ctx.calls)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LoopPlace) and self.key == other.key


def apply(ctx: Context, function: Abs, args: list[Abs]) -> Abs:
    """Call the function that a builtin was given: at the same place, but inside what the builtin does there."""
    outer = ctx.calls
    ctx.calls = (*outer, (LoopPlace(ctx), "applied"))
    try:
        return ctx.call(function, args, {})
    finally:
        ctx.calls = outer

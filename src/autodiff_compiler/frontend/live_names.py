"""Which names may still be read after a statement, or in a later iteration of a loop, as a question about the keys of a state.

`liveness` answers for the names of one function.  Names of other frames count as live, except where a generator runs for the loop
of another function: that loop knows which of its own names may still be read.
"""

from __future__ import annotations

import ast

from autodiff_compiler.frontend.asking import Live
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.source import function_liveness
from autodiff_compiler.frontend.state import RETURN_NAME, NameKey


def at_head(ctx: Context, node: ast.For | ast.While) -> Live:
    """What may be read in another iteration or after the loop."""
    found = function_liveness(ctx.source.node)
    names = found.at_head.get(node)
    return _live(ctx, None if names is None else names | found.after.get(node, frozenset()))


def after(ctx: Context, statement: ast.stmt) -> Live:
    """What may be read after a statement."""
    return _live(ctx, function_liveness(ctx.source.node).after.get(statement))


def after_loop(ctx: Context, node: ast.For) -> Live:
    """What may be read after a loop, but for what the compiler keeps for itself."""
    names, frame = function_liveness(ctx.source.node).after.get(node, frozenset()), ctx.frame
    return lambda key: key[0] is not frame or key[1] in names


def _live(ctx: Context, names: frozenset[str] | None) -> Live:
    frame, elsewhere = ctx.frame, ctx.live_elsewhere

    def live(key: NameKey) -> bool:
        if key[0] is not frame:
            return elsewhere(key)
        return names is None or key[1] in names or key[1] == RETURN_NAME or key[1].startswith("$")

    return live

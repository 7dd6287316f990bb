"""Assignments: `x += y` where that is `x = x + y`; several that are made at the same time, in an order in which they may be written."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from autodiff_compiler.backends import syntax

AUGMENTED = (ast.Add, ast.Sub, ast.Mult, ast.Div)


class Move(NamedTuple):
    """A variable and what it is given; whether that is a scalar."""

    variable: str
    value: ast.expr
    scalar: bool


def in_order(moves: Sequence[Move]) -> list[ast.stmt]:
    """Assignments that are made at the same time: none comes before another one that reads its variable."""
    todo = list(moves)
    statements: list[ast.stmt] = []
    reads = [syntax.names_read(move.value) if len(todo) > 1 else [] for move in todo]
    while todo:
        for i, move in enumerate(todo):
            if not any(move.variable in others for j, others in enumerate(reads) if j != i):
                break
        else:
            # Every variable is still read by another assignment: they are swapped in one statement.
            left = ast.Tuple(elts=[syntax.target(move.variable) for move in todo], ctx=ast.Store())
            return [*statements, syntax.assign(left, syntax.tuple_([move.value for move in todo]))]
        statements.append(assignment(*todo.pop(i)))
        del reads[i]
    return statements


def assignment(variable: str, value: ast.expr, scalar: bool) -> ast.stmt:
    """`variable = value`, as `variable += …` where that is the same: for scalars, which `+=` does not change in place."""
    if scalar and isinstance(value, ast.BinOp) and isinstance(value.op, AUGMENTED):
        if isinstance(value.left, ast.Name) and value.left.id == variable:
            return ast.AugAssign(target=syntax.target(variable), op=value.op, value=value.right)
        commutes = isinstance(value.op, ast.Add | ast.Mult)
        if commutes and isinstance(value.right, ast.Name) and value.right.id == variable:
            return ast.AugAssign(target=syntax.target(variable), op=value.op, value=value.left)
    return syntax.assign(syntax.target(variable), value)

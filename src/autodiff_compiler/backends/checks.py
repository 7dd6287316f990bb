"""Makes printed checks compact."""

from __future__ import annotations

import ast

from autodiff_compiler.backends.lines import line_of, marked_as

WIDTH = 90


def joined(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Consecutive checks of one source line that raise the same error become one `if`; a branch with one check becomes one more condition."""
    done: list[ast.stmt] = []
    for statement in map(_flattened, statements):
        last = done[-1] if done else None
        if (
            isinstance(last, ast.If) and isinstance(statement, ast.If) and _is_check(last) and _is_check(statement)
            and ast.dump(last.body[0]) == ast.dump(statement.body[0]) and _fits(last.test, statement.test)
            and line_of(last) == line_of(statement)
        ):  # fmt: skip
            done[-1] = marked_as(last, ast.If(test=_either(last.test, statement.test), body=last.body, orelse=[]))
        else:
            done.append(statement)
    return done


def _is_check(statement: ast.If) -> bool:
    return len(statement.body) == 1 and isinstance(statement.body[0], ast.Raise) and not statement.orelse


def _fits(a: ast.expr, b: ast.expr) -> bool:
    return len(ast.unparse(a)) + len(ast.unparse(b)) < WIDTH


def _flattened(statement: ast.stmt) -> ast.stmt:
    if not isinstance(statement, ast.If) or statement.orelse or len(statement.body) != 1:
        return statement
    inner = statement.body[0]
    if not isinstance(inner, ast.If) or not _is_check(inner) or not _fits(statement.test, inner.test):
        return statement
    both = [part for test in (statement.test, inner.test) for part in _parts(test, ast.And)]
    return marked_as(inner, ast.If(test=ast.BoolOp(op=ast.And(), values=both), body=inner.body, orelse=[]))


def _either(a: ast.expr, b: ast.expr) -> ast.expr:
    """`a or b`, each test once."""
    tests = [*_parts(a, ast.Or), *_parts(b, ast.Or)]
    distinct = list({ast.dump(test): test for test in tests}.values())
    return distinct[0] if len(distinct) == 1 else ast.BoolOp(op=ast.Or(), values=distinct)


def _parts(test: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, operator) else [test]

"""Make a failing program small: statements are dropped, blocks replace their headers, expressions their parents.

Hypothesis shrinks what it draws itself; this works on the text, and so on programs from anywhere.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from fuzz_programs import Program

Fails = Callable[[Program], bool]


def shrink(program: Program, fails: Fails, limit: int = 1500) -> Program:
    """The smallest program found that still fails; at most `limit` attempts."""
    best, tried = program, 0
    progress = True
    while progress and tried < limit:
        progress = False
        for candidate in _smaller(best):
            tried += 1
            if tried >= limit:
                break
            if len(candidate.source) < len(best.source) and fails(candidate):
                best, progress = candidate, True
                break
    return best


def _smaller(program: Program) -> Iterator[Program]:
    """Candidates, the boldest first.  Each is made from a fresh tree, by the position of the node to change."""
    tree = ast.parse(program.source)
    for statements, i in list(_blocks(tree)):
        for changed in _without(statements[i]):
            old = statements[i]
            statements[i : i + 1] = changed
            yield from _rendered(program, tree)
            statements[i : i + len(changed)] = [old]
    for parent, field, index, child in list(_expressions(tree)):
        for simpler in _simpler(child):
            _put(parent, field, index, simpler)
            yield from _rendered(program, tree)
            _put(parent, field, index, child)
    main = tree.body[-1]
    if isinstance(main, ast.FunctionDef):
        for k, parameter in enumerate(list(main.args.args)):
            if len(main.args.args) > 1 and not any(
                isinstance(n, ast.Name) and n.id == parameter.arg for n in ast.walk(main)
            ):
                kept = copy.deepcopy(tree)
                del kept.body[-1].args.args[k]
                yield replace(program, source=ast.unparse(kept) + "\n", args=program.args[:k] + program.args[k + 1 :])


def _rendered(program: Program, tree: ast.Module) -> Iterator[Program]:
    try:
        source = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(source, "<candidate>", "exec")
    except (SyntaxError, ValueError, AttributeError):
        return
    yield replace(program, source=source)


def _blocks(tree: ast.AST) -> Iterator[tuple[list[ast.stmt], int]]:
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                for i in reversed(range(len(statements))):
                    yield statements, i


def _without(statement: ast.stmt) -> list[list[ast.stmt]]:
    found: list[list[ast.stmt]] = [[]]
    if isinstance(statement, ast.If | ast.For | ast.While):
        found.append(statement.body)
        if statement.orelse:
            found.append(statement.orelse)
            found.append([_shallow(statement, orelse=[])])
    return found


def _shallow(node: Any, **changes: Any) -> Any:
    other = copy.copy(node)
    for field, value in changes.items():
        setattr(other, field, value)
    return other


def _expressions(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and field not in ("target", "func"):
                yield node, field, None, value
            elif isinstance(value, list) and field not in ("targets", "decorator_list"):
                for i, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        yield node, field, i, item


def _simpler(node: ast.expr) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not isinstance(child, ast.Slice):
            yield child
    if not isinstance(node, ast.Constant | ast.Name):
        yield ast.Constant(1.0)
        yield ast.Constant(0)


def _put(parent: ast.AST, field: str, index: int | None, child: ast.expr) -> None:
    if index is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[index] = child

"""Runtime helpers as real Python; the printers copy the ones a module needs into its text."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from functools import cache
from types import ModuleType


@cache
def sources(module: ModuleType) -> dict[str, str]:
    """The source of what a prelude module defines, in order: functions, and what is decided at import."""
    found: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.unparse(node)
        elif isinstance(node, ast.Assign):
            found.update((name.id, ast.unparse(node)) for name in node.targets if isinstance(name, ast.Name))
    return found


def needed(module: ModuleType, names: Iterable[str]) -> list[ast.stmt]:
    """The definitions of these names and those they use, as statements, the used ones first."""
    table = sources(module)
    found: dict[str, ast.stmt] = {}

    def visit(name: str) -> None:
        if name in found or name not in table:
            return
        (node,) = ast.parse(table[name]).body
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id != name:
                visit(inner.id)
        found[name] = node

    for name in names:
        visit(name)
    return list(found.values())

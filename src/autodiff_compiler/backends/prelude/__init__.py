"""Runtime helpers as real Python; the printers copy the ones a module needs into its text."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from functools import cache
from types import ModuleType


@cache
def sources(module: ModuleType) -> dict[str, str]:
    """The source of every function of a prelude module, decorators included, in order."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)}


def needed(module: ModuleType, names: Iterable[str]) -> list[ast.stmt]:
    """The functions of these names and those they call, as statements, callees first."""
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

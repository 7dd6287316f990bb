"""What is supported, as a table, and what a file uses that is not."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from autodiff_compiler import library
from autodiff_compiler.frontend import builtin_calls
from autodiff_compiler.library.defined import definitions
from autodiff_compiler.library.definitions import distributions
from autodiff_compiler.library.registry import complex_names

HOMES = ("numpy", "scipy", "math", "cmath", "operator")
"""The packages of which something can be missing."""


def rules_table() -> Table:
    """A row for each public name: what it is, how it is made, and whether it takes complex numbers."""
    table = Table(
        title="Supported: in forward and reverse mode, with both backends, to any order (but see docs/limitations.md)"
    )
    for column in ("name", "kind", "written as", "modes", "backends", "order", "complex"):
        table.add_column(column, no_wrap=column == "name")
    for name, kind, written in _rows():
        table.add_row(
            name, kind, written, "forward, reverse", "python, numba", "any", "yes" if name in complex_names() else ""
        )
    return table


def _rows() -> Iterator[tuple[str, str, str]]:
    names = library.names()
    defined = {found.name for found in definitions()}
    for name in names["functions"]:
        if not name.startswith("scipy.stats.rv_"):
            yield name, "function", "Python" if name in defined else "operations"
    for families in (distributions.Continuous, distributions.Discrete):
        for name in vars(families):
            if not name.startswith("_"):
                yield f"scipy.stats.{name}", "distribution", "Python"
    for kind, plural in (("method", "methods"), ("attribute", "attributes")):
        for name in names[plural]:
            yield f"ndarray.{name}", kind, "operations"


def missing(path: Path) -> list[tuple[int, str]]:
    """Lines and public names of what the file uses of `HOMES`, or as a method of arrays, that is not supported."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    library.names()  # imports what has rows
    known = dict(_imported(tree))
    chains = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)]
    inner = {id(node.value) for node in chains if isinstance(node, ast.Attribute)}
    found = {_missing_name(node, known) for node in chains if id(node) not in inner}
    called = {_missing_method(node.func, known) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return sorted(use for use in found | called if use is not None)


def _imported(tree: ast.Module) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Local names with the public name and the object that they are imported for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                if alias.name.partition(".")[0] in HOMES:
                    importlib.import_module(alias.name)
                    yield alias.asname or name, (name, importlib.import_module(name))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in HOMES:
            home = importlib.import_module(node.module)
            for alias in node.names:
                obj = getattr(home, alias.name, None)
                yield alias.asname or alias.name, (f"{node.module}.{alias.name}", obj)


def _resolved(node: ast.expr, known: dict[str, tuple[str, Any]]) -> tuple[str, Any] | None:
    """The public name and the object of a dotted name that starts with an imported one."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _resolved(node.value, known)
    return None if owner is None else (f"{owner[0]}.{node.attr}", getattr(owner[1], node.attr, None))


def _missing_name(node: ast.expr, known: dict[str, tuple[str, Any]]) -> tuple[int, str] | None:
    resolved = _resolved(node, known)
    if resolved is None or not callable(resolved[1]) or _is_supported(resolved[1]):
        return None
    return node.lineno, resolved[0]


def _is_supported(obj: Any) -> bool:
    function = getattr(obj, "__func__", obj)
    entry = library.lookup(obj)
    if entry is not None:
        return not entry.refused
    if library.definition(function) is not None or builtin_calls.handler_of(obj) is not None:
        owner = getattr(obj, "__self__", None)
        return owner is None or not hasattr(owner, "name") or _is_distribution(owner)
    return _is_distribution(obj)


def _is_distribution(obj: Any) -> bool:
    name = getattr(obj, "name", "")
    return hasattr(distributions.Continuous, name) or hasattr(distributions.Discrete, name) if name else False


def _missing_method(node: ast.expr, known: dict[str, tuple[str, Any]]) -> tuple[int, str] | None:
    """The method of a call `x.name()`, if only arrays have methods of this name, and this one is not supported."""
    if not isinstance(node, ast.Attribute) or _resolved(node, known) is not None:
        return None
    others = any(hasattr(cls, node.attr) for cls in (list, dict, str, set, tuple, int, float))
    supported = library.method(node.attr) is not None or library.names()["methods"].count(node.attr)
    return None if others or supported or not hasattr(np.ndarray, node.attr) else (node.lineno, f"ndarray.{node.attr}")

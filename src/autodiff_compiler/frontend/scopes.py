"""Which scope a name belongs to, asked of Python itself: of `symtable`, for a function and all functions inside it.

`symtable` knows functions by name and line, which is enough for one that holds no other scope.  It does not tell two lambdas
on a line apart: of a function that holds others it is given a copy, in which each function has a parameter of its own that
says which one it is.  In the copy comprehensions are generator expressions, whose names Python 3.12 keeps apart from those
of the function around them as 3.11 does.
"""

from __future__ import annotations

import ast
import copy
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

FunctionNode = ast.FunctionDef | ast.Lambda

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Scope:
    """The names of one function.  Every other name that it uses belongs to a function around it."""

    local: frozenset[str]
    outside: frozenset[str]
    """Names of the module or of `builtins`, whatever they mean in the functions around this one."""


class LoneScopes:
    """The scopes of the functions of a file that hold no other scope, by name and line where these tell them apart."""

    def __init__(self, text: str, file: str) -> None:
        tables: dict[tuple[str, int], list[symtable.Function]] = {}
        for table in _functions(symtable.symtable(text, file, "exec")):
            tables.setdefault((table.get_name(), table.get_lineno()), []).append(table)
        self._tables = {place: found[0] for place, found in tables.items() if len(found) == 1}

    def find(self, name: str, line: int) -> Scope | None:
        table = self._tables.get((name, line))
        return _scope(table) if table is not None and not table.has_children() else None


@lru_cache(maxsize=1024)
def function_scopes(function: FunctionNode, free: tuple[str, ...]) -> dict[ast.AST, Scope]:
    """The scopes of a function whose free variables are `free`, and of the functions inside it, by their nodes."""
    twin = copy.deepcopy(function)
    numbers: dict[ast.AST, int] = {}
    originals: list[ast.AST] = []
    for original, twin_node in zip(ast.walk(function), ast.walk(twin), strict=True):
        if isinstance(original, _FUNCTIONS):
            numbers[twin_node] = len(originals)
            originals.append(original)
    if isinstance(twin, ast.FunctionDef):
        twin.decorator_list = []
    identifiers = _identifiers(function)
    mark = "function_"
    while any(name.startswith(mark) for name in identifiers):
        mark += "_"
    marked = _Marked(numbers, mark).visit(twin)
    around = ast.Module(
        [
            ast.FunctionDef(
                "around",
                ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, []),
                [marked if isinstance(marked, ast.FunctionDef) else ast.Expr(cast(ast.expr, marked))],
                [],
                lineno=0,
            )
        ],
        [],
    )
    table = symtable.symtable(ast.unparse(ast.fix_missing_locations(around)), "<scopes>", "exec")
    scopes: dict[ast.AST, Scope] = {}
    for inner in _functions(table):
        for name in inner.get_parameters():
            if name.startswith(mark):
                scopes[originals[int(name[len(mark) :])]] = _scope(inner, name)
    return scopes


def _identifiers(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _functions(table: symtable.SymbolTable) -> Iterator[symtable.Function]:
    for child in table.get_children():
        if isinstance(child, symtable.Function):
            yield child
        yield from _functions(child)


def _scope(table: symtable.Function, mark: str | None = None) -> Scope:
    symbols = [symbol for symbol in table.get_symbols() if symbol.get_name() != mark]
    return Scope(
        frozenset(s.get_name() for s in symbols if s.is_local()),
        frozenset(s.get_name() for s in symbols if s.is_global()),
    )


class _Marked(ast.NodeTransformer):
    """Numbers functions by a parameter, and leaves out annotations, which are evaluated elsewhere or not at all."""

    def __init__(self, numbers: dict[ast.AST, int], mark: str) -> None:
        self._numbers = numbers
        self._mark = mark

    def visit(self, node: ast.AST) -> ast.AST:
        number = self._numbers.get(node)
        self.generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            if hasattr(node, "type_params"):
                node.type_params = []
        if number is not None:
            assert isinstance(node, _FUNCTIONS)
            node.args.kwonlyargs.append(ast.arg(f"{self._mark}{number}"))
            node.args.kw_defaults.append(None)
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.DictComp):
            return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)
        if isinstance(node, ast.ListComp | ast.SetComp):
            return ast.GeneratorExp(node.elt, node.generators)
        return node

"""Private names: inside a class `C`, Python reads `__x` as `_C__x`, wherever it is an identifier."""

from __future__ import annotations

import ast

# The fields of syntax nodes that hold identifiers, by node.
_IDENTIFIERS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: ("id",),
    ast.Attribute: ("attr",),
    ast.FunctionDef: ("name",),
    ast.AsyncFunctionDef: ("name",),
    ast.ClassDef: ("name",),
    ast.arg: ("arg",),
    ast.alias: ("asname",),
    ast.ExceptHandler: ("name",),
    ast.MatchAs: ("name",),
    ast.MatchStar: ("name",),
    ast.MatchMapping: ("rest",),
}


def mangled(tree: ast.Module) -> ast.Module:
    """The tree with private names as the compiler reads them; changed in place."""
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, cls = stack.pop()
        if cls:
            _rename(node, cls)
        inner = node.name.lstrip("_") if isinstance(node, ast.ClassDef) else cls
        for field, value in ast.iter_fields(node):
            # The bases and decorators of a class are outside it.
            scope = inner if field == "body" else cls
            children = value if isinstance(value, list) else [value]
            stack += [(child, scope) for child in children if isinstance(child, ast.AST)]
    return tree


def _rename(node: ast.AST, cls: str) -> None:
    for field in _IDENTIFIERS.get(type(node), ()):
        name = getattr(node, field)
        if isinstance(name, str):
            setattr(node, field, private(name, cls))
    if isinstance(node, ast.Global | ast.Nonlocal):
        node.names = [private(name, cls) for name in node.names]


def private(name: str, cls: str) -> str:
    if not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    return f"_{cls}{name}"

"""Runtime helpers as real Python; the printers copy the ones a module needs into its text, `ir.instances.instance` and what is in
`ir.ops.special_values` among them."""

from __future__ import annotations

import ast
import copy
import importlib.util
from collections.abc import Iterable
from functools import cache

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir import instances
from autodiff_compiler.ir.ops import special_values

NUMPY_HELPERS, NUMBA_HELPERS = "numpy_helpers", "numba_helpers"
_FILES = {
    NUMPY_HELPERS: (NUMPY_HELPERS, "numpy_linalg"),
    NUMBA_HELPERS: (
        NUMBA_HELPERS,
        "numba_parts",
        "numba_elementary",
        "numba_products",
        "numba_ordering",
        "numba_linalg",
    ),
}


@cache
def sources(module: str) -> dict[str, ast.stmt]:
    """What a prelude defines, in order: functions, and what is decided at import.

    The modules themselves are not imported: importing the one for Numba takes half a second, and Numba looks for a place for its own cache.
    """
    found = {name: node for file in _FILES[module] for name, node in _definitions(f"{__name__}.{file}").items()}
    return {**found, **_special(), "instance": _definitions(instances.__name__)["instance"]}


@cache
def _special() -> dict[str, ast.stmt]:
    return _definitions(special_values.__name__)


_COMPILED = ast.parse('njit(cache=True, error_model="numpy", nogil=True)', mode="eval").body


def _definition(module: str, name: str) -> ast.stmt:
    """One of them as it stands in a text, without annotations, because these name things that a generated module does not import."""
    (node,) = ast.parse(ast.unparse(_Untyped().visit(copy.deepcopy(sources(module)[name])))).body
    if module == NUMBA_HELPERS and name in _special() and isinstance(node, ast.FunctionDef):
        node.decorator_list.insert(0, _COMPILED)
    return node


def _definitions(module: str) -> dict[str, ast.stmt]:
    spec = importlib.util.find_spec(module)
    try:
        text = spec.loader.get_source(module)  # type: ignore[union-attr]  # of a module that has no loader: below
    except (AttributeError, OSError, ImportError):
        text = None
    if text is None:
        reason = "this installation of autodiff_compiler has no source files, and generated modules need parts of them"
        raise UserError("AD009", reason, help="install it with its .py files, or in a zip file with them")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found.update((name.id, node) for name in node.targets if isinstance(name, ast.Name))
    return found


class _Untyped(ast.NodeTransformer):
    """Removes annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def needed(module: str, names: Iterable[str]) -> list[ast.stmt]:
    """The definitions of these names and those they use, as statements, the used ones first."""
    table = sources(module)
    found: dict[str, ast.stmt] = {}

    def visit(name: str) -> None:
        if name in found or name not in table:
            return
        node = _definition(module, name)
        named = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        # A local variable may bear the name of another helper.
        own = {inner.id for inner in named if isinstance(inner.ctx, ast.Store)} | {name}
        for inner in named:
            if inner.id not in own:
                visit(inner.id)
        found[name] = node

    for name in names:
        visit(name)
    return list(found.values())

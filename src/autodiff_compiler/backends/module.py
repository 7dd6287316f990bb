"""Whole modules: imports, the helpers that are needed, and the function."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import ModuleType

from autodiff_compiler.backends import containers, syntax
from autodiff_compiler.backends.prelude import needed, numpy_helpers, sources
from autodiff_compiler.backends.python import PythonSpelling
from autodiff_compiler.backends.source import Notes, print_module
from autodiff_compiler.backends.structure import Printer
from autodiff_compiler.ir.core import Function

BLANK = "__blank__"


def emit_python(function: Function, docstring: str) -> str:
    notes = Notes()
    taken = [*reserved(function), *sources(numpy_helpers)]
    leaves = containers.leaf_paths(function)
    printer = Printer(function, PythonSpelling(), notes, taken)
    unpacking = [
        syntax.assign(syntax.target(printer.names[param]), path)
        for param, path in zip(function.params, leaves)
        if param in printer.nesting.uses and not isinstance(path, ast.Name)
    ]
    returned = [printer.operand(v) for v in function.results]
    body = [
        *docstring_statement(docstring),
        *unpacking,
        *printer.body(),
        ast.Return(value=containers.result(function, returned)),
    ]
    main = syntax.function(function.name, containers.arguments(function), body)
    return assemble(function, [main], numpy_helpers, notes)


def reserved(function: Function) -> list[str]:
    """Names the body of the function must not use for its own variables."""
    return [function.name, *containers.named_objects(function), *containers.arguments(function)]


def docstring_statement(text: str) -> list[ast.stmt]:
    return [syntax.expression(syntax.literal(text))] if text else []


def assemble(function: Function, functions: Sequence[ast.stmt], prelude: ModuleType, notes: Notes) -> str:
    """The text of a module of these functions, the helpers they call, and the imports of what they name."""
    used = [name for node in functions for name in syntax.names_read(node)]
    helpers = needed(prelude, [name for name in used if name in sources(prelude)])
    body = [*helpers, *functions]
    names = {name for node in body for name in syntax.names_read(node)}
    imports: list[ast.stmt] = []
    if "math" in names:
        imports.append(ast.Import(names=[ast.alias(name="math", asname=None)]))
    imports += containers.imports(function)
    if "np" in names:
        imports.append(ast.Import(names=[ast.alias(name="numpy", asname="np")]))
    if "njit" in names:
        imports.append(ast.ImportFrom(module="numba", names=[ast.alias(name="njit", asname=None)], level=0))
    return print_module([*imports, *body], notes)

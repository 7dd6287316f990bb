"""How a call that leaves the program is written: as it is, with its results converted to the declared types."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.spelling import Writer
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Op, Value


def expression(w: Writer, op: Op, operands: Sequence[ast.expr]) -> ast.expr:
    """The call with these operands; a single result that is used is converted to its declared type."""
    call = external.expression(op.attrs["call"], operands)
    read = len(op.results) == 1 and op.result in w.nesting.uses
    return _taken(w, op, call, op.result) if read else call


def statements(w: Writer, op: Op) -> list[ast.stmt]:
    """The call, followed by the checks and conversions of several results."""
    call, results = w.expression(op), op.results
    if not any(result in w.nesting.uses for result in results):
        return [syntax.expression(call)]
    if len(results) == 1:
        return [syntax.assign(syntax.target(w.names[results[0]]), call)]
    targets: list[ast.expr] = [syntax.target(w.names[result]) for result in results]
    unpacked = syntax.assign(ast.Tuple(elts=targets, ctx=ast.Store()), call)
    return [unpacked] if op.attrs["trusted"] else [unpacked, *(_converted(w, op, result) for result in results)]


def _converted(w: Writer, op: Op, result: Value) -> ast.stmt:
    name = w.names[result]
    return syntax.assign(syntax.target(name), _taken(w, op, syntax.name(name), result))


def _taken(w: Writer, op: Op, value: ast.expr, result: Value) -> ast.expr:
    return value if op.attrs["trusted"] else w.backend.taken(w, value, result.type)

"""How a call that leaves the program is written: as it is, its arrays shut to it, and its results as the types that were declared."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autodiff_compiler.backends import syntax
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.types import Array, Scalar, Type, is_py

if TYPE_CHECKING:
    from autodiff_compiler.backends.structure import Printer


def statements(printer: Printer, op: Op) -> list[ast.stmt]:
    """The call, and what its results are checked and converted by."""
    printer.spelling.check_external(op)
    known = op.attrs["known"]
    call = external.expression(op.attrs["call"], [_given(printer, v, known) for v in op.operands])
    results = op.results
    if not any(result in printer.nesting.uses for result in results):
        return [syntax.expression(call)]
    if len(results) == 1:
        value = call if known else _taken(printer, call, results[0].type)
        return [syntax.assign(syntax.target(printer.names[results[0]]), value)]
    targets: Sequence[ast.expr] = [syntax.target(printer.names[result]) for result in results]
    unpacked = syntax.assign(ast.Tuple(elts=list(targets), ctx=ast.Store()), call)
    return [unpacked] if known else [unpacked, *(_converted(printer, result) for result in results)]


def _converted(printer: Printer, result: Value) -> ast.stmt:
    name = printer.names[result]
    return syntax.assign(syntax.target(name), _taken(printer, syntax.name(name), result.type))


def _given(printer: Printer, value: Value, known: bool) -> ast.expr:
    operand = printer.operand(value)
    return operand if known or not isinstance(value.type, Array) else printer.spelling.shut(operand)


def _taken(printer: Printer, value: ast.expr, type_: Type) -> ast.expr:
    spelling = printer.spelling
    if isinstance(type_, Array):
        return spelling.taken_array(value, type_)
    assert isinstance(type_, Scalar)
    if type_.dtype.is_integer:
        value = spelling.taken_int(value)
        return value if is_py(type_) else spelling.convert(value, type_)
    return spelling.convert(value, type_)

"""Integers of compiled functions have 64 bits; Python's have no limit, and NumPy's wrap."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autodiff_compiler.backends import syntax
from autodiff_compiler.diagnostics import Span, UserError
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.types import INT, Scalar

LOWEST, HIGHEST = -(2**63), 2**63 - 1

# Helpers of the prelude.
_OVERFLOWS = {
    "add": "add_overflows", "sub": "sub_overflows", "mul": "mul_overflows", "pow": "power_overflows",
    "lshift": "shift_overflows",
}  # fmt: skip
WRAPPING = {"add": "wrapping_add", "sub": "wrapping_sub", "mul": "wrapping_mul", "floordiv": "floor_divide"}
SHIFTS = {"lshift": "shift_left", "rshift": "shift_right"}

LARGE_ARGUMENT = "an int argument of more than 32 bits, and this was compiled for smaller ones"


def overflow_message(span: Span) -> str:
    limit = "an int of more than 64 bits, which compiled code has no room for; backend='python' has no limit"
    return f"{span.place()}: {limit}"


def overflows(kind: str, operands: Sequence[ast.expr]) -> ast.expr:
    """The condition that the result of an op on Python ints does not fit into 64 bits."""
    if kind in _OVERFLOWS:
        return syntax.call(_OVERFLOWS[kind], *operands)
    first, *rest = operands
    lowest = syntax.compare(ast.Eq(), first, syntax.literal(LOWEST))
    if kind == "floordiv":
        return ast.BoolOp(op=ast.And(), values=[lowest, syntax.compare(ast.Eq(), rest[0], syntax.literal(-1))])
    return lowest


def wraps(op: Op) -> bool:
    """Whether an op on NumPy's integers may have a result that does not fit."""
    return is_of_integers(op) and op.result.type != INT and not op.attrs.get("fits")


def is_of_integers(op: Op) -> bool:
    type_ = op.result.type
    return isinstance(type_, Scalar) and type_.dtype.is_integer


def bounded(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The compiled function; it says so if it fails because a Python int does not fit into 64 bits."""

    def checked(*args: Any) -> Any:
        try:
            return call(*args)
        except Exception as error:
            large = next((leaf for leaf in _leaves(args) if type(leaf) is int and not -(2**63) <= leaf < 2**63), None)
            if large is None:
                raise
            reason = f"{name} was given the int {large}, and Numba's integers have 64 bits"
            raise UserError("AD428", reason, help='pass a float, or use backend="python"') from error

    return checked


class _Wide(tuple[Any, ...]):
    """Residuals of the function for ints of any size."""


def widened(calls: Sequence[Callable[..., Any]], wide: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """Functions compiled for small int arguments, and others for all: the first of them refuses larger ones at once.

    A second function, the reverse sweep, is chosen by the residuals that the first one returned.
    """
    if len(calls) == 1:
        return [_or_wide(calls[0], wide[0])]
    (forward, reverse), (wide_forward, wide_reverse) = calls, wide

    def saving(*args: Any) -> Any:
        out, residuals = wide_forward(*args)
        return out, _Wide(residuals)

    def chosen(residuals: Any, *args: Any) -> Any:
        return (wide_reverse if type(residuals) is _Wide else reverse)(residuals, *args)

    return [_or_wide(forward, saving), chosen]


def _or_wide(call: Callable[..., Any], wide: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(*args: Any) -> Any:
        try:
            return call(*args)
        except OverflowError as error:
            if str(error) != LARGE_ARGUMENT:
                raise
        return wide(*args)

    return chosen


def _leaves(value: Any) -> Iterator[Any]:
    """The items of nested containers."""
    if isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value

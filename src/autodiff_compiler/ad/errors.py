"""The errors of differentiation that have nothing to do with one op."""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.types import ListOf, Scalar, Type, differentiable


def check_inputs(fn: Function, active: Sequence[bool]) -> None:
    """Every parameter to differentiate by has to be a float."""
    for param, on in zip(fn.params, active, strict=True):
        if on and not differentiable(param.type):
            raise UserError(
                "AD301",
                f"cannot differentiate with respect to {param.name or 'an argument'}: its type is {param.type}",
                fn.span,
                help="pass a float or an array of floats, or leave the argument out of argnums",
            )


def check_scalar_result(fn: Function) -> None:
    """The gradient exists for one float."""
    result = fn.results[0] if fn.results else None
    if result is None:
        raise UserError("AD302", f"{fn.name} returns nothing to differentiate", fn.span, help="return a float")
    if not (isinstance(result.type, Scalar) and differentiable(result.type)):
        raise UserError(
            "AD303",
            f"grad needs a function that returns one float; {fn.name} returns {result.type}",
            fn.body.terminator.span,
            help="return a float, or use vjp or jvp",
        )


def check_savable(fn: Function, types: Sequence[Type]) -> None:
    """What a call of a function that calls itself saves is put into lists, and a list holds no lists."""
    if any(isinstance(type_, ListOf) for type_ in types):
        raise UnsupportedError(
            "AD304",
            f"the reverse sweep of {fn.name}, which calls itself, needs a list of each call",
            fn.span,
            help="loop over a known number of iterations in it (`for i in range(n)`), or use jvp",
        )

"""The errors of differentiation that have nothing to do with one op."""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.diagnostics import Span, UnsupportedError, UserError
from autodiff_compiler.ir.core import Function, JvpRule, Op, VjpRule
from autodiff_compiler.ir.types import Scalar, differentiable


def check_inputs(fn: Function, active: Sequence[bool]) -> None:
    """Every parameter to differentiate with respect to has to be a float."""
    for param, on in zip(fn.params, active, strict=True):
        if on and not differentiable(param.type):
            raise UserError(
                "AD301",
                f"cannot differentiate with respect to {param.name or 'an argument'}: its type is {param.type}",
                fn.span,
                help="pass a float or an array of floats, or leave the argument out of argnums",
            )


def check_scalar_result(fn: Function) -> None:
    """Only a single float has a gradient."""
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


def check_rule_covers(call: Op, callee: Function, varies: Sequence[bool]) -> None:
    """What a function with a rule reads from around it must not vary: its rule says nothing about it."""
    rule = callee.rule
    if isinstance(rule, JvpRule | VjpRule) and any(varies[rule.count :]):
        varied = next(v for v, on in zip(call.operands[rule.count :], varies[rule.count :]) if on)
        name = f"`{varied.name}`" if varied.name else "a value"
        raise UnsupportedError(
            "AD309",
            f"{callee.name} has a derivative rule, and {name}, which varies, is not an argument of that rule",
            call.span,
            help="make it an argument that is not in nondiff_argnums, rather than a variable from outside",
        )


def no_forward_rule(call: Op, callee: Function) -> UnsupportedError:
    return UnsupportedError(
        "AD306",
        f"{callee.name} has a rule for reverse mode only (custom_vjp), and this derivative needs it in forward mode",
        call.span,
        help="give it a JVP rule (custom_jvp), which serves both modes; or use grad or vjp",
    )


def not_linear(callee: Function) -> UserError:
    return UserError(
        "AD307",
        f"the JVP rule of {callee.name} is not linear in its tangents, so reverse mode cannot transpose it",
        callee.span,
        help="write the tangent as a sum of products with tangents, or give it a rule for reverse mode (custom_vjp)",
    )


def check_recomputable(op: Op, has_effect: bool) -> None:
    """Recomputing a function must not print a second time, nor leave the program a second time."""
    if has_effect:
        raise UnsupportedError(
            "AD308",
            "this call must happen once (it prints, or leaves the program), but checkpoint runs the function around it again",
            op.span,
            help="make the call outside that function, and pass it the result",
        )


def not_savable(span: Span) -> UnsupportedError:
    """What functions that call themselves save is put into lists, and a list cannot hold lists."""
    return UnsupportedError(
        "AD304",
        "the reverse sweep of a function that calls itself would have to save a list in each call",
        span,
        help="use an array instead of the list, or use jvp",
    )

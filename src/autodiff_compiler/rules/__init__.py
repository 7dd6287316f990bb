"""Derivative rules: `jvp` and `vjp` of one op.  See docs/rules.md.

A tangent or an adjoint has exactly the type of its primal; None is a symbolic zero.  Integers and booleans have none.  Structured
ops and terminators belong to `ad`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from autodiff_compiler.diagnostics import InternalError, UnsupportedError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.external import callee
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.rules import (
    arrays,
    bessel,  # noqa: F401  # these two add lines to the table of `elementwise`
    complex_parts,
    elementwise,
    factoring,
    fourier,
    hypergeometric,  # noqa: F401  # as `bessel`
    lists,
    matmul,
    reductions,
    shapes,
    solving,
    special,
    spectra,
)
from autodiff_compiler.rules.rule import At, Contribution, Dense, JointRule, ListAt, Rule, Site

__all__ = ["NO_DERIVATIVE", "RULES", "At", "Contribution", "Dense", "ListAt", "jvp", "vjp"]

RULES: dict[str, Rule | JointRule] = {}
for _module in (
    elementwise, special, complex_parts, arrays, shapes, reductions, matmul, solving, factoring, spectra, fourier, lists,
):  # fmt: skip
    assert not RULES.keys() & _module.RULES.keys(), _module.__name__
    RULES.update(_module.RULES)

# Ops that may have float results and have no rule, with the reason.
NO_DERIVATIVE: dict[str, str] = {
    "const": "a constant",
    "table": "constants",
    "undef": "it must not be read",
    "empty": "its elements are not values yet",
    "list_zeros": "zeros do not change with the list",
    "stop_gradient": "cut on purpose",
    "floordiv": "piecewise constant",
    "sign": "piecewise constant",
    "floor": "piecewise constant",
    "ceil": "piecewise constant",
    "trunc": "piecewise constant",
    "rint": "piecewise constant",
}

Constants = Mapping[Value, Any]


def jvp(
    b: Builder,
    op: Op,
    tangents: Sequence[Value | None],
    *,
    constants: Constants | None = None,
    whole: Container[Value] = frozenset(),
) -> list[Value | None]:
    """The tangents of the op's results, from one tangent per operand.  `constants`: operands whose numbers are known;
    `whole`: floats that are known to be whole numbers."""
    if not _is_active(op) or all(tangent is None for tangent in tangents):
        return [None] * len(op.results)
    rule, site = _rule(op), Site(b, op, constants or {}, whole)
    return list(rule.jvp(site, tangents)) if isinstance(rule, JointRule) else [rule.jvp(site, tangents)]


def vjp(
    b: Builder,
    op: Op,
    cotangents: Sequence[Value | None],
    wanted: Sequence[int],
    *,
    constants: Constants | None = None,
    whole: Container[Value] = frozenset(),
) -> dict[int, Contribution]:
    """What is added to the adjoints of the `wanted` operands, from one cotangent per result; operands that get nothing are left out."""
    if not _is_active(op) or all(cotangent is None for cotangent in cotangents):
        return {}
    rule, site = _rule(op), Site(b, op, constants or {}, whole, wanted)
    if isinstance(rule, JointRule):
        given = rule.vjp(site, cotangents)
        return {i: given[i] for i in sorted(wanted, reverse=True) if i in given}
    (cotangent,) = cotangents
    assert cotangent is not None
    # The last operand first: what was stored is read from the cotangent before its place is cleared for the array's
    # adjoint, so that both can use one buffer.
    found = {
        i: rule.vjp(site, cotangent, i) for i in sorted(wanted, reverse=True) if differentiable(op.operands[i].type)
    }
    return {i: contribution for i, contribution in found.items() if contribution is not None}


def _is_active(op: Op) -> bool:
    return any(differentiable(result.type) for result in op.results) and op.kind not in NO_DERIVATIVE


def _rule(op: Op) -> Rule | JointRule:
    if op.kind == "external":
        called = callee(op.attrs["call"])
        raise UnsupportedError(
            "AD305",
            f"a derivative reaches `{called}`, which is called as it is and has no derivative",
            op.span,
            help=f"give it a rule: external(..., jvp=...); or cut the derivative: stop_gradient({called}(...))",
        )
    if op.kind not in RULES:
        raise InternalError("AD905", f"there is no derivative rule for the op {op.kind}", op.span)
    return RULES[op.kind]

"""Operations counted in the IR: what a derivative costs before it runs."""

from __future__ import annotations

import inspect

import numpy as np

from autodiff_compiler import frontend, grad
from autodiff_compiler.api.products import Pushforward
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import all_ops
from benchmarks.programs import Case

# What a program does not spend time on: constants, structure, and where things end.
UNCOUNTED = ("const", "undef", "yield", "return", "boundary", "dim")


def static_ops(function: Function) -> int:
    """How many ops the IR has, loop bodies counted once."""
    return sum(op.kind not in UNCOUNTED for op in all_ops(function.body))


def multiplications(function: Function) -> int:
    """Multiplications, divisions and powers of floats."""
    return sum(
        op.kind in ("mul", "div", "pow", "square") and differentiable(op.result.type)
        for op in all_ops(function.body)
    )


def arithmetic(function: Function) -> int:
    """Elementwise operations on floats, selects and casts not counted."""
    return sum(
        op.kind not in UNCOUNTED and len(op.results) == 1 and differentiable(op.result.type)
        and op.kind not in ("load", "store", "accum", "full", "empty", "cast", "select")
        for op in all_ops(function.body)
    )  # fmt: skip


def gradient_ir(case: Case, first_only: bool = False) -> Function:
    """The gradient's IR after all passes, before lowering; `first_only`: with respect to one parameter."""
    wrt = _first(case) if first_only else case.wrt
    return grad(case.fun, wrt).stages(*case.arguments("small"))["derivative"]


def second_order_ops(case: Case) -> tuple[int, int]:
    """Static ops of `jvp` of the gradient, and of `grad` of the sum of the gradient's entries, with respect to the
    first parameter that is differentiated."""
    args = case.arguments("small")
    first = _first(case)
    gradient = grad(case.fun, first)
    described = [
        (name, *frontend.describe(value, name)) for name, value in zip(inspect.signature(case.fun).parameters, args)
    ]
    described = [(name, tree, list(types)) for name, tree, types in described]
    varying = tuple(index == first for index, (_, _, types) in enumerate(described) for _ in types)
    forward = Pushforward(gradient, gradient.options)._build(described, None, varying).get(readable=True).compiled

    def total(*args):
        return np.sum(gradient(*args))

    reverse = grad(total, first).stages(*args)
    return static_ops(forward.stages["derivative"]), static_ops(reverse["derivative"])


def _first(case: Case) -> int:
    return case.wrt if isinstance(case.wrt, int) else case.wrt[0]

"""What `holomorphic=True` claims: complex arguments, complex results, and on the way from one to the other only differentiable functions of a
complex variable.

Then the derivative is one complex number, and either mode gives it.  Otherwise it is a matrix of two by two, and no mode gives that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autodiff_compiler import rules
from autodiff_compiler.analysis.activity import active_values
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import differentiable, is_complex
from autodiff_compiler.ir.walk import all_ops


def check_holomorphic(fn: Function, active: Sequence[bool], wanted: Sequence[Value]) -> None:
    """Refuse what is not."""
    for param, on in zip(fn.params, active, strict=True):
        if on and not is_complex(param.type):
            raise UserError(
                "AD311",
                f"holomorphic=True needs complex arguments; {param.name or 'one'} is {param.type}",
                fn.span,
                help="leave holomorphic out, or pass a complex number: x + 0j",
            )
    for value in wanted:
        if not is_complex(value.type):
            raise UserError(
                "AD311",
                f"holomorphic=True needs complex results; {fn.name} returns {value.type}",
                fn.body.terminator.span,
                help="leave holomorphic out: the gradient of a real result exists for every function",
            )
    for op in _not_differentiable(fn, active, wanted):
        raise UserError(
            "AD313",
            f"`{op.kind}` of what depends on an argument: the function is not holomorphic",
            op.span,
            help="take the gradient of a real result, without holomorphic=True; or jvp or vjp, which every function has",
        )


def _not_differentiable(fn: Function, active: Sequence[bool], wanted: Iterable[Value]) -> Iterator[Op]:
    """The ops that take a complex number which varies to its conjugate or to a real number."""
    carried = active_values(fn, active, wanted, rules.NO_DERIVATIVE)
    for function in (fn, *fn.callees.values()):
        for op in all_ops(function.body):
            # Of what a callee is given, that it varies is taken for granted.
            varied = [v for v in op.operands if (v in carried if function is fn else differentiable(v.type))]
            useful = [r for r in op.results if r in carried or (function is not fn and differentiable(r.type))]
            if op.regions or not useful or not any(is_complex(v.type) for v in varied):
                continue
            if opdef(op).conjugates or any(not is_complex(r.type) for r in useful):
                yield op

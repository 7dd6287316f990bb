"""Keeps the errors of Python's own arithmetic where the operation itself is not needed.

`math.log(-1.0)` raises, and so does `1.0 / 0.0` of Python floats.  Where only the derivative is wanted the operation is
often dead; before dead code is removed, such an op gets a check of its domain.  NumPy's operations never raise, and compiled
code follows IEEE: there (`run_compiled`) only errors of integers are kept, for a division by zero or a negative shift.
Overflow is not a matter of the domain.

    Input:  y = log x;  s = mul x, x;  return s                     (y is not read)
    Output: c = le x, zero;  d = not c;  check d;  y = log x;  s = mul x, x;  return s

There is no check where an op that is needed raises by itself: the same op computed again in the reverse sweep, or one
that its derivative rule made from the same operand; nor where the operand is certainly inside the domain.
The dead ops are removed at once, so that they are not met again.
"""

from __future__ import annotations

from collections import Counter

from autodiff_compiler.analysis.signs import Signs
from autodiff_compiler.diagnostics import ADJOINT, PRIMAL
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.domain import Domain
from autodiff_compiler.ir.opdef import CONDITION
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions, with_parts
from autodiff_compiler.passes import dce


def run(function: Function) -> Function:
    return dce.run(_Errors(function, compiled=False).function(function))


def run_compiled(function: Function) -> Function:
    """For integers only: compiled arithmetic of floats follows IEEE."""
    return dce.run(_Errors(function, compiled=True).function(function))


class _Errors(Rewriter):
    def __init__(self, function: Function, *, compiled: bool) -> None:
        super().__init__()
        self._compiled = compiled
        self._needed = dce.needed_ops(function)
        self._signs = Signs(definitions(function.body))
        ops = [op for op in all_ops(function.body) if self._domains(op)]
        self._sites = Counter(op.span for op in ops if op.span.phase == PRIMAL)
        self._raising = {(op.kind, op.span) for op in ops if op in self._needed}

    def _domains(self, op: Op) -> tuple[Domain, ...]:
        """Where an op of Python's own arithmetic raises; nothing for any other op."""
        domains = opdef(op).domain
        return () if domains is None else tuple(d for d in domains(op) if d.compiled or not self._compiled)

    def op(self, op: Op) -> None:
        if op.regions:
            self._structured(op)
            return
        if op not in self._needed:
            for domain in self._domains(op):
                self._check(op, domain)
        self.out.append(op)
        if opdef(op).tests == CONDITION:
            self._signs.enter_branch(op.operands[0], True)

    def _structured(self, op: Op) -> None:
        regions = []
        for position, region in enumerate(op.regions):
            with self._signs.scope():
                if op.kind == "if":
                    self._signs.enter_branch(op.operands[0], position == 0)
                regions.append(self.region(region))
        self.out.append(with_parts(op, op.operands, op.results, tuple(regions)))
        if op.kind == "if":
            for position, region in enumerate(op.regions):
                if any(opdef(inner).leaves for inner in region.ops):
                    self._signs.enter_branch(op.operands[0], position == 1)

    def _check(self, op: Op, domain: Domain) -> None:
        if domain.inside(self._signs, op.operands) or self._is_raised_anyway(op, domain):
            return
        b = Builder(op.span)
        fine = domain.fine(b, op.operands)
        b.emit("check", (fine,), {"error": domain.error, "message": (domain.message,)})
        self.out += b.ops

    def _is_raised_anyway(self, op: Op, domain: Domain) -> bool:
        """Whether the reversal of this op, told by its place in the source, raises.

        Not where the place has more than one such op: a loop that was unrolled, a function made of several.
        """
        span = op.span.at_phase(ADJOINT)
        return self._sites[op.span] == 1 and any((kind, span) in self._raising for kind in (op.kind, *domain.also))

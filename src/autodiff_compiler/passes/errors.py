"""Keeps the errors of Python's own arithmetic where the operation itself is not needed.

`math.log(-1.0)` raises, and so does `1.0 / 0.0` of Python floats.  Where only the derivative is wanted the operation is
often dead; before dead code is removed, such an op gets a check of its domain.  NumPy's operations never raise, and compiled
code follows IEEE: there (`run_compiled`) only errors of integers are kept, for a division by zero or a negative shift.
Overflow is not a matter of the domain.

    Input:  y = log x;  s = mul x, x;  return s                     (y is not read)
    Output: c = le x, zero;  d = not c;  check d;  y = log x;  s = mul x, x;  return s

There is no check where an op that is needed raises by itself: the same op computed again in the reverse sweep, or one
that its derivative rule made from the same operand; nor where the operand is certainly inside the domain.
The dead ops are removed at once, so that they are not met again.  A result of a callee that is read by none of them any more is
dropped, and what computed it is then an op of the callee that nobody needs: so the program is gone through until every
callee returns only what is read.
"""

from __future__ import annotations

from collections import Counter

from autodiff_compiler.analysis.signs import Signs
from autodiff_compiler.diagnostics import ADJOINT, PRIMAL
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.domain import Domain
from autodiff_compiler.ir.opdef import CONDITION
from autodiff_compiler.ir.opset import domains_of, opdef
from autodiff_compiler.ir.program import mapped
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions, with_parts
from autodiff_compiler.passes import dce, signatures


def run(program: Function) -> Function:
    return _run(program, compiled=False)


def run_compiled(program: Function) -> Function:
    """For integers only: compiled arithmetic of floats follows IEEE."""
    return _run(program, compiled=True)


def _run(program: Function, *, compiled: bool) -> Function:
    while True:
        made = mapped(program, lambda one: dce.run(_Errors(one, compiled=compiled).function(one)))
        program = signatures.run(made)
        if program is made:
            return made


class _Errors(Rewriter):
    def __init__(self, function: Function, *, compiled: bool) -> None:
        super().__init__()
        self._compiled = compiled
        self._needed = dce.needed_ops(function)
        self._signs = Signs(definitions(function.body))
        ops = [op for op in all_ops(function.body) if domains_of(op, compiled=compiled)]
        self._sites = Counter(op.span for op in ops if op.span.phase == PRIMAL)
        self._raising = {(op.kind, op.span) for op in ops if op in self._needed}

    def op(self, op: Op) -> None:
        if op.regions:
            self._structured(op)
            return
        if self._compiled and op.attrs.get("of_python"):
            return  # a check of floats, where another path has one of NumPy's
        if op not in self._needed:
            for domain in domains_of(op, compiled=self._compiled):
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

"""The walk backwards over a region of the primal.

Plain ops are reversed by their rules; `if`s, loops and calls by `branches.py`, `loops.py` and `calls.py`.
"""

from __future__ import annotations

from autodiff_compiler import rules
from autodiff_compiler.ad import branches, calls, loops
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.names import bar_name, named
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.core import Op, Region
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import reads_path
from autodiff_compiler.ir.program import callee_of


class BackwardWalk:
    """The walk; `branches` and `loops` come back to its `reverse` for the regions inside an op."""

    def __init__(self, reversal: Reversal) -> None:
        self.reversal = reversal

    def reverse(self, region: Region, adjoints: Adjoints) -> None:
        """Emit the reversal of the ops of a region, last one first."""
        with self.reversal.primal.shapes.entered(region):
            for op in reversed(region.ops[:-1]):
                with self.reversal.emission.adjoint_of(op):
                    self.reverse_op(op, adjoints)

    def reverse_op(self, op: Op, adjoints: Adjoints) -> None:
        if op.kind == "if":
            branches.reverse_if(self, op, adjoints)
        elif is_loop(op):
            loops.reverse_loop(self, Loop(op), adjoints)
        elif callee_of(op) is not None:
            calls.reverse_call(self, op, adjoints)
        else:
            self._plain(op, adjoints)

    def _plain(self, op: Op, adjoints: Adjoints) -> None:
        bars = [adjoints.take(r) for r in op.results]
        if all(bar is None for bar in bars):
            return
        primal = self.reversal.primal
        wanted = [k for k, v in enumerate(op.operands) if v in primal.active]
        if not wanted:
            return
        b = self.reversal.emission.b
        before = len(b.ops)
        given = rules.vjp(b, op, bars, wanted, constants=primal.constants, whole=primal.whole)
        values = [contribution.value for contribution in given.values()]
        for index, contribution in given.items():
            if len(b.ops) == before:
                continue  # the rule passes on a cotangent as it is
            if isinstance(contribution, rules.Dense) and values.count(contribution.value) == 1:
                operand = op.operands[index]
                made = primal.definitions.get(operand) if b.ops and not reads_path(b.ops[-1]) else None
                hint = bar_name(operand, made)
                given[index] = rules.Dense(named(b, contribution.value, hint, before))
        for index in sorted(given):
            adjoints.contribute(op, index, given[index])

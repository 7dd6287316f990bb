"""What reverse mode asks of a function before it walks back through it by a rule: that a JVP rule is linear in its tangents, and that
what is computed again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler import rules
from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_recomputable, not_linear
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opdef import CALLEE, IO
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.program import calls_in, with_calls_in_line
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Rewriter, all_ops


def check_linear(callee: Function, jvp: Function, tangents: Sequence[Value]) -> set[Value]:
    """The values of a JVP rule that depend on its tangents; refused where an op that has no derivative makes one of another."""
    depend = set(tangents)
    size = -1
    while size != (size := len(depend)):
        for op in all_ops(jvp.body):
            if op.regions:
                for defined, sources in merges(op):
                    if not depend.isdisjoint(sources):
                        depend.update(defined)
                if not depend.isdisjoint(op.operands[:1]) and op.kind == "if":
                    depend.update(op.results)
            elif not depend.isdisjoint(op.operands):
                depend.update(op.results)
                if op.kind in rules.NO_DERIVATIVE and any(differentiable(r.type) for r in op.results):
                    raise not_linear(callee)
    return depend


def with_calls_inlined(jvp: Function, callees: Callees) -> Function:
    """The rule with the ops of what it calls in their place, so that what depends on tangents is told from what does not."""
    names = {
        call.attrs["callee"]
        for call in calls_in(jvp.body)
        if call.attrs["callee"] not in callees.recursive and callees.of(call).rule is None
    }
    return with_calls_inlined(with_calls_in_line(jvp, names, callees.functions), callees) if names else jvp


class Silenced(Rewriter):
    """The ops of a function that is computed again: what it prints has been printed."""

    def __init__(self, callees: Callees) -> None:
        super().__init__()
        self.callees = callees

    def op(self, op: Op) -> None:
        if _happens_once(op) and not op.results:
            return
        if op.kind == "call":
            callee = self.callees.of(op)
            check_recomputable(op, _reaches_effect(callee.body, self.callees, {callee.name}))
        else:
            check_recomputable(op, _happens_once(op))
        self.copy(op)


def _happens_once(op: Op) -> bool:
    """Whether an op does something that must not be done again: it prints, or calls what is no part of the program."""
    row = opdef(op)
    return row.effect in (IO, CALLEE) and op.kind not in ("call", "boundary") and not row.leaves


def _reaches_effect(body: Region, callees: Callees, seen: set[str]) -> bool:
    for op in all_ops(body):
        if _happens_once(op):
            return True
        if op.kind == "call" and op.attrs["callee"] not in seen:
            seen.add(op.attrs["callee"])
            if _reaches_effect(callees.of(op).body, callees, seen):
                return True
    return False

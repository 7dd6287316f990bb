"""What reverse mode asks of a function before it walks back through it by a rule: that a JVP rule is linear in its tangents, and that
what is computed again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autodiff_compiler import rules
from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_recomputable, not_linear
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opdef import CALLEE, IO
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef
from autodiff_compiler.ir.program import calls_in, with_calls_in_line
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions


def check_linear(callee: Function, jvp: Function, tangents: Sequence[Value], out_dots: Sequence[Value]) -> set[Value]:
    """The values of a JVP rule that depend on its tangents; refused where one is made in a way that is certainly not linear: by an
    op that has no derivative, by adding what does not depend on them, or where a tangent of the result does not."""
    depend = _depending(jvp, tangents)
    defs = definitions(jvp.body)
    for op in all_ops(jvp.body):
        if op.regions or depend.isdisjoint(op.operands):
            continue
        flat = op.kind in rules.NO_DERIVATIVE and any(differentiable(r.type) for r in op.results)
        if flat or (op.kind in ("add", "sub") and any(v not in depend and not _is_zero(v, defs) for v in op.operands)):
            raise not_linear(callee)
    if any(dot not in depend and not _is_zero(dot, defs) for dot in out_dots):
        raise not_linear(callee)
    return depend


def _depending(jvp: Function, tangents: Sequence[Value]) -> set[Value]:
    depend = set(tangents)
    size = -1
    while size != (size := len(depend)):
        for op in all_ops(jvp.body):
            if not op.regions:
                if not depend.isdisjoint(op.operands):
                    depend.update(op.results)
                continue
            for defined, sources in merges(op):
                if not depend.isdisjoint(sources):
                    depend.update(defined)
            if op.kind == "if" and not depend.isdisjoint(op.operands):
                depend.update(op.results)
    return depend


def _is_zero(value: Value, defs: Mapping[Value, Op]) -> bool:
    """Whether a value is 0, or full of it."""
    op = defs.get(value)
    if op is None or is_constant(op):
        return op is not None and constant_of(op) == 0
    row = opdef(op)
    if op.kind in ("mul", "matmul"):
        return any(_is_zero(v, defs) for v in op.operands)
    if op.kind in ("add", "sub"):
        return all(_is_zero(v, defs) for v in op.operands)
    if row.spreads is not None:
        return _is_zero(op.operands[row.spreads], defs)
    keeps = row.converts or row.moves or row.reduces or op.kind in ("neg", "div", "load")
    return bool(keeps) and _is_zero(op.operands[0], defs)


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

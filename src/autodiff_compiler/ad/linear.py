"""What reverse mode requires of a function with a rule: that a JVP rule is linear in its tangents, and that nothing with an effect is
computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_recomputable, not_linear
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opdef import CALLEE, IO
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef
from autodiff_compiler.ir.program import callee_of, calls_in, with_calls_in_line
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions


def check_linear(callee: Function, jvp: Function, tangents: Sequence[Value], out_dots: Sequence[Value]) -> set[Value]:
    """The values of a JVP rule that depend on its tangents.  Refused unless all of them are linear in the tangents, and every tangent
    of the result is one of them or zero."""
    depend = _depending(jvp, tangents)
    known = Dependence(depend, definitions(jvp.body))
    for op in all_ops(jvp.body):
        if op.regions:
            for defined, sources in merges(op):
                if not depend.isdisjoint(defined) and not known.proportional(*sources):
                    raise not_linear(callee)
            linear = op.kind != "if" or op.operands[0] not in depend
        else:
            linear = depend.isdisjoint(op.operands) or _is_linear(op, known)
        if not linear:
            raise not_linear(callee)
    if not known.proportional(*out_dots):
        raise not_linear(callee)
    return depend


def _depending(jvp: Function, tangents: Sequence[Value]) -> set[Value]:
    depend = set(tangents)
    size = -1
    while size != (size := len(depend)):
        for op in all_ops(jvp.body):
            if not op.regions:
                # An extent does not depend on the elements.
                if not opdef(op).measures and not depend.isdisjoint(op.operands):
                    depend.update(op.results)
                continue
            for defined, sources in merges(op):
                if not depend.isdisjoint(sources):
                    depend.update(defined)
            if op.kind == "if" and not depend.isdisjoint(op.operands):
                depend.update(op.results)
    return depend


@dataclass(frozen=True)
class Dependence:
    """Which values depend on tangents, and how each is made."""

    depend: set[Value]
    defs: Mapping[Value, Op]

    def proportional(self, *values: Value) -> bool:
        """Whether each depends on the tangents, or is zero."""
        return all(v in self.depend or _is_zero(v, self.defs) for v in values)

    def fixed(self, *values: Value) -> bool:
        """Whether none depends on the tangents."""
        return self.depend.isdisjoint(values)


def _is_linear(op: Op, known: Dependence) -> bool:
    """Whether an op is jointly linear in those of its operands that depend on tangents."""
    if not any(differentiable(r.type) for r in op.results):
        return True  # not a float: what decides or counts by it is checked
    return any(known.proportional(*vary) and known.fixed(*rest) for vary, rest in opdef(op).linear_parts(op.operands))


def _is_zero(value: Value, defs: Mapping[Value, Op]) -> bool:
    """Whether a value is 0, or full of it."""
    op = defs.get(value)
    if op is None or is_constant(op):
        return op is not None and constant_of(op) == 0
    row = opdef(op)
    if any(all(_is_zero(v, defs) for v in vary) for vary, _ in row.linear_parts(op.operands)):
        return True
    return (row.moves or row.reduces) and _is_zero(op.operands[0], defs)


def with_calls_inlined(jvp: Function, callees: Callees) -> Function:
    """The rule with its calls inlined, so that what depends on tangents can be told from what does not."""
    names = {
        call.attrs["callee"]
        for call in calls_in(jvp.body)
        if call.attrs["callee"] not in callees.recursive and callees.of(call).rule is None
    }
    return with_calls_inlined(with_calls_in_line(jvp, names, callees.functions), callees) if names else jvp


class Silenced(Rewriter):
    """The ops of a function that is computed again, without its prints: they have been shown already."""

    def __init__(self, callees: Callees) -> None:
        super().__init__()
        self.callees = callees

    def op(self, op: Op) -> None:
        if _happens_once(op) and not op.results:
            return
        if callee_of(op) is not None:
            callee = self.callees.of(op)
            check_recomputable(op, _reaches_effect(callee.body, self.callees, {callee.name}))
        else:
            check_recomputable(op, _happens_once(op))
        self.copy(op)


def _happens_once(op: Op) -> bool:
    """Whether an op does something that must not be done again: it prints, or leaves the program."""
    row = opdef(op)
    return row.effect in (IO, CALLEE) and callee_of(op) is None and not (row.marks or row.leaves)


def _reaches_effect(body: Region, callees: Callees, seen: set[str]) -> bool:
    for op in all_ops(body):
        if _happens_once(op):
            return True
        name = callee_of(op)
        if name is not None and name not in seen:
            seen.add(name)
            if _reaches_effect(callees.of(op).body, callees, seen):
                return True
    return False

"""Which checks are missing: asks of every op of a function for the checks that it needs (`ir/needs.py`), and looks for them.

A check is there if an op before it, in the same region or one around it, makes the same check, or if it follows from the
loops, conditions and checks around it.  This holds of a program as the frontend gives it; what derivative rules build is right
by construction, and has no checks.
"""

from __future__ import annotations

from collections.abc import Hashable

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.needs import require
from autodiff_compiler.ir.opdef import CHECK
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.walk import Rewriter
from autodiff_compiler.passes import cse
from autodiff_compiler.passes.rewrite import FactRewriter


def unmet(function: Function) -> list[Op]:
    """The checks that nobody makes, each with the place of the op that needs it."""
    # One number for what is computed alike, so that a check asked for here is the one that is there.
    walk = _Unmet(cse.run(_Asked().function(function)))
    walk.function(walk.given)
    return walk.found


class _Asked(Rewriter):
    """Puts before each op the checks that it needs."""

    def op(self, op: Op) -> None:
        if opdef(op).accesses:
            operands = self.values(op.operands)
            b = Builder(op.span)
            require(b, op.kind, *operands, **op.attrs)
            self.out += [_marked(inner) if opdef(inner).effect == CHECK else inner for inner in b.ops]
        super().op(op)


def _marked(check: Op) -> Op:
    return Op(check.kind, check.operands, (), {**check.attrs, "asked": True}, (), check.span)


class _Unmet(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.given = function
        self.found: list[Op] = []
        self._made: list[Hashable] = []

    def region(self, region: Region) -> Region:
        before = len(self._made)
        done = super().region(region)
        del self._made[before:]
        return done

    def plain(self, op: Op) -> None:
        if opdef(op).effect == CHECK:
            key = self._key(op)
            if not op.attrs.get("asked"):
                self._made.append(key)
            elif key not in self._made and not self.bounds.passes(op):
                self.found.append(op)
        if not op.attrs.get("asked"):
            self.keep(op)

    def _key(self, check: Op) -> Hashable:
        of = self._extent if check.kind != "check" else lambda value: value
        operands = [of(value) for value in check.operands[: 1 if check.kind == "check" else None]]
        if check.kind in ("check_broadcast", "check_equal"):
            return check.kind, frozenset(operands), check.attrs.get("error")
        return check.kind, tuple(operands), check.attrs.get("error")

    def _extent(self, value: Value) -> Hashable:
        return self.shapes.find(self.shapes.of(value))

"""Which checks are missing: asks of every op of a function for the checks that it needs (`ir/required_checks.py`), and looks for them.

A check is there if an op before it, in the same region or one around it, makes the same check, or if it follows from the
loops, conditions and checks around it.  This holds for a program as it leaves the frontend; what derivative rules build is right
by construction, and has no checks.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from autodiff_compiler.analysis.check_proofs import passes
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Slot, loop_slots
from autodiff_compiler.ir.opdef import CHECK, CONDITION
from autodiff_compiler.ir.opset import opdef, reads_path, require
from autodiff_compiler.ir.types import Array, ListOf
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes import checks, cse, fold, simplify
from autodiff_compiler.passes.rewrite import FactRewriter


def missing_checks(function: Function) -> list[Op]:
    """The missing checks, each with the place of the op that needs it."""
    asked = _Asked(function).function(function)
    # Equal expressions become one, so that the checks built here can be found among those of the function; slices are marked `exact`.
    for clean in (fold, simplify, cse, checks):
        asked = clean.run(asked)
    walk = _MissingChecks(asked)
    walk.function(asked)
    return walk.found


class _Asked(Rewriter):
    """Puts before each op the checks that it needs.  Views are taken of the first version of their array, which has the same shape,
    so that two views by the same slice are known to have equal extents.  (Their contents do not matter here.)"""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self._shapes = shapes_of(function.body)
        self._first = _first_versions(function, self._shapes)

    def op(self, op: Op) -> None:
        if opdef(op).accesses:
            first, *others = self.values(op.operands)
            # The elements of an index matter, not only its shape.
            rest = others if "path" in op.attrs else [self._version(v) for v in others]
            operands = [self._version(first), *rest]
            b = Builder(op.span)
            require(b, op.kind, *operands, **op.attrs)
            self.out += [_marked(inner) if opdef(inner).effect == CHECK else inner for inner in b.ops]
        row = opdef(op)
        if row.measures or (reads_path(op) and isinstance(op.result.type, Array)):
            op = replace(op, operands=(self._version(op.operands[0]), *op.operands[1:]))
        super().op(op)

    def _version(self, value: Value) -> Value:
        """The version of an array that has its shape, the first one."""
        while value in self._first:
            value = self._first[value]
        return value


def _first_versions(function: Function, shapes: Shapes) -> dict[Value, Value]:
    """The array from which each written or carried array has its shape."""
    first: dict[Value, Value] = {}
    for op in all_ops(function.body):
        if opdef(op).writes and not opdef(op).appends:
            first[op.result] = op.operands[0]
        for slot in loop_slots(op):
            same = slot.yielded is slot.param if isinstance(slot.param.type, ListOf) else _keeps_shape(shapes, slot)
            if same:
                first[slot.param] = first[slot.result] = slot.init
    return first


def _keeps_shape(shapes: Shapes, slot: Slot) -> bool:
    return isinstance(slot.param.type, Array) and shapes.same_shape(slot.param, slot.init)


def _marked(check: Op) -> Op:
    return Op(check.kind, check.operands, (), {**check.attrs, "asked": True}, (), check.span)


class _MissingChecks(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.found: list[Op] = []
        self._made: list[Hashable] = []

    def region(self, region: Region) -> Region:
        before = len(self._made)
        done = super().region(region)
        del self._made[before:]
        return done

    def plain(self, op: Op) -> None:
        if opdef(op).effect == CHECK:
            keys = self._keys(op)
            if not op.attrs.get("asked"):
                self._made += keys
            elif not any(key in self._made for key in keys) and not passes(self.bounds, op):
                self.found.append(op)
        if not op.attrs.get("asked"):
            self.keep(op)

    def _keys(self, check: Op) -> list[Hashable]:
        """What identifies a check: its operands as they are, and as extents known to be equal to others."""
        compared = check.operands[:1] if opdef(check).tests == CONDITION else check.operands
        collect = frozenset if opdef(check).commutative else tuple
        known = [self.shapes.find(self.shapes.of(value)) for value in compared]
        return [(check.kind, check.attrs.get("error"), collect(operands)) for operands in (compared, known)]

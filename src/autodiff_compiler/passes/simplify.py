"""Algebraic simplification.

Removes what a reader would strike out: neutral elements, double negation, a conversion that is undone, constants
beside constants (`passes/simplify_arithmetic.py`), arrays built only to be broadcast or read once
(`passes/simplify_arrays.py`), loop bounds that say the same thing twice.  Minus signs move outwards, so that `s - x` is printed and not `s + -x`.

    Input:  a = mul x, one; b = neg a; c = add s, b; d = mul hundred, (mul two, y)
    Output: c = sub s, x; d = mul twohundred, y

Liberties taken with floats: `x + 0.0` becomes `x` and `-(a - b)` becomes `b - a`, which may change the sign of a zero;
constants are gathered only where their product is exact, which saves a rounding; `x * 0.0` is left alone (it may be NaN).
Idempotent.
"""

from __future__ import annotations

import numpy as np

from autodiff_compiler.analysis.conditions import NEGATED
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.dtype import BOOLEAN
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE, opdef
from autodiff_compiler.ir.types import BOOL, INT, Array, Scalar, Type, is_complex
from autodiff_compiler.passes.fold import evaluate
from autodiff_compiler.passes.rewrite import Peephole, Result, Rule
from autodiff_compiler.passes.simplify_arithmetic import ARITHMETIC_RULES
from autodiff_compiler.passes.simplify_arrays import ARRAY_RULES, drop_broadcast
from autodiff_compiler.passes.simplify_complex import COMPLEX_RULES, PART_RULES


def run(function: Function) -> Function:
    return _Simplify.run_until_stable(function)


class _Simplify(Peephole):
    def rewrite(self, op: Op) -> Result:
        rule = (OF_COMPLEX if op.results and is_complex(op.results[0].type) else RULES).get(op.kind)
        if TABLE[op.kind].elementwise:
            known = [self.constant(v) for v in op.operands]
            if None not in known:
                value = evaluate(op, known)
                return None if value is None else self.become(op, "const", type=op.result.type, value=value)
            result = drop_broadcast(self, op)
            if result is not None:
                return result
        return rule(self, op) if rule is not None else None

    def structured(self, op: Op) -> None:
        counted = is_loop(op) and Loop(op).counted
        op = self.inside(self._loop_bounds(Loop(op)) if counted else op)
        self.keep(op)
        if counted:
            self._trips(Loop(op))

    def _loop_bounds(self, loop: Loop) -> Op:
        """`range(max(n, 0))` is `range(n)`, and so is its reverse."""
        start, stop, step = loop.bounds
        stride = self.constant(step)
        if stride == 1 and self.constant(start) == 0:
            stop = self._unclamped(stop)
        elif stride == -1 and self.constant(stop) == -1:
            last = self.made_by(start, "sub")
            if last is not None and self.constant(last.operands[1]) == 1:
                whole = self._unclamped(last.operands[0])
                if whole is not last.operands[0]:
                    self.span = loop.op.span
                    start = self.new("sub", whole, last.operands[1])
        return loop.with_bounds(start, stop, step)

    def _unclamped(self, value: Value) -> Value:
        clamped = self.made_by(value, "maximum")
        if clamped is not None and value.type == INT:
            for one, other in (clamped.operands, clamped.operands[::-1]):
                if self.constant(other) == 0 and one.type == INT:
                    return one
        return value

    def _trips(self, loop: Loop) -> None:
        """The trips of a loop without exits follow from its bounds, so that the loop need not run to count them."""
        start, stop, step = loop.bounds
        stride = self.constant(step)
        if loop.exits or stride not in (1, -1) or not self.readers[loop.trips]:
            return
        if not all(v.type == INT for v in (start, stop)):
            return
        self.span = loop.op.span
        length = self.new("sub", *((stop, start) if stride == 1 else (start, stop)))
        self.env[loop.trips] = self.new("maximum", length, self.const(0, INT))


# -- rules: (simplifier, op) -> what it becomes ------------------------------------------------------------------------


def _select(s: Peephole, op: Op) -> Result:
    condition, a, b = op.operands
    holds = s.constant(condition)
    if a is b or holds is not None:
        return b if holds is False else a
    opposite = s.made_by(condition, "not")
    if opposite is not None:
        return s.become(op, "select", opposite.operands[0], b, a)
    # An index counted from the front, say: `select (k < 0), k + n, k` in a loop over `k`.
    if s.bounds.holds(condition):
        return a
    return b if s.bounds.fails(condition) else None


def _extremum(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    return a if a is b else None


def _maximum(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    if a is b or op.result.type != INT:
        return _extremum(s, op)
    difference = s.bounds.affine(a) - s.bounds.affine(b)
    if s.bounds.nonnegative(difference):
        return a
    return b if s.bounds.nonnegative(difference.scaled(-1)) else None


def _and(s: Peephole, op: Op) -> Result:
    return _logic(s, op, True)


def _or(s: Peephole, op: Op) -> Result:
    return _logic(s, op, False)


def _logic(s: Peephole, op: Op, neutral: bool) -> Result:
    a, b = op.operands
    if a is b:
        return a
    if not _is_bool(op.result.type):
        return None
    absorbing = not neutral
    for x, y in ((a, b), (b, a)):
        if s.constant(x) is neutral:
            return y
        if s.constant(x) is absorbing:
            return s.become(op, "const", type=op.result.type, value=absorbing)
    return None


def _not(s: Peephole, op: Op) -> Result:
    inner = s.defs.get(op.operands[0])
    if inner is None:
        return None
    twice = s.made_by(op.operands[0], "not")
    if twice is not None:
        return twice.operands[0]
    # Not for floats: NaN is neither less nor greater or equal.
    row = opdef(inner)
    exact = row.compares and (row.commutative or all(_is_integral(v.type) for v in inner.operands))
    return s.become(op, NEGATED[inner.kind], *inner.operands) if exact else None


def _compare(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    if a is b and isinstance(a.type, Scalar) and _is_integral(a.type):
        compare = opdef(op).py_eval
        assert compare is not None
        return s.become(op, "const", type=op.result.type, value=compare(0, 0))
    return None


def _cast(s: Peephole, op: Op) -> Result:
    (x,) = op.operands
    if x.type == op.result.type:
        return x
    inner = s.made_by(x, "cast")
    if inner is not None and _is_exact(inner.operands[0].type, x.type):
        if inner.operands[0].type == op.result.type:
            return inner.operands[0]
        return s.become(op, "cast", inner.operands[0], **op.attrs)
    return None


def _is_exact(source: Type, target: Type) -> bool:
    """Whether every value of the one dtype is a value of the other."""
    assert isinstance(source, Scalar | Array)
    assert isinstance(target, Scalar | Array)
    a, b = source.dtype, target.dtype
    # NumPy calls the cast of 64-bit integers to float64 safe, but it rounds.
    return np.can_cast(a.numpy, b.numpy) and not (a.is_integer and a.bits == 64 and b.inexact)


def _is_integral(type_: Type) -> bool:
    return isinstance(type_, Scalar | Array) and not type_.dtype.inexact


def _is_bool(type_: Type) -> bool:
    return type_ == BOOL or type_ == Scalar(BOOLEAN)


def _nothing(s: Peephole, op: Op) -> Result:
    return None


RULES: dict[str, Rule] = {
    **ARITHMETIC_RULES,
    **ARRAY_RULES,
    "select": _select,
    "maximum": _maximum,
    "minimum": _extremum,
    "and": _and,
    "or": _or,
    "not": _not,
    "cast": _cast,
    **PART_RULES,
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), _compare),
}
OF_COMPLEX: dict[str, Rule] = {**RULES, **dict.fromkeys(ARITHMETIC_RULES, _nothing), **COMPLEX_RULES}

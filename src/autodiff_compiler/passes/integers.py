"""For Numba, after all other passes: checks of Python's integers, which do not wrap, where compiled ones have 64 bits.

An operation on Python ints whose result is proven to fit (`Bounds.fits`) gets the attribute `fits`.  Any other is preceded by
a check that raises an OverflowError, so that no number that is used differs from CPython's.  Divisors and shift
counts are checked as CPython checks them.  NumPy's own integers wrap; where they are proven not to, the attribute lets
the backend print plain arithmetic.

    Input:  for 0, n, 1, k { (i, k)  m = mul k, i; j = add i, one; … }
    Output: for 0, n, 1, k { (i, k)  check_width k, i {of="mul"}; m = mul k, i {fits}; j = add i, one {fits}; … }

This is not an optimisation: it cannot be switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from autodiff_compiler.analysis.ranges import type_range
from autodiff_compiler.diagnostics import PRIMAL
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import INDEX, WIDTH
from autodiff_compiler.ir.ops.check import ARGUMENT
from autodiff_compiler.ir.opset import constant_of, may_overflow, opdef
from autodiff_compiler.ir.types import FLOAT, INT, Scalar
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.rewrite import FactRewriter

T = TypeVar("T")

# All integers up to this one are exactly representable as floats.
EXACT = 2**53
BEYOND = "meets an int of more than 53 bits that may be equal to it; backend='python' compares them exactly"


def run(function: Function) -> Function:
    return _Integers.run(replace(function, compiled=True))


def guarded(function: Function) -> Function:
    """The function with a check, before all else, that its int arguments are small: sums and products of them then fit."""
    b = Builder(function.span)
    for param in function.params:
        if param.type == INT:
            b.emit("check_width", (param,), {"of": ARGUMENT})
    return replace(function, body=Region(function.params, (*b.ops, *function.body.ops)))


def best(build: Callable[[bool], T], functions: Callable[[T], Sequence[Function]]) -> tuple[T, T | None]:
    """What `build` makes for ints of any size; or, if that leaves fewer checks, above all in loops, what it makes from the
    `guarded` function, with the former for larger arguments."""
    wide = build(False)
    left = _unproven(functions(wide))
    if not left[1] or not any(param.type == INT for param in functions(wide)[0].params):
        return wide, None
    small = build(True)
    return (small, wide) if _unproven(functions(small)) < left else (wide, None)


def _unproven(functions: Sequence[Function]) -> tuple[int, int]:
    """How many checks of integers are left, in loops and altogether."""
    found = [op for function in functions for op in all_ops(function.body)]
    loops = [op for op in found if is_loop(op)]
    inside = {op for loop in loops for region in loop.regions for op in all_ops(region)}
    checks = [op for op in found if opdef(op).tests == WIDTH]
    return sum(op in inside for op in checks), len(checks)


class _Integers(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._users = uses(function.body)

    def structured(self, op: Op) -> None:
        if is_loop(op) and Loop(op).counted:
            op = self._range(Loop(op))
        super().structured(op)

    def _range(self, loop: Loop) -> Op:
        start, stop, step = loop.bounds
        if self._counts_down(loop):
            start = self._last(start)
        if not self.bounds.spans(start, stop):
            self._check_width(loop.op, "sub", (stop, start))
        return loop.with_bounds(start, stop, step)

    def plain(self, op: Op) -> None:
        row = opdef(op)
        if row.tests == INDEX and self._is_last(op.operands[0]) and op.attrs.get("upper"):
            op = replace(op, operands=(self._last(op.operands[0]), op.operands[1]))
        if row.elementwise and op.result.type == INT and len(op.operands) == 2:
            self._domain(op)
        if row.converts and op.operands[0].type == INT:
            self._narrow(op)
        if op.kind == "div" and op.span.phase == PRIMAL:
            self._quotient(op)
        if row.compares:
            self._comparison(op)
        if may_overflow(op) and not self._only_last(op):
            if not op.attrs.get("fits") and not self.bounds.fits(op):
                self._check_width(op, op.kind, op.operands)
            op = _fitting(op)
        elif op.results and op.results[0].type == Scalar(INT64) and self.bounds.fits(op):
            op = _fitting(op)
        self.keep(op)

    # -- checks --------------------------------------------------------------------------------------------------------

    def _check_width(self, op: Op, kind: str, operands: tuple[Value, ...]) -> None:
        b = Builder(op.span)
        b.emit("check_width", operands, {"of": kind})
        self._emit(b)

    def _domain(self, op: Op) -> None:
        """Where CPython raises for an operand."""
        domains = opdef(op).domain
        for domain in domains(op) if domains is not None else ():
            if not domain.inside(self.bounds, op.operands):
                b = Builder(op.span)
                fine = domain.fine(b, op.operands)
                b.emit("check", (fine,), {"error": domain.error, "message": (domain.message,)})
                self._emit(b)

    def _narrow(self, op: Op) -> None:
        """NumPy accepts a Python int beside a small integer only if it fits."""
        type_, number = op.result.type, op.operands[0]
        if not isinstance(type_, Scalar) or not type_.dtype.is_integer:
            return
        form, (low, high) = self.bounds.affine(number), type_range(type_)
        b = Builder(op.span)
        fine = [] if self.bounds.nonnegative(form.plus(-low)) else [b.compare("ge", number, b.const(low))]
        if not self.bounds.nonnegative(form.scaled(-1).plus(high)):
            fine.append(b.compare("le", number, b.const(high)))
        for condition in fine:
            message = f"Python integer out of bounds for {type_.dtype.numpy}"
            b.emit("check", (condition,), {"error": "OverflowError", "message": (message,)})
        self._emit(b)

    def _quotient(self, op: Op) -> None:
        """A float that is a quotient of ints, which may raise: only a quotient of floats follows IEEE."""
        casts = [self.defs.get(v) for v in op.operands]
        ints = [
            cast.operands[0]
            for cast in casts
            if cast is not None and opdef(cast).converts and cast.operands[0].type == INT
        ]
        if len(ints) == 2 and not self.bounds.nonzero(ints[1]):
            self._require(op, "ne", ints[1], "ZeroDivisionError", "division by zero")

    def _require(self, op: Op, kind: str, value: Value, error: str, message: str) -> None:
        b = Builder(op.span)
        b.emit("check", (b.compare(kind, value, b.const(0)),), {"error": error, "message": (message,)})
        self._emit(b)

    def _comparison(self, op: Op) -> None:
        """CPython compares an int with a float exactly; as floats they could be equal by rounding."""
        for value, other in (op.operands, op.operands[::-1]):
            cast, constant = self.defs.get(value), constant_of(self.defs.get(other))
            if value.type != FLOAT or other.type != FLOAT or cast is None or not opdef(cast).converts:
                continue
            number = cast.operands[0]
            low, high = self.bounds.ranges.of(number) if number.type == INT else (0, 0)
            small = constant is not None and abs(constant) < EXACT
            if small or (low >= -EXACT and high <= EXACT):
                continue
            b = Builder(op.span)
            exact = b.op("and", b.compare("ge", number, b.const(-EXACT)), b.compare("le", number, b.const(EXACT)))
            fine = b.op("or", b.compare("ne", value, other), exact)
            b.emit("check", (fine,), {"error": "OverflowError", "message": (f"{op.span.place()}: a float {BEYOND}",)})
            self._emit(b)

    def _emit(self, builder: Builder) -> None:
        for op in builder.ops:
            self.shapes.define(op)
            self.keep(op)

    # -- the last index of a range, which may be empty ------------------------------------------------------------------

    def _is_last(self, value: Value) -> bool:
        """Whether a value is `n - 1`, which is below all integers for the lowest n."""
        op = self.defs.get(value)
        return op is not None and opdef(op).signs == (1, -1) and may_overflow(op) and self._number(op.operands[1]) == 1 and not (
            op.attrs.get("fits") or self.bounds.fits(op)
        )  # fmt: skip

    def _counts_down(self, loop: Loop) -> bool:
        if not loop.counted or not self._number(loop.stop) == self._number(loop.step) == -1:
            return False
        return self._is_last(loop.start)

    def _only_last(self, op: Op) -> bool:
        """Whether the op is used only where a range that ends at 0 begins, or as the largest index that is checked."""
        return self._is_last(op.result) and all(
            (is_loop(user) and self._counts_down(Loop(user)) and user.operands.count(op.result) == 1)
            or (opdef(user).tests == INDEX and user.attrs.get("upper") and user.operands[1] is not op.result)
            for user in self._users.get(op.result, ())
        )

    def _last(self, value: Value) -> Value:
        """The same for a range that is not empty, and -1 for an empty one, so that it fits."""
        op = self.defs[value]
        b = Builder(op.span)
        whole = b.op("maximum", op.operands[0], b.const(0))
        last = b.op("sub", whole, op.operands[1], name=value.name, fits=True)
        self._emit(b)
        return last

    def _number(self, value: Value) -> int | None:
        number: int | None = constant_of(self.defs.get(value))
        return number


def _fitting(op: Op) -> Op:
    return op if op.attrs.get("fits") else replace(op, attrs=MappingProxyType({**op.attrs, "fits": True}))

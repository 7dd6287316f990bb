"""The square of a root or of an absolute value is replaced by what is under it.

`abs(x) ** 2`, `np.linalg.norm(x) ** 2` and `np.std(x) ** 2` are smooth where the absolute value and the root have a kink, and
derivatives can only see that if the square is simplified before they are made.  The value stays the same, up to an ulp or two.

    Input:  r = abs x; y = pow r, two              Output: y = pow x, two
    Input:  r = sqrt s; y = mul r, r               Output: y = s                 (if s is certainly not negative)

The root of a negative number is NaN, and so is its square; where CPython raises, the pass `errors` keeps the error of a
root that is no longer needed.  Even powers are powers of the square.  Idempotent.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autodiff_compiler.analysis.signs import Signs
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opset import opdef, reads_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Scalar, dtype_of, element_dtype, is_py
from autodiff_compiler.passes.rewrite import Peephole, Result

# How deeply roots of products of roots are looked into.
DEPTH = 6


def run(function: Function) -> Function:
    return _Roots.run(function)


class _Roots(Peephole):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.signs = Signs(self.defs)

    @staticmethod
    def concerns(op: Op) -> bool:
        return op.kind in _ROOTS

    def enter_branch(self, condition: Value, holds: bool) -> None:
        super().enter_branch(condition, holds)
        self.signs.enter_branch(condition, holds)

    def inside(self, op: Op) -> Op:
        with self.signs.scope():
            return super().inside(op)

    def rewrite(self, op: Op) -> Result:
        if not op.results or not _is_real(op.results[0]):
            return None
        rule = _UNDONE.get(op.kind)
        return rule(self, op) if rule is not None else None

    def _power(self, op: Op) -> Result:
        """An even power of a root."""
        base, exponent = op.operands
        number = self.constant(exponent)
        if number is None or number == 0 or number % 2 or base.type != op.result.type:
            return None
        if self._is_absolute(base):
            (x,) = self.defs[base].operands
            return self.become(op, "pow", x, exponent)
        square = self._square(base, DEPTH)
        if square is None or number == 2:
            return square
        return self.become(op, "pow", square, self.const(number / 2, exponent.type))

    def _product(self, op: Op) -> Result:
        """`r * r`, or `p * r * r`."""
        a, b = op.operands
        if a is b and self._is_absolute(a):
            (x,) = self.defs[a].operands
            return self.become(op, "mul", x, x)
        if a is b:
            return self._square(a, DEPTH)
        for product, root in ((a, b), (b, a)):
            factors = self.made_by(product, "mul")
            if factors is not None and root in factors.operands and factors.operands[0] is not factors.operands[1]:
                (other,) = (v for v in factors.operands if v is not root)
                square = self._square(root, DEPTH)
                if square is not None:
                    return self.become(op, "mul", other, square)
        return None

    def _dot(self, op: Op) -> Result:
        """The dot product of a vector of roots with itself."""
        a, b = op.operands
        if a is not b or not isinstance(op.results[0].type, Scalar):
            return None
        if self._is_absolute(a):
            (x,) = self.defs[a].operands
            return self.become(op, "matmul", x, x)
        square = self._square(a, DEPTH)
        return None if square is None else self.become(op, "sum", square, axes=(0,))

    def _is_absolute(self, value: Value) -> bool:
        return _is_real_magnitude(self.made_by(value, "abs"))

    def _square(self, value: Value, depth: int) -> Value | None:
        """The square of a value, where it removes a root or an absolute value; None if there is none."""
        op = self.defs.get(value)
        if op is None or not depth or op.regions or not _is_real(value):
            return None
        rule, row = _SQUARES.get(op.kind), opdef(op)
        if rule is not None:
            return rule(self, op, depth)
        same = row.converts and dtype_of(op.operands[0].type) == dtype_of(value.type)
        if same or (row.moves and row.views and (not reads_path(op) or path_of(op).is_view)):
            inner = self._square(op.operands[0], depth - 1)
            return None if inner is None else self.new(op.kind, inner, *op.operands[1:], **op.attrs)
        return None

    def _of_absolute(self, op: Op, depth: int) -> Value | None:
        (x,) = op.operands
        if _is_real(x):
            return self.new("mul", x, x)
        parts = [self.new(part, x) for part in ("real", "imag")]
        return self.new("add", *(self.new("mul", part, part) for part in parts))

    def _of_root(self, op: Op, depth: int) -> Value | None:
        return self._radicand(op.operands[0]) if op.operands[0].type == op.result.type else None

    def _of_power(self, op: Op, depth: int) -> Value | None:
        return self._of_root(op, depth) if self.constant(op.operands[1]) == 0.5 else None

    def _of_length(self, op: Op, depth: int) -> Value | None:
        return self.new("add", *(self.new("mul", leg, leg) for leg in op.operands))

    def _of_negative(self, op: Op, depth: int) -> Value | None:
        return self._square(op.operands[0], depth - 1)

    def _factors(self, op: Op, depth: int) -> Value | None:
        """The square of a product or quotient with a root in it."""
        squares = [self._square(v, depth - 1) for v in op.operands]
        if all(square is None for square in squares):
            return None
        known = [v if square is None else square for v, square in zip(op.operands, squares)]
        return self.new(op.kind, *(self.new("mul", v, v) if s is None else s for v, s in zip(known, squares)))

    def _radicand(self, x: Value) -> Value:
        """The square of the root of `x`: NaN where the root is."""
        if self.signs.above(x, 0.0, strict=False):
            return x
        kind = "py" if is_py(x.type) else "np"
        zero, missing = (self.const(number, Scalar(dtype_of(x.type), kind)) for number in (0.0, math.nan))
        return self.new("select", self.new("lt", x, zero), missing, x)

    def _guarded_root(self, op: Op, depth: int) -> Value | None:
        """`0 if s == 0 else sqrt(1 if s == 0 else s)`, as norms and standard deviations are built."""
        condition, zero, root = op.operands
        inner = self.made_by(root, "sqrt")
        base = self.made_by(inner.operands[0], "select") if inner is not None else None
        test = self.made_by(condition, "eq")
        if base is None or test is None or base.operands[0] is not condition or self.constant(zero) != 0:
            return None
        x = base.operands[2]
        same = test.operands[0] is x and self.constant(test.operands[1]) == 0 and x.type == op.result.type
        return self._radicand(x) if same else None


def _is_real_magnitude(op: Op | None) -> bool:
    """The square of the absolute value of a complex number is not that of the number."""
    return op is not None and _is_real(op.operands[0])


def _is_real(value: Value) -> bool:
    """Whether it is, or holds, real numbers."""
    dtype = element_dtype(value.type)
    return dtype is not None and dtype.is_float


_UNDONE: dict[str, Callable[[_Roots, Op], Result]] = {
    "pow": _Roots._power,
    "matmul": _Roots._dot,
    "mul": _Roots._product,
}
"""Values that may be the square of a root."""

_ROOTS = ("abs", "sqrt", "pow", "hypot")

_SQUARES: dict[str, Callable[[_Roots, Op, int], Value | None]] = {
    "abs": _Roots._of_absolute,
    "sqrt": _Roots._of_root,
    "pow": _Roots._of_power,
    "hypot": _Roots._of_length,
    "select": _Roots._guarded_root,
    "neg": _Roots._of_negative,
    "mul": _Roots._factors,
    "div": _Roots._factors,
}
"""The square of the result of an op, where it removes a root; None if there is no root."""

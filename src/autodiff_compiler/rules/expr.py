"""Expressions over a Builder, so that a rule reads like mathematics.

`t * (1 - y * y)` with `t` and `y` expressions emits two multiplications and a subtraction.  Numbers become constants of
the operand's dtype; multiplying by 1 and adding 0 emit nothing.  `a / b` is the *strong* division of derivative rules: it
never raises, and a zero numerator gives zero whatever the denominator; where the denominator cannot vanish (`nonzero`) it is
the plain one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, is_py

Number = int | float | complex
Term = Union["Expr", Number]


class Expr:
    """A value as rules write it.

    `nonzero` says that a division by it needs no protection, `constant` which number it is, where that is known, `whole`
    that it is a whole number.
    """

    __slots__ = ("b", "constant", "nonzero", "value", "whole")

    def __init__(
        self, b: Builder, value: Value, *, nonzero: bool = False, constant: Any = None, whole: bool = False
    ) -> None:
        self.b = b
        self.value = value
        self.nonzero = nonzero
        self.constant = constant
        self.whole = whole

    @property
    def is_array(self) -> bool:
        return isinstance(self.value.type, Array)

    @property
    def is_python(self) -> bool:
        """Whether arithmetic on it is CPython's own, which raises where IEEE gives inf or NaN."""
        return is_py(self.value.type)

    def lift(self, x: Term) -> Value:
        return x.value if isinstance(x, Expr) else self.b.const_like(x, self.value.type)

    def like(self, x: Number) -> Expr:
        """A number of the dtype of this expression."""
        return Expr(self.b, self.lift(x), constant=x)

    def emit(self, kind: str, *operands: Term) -> Expr:
        return Expr(self.b, self.b.op(kind, *(self.lift(x) for x in operands)))

    def ieee(self) -> Expr:
        """The value in arithmetic that never raises: a Python float becomes a NumPy scalar."""
        return Expr(self.b, self.b.cast(self.value, Scalar(dtype_of(self.value.type)))) if self.is_python else self

    def __add__(self, other: Term) -> Expr:
        return self if other == 0 else self.emit("add", self, other)

    def __radd__(self, other: Number) -> Expr:
        return self if other == 0 else self.emit("add", other, self)

    def __sub__(self, other: Term) -> Expr:
        return self if other == 0 else self.emit("sub", self, other)

    def __rsub__(self, other: Number) -> Expr:
        return -self if other == 0 else self.emit("sub", other, self)

    def __mul__(self, other: Term) -> Expr:
        return self if other == 1 else -self if other == -1 else self.emit("mul", self, other)

    def __rmul__(self, other: Number) -> Expr:
        return self if other == 1 else -self if other == -1 else self.emit("mul", other, self)

    def __neg__(self) -> Expr:
        return self.emit("neg", self)

    def __truediv__(self, other: Term) -> Expr:
        plain = other.nonzero if isinstance(other, Expr) else other != 0
        return self.emit("div" if plain else "div0", self, other)

    def __rtruediv__(self, other: Number) -> Expr:
        return self.emit("div" if self.nonzero else "div0", other, self)

    # `==` stays Python's comparison by identity: `other == 1` above is about numbers.
    def eq(self, other: Term) -> Expr:
        return self.emit("eq", self, other)

    def lt(self, other: Term) -> Expr:
        return self.emit("lt", self, other)

    def gt(self, other: Term) -> Expr:
        return self.emit("gt", self, other)

    def __and__(self, other: Expr) -> Expr:
        return self.emit("and", self, other)


def nonzero(x: Expr) -> Expr:
    """`x`, which the rule knows not to be zero (or if it is, the primal has raised)."""
    return Expr(x.b, x.value, nonzero=True)


def strong(t: Expr, partial: Expr) -> Expr:
    """`t * partial`, zero for a zero `t` also where the partial has overflowed."""
    return t.emit("mul0", t, partial)


def where(condition: Expr, a: Term, b: Term, *, like: Expr | None = None) -> Expr:
    """Both sides are evaluated, and the side not taken does no harm: a mask never multiplies.

    Two numbers need `like`, an expression whose dtype they take.
    """
    model = like or (a if isinstance(a, Expr) else b)
    assert isinstance(model, Expr), "a `where` of two numbers says what they are like"
    return Expr(model.b, model.b.select(condition.value, model.lift(a), model.lift(b)))


def function(kind: str) -> Callable[..., Expr]:
    """The op as a function of expressions, of which the first is not a number."""

    def call(x: Expr, *rest: Term) -> Expr:
        return x.emit(kind, x, *rest)

    call.__name__ = kind
    return call


exp, log, sqrt = function("exp"), function("log"), function("sqrt")
sin, cos, sinh, cosh = function("sin"), function("cos"), function("sinh"), function("cosh")
sign, rint, hypot, power, floordiv = (function(k) for k in ("sign", "rint", "hypot", "pow", "floordiv"))

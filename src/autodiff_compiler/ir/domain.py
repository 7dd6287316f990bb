"""Where Python's own arithmetic raises: the conditions, and the messages of the errors.

`math.log(-1.0)` raises, and so does `1.0 / 0.0` of Python floats.  NumPy's operations never raise, and compiled code follows
IEEE.  Overflow is not a matter of the domain.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.types import INT, dtype_of, is_py

if TYPE_CHECKING:
    from autodiff_compiler.ir.builder import Builder


class KnownSigns(Protocol):
    """What is known about numbers: `analysis/signs.py`."""

    def nonzero(self, value: Value, /) -> bool: ...

    def above(self, value: Value, limit: float, *, strict: bool) -> bool: ...


Operands = Sequence[Value]


@dataclass(frozen=True)
class Domain:
    """Where an op raises."""

    outside: Callable[[Builder, Operands], Value]
    """Builds the condition under which it raises; false for NaN."""
    inside: Callable[[KnownSigns, Operands], bool]
    """Whether it certainly does not raise."""
    error: str = "ValueError"
    message: str = "math domain error"
    also: tuple[str, ...] = ()
    """Other ops that raise the same errors for the same operands, which derivative rules use instead."""
    compiled: bool = False
    """Whether compiled code raises, too."""

    def fine(self, b: Builder, operands: Operands) -> Value:
        """Builds the condition under which it does not raise."""
        return b.op("not", self.outside(b, operands))


def above(limit: float, *, strict: bool) -> Domain:
    """For numbers greater than the limit, or, if not strict, equal to it."""
    test = "le" if strict else "lt"
    return Domain(
        lambda b, x: b.compare(test, x[0], b.const_like(limit, x[0].type)),
        lambda signs, x: signs.above(x[0], limit, strict=strict),
    )


def within_one(test: str) -> Domain:
    """For numbers whose magnitude does not compare in this way with 1."""
    return Domain(lambda b, x: b.compare(test, b.op("abs", x[0]), b.const(1.0)), lambda signs, x: False)


def square_is_not(number: float) -> Domain:
    """Of complex numbers that are no root of this number."""
    return Domain(
        lambda b, x: b.compare("eq", b.mul(x[0], x[0]), b.const_like(number, x[0].type)),
        lambda signs, x: False,
    )


NOT_ZERO = Domain(
    lambda b, x: b.compare("eq", x[0], b.const_like(0, x[0].type)),
    lambda signs, x: signs.nonzero(x[0]),
)
"""Of a complex number that is not 0."""


def finite(*also: str) -> Domain:
    return Domain(lambda b, x: b.op("isinf", x[0]), lambda signs, x: False, also=also)


def divisor(message: str, *, compiled: bool = False) -> Domain:
    """For a second operand that is not 0."""
    return Domain(
        lambda b, x: b.compare("eq", x[1], b.const_like(0, x[1].type)),
        lambda signs, x: signs.nonzero(x[1]),
        "ZeroDivisionError",
        message,
        compiled=compiled,
    )


POWER = Domain(
    lambda b, x: b.op(
        "and", b.compare("eq", x[0], b.const_like(0, x[0].type)), b.compare("lt", x[1], b.const_like(0, x[1].type))
    ),
    lambda signs, x: signs.nonzero(x[0]) or signs.above(x[1], 0.0, strict=False),
    "ZeroDivisionError",
    "0.0 cannot be raised to a negative power",
)


def _no_complex_power(b: Builder, x: Operands) -> Value:
    """Of zero, to a power that is negative or has an imaginary part."""
    zero, real, imag = b.const(0.0), b.op("real", x[1]), b.op("imag", x[1])
    refused = b.op("or", b.compare("lt", real, zero), b.compare("ne", imag, zero))
    return b.op("and", b.compare("eq", x[0], b.const_like(0, x[0].type)), refused)


COMPLEX_POWER = Domain(
    _no_complex_power,
    lambda signs, x: signs.nonzero(x[0]),
    "ZeroDivisionError",
    "0.0 to a negative or complex power" if sys.version_info < (3, 14) else "zero to a negative or complex power",
)


def _no_remainder(b: Builder, x: Operands) -> Value:
    """For an infinite dividend, and for a divisor of zero; NaN raises nothing."""
    infinite = b.op("and", b.op("isinf", x[0]), b.compare("eq", x[1], x[1]))
    by_zero = b.op("and", b.compare("eq", x[1], b.const(0.0)), b.compare("eq", x[0], x[0]))
    return b.op("or", infinite, by_zero)


REMAINDER = Domain(_no_remainder, lambda signs, x: False)
SHIFT = Domain(
    lambda b, x: b.compare("lt", x[1], b.const(0)),
    lambda signs, x: signs.above(x[1], 0, strict=False),
    message="negative shift count",
    compiled=True,
)
CONVERTED = (
    Domain(
        lambda b, x: b.op("isnan", x[0]),
        lambda signs, x: False,
        message="cannot convert float NaN to integer",
        compiled=True,
    ),
    Domain(
        lambda b, x: b.op("isinf", x[0]),
        lambda signs, x: False,
        "OverflowError",
        "cannot convert float infinity to integer",
        compiled=True,
    ),
)
# The message depends on the version of Python.
MODULO = "float modulo by zero" if sys.version_info >= (3, 13) else "float modulo"


Domains = Callable[[Op], tuple[Domain, ...]]


def nowhere(op: Op) -> tuple[Domain, ...]:
    """For an op that raises for no operands, or only by overflow."""
    return ()


def of_python(floats: Domain | None = None, ints: Domain | None = None, of_complex: Domain | None = None) -> Domains:
    """For arithmetic that CPython refuses for some floats, ints or complex numbers, and NumPy for none."""

    def domains(op: Op) -> tuple[Domain, ...]:
        if not is_py(*(v.type for v in op.operands)):
            return ()
        dtype = dtype_of(op.operands[0].type)
        domain = of_complex if dtype.is_complex else floats if dtype.inexact else ints
        return () if domain is None else (domain,)

    return domains


def of_casts(op: Op) -> tuple[Domain, ...]:
    """`int(nan)`, `int(inf)`."""
    return CONVERTED if op.result.type == INT and dtype_of(op.operands[0].type).inexact else ()

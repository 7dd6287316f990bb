"""Keeps the errors of Python's own arithmetic where the operation itself is not needed.

`math.log(-1.0)` raises, and so does `1.0 / 0.0` of Python floats.  Where only the derivative is wanted the operation is
often dead; before dead code goes, such an op gets a check of its domain.  NumPy's operations never raise, and compiled
code follows IEEE: there (`run_compiled`) only those of integers are kept, divided by zero or shifted by less than none.
Overflow is not a matter of the domain.

    Input:  y = log x;  s = mul x, x;  return s                     (y is not read)
    Output: c = le x, zero;  d = not c;  check d;  y = log x;  s = mul x, x;  return s

There is no check where an op that is needed raises by itself: the same op computed again in the reverse sweep, or one
that its derivative rule made of the same operand; neither where the operand is certainly inside the domain.
The dead ops go at once, so that they are not met again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autodiff_compiler.analysis.signs import Signs
from autodiff_compiler.diagnostics import ADJOINT, PRIMAL
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.types import INT, Scalar, is_float
from autodiff_compiler.ir.walk import Rewriter, all_ops, definitions, with_parts
from autodiff_compiler.passes import dce


@dataclass(frozen=True)
class Domain:
    """Where an op raises."""

    outside: Callable[..., Value]
    """Builds the condition that it raises, of a builder and the operands; false for NaN."""
    inside: Callable[..., bool]
    """Whether it certainly does not, of the signs and the operands."""
    error: str = "ValueError"
    message: str = "math domain error"
    also: tuple[str, ...] = ()
    """Other ops that raise the same for the same operands, which derivative rules use instead."""


def _above(limit: float, *, strict: bool) -> Domain:
    """Of numbers greater than the limit, or at least as great if not strict."""
    test = "le" if strict else "lt"
    return Domain(
        lambda b, x: b.compare(test, x, b.const_like(limit, x.type)),
        lambda signs, x: signs.above(x, limit, strict=strict),
    )


def _within_one(test: str) -> Domain:
    """Of numbers whose magnitude does not compare so with 1."""
    return Domain(lambda b, x: b.compare(test, b.op("abs", x), b.const(1.0)), lambda signs, x: False)


def _divided(message: str, error: str = "ZeroDivisionError") -> Domain:
    return Domain(
        lambda b, x, y: b.compare("eq", y, b.const_like(0, y.type)),
        lambda signs, x, y: signs.nonzero(y),
        error,
        message,
    )


def _finite(*also: str) -> Domain:
    return Domain(lambda b, x: b.op("isinf", x), lambda signs, x: False, also=also)


_POWER = Domain(
    lambda b, x, y: b.op("and", b.compare("eq", x, b.const(0.0)), b.compare("lt", y, b.const(0.0))),
    lambda signs, x, y: signs.nonzero(x) or signs.above(y, 0.0, strict=False),
    "ZeroDivisionError",
    "0.0 cannot be raised to a negative power",
)
_SHIFT = Domain(
    lambda b, x, y: b.compare("lt", y, b.const(0)),
    lambda signs, x, y: signs.above(y, 0, strict=False),
    message="negative shift count",
)
# The words depend on the version of Python.
_MODULO = "float modulo by zero" if sys.version_info >= (3, 13) else "float modulo"
_DOMAINS = {
    "div": _divided("float division by zero"),
    "floordiv": _divided("float floor division by zero"),
    "mod": _divided(_MODULO),
    "fmod": _divided("math domain error", "ValueError"),
    "pow": _POWER,
    "sqrt": _above(0.0, strict=False),
    "log": _above(0.0, strict=True),
    "log2": _above(0.0, strict=True),
    "log10": _above(0.0, strict=True),
    "log1p": _above(-1.0, strict=True),
    "arcsin": _within_one("gt"),
    "arccos": _within_one("gt"),
    "arccosh": _above(1.0, strict=False),
    "arctanh": _within_one("ge"),
    "sin": _finite("cos"),
    "cos": _finite("sin"),
    "tan": _finite(),
}
_CONVERTED = (
    Domain(lambda b, x: b.op("isnan", x), lambda signs, x: False, message="cannot convert float NaN to integer"),
    Domain(
        lambda b, x: b.op("isinf", x),
        lambda signs, x: False,
        "OverflowError",
        "cannot convert float infinity to integer",
    ),
)
_OF_INTEGERS = {
    "floordiv": _divided("integer division or modulo by zero"),
    "mod": _divided("integer modulo by zero"),
    "lshift": _SHIFT,
    "rshift": _SHIFT,
}


def run(function: Function) -> Function:
    return dce.run(_Errors(function, _DOMAINS).function(function))


def run_compiled(function: Function) -> Function:
    """Of integers only: compiled arithmetic of floats follows IEEE."""
    return dce.run(_Errors(function, {}).function(function))


class _Errors(Rewriter):
    def __init__(self, function: Function, of_floats: Mapping[str, Domain]) -> None:
        super().__init__()
        self._of_floats = of_floats
        self._needed = dce.needed_ops(function)
        self._signs = Signs(definitions(function.body))
        ops = [op for op in all_ops(function.body) if self._domains(op)]
        self._sites = Counter(op.span for op in ops if op.span.phase == PRIMAL)
        self._raising = {(op.kind, op.span) for op in ops if op in self._needed}

    def _domains(self, op: Op) -> tuple[Domain, ...]:
        """Where an op of Python's own arithmetic raises; nothing for any other op."""
        if op.kind == "cast" and op.result.type == INT and is_float(op.operands[0].type):
            return _CONVERTED
        if not op.operands or not all(isinstance(v.type, Scalar) and v.type.kind == "py" for v in op.operands):
            return ()
        domain = (self._of_floats if is_float(op.operands[0].type) else _OF_INTEGERS).get(op.kind)
        return () if domain is None else (domain,)

    def op(self, op: Op) -> None:
        if op.regions:
            self._structured(op)
            return
        if op not in self._needed:
            for domain in self._domains(op):
                self._check(op, domain)
        self.out.append(op)
        if op.kind == "check":
            self._signs.enter_branch(op.operands[0], True)

    def _structured(self, op: Op) -> None:
        regions = []
        for position, region in enumerate(op.regions):
            with self._signs.scope():
                if op.kind == "if":
                    self._signs.enter_branch(op.operands[0], position == 0)
                regions.append(self.region(region))
        self.out.append(with_parts(op, op.operands, op.results, tuple(regions)))
        if op.kind == "if":
            for position, region in enumerate(op.regions):
                if any(inner.kind == "raise" for inner in region.ops):
                    self._signs.enter_branch(op.operands[0], position == 1)

    def _check(self, op: Op, domain: Domain) -> None:
        if domain.inside(self._signs, *op.operands) or self._is_raised_anyway(op, domain):
            return
        b = Builder(op.span)
        fine = b.op("not", domain.outside(b, *op.operands))
        b.emit("check", (fine,), {"error": domain.error, "message": (domain.message,)})
        self.out += b.ops

    def _is_raised_anyway(self, op: Op, domain: Domain) -> bool:
        """Whether the reversal of this op, told by its place in the source, raises.

        Not where the place has more than one such op: a loop that was unrolled, a function made of several.
        """
        span = op.span.at_phase(ADJOINT)
        return self._sites[op.span] == 1 and any((kind, span) in self._raising for kind in (op.kind, *domain.also))

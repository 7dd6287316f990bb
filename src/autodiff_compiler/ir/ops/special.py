"""The pages of the special functions: elementwise ops that SciPy computes, `scipy.special` in the Python backend and
`scipy.special.cython_special` in compiled code.

Those of `math` are computed by Python itself for its own floats, without SciPy, and so are the functions in their derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.ir import domain
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.domain import Domain, Domains, Operands
from autodiff_compiler.ir.opdef import DEAR, OpDef, of_python
from autodiff_compiler.ir.ops.elementwise import FLOATS, page, same
from autodiff_compiler.ir.ops.special_values import float_digamma, float_zeta

if TYPE_CHECKING:
    from autodiff_compiler.ir.builder import Builder

PREFIX = "special."
"""Of the names of SciPy's functions, in pages and in generated text."""


def _computed(name: str) -> Callable[..., Any]:
    """SciPy's function."""

    def compute(*operands: Any) -> Any:
        with np.errstate(all="ignore"):
            return getattr(lazy.load("scipy.special", "scipy"), name)(*operands)

    return compute


def _of_floats(compute: Callable[..., Any]) -> Callable[..., float]:
    return lambda *operands: float(compute(*operands))


def _special(kind: str, operands: str = "x", *, py: Callable[..., Any] | None = None, **columns: Any) -> OpDef:
    """`py` computes it of Python's floats without SciPy; `compiled` names it in `cython_special`, where it is called otherwise."""
    compute = _computed(kind)
    return page(
        kind,
        f"as `scipy.special.{kind}`",
        same(FLOATS),
        py or _of_floats(compute),
        compute,
        tuple(operands.split()),
        **{"numpy": PREFIX + kind, "compiled": kind, "cost": DEAR, **columns},
    )


def _poles(*, infinite: bool) -> Domains:
    """At 0 and the negative whole numbers CPython raises; `infinite`: at -inf, too."""

    def outside(b: Builder, x: Operands) -> Value:
        whole = b.op("and", b.compare("le", x[0], b.const(0.0)), b.compare("eq", x[0], b.op("floor", x[0])))
        return whole if infinite else b.op("and", whole, b.op("isfinite", x[0]))

    return domain.of_python(Domain(outside, lambda signs, x: signs.above(x[0], 0.0, strict=True)))


SPECIAL_OPS: tuple[OpDef, ...] = (
    # the error function and the normal distribution
    _special("erf", py=math.erf),
    _special("erfc", py=math.erfc),
    _special("erfcx"),
    _special("ndtr"),
    _special("log_ndtr"),
    _special("ndtri"),
    # the gamma function
    _special("gamma", py=math.gamma, raises=of_python, domain=_poles(infinite=True)),
    _special("gammaln", py=math.lgamma, raises=of_python, domain=_poles(infinite=False)),
    _special("digamma", py=float_digamma, compiled="psi"),
    _special("zeta", "s q", py=float_zeta, compiled=""),
    _special("betaln", "a b"),
    _special("gammainc", "a x"),
    _special("gammaincc", "a x"),
    _special("betainc", "a b x"),
    # products with logarithms
    _special("xlogy", "x y"),
    _special("xlog1py", "x y"),
)
SPECIAL: dict[str, OpDef] = {row.kind: row for row in SPECIAL_OPS}

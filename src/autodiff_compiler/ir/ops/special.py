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
from autodiff_compiler.ir.ops.elementwise import FLOATS, of_orders, page, same
from autodiff_compiler.ir.ops.special_values import float_digamma, float_zeta

if TYPE_CHECKING:
    from autodiff_compiler.ir.builder import Builder

PREFIX = "special."
"""Of the names of SciPy's functions, in pages and in generated text."""


def _computed(name: str, part: int | None) -> Callable[..., Any]:
    """SciPy's function."""

    def compute(*operands: Any) -> Any:
        with np.errstate(all="ignore"):
            found = getattr(lazy.load("scipy.special", "scipy"), name)(*operands)
            return found if part is None else found[part]

    return compute


def _of_floats(compute: Callable[..., Any]) -> Callable[..., float]:
    return lambda *operands: float(compute(*operands))


def _special(
    kind: str, operands: str = "x", *, name: str = "", py: Callable[..., Any] | None = None, **columns: Any
) -> OpDef:
    """`name` is SciPy's, if it is not that of the op; `py` computes it of Python's floats without SciPy; `compiled` names it in
    `cython_special`, where it is called otherwise."""
    name = name or kind
    orders, part = columns.get("orders", 0), columns.get("part")
    compute = _computed(name, part)
    return page(
        kind,
        f"as `scipy.special.{name}`" + ("" if part is None else f"(…)[{part}]"),
        of_orders(orders) if orders else same(FLOATS),
        py or _of_floats(compute),
        compute,
        tuple(operands.split()),
        **{"numpy": PREFIX + name, "compiled": name, "cost": DEAR, **columns},
    )


def _parts(name: str, *kinds: str) -> tuple[OpDef, ...]:
    """A function with several results: an op for each."""
    return tuple(_special(kind, name=name, part=i, parts=len(kinds)) for i, kind in enumerate(kinds))


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
    _special("erfi"),
    _special("erfinv"),
    _special("erfcinv"),
    _special("dawsn"),
    _special("ndtr"),
    _special("log_ndtr"),
    _special("ndtri"),
    _special("ndtri_exp"),
    _special("owens_t", "h a"),
    # the gamma function
    _special("gamma", py=math.gamma, raises=of_python, domain=_poles(infinite=True)),
    _special("gammaln", py=math.lgamma, raises=of_python, domain=_poles(infinite=False)),
    _special("loggamma"),
    _special("rgamma"),
    _special("digamma", py=float_digamma, compiled="psi"),
    _special("zeta", "s q", py=float_zeta, compiled=""),
    _special("beta", "a b"),
    _special("betaln", "a b"),
    _special("binom", "n k"),
    _special("poch", "z m"),
    _special("gammainc", "a x"),
    _special("gammaincc", "a x"),
    _special("gammaincinv", "a p"),
    _special("gammainccinv", "a p"),
    _special("betainc", "a b x"),
    _special("betaincinv", "a b p"),
    _special("stdtr", "df x"),
    _special("stdtrit", "df p"),
    # entropies, losses, transformations of data
    _special("expit"),
    _special("logit"),
    _special("log_expit"),
    _special("xlogy", "x y"),
    _special("xlog1py", "x y"),
    _special("entr"),
    _special("rel_entr", "x y"),
    _special("kl_div", "x y"),
    _special("huber", "delta r"),
    _special("pseudo_huber", "delta r"),
    _special("boxcox", "x lmbda"),
    _special("boxcox1p", "x lmbda"),
    _special("inv_boxcox", "y lmbda"),
    _special("inv_boxcox1p", "y lmbda"),
    _special("exprel"),
    _special("cosm1"),
    # Bessel functions
    _special("j0"),
    _special("j1"),
    _special("jv", "v x"),
    _special("y0"),
    _special("y1"),
    _special("yn", "n x", orders=1),
    _special("yv", "v x"),
    _special("i0"),
    _special("i0e"),
    _special("i1"),
    _special("i1e"),
    _special("iv", "v x"),
    _special("ive", "v x"),
    _special("k0"),
    _special("k0e"),
    _special("k1"),
    _special("k1e"),
    _special("kv", "v x"),
    _special("kve", "v x"),
    _special("struve", "v x"),
    _special("modstruve", "v x"),
    *_parts("airy", "airy_ai", "airy_aip", "airy_bi", "airy_bip"),
    # integrals
    _special("expi"),
    _special("exp1"),
    _special("expn", "n x", orders=1),
    _special("spence"),
    *_parts("sici", "sici_si", "sici_ci"),
    *_parts("shichi", "shichi_shi", "shichi_chi"),
    *_parts("fresnel", "fresnel_s", "fresnel_c"),
    _special("ellipk", "m"),
    _special("ellipe", "m"),
    _special("ellipkinc", "phi m"),
    _special("ellipeinc", "phi m"),
    _special("elliprd", "x y z"),
    # hypergeometric functions and polynomials
    _special("hyp0f1", "b x"),
    _special("hyp1f1", "a b x"),
    _special("hyp2f1", "a b c x"),
    _special("eval_legendre", "n x", orders=1),
    _special("eval_jacobi", "n a b x", orders=1),
    _special("eval_chebyt", "n x", orders=1),
    _special("eval_chebyu", "n x", orders=1),
    _special("eval_gegenbauer", "n a x", orders=1),
    _special("eval_hermite", "n x", orders=1),
    _special("eval_hermitenorm", "n x", orders=1),
    _special("eval_laguerre", "n x", orders=1),
    _special("eval_genlaguerre", "n a x", orders=1),
)
SPECIAL: dict[str, OpDef] = {row.kind: row for row in SPECIAL_OPS}

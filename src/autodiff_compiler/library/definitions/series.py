"""Series of polynomials by their coefficients, the lowest first: `np.polynomial`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define
from autodiff_compiler.library.registry import when_imported


def _sum_of(x: Any, c: Any, tensor: bool, rule: Callable[[Any], Any]) -> Any:
    """Clenshaw's sum: `rule(n)` gives A, B and C of the recurrence P(n + 1) = (A x + B) P(n) - C P(n - 1)."""
    at, given = np.asarray(x), np.asarray(c)
    if at.dtype.kind != "f":
        at = at.astype(float)
    if given.dtype.kind != "f":
        given = given.astype(float)
    if tensor:
        given = np.reshape(given, given.shape + (1,) * at.ndim)
    shape = np.broadcast_shapes(given.shape[1:], at.shape)
    kind = np.result_type(at, given)
    one, two = np.zeros(shape, kind), np.zeros(shape, kind)
    for k in range(len(given) - 1, -1, -1):
        slope, start, _ = rule(k)
        _, _, less = rule(k + 1)
        one, two = given[k] + (slope * at + start) * one - less * two, one
    return one[()]


def _power(n: Any) -> Any:
    return 1.0, 0.0, 0.0


def _chebyshev(n: Any) -> Any:
    return (1.0 if n == 0 else 2.0), 0.0, 1.0


def _legendre(n: Any) -> Any:
    return (2 * n + 1) / (n + 1), 0.0, n / (n + 1)


def _hermite(n: Any) -> Any:
    return 2.0, 0.0, 2.0 * n


def _hermite_e(n: Any) -> Any:
    return 1.0, 0.0, 1.0 * n


def _laguerre(n: Any) -> Any:
    return -1.0 / (n + 1), (2 * n + 1) / (n + 1), n / (n + 1)


def polyval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _power)


def chebval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _chebyshev)


def legval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _legendre)


def hermval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _hermite)


def hermeval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _hermite_e)


def lagval(x: Any, c: Any, tensor: bool = True) -> Any:
    return _sum_of(x, c, tensor, _laguerre)


def _register(family: str, body: Callable[..., Any]) -> None:
    module = f"numpy.polynomial.{family}"

    @when_imported(module)
    def later() -> None:
        name = body.__name__
        define(getattr(lazy.load(module), name), f"np.polynomial.{family}.{name}", "tensor")(body)


for _family, _body in (
    ("polynomial", polyval),
    ("chebyshev", chebval),
    ("legendre", legval),
    ("hermite", hermval),
    ("hermite_e", hermeval),
    ("laguerre", lagval),
):
    _register(_family, _body)

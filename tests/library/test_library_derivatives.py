"""Derivatives of the functions that the library defines in Python: against differences, forward mode against reverse mode, and
to second order, as a program uses them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sample_values import b3, m23, m33, t234, v3, v4, w3

from autodiff_compiler import grad
from autodiff_compiler.testing import check_grads

nans = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, np.nan]])
n = m23 * 1.0
heights = np.array([2.0, -1.0, 3.0, 0.5])
spread = np.array([0.1, 0.9, 0.4, 2.2, -1.0, 0.95])
index = np.array([[2, 0, 1], [1, 1, 0]])


def total(y):
    """A number that every element has a part of its own in."""
    return np.sum(y * np.reshape(np.arange(1.0, y.size + 1.0), y.shape)) + np.sum(y * y)


def masked(x):
    """With NaN in two places."""
    return np.where(np.isnan(nans), np.nan, x)


def sorted_in_place(x, m):
    y, z = x * x, m * 1.0
    y.sort()
    z.sort(axis=0)
    z.put([0, 4], x)
    return total(y) + total(z)


def filled(x, v):
    m = np.outer(x, x)
    np.fill_diagonal(m, v)
    return total(m)


def put(x, v):
    m = np.outer(x, x)
    np.put(m, [0, 4, 4], v)
    np.place(m, m > 2.0, v)
    return total(m)


def copied(x, v):
    m = np.outer(x, x)
    np.copyto(m, v, where=m > 0.0)
    np.putmask(m, m > 1.0, x)
    return total(m)


def put_along(x, v):
    m = np.outer(x, x)
    np.put_along_axis(m, np.array([[1], [0], [0]]), v[:, None], 1)
    return total(m)


def changed_at(x, v):
    m = np.outer(x, x)
    np.multiply.at(m, ([0, 0, 1], [1, 1, 2]), v)
    np.add.at(m, m > 0.2, v[0])
    np.hypot.at(m, (slice(1, 3), 0), v[:2])
    return total(m)


PROGRAMS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "nanmax": (lambda x: total(np.nanmax(masked(x), axis=0)), (n,)),
    "nanmin": (lambda x: np.nanmin(masked(x)) ** 2, (n,)),
    "nansum": (lambda x: total(np.nansum(masked(x), axis=1)), (n,)),
    "nanprod": (lambda x: total(np.nanprod(masked(x), axis=1)), (n,)),
    "nanmean": (lambda x: total(np.nanmean(masked(x), axis=0)), (n,)),
    "nanvar": (lambda x: total(np.nanvar(masked(x), axis=1)) + np.nanstd(masked(x), ddof=1), (n,)),
    "nancumsum": (lambda x: total(np.nancumsum(masked(x), axis=1)), (n,)),
    "nancumprod": (lambda x: total(np.nancumprod(masked(x), axis=0)), (n,)),
    "cumprod": (lambda x: total(np.cumprod(x, axis=1)), (t234,)),
    "median": (lambda x: total(np.median(x, axis=1)) + np.median(x) ** 2, (m33,)),
    "nanmedian": (lambda x: total(np.nanmedian(masked(x), axis=1)), (n,)),
    "quantile": (lambda x, q: total(np.quantile(x, q, axis=0)), (m33, np.array([0.2, 0.7]))),
    "quantile of a level": (lambda x, q: np.quantile(x, q, method="hazen") ** 2, (v4, 0.4)),
    "percentile": (lambda x: total(np.percentile(x, 30.0, axis=1, keepdims=True)), (m33,)),
    "nanquantile": (lambda x, q: total(np.nanquantile(masked(x), q, axis=1)), (n, 0.3)),
    "cov": (lambda x: total(np.cov(x)), (m23,)),
    "cov of weights": (lambda x, w: total(np.cov(x, aweights=w)), (m23, w3)),
    "cov of two": (lambda x, y: total(np.cov(x, y)), (v3, w3)),
    "corrcoef": (lambda x: total(np.corrcoef(x)[0, 1:]), (m33,)),
    "correlate": (lambda x, y: total(np.correlate(x, y, "full")), (v3, v4)),
    "bincount": (lambda w: total(np.bincount(np.array([0, 2, 2]), w, 4)), (v3,)),
    "histogram": (lambda x, w: total(np.histogram(x, 3, weights=w)[0]) + total(np.histogram(x, 3)[1]), (spread, spread**2)),
    "density": (lambda x, w: total(np.histogram(x, 3, density=True, weights=w)[0]), (spread, spread**2 + 0.1)),
    "histogram2d": (lambda w: total(np.histogram2d(spread, spread**2, 2, weights=w)[0]), (spread,)),
    "gradient": (lambda x, h: total(np.gradient(x, h)), (v4, 0.5)),
    "gradient of points": (lambda x, t: total(np.gradient(x, t, edge_order=2)), (v4, np.array([0.0, 0.5, 2.0, 2.25]))),
    "gradient of a matrix": (lambda x: total(np.gradient(x)[0]) + total(np.gradient(x, axis=1)), (m33,)),
    "diff": (lambda x, y: total(np.diff(x, axis=1, prepend=y, n=2)), (m23, m23[:, :1].copy())),
    "ediff1d": (lambda x, y: total(np.ediff1d(x, to_end=y, to_begin=0.0)), (v3, v4)),
    "interp": (lambda x, t, y: total(np.interp(x, t, y)), (spread, np.array([-1.5, 0.0, 0.5, 2.0]), heights)),
    "interp to the sides": (lambda x, y, a, b: total(np.interp(x, [-0.5, 0.0, 0.5, 2.0], y, a, b)), (spread, heights, 9.0, 7.0)),
    "interp of a number": (lambda x, y: np.interp(x, [-0.5, 0.0, 0.5, 2.0], y) ** 2, (0.3, heights)),
    "interp with a period": (lambda x, y: total(np.interp(x, [0.15, 0.45, 0.8], y, period=1.5)), (spread, v3)),
    "unwrap": (lambda x: total(np.unwrap(x)), (np.array([0.1, 3.2, 6.5, -0.4, 2.0]),)),
    "rot90": (lambda x: total(np.rot90(x)) + total(np.rot90(x, 2)) + total(np.rot90(x, -1)), (m23,)),
    "rollaxis": (lambda x: total(np.rollaxis(x, 2)), (t234,)),
    "atleast_3d": (lambda x: total(np.atleast_3d(x)), (m23,)),
    "parts of an array": (lambda x: sum(total(f(x)) for f in (np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.dstack)), (t234,)),
    "parts of a matrix": (lambda x: sum(total(f(x)) for f in (np.hstack, np.vstack, np.column_stack, np.dstack)), (m23,)),
    "dstack": (lambda x, y: total(np.dstack((x, y))), (m23, m23 + 1.0)),
    "dsplit": (lambda x: total(np.dsplit(x, 2)[1]), (t234,)),
    "block": (lambda x, v: total(np.block([[x, v[:, None]], [v[None, :], np.ones((1, 1))]])), (m33, v3)),
    "resize": (lambda x: total(np.resize(x, (2, 4))), (v3,)),
    "delete": (lambda x: total(np.delete(x, 1, axis=1)) + total(np.delete(x, [0, 2])), (m23,)),
    "insert": (lambda x, v: total(np.insert(x, 1, v, axis=0)) + total(np.insert(v, [0, 2], v[:2])), (m23, v3)),
    "trim_zeros": (lambda x: total(np.trim_zeros(np.concatenate((np.zeros(2), x, np.zeros(1))))), (v3,)),
    "sliding_window_view": (lambda x: total(np.lib.stride_tricks.sliding_window_view(x, 2)), (v4,)),
    "windows of a matrix": (lambda x: total(np.lib.stride_tricks.sliding_window_view(x, (2, 2))), (m33,)),
    "fromfunction": (lambda a: total(np.fromfunction(lambda i, j: np.sin(a * i + j), (2, 3))), (0.7,)),
    "apply_along_axis": (lambda x: total(np.apply_along_axis(lambda r: r * r.sum(), 1, x)), (m23,)),
    "rows as numbers": (lambda x, k: total(np.apply_along_axis(lambda r, k: r[0] * k + r.sum(), 0, x, k)), (t234, 1.5)),
    "apply_over_axes": (lambda x: total(np.apply_over_axes(np.sum, x, (0, 2))), (t234,)),
    "piecewise": (lambda x: total(np.piecewise(x, [x < 0, x > 1.5], [lambda t: -(t**3), 2.0, lambda t: np.exp(t)])), (v4,)),
    "fromiter": (lambda x: total(np.fromiter([x, 2.0 * x], float)), (0.5,)),
    "fromiter of a generator": (lambda x: total(np.fromiter((v * v for v in x), dtype=float)) + total(np.fromiter((v for v in x if v > 0), float, count=1)), (v3,)),
    "partition": (lambda x: total(np.partition(x, 2)[:2]), (v4,)),
    "argpartition": (lambda x: total(x[np.argpartition(x, 1)[:1]]), (v4,)),
    "lexsort": (lambda x: total(x[np.lexsort((x, b3))]), (v3,)),
    "unique": (lambda x: total(np.unique(np.concatenate((x, x[:2])))), (v4,)),
    "union1d": (lambda x, y: total(np.union1d(x, y)), (v3, v4)),
    "intersect1d": (lambda x: total(np.intersect1d(x, x[::-1])), (v3,)),
    "setdiff1d": (lambda x: total(np.setdiff1d(x, [0.5, 7.0])), (v3 + 0.1,)),
    "polyval": (lambda p, x: total(np.polyval(p, x)), (v4, m23)),
    "polyval of a number": (lambda p, x: np.polyval(p, x), (v4, 0.5)),
    "polyadd": (lambda p, q: total(np.polyadd(p, q)) + total(np.polysub(q, p)), (v3, v4)),
    "polymul": (lambda p, q: total(np.polymul(p, q)), (v3, v4)),
    "polyder": (lambda p: total(np.polyder(p, 2)), (v4,)),
    "polyint": (lambda p, k: total(np.polyint(p, 2, k)), (v4, 0.5)),
    "vander": (lambda x: total(np.vander(x, 4)), (v3,)),
    "poly": (lambda x: total(np.poly(x)), (v3,)),
    "take_along_axis": (lambda x: total(np.take_along_axis(x, index, 1)), (m23,)),
    "nonzero": (lambda x: total(x[np.nonzero(x > 0)]) + total(x[np.where(x < 0)]), (m23,)),
    "extract": (lambda x: total(np.extract(x > 0, x)), (m23,)),
    "compress": (lambda x: total(np.compress(b3, x, axis=1)), (m23,)),
    "choose": (lambda x, y: total(np.choose(index % 2, [x, y])), (m23, m23 * 2.0)),
    "ix_": (lambda x: total(x[np.ix_([0, 1], [0, 2])]), (m33,)),
    "triu_indices": (lambda x: total(x[np.triu_indices(3)]) + total(x[np.tril_indices_from(x, -1)]), (m33,)),
    "diag_indices": (lambda x: total(x[np.diag_indices(3)]), (m33,)),
    "sinc": (lambda x: total(np.sinc(x)), (np.array([-1.3, -0.2, 0.0, 1e-5, 0.31, 0.33, 2.4]),)),
    "i0": (lambda x: total(np.i0(x)), (np.array([-1.3, 0.0, 0.7, 3.0]),)),
    "kaiser": (lambda beta: total(np.kaiser(5, beta)), (2.0,)),
    "windows": (lambda x: total(x * np.hanning(3) + x * np.hamming(3) + x * np.blackman(3) + x * np.bartlett(3)), (v3,)),
    "geomspace": (lambda a, b: total(np.geomspace(a, b, 4)), (0.5, np.array([3.0, 7.0]))),
    "vecdot": (lambda x, y: total(np.vecdot(x, y)) + total(np.vecdot(x, x, axis=0)), (m23, v3)),
    "setxor1d": (lambda x: total(np.setxor1d(x, [0.4, 7.0])), (v3,)),
    "unique_counts": (lambda x: total(np.unique_counts(np.concatenate((x, x[:2]))).values), (v4,)),
    "unique rows": (lambda x: total(np.unique(np.concatenate((x, x[::-1])), axis=0)) + total(np.unique(x, axis=1, return_index=True)[0]), (m33,)),
    "nextafter": (lambda x, k: total(np.nextafter(x, 0.5) * x) + math.nextafter(k, 2.0) ** 3, (v3 + 0.1, 0.7)),
    "mask_indices": (lambda x: total(x[np.mask_indices(3, np.triu, 1)]), (m33,)),
    "histogramdd": (lambda w: total(np.histogramdd([v3, v3**2], 2, density=True, weights=w)[0]), (w3,)),
    "methods": (lambda x: total(x.compress(b3) * 2.0) + total(np.array([0, 1, 0]).choose([x, x * x])) + sum(x.tolist()) ** 2, (v3,)),
    "sort in place": (sorted_in_place, (v4, m23)),
    "series": (lambda x, c: total(np.polynomial.legendre.legval(x, c)) + total(np.polynomial.hermite.hermval(x, c)) + np.polynomial.laguerre.lagval(x[0], c), (v3, v4)),
    "polyval of a series": (lambda x, c: total(np.polynomial.polynomial.polyval(x, c)) + total(np.polynomial.chebyshev.chebval(x, c)), (m23, v3)),
    "sums of series": (lambda p, q: total(np.polynomial.polynomial.polymul(p, q)) + total(np.polynomial.legendre.legsub(p, q)) + total(np.polynomial.polynomial.polypow(p, 3)), (v4, w3)),
    "derivatives of series": (lambda c: sum(total(f(c, 2)) for f in (np.polynomial.chebyshev.chebder, np.polynomial.legendre.legder, np.polynomial.laguerre.lagder, np.polynomial.hermite.hermder)), (np.arange(1.0, 7.0) ** 2 / 7.0,)),
    "products of series": (lambda p, q: sum(total(f(p, q)) + total(g(q, 3)) for f, g in ((np.polynomial.chebyshev.chebmul, np.polynomial.chebyshev.chebpow), (np.polynomial.legendre.legmul, np.polynomial.legendre.legpow), (np.polynomial.laguerre.lagmul, np.polynomial.laguerre.lagpow))), (v4, w3)),
    "product of two series": (lambda p, q: total(np.polynomial.hermite_e.hermemul(p, q)), (v4, w3)),
    "integrals of series": (lambda p, q: sum(total(f(p, 2, [q[0], q[1]], q[2], 1.5)) for f in (np.polynomial.chebyshev.chebint, np.polynomial.legendre.legint, np.polynomial.hermite.hermint, np.polynomial.hermite_e.hermeint, np.polynomial.laguerre.lagint)), (v4, w3)),
    "roots of series": (lambda p: sum(total(np.abs(f(p))) for f in (np.polynomial.chebyshev.chebroots, np.polynomial.hermite.hermroots, np.polynomial.laguerre.lagroots)), (np.array([0.5, -0.25, 2.0, 1.0]),)),
    "polydiv": (lambda p, q: total(np.polydiv(p, q)[0]) + total(np.polydiv(p, q)[1]), (v4, w3)),
    "roots": (lambda p: np.sum(np.real(np.roots(p)) ** 2) + np.sum(np.imag(np.roots(p)) ** 4), (v4,)),
    "polyfit": (lambda x, y: total(np.polyfit(x, y, 2)), (np.array([-1.0, 0.0, 0.5, 2.0]), v4)),
    "polyfit of weights": (lambda y, w: total(np.polyfit(np.array([-1.0, 0.0, 0.5, 2.0]), y, 1, w=w)), (v4, np.array([1.0, 2.0, 0.5, 1.5]))),
    "spreads": (lambda x, w: total(np.std(x, axis=(0, 1), where=w[:, None] > 0.6, ddof=0.5)) + total(np.var(x, 1, None, None, 1, True)) + total(np.var(x, axis=0, mean=x[:1] * 0.5, correction=1)), (t234, w3)),
    "averages": (lambda x, w: total(np.average(x, axis=1, weights=w, returned=True)[0]) + total(np.average(x, 1, w, True)[1]), (t234, w3)),
    "by position": (lambda x: total(np.sum(x, -1, None, None, True)) + total(np.max(x, 0, None, False, 0.5, x < 1.0)) + total(np.mean(x, 1, None, None, True)) + total(np.tensordot(x, x[0], 0)), (t234,)),
    "pad by ramps": (lambda x, a: total(np.pad(x, ((1, 2), (3, 0)), "linear_ramp", end_values=((a, 2.0), (0.5, 1.0)))), (m23, 0.7)),
    "pad by statistics": (lambda x: sum(total(np.pad(x, ((1, 2), (3, 1)), mode, stat_length=2)) for mode in ("mean", "maximum", "median")) + total(np.pad(x, 2, "minimum")), (m33,)),
    "pad by what is turned": (lambda x: total(np.pad(x, (3, 9), "reflect", reflect_type="odd")) + total(np.pad(x, (9, 1), "symmetric", reflect_type="odd")), (v4,)),
    "pad": (lambda x, a: total(np.pad(x, {0: (1, 2)}, constant_values=a)) + sum(total(np.pad(x, (4, 1), mode)) for mode in ("edge", "wrap", "reflect", "symmetric")), (m33, 0.5)),
    "folds": (lambda x, a: total(np.logaddexp.reduce(x, axis=(0, 2), where=b3[:, None], initial=a)) + total(np.hypot.reduce(x, axis=None, keepdims=True, initial=a)), (t234, 0.7)),
    "places of ufuncs": (changed_at, (v3, w3)),
    "fill_diagonal": (filled, (v3, w3)),
    "put": (put, (v3, w3)),
    "copyto": (copied, (v3, 0.5)),
    "put_along_axis": (put_along, (v3, w3)),
}
if hasattr(np, "cumulative_sum"):  # since NumPy 2.1
    PROGRAMS["cumulative_sum"] = (lambda x: total(np.cumulative_sum(x, axis=1, include_initial=True)) + total(np.cumulative_prod(x, axis=0)), (m23,))
if hasattr(np, "matvec"):  # since NumPy 2.2
    PROGRAMS["matvec"] = (lambda a, x: total(np.matvec(a, x)) + total(np.vecmat(x, a)), (m33, v3))
COMPILED = ("spreads", "pad by ramps", "pad by statistics", "pad by what is turned", "folds", "places of ufuncs", "sinc", "derivatives of series", "product of two series", "unique rows", "nextafter", "i0", "geomspace", "nanvar", "quantile", "interp", "gradient of points", "histogram", "insert", "apply_along_axis", "piecewise")
"""Those that are compiled with Numba in every run of the tests; the others only where the environment asks for all."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_python(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, order=2)


@pytest.mark.parametrize("name", COMPILED)
def test_numba(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, order=1, backend="numba")


@pytest.mark.parametrize("mode", ["constant", "wrap", "mean", "linear_ramp"])
def test_a_border_is_made_once_for_arrays_of_any_length(mode):
    g = grad(lambda x: np.sum(np.pad(x, 2, mode) ** 2))
    for n in (3, 4, 7):
        g(np.arange(float(n)))
    assert [len(made) for made in g._table._by_key.values()] == [1]

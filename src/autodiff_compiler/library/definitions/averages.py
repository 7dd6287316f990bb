"""Averages and spreads of numbers (`statistics`).  CPython's sums are exact; these are rounded at each addition."""

from __future__ import annotations

import math
import sys
from typing import Any

from autodiff_compiler.library.defined import define_in, unsupported

MODULE = "statistics"
ANY_NUMBER = sys.version_info >= (3, 12)


def _numbers(data: Any, least: int, what: str) -> Any:
    items = [x for x in data]  # noqa: C416  (entered as a program: list() of an array would be a copy of it)
    if len(items) < least:
        raise ValueError(f"{what} requires at least {'one data point' if least == 1 else 'two data points'}")
    return items


def _of_products(total: Any) -> Any:
    """A sum of products as `statistics` gives it: before Python 3.12 it made one of Python's floats of it."""
    return total if ANY_NUMBER else float(total)


@define_in(MODULE, "mean")
def mean(data: Any) -> Any:
    items = _numbers(data, 1, "mean")
    return sum(items) / len(items)


@define_in(MODULE, "fmean")
def fmean(data: Any, weights: Any = None) -> Any:
    items = _numbers(data, 1, "fmean")
    if weights is None:
        return float(sum(items)) / len(items)
    factors = [w for w in weights]  # noqa: C416  (as above)
    if len(factors) != len(items):
        raise ValueError("data and weights must be the same length")
    return _of_products(sum(w * x for w, x in zip(factors, items))) / float(sum(factors))


@define_in(MODULE, "geometric_mean")
def geometric_mean(data: Any) -> Any:
    items = _numbers(data, 1, "geometric_mean")
    return math.exp(sum(math.log(x) for x in items) / len(items))


@define_in(MODULE, "harmonic_mean")
def harmonic_mean(data: Any, weights: Any = None) -> Any:
    items = _numbers(data, 1, "harmonic_mean")
    if weights is not None:
        unsupported("a harmonic mean with weights", "sum(weights) / sum(w / x for w, x in zip(weights, data))")
    if min(items) <= 0:
        raise ValueError("harmonic mean does not support negative values")
    return len(items) / sum(1.0 / x for x in items)


@define_in(MODULE, "median")
def median(data: Any) -> Any:
    items = sorted(_numbers(data, 1, "median"))
    half = len(items) // 2
    if len(items) % 2 == 1:
        return items[half]
    return (items[half - 1] + items[half]) / 2


@define_in(MODULE, "median_low")
def median_low(data: Any) -> Any:
    items = sorted(_numbers(data, 1, "median_low"))
    return items[(len(items) - 1) // 2]


@define_in(MODULE, "median_high")
def median_high(data: Any) -> Any:
    items = sorted(_numbers(data, 1, "median_high"))
    return items[len(items) // 2]


def _squares(items: Any, centre: Any) -> Any:
    around = sum(items) / len(items) if centre is None else centre
    return sum((x - around) * (x - around) for x in items)


@define_in(MODULE, "variance")
def variance(data: Any, xbar: Any = None) -> Any:
    items = _numbers(data, 2, "variance")
    return _squares(items, xbar) / (len(items) - 1)


@define_in(MODULE, "pvariance")
def pvariance(data: Any, mu: Any = None) -> Any:
    items = _numbers(data, 1, "pvariance")
    return _squares(items, mu) / len(items)


@define_in(MODULE, "stdev")
def stdev(data: Any, xbar: Any = None) -> Any:
    items = _numbers(data, 2, "stdev")
    return math.sqrt(_squares(items, xbar) / (len(items) - 1))


@define_in(MODULE, "pstdev")
def pstdev(data: Any, mu: Any = None) -> Any:
    items = _numbers(data, 1, "pstdev")
    return math.sqrt(_squares(items, mu) / len(items))


def _pairs(x: Any, y: Any, what: str) -> Any:
    first, second = _numbers(x, 2, what), [v for v in y]  # noqa: C416  (as above)
    if len(first) != len(second):
        raise ValueError(f"{what} requires that both inputs have same number of data points")
    return first, second


def _products(first: Any, second: Any) -> Any:
    a, b = sum(first) / len(first), sum(second) / len(second)
    return sum((u - a) * (v - b) for u, v in zip(first, second))


@define_in(MODULE, "covariance")
def covariance(x: Any, y: Any) -> Any:
    first, second = _pairs(x, y, "covariance")
    return _of_products(_products(first, second)) / (len(first) - 1)


@define_in(MODULE, "correlation")
def correlation(x: Any, y: Any, method: Any = "linear") -> Any:
    if method != "linear":
        unsupported("a correlation of ranks", 'use method="linear"')
    first, second = _pairs(x, y, "correlation")
    return _of_products(_products(first, second)) / math.sqrt(_squares(first, None) * _squares(second, None))

"""Averages and spreads of `statistics`: values of Python, and derivatives, of arrays, lists and iterators."""

import statistics

import numpy as np
import pytest
from average_samples import AVERAGES

from autodiff_compiler import check_grads, value_and_grad

X = np.array([0.3, 1.7, 0.9, 2.2, 0.45])
Y = np.array([1.3, 0.7, 2.9, 0.2, 1.45])
OF_ONE = [name for name in AVERAGES if name not in ("statistics.covariance", "statistics.correlation")]


@pytest.mark.parametrize("function", [getattr(statistics, name.partition(".")[2]) for name in OF_ONE])
def test_one_series(function):
    def of_an_array(x):
        return function(x)

    def of_a_list(x):
        return function([v * v for v in x])

    def of_an_iterator(x):
        return function(v * v for v in x)

    def of_known_numbers(x):
        return function([x[0], 2.0, x[1] * x[2]])

    for program in (of_an_array, of_a_list, of_an_iterator, of_known_numbers):
        assert value_and_grad(program)(X)[0] == pytest.approx(program(X), rel=1e-13)
        check_grads(program, (X,), order=2)


@pytest.mark.parametrize("function", [statistics.covariance, statistics.correlation])
def test_two_series(function):
    def program(x, y):
        return function(x, [v * v for v in y])

    assert value_and_grad(program)(X, Y)[0] == pytest.approx(program(X, Y), rel=1e-13)
    check_grads(program, (X, Y), order=2)


def test_under_numba():
    def program(x):
        return statistics.mean(x) * statistics.stdev(x) + statistics.median(x)

    assert value_and_grad(program, backend="numba")(X)[0] == pytest.approx(program(X), rel=1e-13)
    check_grads(program, (X,), backend="numba")

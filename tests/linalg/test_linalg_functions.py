"""Norms, powers, condition numbers and products of `np.linalg`."""

from __future__ import annotations

import numpy as np
import pytest
from linalg_check import check, check_numba, matrix, regular

from autodiff_compiler import value_and_grad

m, r, v, stack = regular(3, 3), matrix(3, 2), matrix(3), regular(2, 3, 3)
tensor = regular(6, 6).reshape(2, 3, 6)

FUNCTIONS = {
    "norms": (lambda a: np.linalg.norm(a, 2) + np.linalg.norm(a, -2) * np.linalg.norm(a, "nuc"), r),
    "norms of a stack": (lambda a: np.linalg.norm(a, -2, axis=(2, 0)), stack),
    "vector_norm": (lambda a: np.linalg.vector_norm(a, axis=(0, 2), ord=3, keepdims=True) + np.linalg.vector_norm(a), stack),
    "matrix_norm": (lambda a: np.linalg.matrix_norm(a, ord=2, keepdims=True) * np.linalg.matrix_norm(a)[:, None, None], stack),
    "trace": (lambda a: np.linalg.trace(a, offset=1) * np.linalg.trace(a), stack),
    "diagonal": (lambda a: np.linalg.diagonal(a) ** 2, stack),
    "outer": (lambda a: np.linalg.outer(a, a * a), v),
    "cross": (lambda a: np.linalg.cross(a, a * a[:, :1], axis=1) + np.cross(a, a[0] ** 2), m),
    "cross axes": (lambda a: np.cross(a, (a**2).T, axisa=0, axisb=1, axisc=0), r),
    "vecdot": (lambda a: np.linalg.vecdot(a, a * a), m),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, 5) * np.linalg.matrix_power(a, -3), m),
    "cond": (lambda a: np.linalg.cond(a) * np.linalg.cond(a, 1) * np.linalg.cond(a, -2), stack),
    "matrix_rank": (lambda a: np.linalg.matrix_rank(a) * a, r),
    "tensorsolve": (lambda a: np.linalg.tensorsolve(a, np.ones((2, 3))), tensor),
    "mT": (lambda a: a.mT @ np.matrix_transpose(a), stack),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    f, a = FUNCTIONS[name]
    check(f, a, step=2e-3, tolerance=1e-6, second=name in ("norms", "cond", "matrix_power", "vector_norm"))


def test_a_condition_number_of_a_singular_matrix():
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    value, bar = value_and_grad(lambda a: np.linalg.cond(a, 1))(a)
    assert value == np.inf
    assert not np.isfinite(bar).all()


def test_numba():
    check_numba(lambda a: np.linalg.norm(a, 2) + np.linalg.matrix_power(a, -2)[0, 0] + np.linalg.cond(a, 1), m)

"""The order of complex numbers: what is chosen by it has the derivative."""

from __future__ import annotations

import numpy as np
import pytest
from complex_programs import plane
from test_complex_matrices import total

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.testing import check_grads

z, many = plane(5), plane(3, 4)
corder = np.array(
    [[1 + 2j, 1 + 1j, 0.5 - 1j, 1 + 2j], [complex(np.nan, 1), complex(1, np.nan), complex(np.nan, np.nan), -1j]]
)
PROGRAMS = {
    "extremes": lambda z: np.max(z) * np.conj(np.min(z)) + z.max() ** 2 + z[np.argmax(z)] * z[np.argmin(z)],
    "sorted": lambda z: np.sort(z)[::-1] * z + z[np.argsort(-z)] ** 2 + np.partition(z, 1)[1],
    "unique": lambda z: np.unique(np.concatenate((z, z))) ** 2,
    "of two": lambda z: np.maximum(z, z[::-1] * 2) * np.minimum(z, 0.1) + np.fmax(z, 1j) ** 2 + np.fmin(z, z * z),
    "clip": lambda z: np.clip(z, -0.5, 0.5) ** 2 + np.ptp(z) + np.median(z),
    "in place": lambda z: _in_place(z),
    "covariances": lambda z: np.cov(np.outer(z, z) + np.diag(z)) + np.corrcoef(np.diag(z) + 0.3)[1],
}


def _in_place(z):
    y = z * z
    y.sort()
    return y * z


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives(name):
    check_grads(lambda z: total(PROGRAMS[name](z)), (z,), order=2)


@pytest.mark.parametrize("axis", [0, 1])
def test_along_axes(axis):
    def along(z):
        chosen = np.max(z, axis=axis) * np.min(z, axis=axis) + np.sum(np.sort(z, axis=axis) * z, axis=axis) ** 2
        return total(chosen) + total(np.take_along_axis(z, np.argmax(z, axis=axis, keepdims=True), axis))

    check_grads(along, (many,), order=1)


@pytest.mark.parametrize("name", ["extremes", "sorted", "of two"])
def test_numba(name):
    function = PROGRAMS[name]
    (value, slope), (found, other) = (
        value_and_grad(lambda z: total(function(z)), backend=backend)(z) for backend in ("python", "numba")
    )
    np.testing.assert_allclose(found, value, rtol=1e-13)
    np.testing.assert_allclose(other, slope, rtol=1e-12)


def test_equal_ones_share_evenly():
    a = np.array([1 + 1j, 1 + 2j, 1 + 2j, 0.5])
    np.testing.assert_array_equal(grad(lambda a: np.max(a).real)(a), [0, 0.5, 0.5, 0])
    np.testing.assert_array_equal(grad(lambda a: np.sum(np.maximum(a, 1 + 2j)).real)(a), [0, 1, 1, 0])


def test_single_precision():
    single = many.astype(np.complex64)
    slope = grad(lambda z: np.sum(np.abs(np.sort(z, axis=0) * z)))(single)
    assert slope.dtype == np.complex64


def test_nan_comes_last_and_wins():
    """In the order, and among the extremes, under both backends."""
    for backend in ("python", "numba"):

        def places(z, w):
            return w * (np.argsort(z, axis=1) * 1.0).sum() + w * np.argmax(z, axis=1)[1] + np.argmin(z, axis=0)[0] * w

        value, _ = value_and_grad(places, argnums=1, backend=backend)(corder, 1.5)
        assert value == places(corder, 1.5)
        order, slope = value_and_grad(lambda z, w: np.sum(np.argsort(z.ravel()) * w), argnums=1, backend=backend)(corder, np.arange(8.0))
        np.testing.assert_array_equal(slope, np.argsort(corder.ravel(), kind="stable"))

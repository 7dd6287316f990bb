"""Singular values and vectors of complex matrices."""

from __future__ import annotations

import numpy as np
import pytest
from complex_programs import plane
from test_complex_matrices import total

from autodiff_compiler import grad, jvp
from autodiff_compiler.testing import check_grads

SHAPES = [(3, 3), (4, 2), (2, 4), (2, 3, 3), (8, 2), (1, 3), (3, 1)]


def vectors(z):
    u, s, vh = np.linalg.svd(z, full_matrices=False)
    return total(u) + total(s) + total(vh)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_values_and_vectors(shape):
    z = plane(*shape)
    np.testing.assert_allclose(jvp(vectors, (z,), (z,))[0], vectors(z), rtol=1e-12)
    check_grads(vectors, (z,), order=1)
    check_grads(lambda z: total(np.linalg.svdvals(z)), (z,), order=1)


def test_second_order():
    check_grads(vectors, (plane(3, 2),), order=2)
    check_grads(lambda z: total(np.linalg.svd(z, compute_uv=False)), (plane(2, 3),), order=2)


def test_square_matrices_may_be_full():
    check_grads(lambda z: total(np.linalg.svd(z)[0]), (plane(2, 2),), order=1)
    with pytest.raises(NotImplementedError, match="full_matrices=False"):
        grad(lambda z: total(np.linalg.svd(z)[0]))(plane(2, 3))


@pytest.mark.parametrize("ord", ["nuc", 2, -2])
def test_norms(ord):
    def norm(z):
        return np.linalg.norm(z, ord)

    check_grads(norm, (plane(3, 2),), order=2)
    check_grads(lambda z: np.sum(np.linalg.norm(z, ord, (1, 2)) ** 2), (plane(2, 2, 3),), order=1)


def test_the_sum_of_equal_values_has_a_derivative():
    slope = grad(lambda z: np.sum(np.linalg.svdvals(z)))(np.eye(3) + 0j)
    np.testing.assert_allclose(slope, np.eye(3), atol=1e-12)


def test_vectors_of_equal_values_have_none():
    with np.errstate(all="ignore"):
        assert not np.all(np.isfinite(grad(vectors)(np.eye(2) + 0j)))


def test_single_precision():
    value, slope = jvp(lambda z: np.linalg.svdvals(z), (plane(3, 2).astype(np.complex64),), (plane(3, 2).astype(np.complex64),))
    assert (value.dtype, slope.dtype) == (np.float32, np.float32)

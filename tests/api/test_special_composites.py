"""Functions of `scipy.special` that are made of others: derivatives in both modes and both backends, at ties and at infinities."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import scipy.special as sp

from autodiff_compiler import grad, jacfwd
from autodiff_compiler.testing import check_grads

BACKENDS = ("python", "numba")
M = np.array([[0.3, 1.2, -0.7], [2.0, 2.0, 0.1]])
W = np.array([0.4, 1.5, 2.0])

PROGRAMS = {
    "logsumexp": lambda x: sp.logsumexp(x),
    "logsumexp of rows": lambda x: np.sum(sp.logsumexp(x, axis=1) ** 2),
    "logsumexp of all, weighted": lambda x: np.sum(sp.logsumexp(x, axis=(0, 1), b=W, keepdims=True)),
    "logsumexp by its weights": lambda x: sp.logsumexp(np.array([0.1, 5.0, 5.0]), b=np.exp(x[0])),
    "logsumexp with its sign": lambda x: sp.logsumexp(x[1], b=np.array([1.0, -3.0, 0.5]), return_sign=True)[0],
    "softmax": lambda x: np.sum(W * sp.softmax(x, axis=1)),
    "log_softmax": lambda x: np.sum(W * sp.log_softmax(x, axis=-1)),
    "comb": lambda x: np.sum(sp.comb(x + 6.0, 2.5)),
    "factorial": lambda x: np.sum(sp.factorial(x + 1.0)),
    "polygamma": lambda x: np.sum(sp.polygamma(1, x + 2.0) + sp.polygamma(3, x + 2.0)),
    "multigammaln": lambda x: np.sum(sp.multigammaln(x + 2.5, 3)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives(name):
    check_grads(PROGRAMS[name], (M,), order=2)


@pytest.mark.parametrize("name", ["logsumexp of rows", "logsumexp of all, weighted", "softmax", "polygamma", "comb"])
def test_the_backends_agree(name):
    ours, theirs = (grad(PROGRAMS[name], backend=backend)(M) for backend in BACKENDS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_ties_and_infinities():
    gradient = grad(PROGRAMS["logsumexp"])
    np.testing.assert_allclose(gradient(np.array([2.0, 2.0, 2.0])), np.full(3, 1 / 3))
    np.testing.assert_array_equal(gradient(np.array([-np.inf, 2.0])), [0.0, 1.0])
    np.testing.assert_allclose(gradient(np.array([0.0, -50.0])), [1.0, np.exp(-50.0)])
    hessian = jacfwd(gradient)(np.array([2.0, 2.0]))
    np.testing.assert_allclose(hessian, [[0.25, -0.25], [-0.25, 0.25]])


def test_a_single_number_and_float32():
    assert grad(lambda x: sp.logsumexp(x))(0.5) == 1.0
    assert grad(lambda x: sp.logsumexp(x))(M.astype(np.float32)).dtype == np.float32


def test_combinations_vanish_outside():
    assert grad(lambda n: sp.comb(n, 5.0))(3.0) == 0.0
    exact = float(mp.diff(lambda n: mp.binomial(n, 2), 5))
    np.testing.assert_allclose(grad(lambda n: sp.comb(n, 2.0))(5.0), exact, rtol=1e-13)

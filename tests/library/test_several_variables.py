"""Distributions of several variables of `scipy.stats`: values as SciPy has them, and derivatives by points and parameters."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as st

from autodiff_compiler import UnsupportedError, grad, jvp
from autodiff_compiler.testing import check_grads

x, mean = np.array([0.3, -0.8]), np.array([0.1, 0.4])
points = np.array([[0.3, -0.8], [1.2, 0.1], [-0.5, 0.7]])
root = np.array([[1.3, 0.0], [0.4, 0.9]])
alpha, simplex = np.array([0.7, 2.0, 3.5]), np.array([0.2, 0.3, 0.5])
OUTSIDE = st.multivariate_normal(mean, root @ root.T)
DIRICHLET, WISHART, INVERSE = st.dirichlet(alpha), st.wishart(4.5, root @ root.T), st.invwishart(4.5, root @ root.T)


def normal(x, mean, root):
    cov = root @ root.T
    n = st.multivariate_normal
    return n.logpdf(x, mean, cov) + n.pdf(x, mean=mean, cov=cov) * n.entropy(mean, cov) + n.logpdf(x, cov=cov) + n(mean, cov).logpdf(x)


def of_points(points, mean, root):
    cov = root @ root.T
    return np.sum(st.multivariate_normal.pdf(points, mean, cov)) + np.sum(st.multivariate_normal(mean, cov).logpdf(points) * np.arange(1.0, 4.0))


def simple_covariances(x, mean, s):
    n = st.multivariate_normal
    return n.logpdf(x, mean, s * s) + n.pdf(x, mean, [s, 2.0]) + n.logpdf(x[0], mean[1], s) + np.sum(n.logpdf(x, 0.5, s)) + n.logpdf(x[0])


def of_simplex(logits, alpha):
    p = np.exp(logits) / np.sum(np.exp(logits))
    d = st.dirichlet
    columns = np.stack((p, p[::-1]), axis=1)
    return d.logpdf(p, alpha) + d.pdf(p[:-1], alpha) + np.sum(d.logpdf(columns, alpha)) + d(alpha).logpdf(p) + DIRICHLET.logpdf(p)


def wisharts(a, root, df):
    at, scale = a @ a.T, root @ root.T
    return (
        st.wishart.logpdf(at, df, scale) + st.invwishart.logpdf(at, df, scale) + st.wishart(df, scale).pdf(at) + st.invwishart.pdf(at, df=df, scale=scale)
        + st.wishart.entropy(df, scale) + st.wishart(df, scale).entropy() + st.wishart.entropy(df, df) + WISHART.logpdf(at) + INVERSE.logpdf(at) + st.wishart.logpdf(2.0, df, 1.5)
    )


def made_outside(x):
    return OUTSIDE.logpdf(x) + OUTSIDE.pdf(x * x) + x[0] * (OUTSIDE.entropy() + DIRICHLET.entropy() + WISHART.entropy())


PROGRAMS = {
    "normal": (normal, (x, mean, root)),
    "points": (of_points, (points, mean, root)),
    "simple covariances": (simple_covariances, (x, mean, 1.3)),
    "simplex": (of_simplex, (np.log(simplex), alpha)),
    "wisharts": (wisharts, (root + 0.3, root, 4.5)),
    "outside": (made_outside, (x,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name):
    function, args = PROGRAMS[name]
    np.testing.assert_allclose(jvp(function, args, args)[0], function(*args), rtol=1e-12)
    check_grads(function, args, order=2 if name in ("simple covariances", "outside") else 1)


def test_numba():
    check_grads(lambda x, mean, root: st.multivariate_normal.logpdf(x, mean, root @ root.T), (x, mean, root), order=1, backend="numba")


def test_what_scipy_refuses():
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        grad(lambda x: st.multivariate_normal.logpdf(x, mean, np.ones((2, 2)) - np.eye(2)))(x)
    with pytest.raises(ValueError, match="normal simplex"):
        grad(lambda p: st.dirichlet.logpdf(p, alpha))(np.array([0.2, 0.3, 0.6]))
    with pytest.raises(ValueError, match="Degrees of freedom"):
        grad(lambda df: st.wishart.logpdf(np.eye(3), df, np.eye(3)))(1.5)
    with pytest.raises(ValueError, match="another number of variables"):
        grad(lambda x: st.multivariate_normal.logpdf(x, mean, np.eye(2)))(np.ones(3))


def test_refusals():
    with pytest.raises(ValueError, match=r"pass the point itself, x\[0\]"):
        grad(lambda x: np.sum(st.multivariate_normal.logpdf(x, mean, np.eye(2))))(x[None])
    with pytest.raises(UnsupportedError, match="allow_singular"):
        grad(lambda x: st.multivariate_normal.logpdf(x, mean, np.eye(2), allow_singular=True))(x)
    with pytest.raises(UnsupportedError, match="several matrices"):
        grad(lambda x: np.sum(st.wishart.logpdf(x, 4, np.eye(2))))(np.ones((2, 2, 3)))

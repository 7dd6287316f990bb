"""Jacobians in batches: what is computed for several columns, or rows, at once is what is computed for each by itself."""

import math

import numpy as np
import pytest

from autodiff_compiler import UserError, hessian, jacfwd, jacrev

RNG = np.random.default_rng(3)
X = RNG.normal(size=5)
A = RNG.normal(size=(5, 5)) + 5.0 * np.eye(5)
S = RNG.normal(size=(2, 3, 5))
SINGLE = X.astype(np.float32)


def elementwise(x, A):
    y = np.tanh(x[0]) * A + x / (1.0 + A[:, 1:2] ** 2)
    return np.where(A > 0.0, y, x) - x[1] * np.sin(y)


def places(x):
    y = np.zeros((3, len(x)))
    y[0] = x**2
    y[1, ::2] = x[::2] * x[1]
    y[2, np.array([0, 0, 3])] += x[np.array([4, 1, 4])]
    y[0][x > 0.0] = 2.0 * x[-1]
    return y[:, 1:] * y[:, :-1]


def axes(x):
    y = np.outer(x, x**2).reshape(5, 1, 5) + x[:, None, None]
    return np.transpose(y, (2, 0, 1)).sum(axis=2) + np.cumsum(y[:, 0], axis=0).T + np.broadcast_to(x[2] * x, (5, 5))


def joined(x):
    return np.concatenate([np.stack([x, np.ones(5)]), np.full((1, 5), x[0])], axis=0)


def spectrum(x):
    return np.abs(np.fft.fft(np.fft.irfft(np.fft.rfft(x**2), 5) * x)) ** 2


def of_vectors(x, A):
    return (x @ x) * (A @ x) + x @ A


def of_matrices(x, A):
    y = A * x
    return y @ A + A @ y + y @ y


def of_stacks(x, A, S):
    y = S * x
    return (S @ (A * x)).sum(axis=0) + (y @ A).sum(axis=0) + (x @ np.transpose(y, (0, 2, 1))).sum() + (y @ x).sum()


def systems(x, A):
    inverse = np.linalg.inv(A + np.diag(x))
    return np.linalg.solve(A * x, x**2) + inverse @ x + np.linalg.slogdet(A * x)[1]


def factored(x, A):
    return np.linalg.cholesky(A @ A.T + np.outer(x, x))[-1]


def loops(x):
    total, state = 0.0, np.zeros(2)
    for i in range(len(x)):
        if x[i] > 0.0:
            total = total + math.sin(x[i]) * x[i - 1]
        state[i % 2] = state[i % 2] * 0.5 + total
    while total < 3.0:
        total = total + x[0] ** 2
    return np.array([total, state[0], state[1] * total])


def starts_fixed(x):
    y, z = np.ones(3), 1.0
    for i in range(3):
        y = y * x[i]
        z = z * x[i] if i else z
    return y * z


def helper(x, k):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.sin(x[i] * k) * np.cos(x[i - 1]) + np.exp(-x[i] ** 2) * k - x[i] ** 3
    return y


def helpers(x):
    return helper(x, 2.0) * helper(x**2, 3.0) + helper(helper(x, 1.0), 0.5)


def single(x):
    return np.exp(x) * x.sum() + np.linalg.norm(x)


def constant(x):
    return np.ones(3) * len(x)


def several(x, A):
    return A @ x, np.sum(x**2), x[0]


def of_matrix(A, x):
    return A @ x * A[0, 0]


CASES = [
    (elementwise, X, A), (places, X), (axes, X), (joined, X), (spectrum, X), (of_vectors, X, A), (of_matrices, X, A),
    (of_stacks, X, A, S), (systems, X, A), (factored, X, A), (loops, X), (starts_fixed, X), (helpers, X), (single, SINGLE),
    (constant, X), (several, X, A), (of_matrix, A, X), (elementwise, X[:2], np.ones((1, 2))), (loops, X[:2]),
]  # fmt: skip
NAMES = [f"{case[0].__name__}-{np.size(case[1])}" for case in CASES]


def flat(value):
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, tuple) else [value]


def assert_alike(found, wanted, tolerance):
    for one, other in zip(flat(found), flat(wanted), strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_as_one_by_one(verb, case):
    fun, *args = case
    wanted = verb(fun, batch=1)(*args)
    for batch in (2, 64):
        made = verb(fun, batch=batch, verify=True)
        assert "units" in made.source(*args) or fun in (constant, several)
        assert_alike(made(*args), wanted, 1e-5 if args[0] is SINGLE else 1e-12)


@pytest.mark.parametrize("fun", [places, loops, axes, starts_fixed], ids=lambda fun: fun.__name__)
def test_against_differences(fun):
    """Without a Jacobian one by one to compare with."""
    found, h = jacfwd(fun)(X), 1e-3
    for column, unit in enumerate(np.eye(5)):
        at = [fun(X + k * h * unit) for k in (-3, -2, -1, 1, 2, 3)]
        slope = (at[5] - at[0] - 9 * (at[4] - at[1]) + 45 * (at[3] - at[2])) / (60 * h)
        np.testing.assert_allclose(found[..., column], slope, rtol=1e-8, atol=1e-8)


def test_hessian():
    def f(x):
        return np.sum(np.tanh(A @ x) ** 2) + np.prod(x[:2]) * x[3]

    second = hessian(f)
    assert "units" in second.source(X)
    assert_alike(second(X), hessian(f, batch=1)(X), 1e-12)
    np.testing.assert_allclose(second(X), second(X).T, rtol=1e-12, atol=1e-13)


def recursive(x, n):
    return x * recursive(x, n - 1) if n > 0 else np.cos(x)


def listed(x):
    kept = []
    for v in x:
        if v > 0.0:
            kept.append(v * x)
    return np.array([np.sum(v) for v in kept])


@pytest.mark.parametrize(("fun", "args"), [(recursive, (X, 3)), (listed, (X,))], ids=["recursive", "listed"])
def test_without_a_batch(fun, args):
    """What has no batch is computed one by one."""
    made = jacfwd(fun)
    assert "units" not in made.source(*args)
    np.testing.assert_allclose(made(*args), jacrev(fun, batch=1)(*args), rtol=1e-12)


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
@pytest.mark.parametrize("fun", [places, loops, helpers], ids=lambda fun: fun.__name__)
def test_under_numba(verb, fun):
    """One by one, unless a batch is asked for."""
    made = verb(fun, backend="numba", batch=2)
    assert "units" in made.source(X)
    assert_alike(made(X), verb(fun, batch=1)(X), 1e-12)
    assert "units" not in verb(fun, backend="numba").source(X)


@pytest.mark.parametrize("batch", [0, -1, 2.0, True, "all"])
def test_a_batch_that_is_none(batch):
    with pytest.raises(UserError, match="columns at once: 1 or more"):
        jacfwd(places, batch=batch)(X)

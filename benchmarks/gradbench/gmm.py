"""gmm: the posterior of a mixture of Gaussians, with a Wishart prior on the factors of their precisions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, directions, floats, primal, slope


def prior_constant(d, k, m, gamma):
    """What the prior adds whatever the parameters are."""
    nu = d + m + 1
    value = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(d):
        value += math.lgamma(0.5 * (nu - j))
    return k * (nu * d * (math.log(gamma) - 0.5 * math.log(2.0)) - value)


# -- loops -------------------------------------------------------------------------------------------------------------


def logsumexp_loops(terms):
    largest = terms[0]
    for j in range(1, len(terms)):
        largest = max(largest, terms[j])
    total = 0.0
    for j in range(len(terms)):
        total += math.exp(terms[j] - largest)
    return largest + math.log(total)


def objective_loops(alpha, mu, q, below, x, m, gamma):
    n, d = x.shape
    k = len(alpha)
    diagonal = np.exp(q)
    log_det = np.zeros(k)
    for j in range(k):
        for c in range(d):
            log_det[j] += q[j, c]
    centred = np.zeros(d)
    scaled = np.zeros(d)
    terms = np.zeros(k)
    value = 0.0
    for i in range(n):
        for j in range(k):
            for c in range(d):
                centred[c] = x[i, c] - mu[j, c]
                scaled[c] = diagonal[j, c] * centred[c]
            at = 0
            for c in range(d):
                for r in range(c + 1, d):
                    scaled[r] += below[j, at] * centred[c]
                    at += 1
            square = 0.0
            for c in range(d):
                square += scaled[c] * scaled[c]
            terms[j] = alpha[j] + log_det[j] - 0.5 * square
        value += logsumexp_loops(terms)
    frobenius = 0.0
    for j in range(k):
        for c in range(d):
            frobenius += diagonal[j, c] ** 2
        for c in range(d * (d - 1) // 2):
            frobenius += below[j, c] ** 2
    for j in range(k):
        value += m * log_det[j]
    value -= n * (0.5 * d * math.log(2.0 * math.pi) + logsumexp_loops(alpha))
    return value - 0.5 * gamma**2 * frobenius + prior_constant(d, k, m, gamma)


# -- NumPy -------------------------------------------------------------------------------------------------------------


def logsumexp_rows(terms):
    largest = np.max(terms, axis=1)
    return largest + np.log(np.sum(np.exp(terms - largest[:, None]), axis=1))


def objective_numpy(alpha, mu, q, below, x, m, gamma):
    n, d = x.shape
    k = len(alpha)
    columns, rows = np.triu_indices(d, 1)
    factors = np.zeros((k, d, d))
    factors[:, rows, columns] = below
    factors += np.exp(q)[:, :, None] * np.eye(d)
    log_det = np.sum(q, axis=1)
    terms = np.zeros((n, k))
    for j in range(k):
        scaled = (x - mu[j]) @ factors[j].T
        terms[:, j] = alpha[j] + log_det[j] - 0.5 * np.sum(scaled**2, axis=1)
    likelihood = np.sum(logsumexp_rows(terms)) - n * logsumexp_rows(alpha[None, :])[0]
    prior = m * np.sum(q) - 0.5 * gamma**2 * np.sum(factors**2) + prior_constant(d, k, m, gamma)
    return likelihood - 0.5 * n * d * math.log(2.0 * math.pi) + prior


# -- the eval ----------------------------------------------------------------------------------------------------------

PROGRAMS = {"loops": objective_loops, "numpy": objective_numpy}
PARAMETERS = ("alpha", "mu", "q", "l")


def arguments(given: Input) -> tuple[Any, ...]:
    k, d = int(given["k"]), int(given["d"])
    shapes = {"alpha": (k,), "mu": (k, d), "q": (k, d), "l": (k, d * (d - 1) // 2)}
    parameters = [floats(given[name]).reshape(shape) for name, shape in shapes.items()]
    return (*parameters, floats(given["x"]), int(given["m"]), float(given["gamma"]))


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    sizes = [(2, 3, 7), (1, 2, 5)] if quick else [(2, 5, 1000), (10, 25, 1000), (32, 50, 1000), (64, 100, 1000)]
    for d, k, n in sizes:
        rng = np.random.default_rng(31337)
        drawn = {
            "x": rng.normal(size=(n, d)),
            "alpha": rng.normal(size=k),
            "mu": rng.uniform(size=(k, d)),
            "q": rng.normal(size=(k, d)),
            "l": rng.normal(size=(k, d * (d - 1) // 2)),
        }
        lists = {name: value.tolist() for name, value in drawn.items()}
        yield f"{d}_{k}_{n}", {"d": d, "k": k, "n": n, **lists, "m": 0, "gamma": 1.0}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    if name == "objective":
        assert_close(result, posterior(*args), 1e-10)
        return
    parameters, rest = args[:4], args[4:]
    for along in directions(0, *parameters):

        def moved(t: float, along: list[np.ndarray] = along) -> float:
            return posterior(*(p + t * unit for p, unit in zip(parameters, along)), *rest)

        assert_close(sum(float(np.sum(g * unit)) for g, unit in zip(result, along)), slope(moved, 1e-4))


def posterior(
    alpha: np.ndarray, mu: np.ndarray, q: np.ndarray, below: np.ndarray, x: np.ndarray, m: int, gamma: float
) -> float:
    """Another way to the objective: one component at a time, the factor filled column by column."""
    (n, d), k = x.shape, len(alpha)
    terms, frobenius = np.empty((n, k)), 0.0
    for j in range(k):
        factor, at = np.diag(np.exp(q[j])), 0
        for c in range(d):
            factor[c + 1 :, c] = below[j, at : at + d - 1 - c]
            at += d - 1 - c
        terms[:, j] = alpha[j] + q[j].sum() - 0.5 * np.sum((factor @ (x - mu[j]).T) ** 2, axis=0)
        frobenius += np.sum(factor**2)
    nu = d + m + 1
    log_gamma = 0.25 * d * (d - 1) * math.log(math.pi) + sum(math.lgamma(0.5 * (nu + 1 - j)) for j in range(1, d + 1))
    value = np.logaddexp.reduce(terms, axis=1).sum() - n * (0.5 * d * math.log(2 * math.pi) + np.logaddexp.reduce(alpha))
    value += k * (nu * d * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma)
    return float(value - 0.5 * gamma**2 * frobenius + m * q.sum())


EVAL = Eval(
    "gmm",
    tuple(PROGRAMS),
    {
        "objective": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "jacobian": Function(
            lambda style, backend: grad(PROGRAMS[style], (0, 1, 2, 3), backend=backend),
            lambda result: {name: part.tolist() for name, part in zip(PARAMETERS, result)},
        ),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy", "numba": "numpy"},
    value="objective",
    derivatives=("jacobian",),
)

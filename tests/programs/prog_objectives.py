"""Objectives of optimisation and statistics."""

import math

import numpy as np
from prog_corpus import Program, numbers, signed


def rosenbrock_loop(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def rosenbrock_slices(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def logistic_loop(w, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = 0.0
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += math.log(1.0 + math.exp(-z)) + (1.0 - y[i]) * z
    return total / len(y)


def logistic_arrays(w, X, y, ridge=0.1):
    z = X @ w
    return np.mean(np.logaddexp(0.0, z) - y * z) + 0.5 * ridge * np.dot(w, w)


def logsumexp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def gmm(alphas, means, icf, X):
    """Log-likelihood of a Gaussian mixture with diagonal precisions, points in a loop."""
    n, d = X.shape
    k = alphas.shape[0]
    q = np.exp(icf)
    logdets = np.sum(icf, axis=1)
    total = 0.0
    for i in range(n):
        terms = np.zeros(k)
        for j in range(k):
            diff = q[j] * (X[i] - means[j])
            terms[j] = alphas[j] + logdets[j] - 0.5 * np.sum(diff**2)
        total += logsumexp(terms)
    return total - n * logsumexp(alphas)


def gmm_arrays(alphas, means, icf, X):
    """The same, broadcast."""
    diff = (X[:, None, :] - means[None, :, :]) * np.exp(icf)
    inner = alphas + icf.sum(axis=1) - 0.5 * (diff**2).sum(axis=2)
    m = inner.max(axis=1, keepdims=True)
    lse = m[:, 0] + np.log(np.exp(inner - m).sum(axis=1))
    return lse.sum() - len(X) * logsumexp(alphas)


Y = np.array([0.0, 1.0, 1.0, 0.0])
MIXTURE = (signed(3), signed(3, 2, seed=1), 0.3 * signed(3, 2, seed=2), signed(4, 2, seed=3))

PROGRAMS = [
    Program(rosenbrock_loop, ((signed(5),), (signed(1),))),
    Program(rosenbrock_slices, ((signed(5),), (signed(1),))),
    Program(logistic_loop, ((signed(2), signed(4, 2, seed=1), Y),)),
    Program(logistic_arrays, ((signed(2), signed(4, 2, seed=1), Y), (signed(2), signed(4, 2, seed=1), Y, 0.7)), analytic=False),
    Program(logsumexp, ((signed(4),), (signed(4) * 100.0,))),
    Program(gmm, (MIXTURE,)),
    Program(gmm_arrays, (MIXTURE,)),
]

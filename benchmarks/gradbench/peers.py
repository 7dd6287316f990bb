"""Some of the evals in JAX, where it is installed: a scale that other tables of GradBench have, too."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
from collections.abc import Callable
from typing import Any

from benchmarks.gradbench.evals import Call


def jax_of(name: str) -> Call | None:
    """The derivative of an eval, which waits for its result; None where there is none."""
    if name not in WRITTEN or importlib.util.find_spec("jax") is None:
        return None
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    compiled = WRITTEN[name](jax, jax.numpy)
    return lambda *args: jax.block_until_ready(compiled(*args))


def _lse(jax: Any, np: Any) -> Call:
    def value(x):
        largest = np.max(x)
        return largest + np.log(np.sum(np.exp(x - largest)))

    return jax.jit(jax.grad(value))


def _llsq(jax: Any, np: Any) -> Call:
    def value(x, n):
        t = np.linspace(-1.0, 1.0, n)
        powers = t[:, None] ** np.arange(len(x))
        return 0.5 * np.sum((np.sign(t) - powers @ x) ** 2)

    return jax.jit(jax.grad(value), static_argnums=1)


def _kmeans(jax: Any, np: Any) -> Call:
    def cost(points, centroids):
        squares = np.sum(points**2, axis=1)[:, None] + np.sum(centroids**2, axis=1)
        return np.sum(np.min(squares - 2.0 * points @ centroids.T, axis=1))

    def direction(points, centroids):
        gradient = functools.partial(jax.grad(cost, 1), points)
        first, second = jax.jvp(gradient, (centroids,), (np.ones_like(centroids),))
        return first / second

    return jax.jit(direction)


def _ode(jax: Any, np: Any) -> Call:
    def rates(x, y):
        return np.concatenate((x[:1], x[1:] * y[:-1]))

    def last(x, s):
        h = 2.0 / s

        def step(y, _):
            k1 = rates(x, y)
            k2 = rates(x, y + h * k1 / 2.0)
            k3 = rates(x, y + h * k2 / 2.0)
            k4 = rates(x, y + h * k3)
            return y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0, None

        return jax.lax.scan(step, np.zeros_like(x), None, length=s)[0][-1]

    return jax.jit(jax.grad(last), static_argnums=1)


def _gmm(jax: Any, np: Any) -> Call:
    def objective(alpha, mu, q, below, x, m, gamma):
        (n, d), k = x.shape, len(alpha)
        columns, rows = np.triu_indices(d, 1)
        factors = np.zeros((k, d, d)).at[:, rows, columns].set(below) + np.exp(q)[:, :, None] * np.eye(d)
        scaled = np.einsum("krc,nkc->nkr", factors, x[:, None, :] - mu)
        terms = alpha + np.sum(q, axis=1) - 0.5 * np.sum(scaled**2, axis=2)
        lse = jax.scipy.special.logsumexp
        prior = m * np.sum(q) - 0.5 * gamma**2 * np.sum(factors**2)
        return np.sum(lse(terms, axis=1)) - n * (0.5 * d * math.log(2.0 * math.pi) + lse(alpha)) + prior

    return jax.jit(jax.grad(objective, (0, 1, 2, 3)))


def _lstm(jax: Any, np: Any) -> Call:
    def loss(main, extra, state, sequence):
        (steps, b), layers = sequence.shape, len(main) // 2
        weights, biases = main[0::2].reshape(layers, 4, b), main[1::2].reshape(layers, 4, b)

        def step(carried, rows):
            hidden, cell = carried
            signal, now, then = rows[0] * extra[0], [], []
            for i in range(layers):
                forget, outgate = (jax.nn.sigmoid(signal * weights[i, j] + biases[i, j]) for j in (0, 2))
                ingate = jax.nn.sigmoid(hidden[i] * weights[i, 1] + biases[i, 1])
                change = np.tanh(hidden[i] * weights[i, 3] + biases[i, 3])
                then.append(cell[i] * forget + ingate * change)
                signal = outgate * np.tanh(then[-1])
                now.append(signal)
            predicted = signal * extra[1] + extra[2]
            predicted -= np.log(2.0 + np.sum(np.exp(predicted)))
            return (np.stack(now), np.stack(then)), np.sum(rows[1] * predicted)

        _, totals = jax.lax.scan(step, (state[0::2], state[1::2]), (sequence[:-1], sequence[1:]))
        return -np.sum(totals) / ((steps - 1) * b)

    return jax.jit(jax.grad(loss, (0, 1)))


WRITTEN: dict[str, Callable[[Any, Any], Call]] = {
    "lse": _lse, "llsq": _llsq, "kmeans": _kmeans, "ode": _ode, "gmm": _gmm, "lstm": _lstm,
}  # fmt: skip

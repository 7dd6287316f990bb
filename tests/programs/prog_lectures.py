"""The lecture notes: scalar formulas, a value on several paths, |x| at 0, products, a small network."""

import math

import numpy as np
from prog_corpus import Program, numbers, signed


def product_and_sine(x1, x2):
    return x1 * x2 + math.sin(x1)


def classic(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def classic_numpy(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def several_paths(x):
    y = math.sin(x)
    z = y * x
    w = y + z * y
    return w * z + y / (1.0 + w * w)


def abs_at_or_above(x):
    if x >= 0:
        return x
    return -x


def abs_above(x):
    if x > 0:
        return x
    return -x


def abs_expression(x):
    return x if x >= 0 else -x


def product_loop(theta):
    p = 1.0
    for i in range(len(theta)):
        p = p * theta[i]
    return p


def product_iterated(theta):
    p = 1.0
    for t in theta:
        p *= t
    return p


def product_unrolled(a, b, c, d, e):
    return a * b * c * d * e


def product_numpy(theta):
    return np.prod(theta)


def mlp_left(W1, b1, W2, b2, X, y):
    h = np.tanh(W1 @ X + b1[:, np.newaxis])
    out = W2 @ h + b2[:, np.newaxis]
    return np.mean((out - y) ** 2)


def mlp_right(X, W1, b1, W2, b2, labels):
    h = np.tanh(X @ W1 + b1)
    z = h @ W2 + b2
    shifted = z - np.max(z, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def softmax_cross_entropy(z, targets):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return -(targets * np.log(p)).sum() / z.shape[0]


TARGETS = np.eye(4)[[0, 3, 1]]

PROGRAMS = [
    Program(product_and_sine, ((2.0, 5.0), (-0.3, 0.7))),
    Program(classic, ((2.0, 5.0),)),
    Program(classic_numpy, ((2.0, 5.0), (np.float64(2.0), np.float64(5.0)), (numbers(3), numbers(3, seed=1)))),
    Program(several_paths, ((0.7,), (-2.0,))),
    Program(abs_at_or_above, ((1.5,), (-1.5,)), analytic=False),
    Program(abs_above, ((1.5,), (-1.5,)), analytic=False),
    Program(abs_expression, ((1.5,), (-1.5,)), analytic=False),
    Program(product_loop, ((signed(5),), (np.array([2.0, 0.0, 3.0]),), (np.array([]),), (signed(1),))),
    Program(product_iterated, ((signed(5),), (np.array([]),))),
    Program(product_unrolled, ((1.5, -2.0, 0.5, 3.0, 1.1), (0.0, 1.0, 2.0, 0.0, 3.0))),
    Program(product_numpy, ((signed(5),), (np.array([2.0, 0.0, 3.0]),))),
    Program(
        mlp_left, ((signed(3, 2), signed(3, seed=1), signed(2, 3, seed=2), signed(2, seed=3), signed(2, 4), signed(2, 4, seed=5)),)
    ),
    Program(
        mlp_right,
        ((signed(4, 2), signed(2, 3, seed=1), signed(3, seed=2), signed(3, 5, seed=3), signed(5), np.array([0, 4, 2, 2])),),
    ),
    Program(softmax_cross_entropy, ((signed(3, 4), TARGETS),)),
]

"""The worked examples of the usual lecture notes on automatic differentiation."""

import math

import numpy as np


def simple(x1: float, x2: float):
    return x1 * x2 + math.sin(x1)


def classic(x1: float, x2: float):
    """At (2, 5) the derivatives are 5.5 and 2 - cos(5) = 1.7163…"""
    return math.log(x1) + x1 * x2 - math.sin(x2)


def abs_left(x: float):
    """At 0 the branch `x >= 0` is taken: the derivative is 1."""
    if x >= 0:
        return x
    return -x


def abs_right(x: float):
    """At 0 the branch `x > 0` is not taken: the derivative is -1."""
    if x > 0:
        return x
    return -x


def product(theta: "f64[:]"):
    p = 1.0
    for i in range(len(theta)):
        p = p * theta[i]
    return p


def product_unrolled(a: float, b: float, c: float, d: float, e: float):
    """Differentiated symbolically this costs about n² multiplications; the code generated for it, at most 3n."""
    return a * b * c * d * e


def several_paths(x: float):
    """`y` reaches the result on three paths, whose adjoints add up."""
    y = math.exp(x)
    return y * y + x * y


def cross_entropy(W: "f64[:, :]", b: "f64[:]", X: "f64[:, :]", labels: "i64[:]"):
    z = X @ W + b
    shifted = z - np.max(z, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(classic, argnums=(0, 1)).source())
    print(grad(classic, argnums=(0, 1))(2.0, 5.0))
    print(grad(abs_left)(0.0), grad(abs_right)(0.0))
    print(grad(product)(np.array([2.0, 3.0, 4.0])))

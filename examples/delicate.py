"""A function whose derivative is delicate: of log(1 + exp(x)) a program gives 0 where x is large, a rule of one line 1."""

import numpy as np

from autodiff_compiler import custom_jvp


@custom_jvp
def log1pexp(x):
    return np.log1p(np.exp(x))


@log1pexp.defjvp
def log1pexp_jvp(primals, tangents):
    (x,), (x_dot,) = primals, tangents
    return log1pexp(x), (1.0 - 1.0 / (1.0 + np.exp(x))) * x_dot


def loss(w: "float64[:]", x: "float64[:, :]", y: "float64[:]"):
    z = x @ w
    return np.sum(log1pexp(z)) - y @ z


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(loss).source())
    print(f"with the rule, at 1000: {grad(log1pexp)(1000.0)}, without: {grad(log1pexp.fun)(1000.0)}")

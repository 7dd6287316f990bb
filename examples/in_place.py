"""Arrays that are overwritten while they are read: a recurrence, prefix products, a sort."""

import numpy as np


def recurrence(x: "f64[:]", y: "f64[:]"):
    y = y.copy()
    for i in range(1, len(y)):
        y[i] = y[i - 1] * x[i] + y[i]
    return y[-1]


def prefix_products(x: "f64[:]"):
    p = x.copy()
    for i in range(1, len(p)):
        p[i] *= p[i - 1]
    return np.sum(p)


def bubble_sort(x: "f64[:]", w: "f64[:]"):
    """A weighted sum of the sorted elements."""
    x = x.copy()
    for i in range(len(x)):
        for j in range(len(x) - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return np.sum(w * x)


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(bubble_sort).source())
    print(grad(bubble_sort)(np.array([3.0, 1.0, 2.0]), np.array([10.0, 20.0, 30.0])))

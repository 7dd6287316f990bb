"""Functions that call themselves: a determinant by minors, and a sum over a tree of halves."""

import numpy as np


def determinant(A: "f64[:, :]"):
    """By minors of the first row."""
    n = len(A)
    if n == 1:
        return A[0, 0]
    total = 0.0
    for j in range(n):
        minor = np.concatenate((A[1:, :j], A[1:, j + 1 :]), axis=1)
        total += (-1.0) ** j * A[0, j] * determinant(minor)
    return total


def log_sum_exp(x: "f64[:]"):
    """Of the halves, so that rounding errors grow with the logarithm of the length."""
    if len(x) == 1:
        return x[0]
    middle = len(x) // 2
    return np.logaddexp(log_sum_exp(x[:middle]), log_sum_exp(x[middle:]))


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(determinant).source())
    A = np.array([[2.0, 1.0, 0.5], [0.3, 1.5, -1.0], [1.0, 0.2, 3.0]])
    print("gradient of the determinant", grad(determinant)(A), sep="\n")
    print("its adjugate, transposed   ", np.linalg.det(A) * np.linalg.inv(A).T, sep="\n")

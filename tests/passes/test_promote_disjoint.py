"""Promotion where the loop also touches other elements of the array: allowed only if they are proven to be others."""

import numpy as np

from autodiff_compiler import check_grads, grad
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.walk import all_ops


def eliminate(A):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += A[k, k] ** 2
    return total


def may_coincide(x, k):
    y = x.copy()
    for j in range(len(x)):
        y[k] += y[j] * x[j]
    return y[k] * y[0]


def innermost_accums(function, *args):
    """How many additions to arrays stand in the innermost loops of the derivative."""
    found = []
    for op in all_ops(parse_function(grad(function).ir(*args, stage="derivative")).body):
        inner = [child for region in op.regions for child in region.ops]
        if op.kind == "for" and not any(child.kind == "for" for child in inner):
            found.append(sum(child.kind == "accum" for child in inner))
    return found


def test_a_sum_into_another_column_is_kept_in_a_scalar():
    matrix = np.random.default_rng(0).random((5, 5)) + 5 * np.eye(5)
    assert max(innermost_accums(eliminate, matrix)) == 1
    check_grads(eliminate, (matrix,), order=2)


def test_no_element_is_taken_out_that_the_loop_may_read():
    x = np.array([0.3, 0.7, 0.2])
    for k in (0, 1, -1):
        check_grads(may_coincide, (x, k), order=1)
        step = 1e-30
        expected = [may_coincide(x + 1j * step * e, k).imag / step for e in np.eye(3)]
        np.testing.assert_allclose(grad(may_coincide)(x, k), expected, rtol=1e-12)

"""Arguments that share memory, when the function writes into one of them."""

import numpy as np
import pytest

from autodiff_compiler import UserError, grad, jvp, vjp

CAPTURED = np.array([1.0, 2.0, 3.0])


def writes(x, y):
    x[0] = 2.0 * y[1]
    return np.sum(x * y)


def reads(x, y):
    return np.sum(x * y)


def writes_a_copy(x, y):
    x = x.copy()
    x[0] = 2.0 * y[1]
    return np.sum(x * y)


def swaps_and_writes(x, y, n):
    for _ in range(n):
        x, y = y, x
    x[0] = 5.0 * y[1]
    return np.sum(x * y)


def writes_beside_captured(x):
    x[0] = x[1] * CAPTURED[1]
    return np.sum(x * CAPTURED)


def writes_a_part(params):
    params["a"][0] = params["b"][1] ** 2
    return np.sum(params["a"] * params["b"])


@pytest.mark.parametrize("call", [
    grad(writes),
    lambda x, y: jvp(writes, (x, y), (x, None)),
    lambda x, y: vjp(writes, x, y),
    lambda x, y: grad(swaps_and_writes)(x, y, 3),
    lambda x, y: grad(writes_a_part)({"a": x, "b": y}),
])  # fmt: skip
def test_overlap_is_refused_and_its_absence_is_not(call):
    memory = np.arange(1.0, 7.0)
    call(memory[:3], memory[3:])
    call(memory[::2], memory[1::2])
    for x, y in ((memory[:3], memory[:3]), (memory[:3], memory[2:5]), (memory[:3], memory[2::-1])):
        with pytest.raises(UserError, match="AD427"):
            call(x, y)


def test_shared_memory_is_harmless_where_nothing_is_written():
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(grad(reads, argnums=(0, 1))(x, x), (x, x))
    np.testing.assert_array_equal(grad(writes_a_copy)(x, x), [0.0, 2.0, 3.0])


def test_overlap_with_a_captured_array():
    np.testing.assert_array_equal(grad(writes_beside_captured)(np.ones(3)), [0.0, 4.0, 3.0])
    with pytest.raises(UserError, match="AD427"):
        grad(writes_beside_captured)(CAPTURED)

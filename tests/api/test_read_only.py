"""An array that may not be written is not written by a derivative either: NumPy's error, before anything runs."""

import numpy as np
import pytest

from autodiff_compiler import grad, jvp


def doubled(x, y):
    x[:] = 2.0 * x
    return np.sum(x * y)


def locked(values):
    array = np.array(values)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_writing_into_a_read_only_argument_raises(backend):
    free, fixed = np.array([1.0, 2.0]), locked([1.0, 2.0])
    gradient = grad(doubled, backend=backend)
    expected = gradient(free, fixed)
    with pytest.raises(ValueError, match="read-only"):
        doubled(fixed, free)
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            gradient(fixed, free)
        np.testing.assert_array_equal(gradient(free, fixed), expected)
    with pytest.raises(ValueError, match="read-only"):
        jvp(doubled, (fixed, free), (free, free), backend=backend)

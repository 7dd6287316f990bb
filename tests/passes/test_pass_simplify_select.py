"""`np.where` of two equal arrays, or of a known condition: what is chosen may be stretched by what is not."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad

X = np.array([[0.3, -0.7, 1.2]])


def of_equal_arrays(x):
    return np.sum(np.where(x.T > 0.0, x, x) * np.arange(9.0).reshape(3, 3))


def of_a_known_condition(x):
    return np.sum(np.where(True, x, x.T) ** 2) + 2.0 * np.sum(np.where(False, x.T, 3.0 * x) ** 2)


def decided_by_a_branch(x):
    if len(x) == 1:
        return np.sum(np.where(len(x) == 1, x, np.zeros((4, 3))) ** 2)
    return 0.0


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("program", [of_equal_arrays, of_a_known_condition, decided_by_a_branch], ids=lambda p: p.__name__)
def test_what_is_chosen_has_the_shape_of_all(program, backend):
    value, gradient = value_and_grad(program, backend=backend)(X)
    assert value == pytest.approx(program(X), rel=1e-14)
    step, direction = 1e-3, np.array([[0.5, 1.0, -0.3]])
    values = [program(X + k * step * direction) for k in (-2, -1, 1, 2)]
    slope = np.dot(values, (1.0, -8.0, 8.0, -1.0)) / (12.0 * step)
    assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_store_that_does_not_fit_raises(backend):
    def program(x):
        x = x.copy()
        x[1:] += np.where(x[1::-1] > 0.17, x[-1:0:-1], x[-1:0:-1])
        return np.sum(x * x)

    with pytest.raises(ValueError, match="broadcast"):
        value_and_grad(program, backend=backend)(np.array([-0.7, 0.1]))

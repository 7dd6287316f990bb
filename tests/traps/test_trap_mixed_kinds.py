"""Numbers that are Python's on one path and NumPy's, or None, on the other."""

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, grad, value_and_grad
from autodiff_compiler.ir.interp import run

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])


def either(x):
    if x > 0.5:
        return 2.0
    return np.prod(np.array([x, 2.0]))


def divided(x):
    e = either(x)
    try:
        z = e / 0.0
    except ZeroDivisionError:
        z = 3.0
    return z * x


def divided_as_pythons(x):
    e = float(either(x))
    try:
        z = e / (x - x)
    except ZeroDivisionError:
        z = 3.0
    return z * x


def raised_to(x):
    e = either(x)
    try:
        z = e**400.0
    except OverflowError:
        z = 1.0
    return z * x


def smaller_of_both(x):
    g = min(0.6, np.prod(np.array([x, 2.0])))
    try:
        z = g % 0
    except ZeroDivisionError:
        z = 3.0
    return z * x


def one_of_a_list(x):
    a = np.array([x, 2.0])
    items = [0.5, a[0]]
    try:
        z = items[int(a[1] - 2.0)] / (x - x)
    except ZeroDivisionError:
        z = 3.0
    return z * x


def last_of_a_list(x):
    items = []
    for v in np.array([x, 2.0]):
        items.append(v)
    items.append(0.5)
    try:
        z = items[-1] / (x - x)
    except ZeroDivisionError:
        z = 3.0
    return z * x


@pytest.mark.parametrize("f", [divided, raised_to, smaller_of_both, one_of_a_list, last_of_a_list])
def test_what_only_python_raises(f):
    with pytest.raises(UnsupportedError) as caught:
        grad(f)(0.7)
    assert caught.value.code == "AD116"
    assert "float(" in caught.value.help


@BACKENDS
def test_a_number_that_is_made_pythons(backend):
    for x in (0.3, 0.7):
        assert value_and_grad(divided_as_pythons, backend=backend)(x) == (3.0 * x, 3.0)


def test_outside_of_a_try_nothing_is_refused():
    with np.errstate(divide="ignore"):
        assert grad(lambda x: either(x) * x)(0.7) == 2.0


def found_or(x):
    found = None
    if x > 0.5:
        found = x
    g = found or x * 3.0
    return g * x


def found_is(x):
    found = None
    if x > 0.5:
        found = 2.0
    return x * x if found == 2.0 else x


@pytest.mark.parametrize(("f", "slopes"), [(found_or, {0.4: 2.4, 0.7: 1.4}), (found_is, {0.4: 1.0, 0.7: 1.4})])
@BACKENDS
def test_none_is_not_computed_with(f, slopes, backend):
    derivative = grad(f, backend=backend, verify=True)
    for x, slope in slopes.items():
        assert derivative(x) == pytest.approx(slope, rel=1e-15)
        assert run(derivative.stages(x)["primal"], [x])[0] == f(x)

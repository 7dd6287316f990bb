"""What NumPy has objects for: methods of ufuncs, `np.r_` and its kin, `np.ndindex`, `np.vectorize`, slices as objects."""

from __future__ import annotations

import numpy as np
import pytest
from sample_values import m23, v4

from autodiff_compiler import UnsupportedError, grad, jvp
from autodiff_compiler.testing import check_grads

w = m23 / 3.0 + 1.2
MIDDLE = np.s_[1:3]
CHOICE = slice(None, None, 2)


def total(y):
    return np.sum(y * np.reshape(np.arange(1.0, y.size + 1.0), y.shape)) + np.sum(y * y)


def at(x):
    y = x * 1.0
    np.multiply.at(y, np.array([0, 0, 2]), np.array([2.0, 3.0, x[1]]))
    np.negative.at(y, [1, 1, 3])
    np.add.at(y, [1, 1], x[0])
    return total(y)


def places(x):
    result = 0.0
    for i, j in np.ndindex(2, 3):
        result = result + x[i, j] ** 2 * (i + 2 * j)
    for place in np.ndindex(x.shape):
        result = result + x[place] ** 3
    return result


def places_and_values(x):
    result = 0.0
    for (i, j), v in np.ndenumerate(x):
        result = result + v**2 * (i + 2 * j)
    return result


@np.vectorize
def branching(a, b):
    return a * a * b if a > 0 else b


cubed = np.vectorize(lambda t: t**3, otypes=[float])


def made_inside(x):
    f = np.vectorize(lambda t, k=2.0: t**2 * k)
    return total(f(x, k=x[0, 0])) + total(cubed(x))


PROGRAMS = {
    "reduce": (lambda x: total(np.subtract.reduce(x, axis=1)) + total(np.divide.reduce(x, keepdims=True)), w),
    "reduce of a vector": (lambda x: np.hypot.reduce(x) + np.logaddexp.reduce(x) ** 2, v4),
    "accumulate": (lambda x: total(np.maximum.accumulate(x, axis=1)) + total(np.multiply.accumulate(x)), w),
    "outer": (lambda x: total(np.multiply.outer(x, x[0])) + total(np.subtract.outer(x[0], x)), w),
    "reduceat": (lambda x: total(np.multiply.reduceat(x, [0, 2, 1])), v4),
    "at": (at, v4),
    "r_": (lambda x: total(np.r_[x, 1.0, x[0], 2:4, 0:1:3j, [2.0, x[1]]]), v4),
    "r_ with a directive": (lambda x: total(np.r_["0,2", x, x * 2]) + total(np.r_["-1,2,0", x, x * 2]), v4),
    "r_ of matrices": (lambda x: total(np.r_[x, x + 1]) + total(np.r_["1", x, x + 1]), w),
    "c_": (lambda x: total(np.c_[x, x * x]), v4),
    "mgrid": (lambda x: total(np.mgrid[0:2, 0:3][0] * x) + total(np.mgrid[-1:1:3j] * x[0]) + total(np.mgrid[0:3:2]) * x[0, 0], w),
    "mgrid of run time": (lambda x: total(np.mgrid[x[0, 0] : x[0, 0] + 2.5, 0:2]), w),
    "ogrid": (lambda x: total(np.ogrid[0:2, 0:3][1] * x), w),
    "slices": (lambda x: total(x[MIDDLE]) + total(x[CHOICE]) + total(x[np.s_[1:]]) + sum([x[0], x[1], x[2]][MIDDLE]), v4),
    "indices": (lambda x: total(x[np.s_[0, 1:]]) + total(x[np.index_exp[..., 1]]), w),
    "ndindex": (places, w),
    "ndenumerate": (places_and_values, w),
    "vectorize": (lambda x: total(branching(x, x[0])), m23),
    "vectorize inside": (made_inside, w),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_python(name):
    f, x = PROGRAMS[name]
    check_grads(f, (x,), order=2)
    np.testing.assert_allclose(jvp(f, (x,), (x,))[0], f(x), rtol=1e-14)


@pytest.mark.parametrize("name", ["accumulate", "at", "r_", "mgrid", "ndindex", "vectorize"])
def test_numba(name):
    f, x = PROGRAMS[name]
    check_grads(f, (x,), order=1, backend="numba")


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (lambda x: np.power.reduce(x), "np.power along an axis"),
        (lambda x: np.sum(np.arctan2.accumulate(x)), "np.arctan2 along an axis"),
        (lambda x: total(np.r_["c", x, x]), "np.r_ with 'c'"),
        (lambda x: total(np.vectorize(lambda t: t, signature="(n)->(n)")(x)), "signature="),
        (lambda x: total(branching(x, b=x)), "an array as a keyword"),
        (lambda x: total(x[np.s_[0 : int(x[0])]]), "a bound of np.s_"),
    ],
)
def test_what_is_refused(f, reason):
    with pytest.raises(UnsupportedError, match=reason):
        grad(f)(v4)

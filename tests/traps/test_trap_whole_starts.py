"""Numbers that are integers on one path and floats on another, and arrays made of them."""

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, value_and_grad
from autodiff_compiler.frontend.whole_starts import REASON

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
SOME, NONE = np.array([0.3, 2.0]), np.array([0.3, 0.4])


def filled_with_a_total(x):
    total = 0
    for v in x[x > 1.0]:
        total += v
    row = np.full(3, total)
    row[1] = x[0]
    return row.sum() + total


def made_of_totals(x):
    total, squares = 0, 0
    for v in x[x > 1.0]:
        total += v
        squares += v * v
    means = np.array([total, 2 * squares])
    means /= 4
    return means.sum()


def like_a_total(x):
    total = sum(x[x > 1.0])
    return np.full_like(np.full(2, total), x[0]).sum() + total


def of_an_array_like_a_total(x):
    total = sum([v for v in x if v > 1.0])
    row = np.zeros_like(np.full(2, total) + 1)
    for i in range(2):
        row[i] += x[i] * 0.5
    return row.sum()


def in_another_array(x):
    total = sum([v for v in x if v > 1.0])
    row = 2 * np.repeat(total, 2)
    row = row.copy() if x[0] > 0.2 else np.ones(2)
    row[0] *= 0.7 * x[0]
    return row.sum()


PROGRAMS = (filled_with_a_total, made_of_totals, like_a_total, of_an_array_like_a_total, in_another_array)


def slope(program, x, direction):
    step = 1e-3
    values = [program(x + k * step * direction) for k in (-2, -1, 1, 2)]
    return np.dot(values, (1.0, -8.0, 8.0, -1.0)) / (12.0 * step)


@BACKENDS
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_an_array_of_floats_is_right_and_one_of_integers_raises(program, backend):
    df = value_and_grad(program, backend=backend)
    value, gradient = df(SOME)
    assert value == pytest.approx(program(SOME), rel=1e-14)
    direction = np.array([0.7, -0.4])
    assert gradient @ direction == pytest.approx(slope(program, SOME, direction), rel=1e-9)
    with pytest.raises(TypeError, match=REASON):
        df(NONE)


def beside_a_float(x):
    total = sum([v for v in x if v > 1.0])
    row = np.array([total, 1.5])
    row[0] = x[0] * 0.5
    return row.sum() + total


def with_a_dtype(x):
    total = sum([v for v in x if v > 1.0])
    row = np.array([total, 1], dtype=float)
    row[0] = x[0] * 0.5
    return row.sum() + total


def begun_as_a_float(x):
    total = sum([v for v in x if v > 1.0], 0.0)
    row = np.full(2, total)
    row[0] = x[0] * 0.5
    return row.sum() + total


def never_written(x):
    total = sum([v for v in x if v > 1.0])
    return (np.array([total, 1]) * x).sum()


def written_with_integers(x):
    total = sum([v for v in x if v > 1.0])
    row = np.full(2, total)
    row[0] = total + 1
    row[1] += 2
    return (row * x).sum()


@BACKENDS
@pytest.mark.parametrize("x", [SOME, NONE], ids=["some", "none"])
@pytest.mark.parametrize(
    "program", [beside_a_float, with_a_dtype, begun_as_a_float, never_written, written_with_integers], ids=lambda p: p.__name__
)
def test_where_it_makes_no_difference_nothing_is_refused(program, x, backend):
    value, gradient = value_and_grad(program, backend=backend)(x)
    assert value == pytest.approx(program(x), rel=1e-14)
    direction = np.array([0.7, -0.4])
    assert gradient @ direction == pytest.approx(slope(program, x, direction), rel=1e-9)


def out_of_a_list(x):
    totals = [0.5]
    for v in x[x > 0.5]:
        totals.append(v if v > 0.9 else 0)
    row = np.full(2, totals[len(totals) - 1])
    row[0] = x[0]
    return row.sum()


def test_a_number_out_of_a_list_is_refused_where_it_may_make_a_difference():
    with pytest.raises(UnsupportedError) as caught:
        value_and_grad(out_of_a_list)(np.linspace(0.0, 1.0, 100))
    assert caught.value.code == "AD102" and "may be one of integers" in caught.value.reason

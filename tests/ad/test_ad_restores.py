"""Arrays that a loop writes to: in the reverse sweep each write is undone, and only what it replaced is saved."""

import numpy as np
import pytest
from ad_check import check
from test_ad_programs import lowered, optimised
from test_ad_reloads import saved_ranks

from autodiff_compiler import ad, grad, hessian, vjp
from autodiff_compiler.ad.plan import RESTORE
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.passes.registry import DEFAULT, run_pipeline

X = np.array([0.7, -0.4, 0.9, 0.3])
PLACES = np.array([2, 0, 2, -1, 1])


def scattered(x, places):
    """The index is data: nothing is known of where later iterations write."""
    y = x.copy()
    for i in places:
        s = 0.0
        for j in range(len(y)):
            s += np.sin(y[j] * y[i])
        y[i] = s
    return np.sum(y**2)


def written_twice(x, places):
    """The same element, perhaps: the later write is undone first."""
    y = x.copy()
    for i in places:
        y[i] = np.sin(np.sum(y**2))
        y[0] = y[0] * y[i] + 0.5
    return np.sum(y**2)


def read_between(x, places):
    """Both the array before the first write and the one after it are needed."""
    y = x.copy()
    for i in places:
        y[i] = np.sin(np.sum(y**2))
        y[1] = np.cos(np.sum(y**2))
    return np.sum(y**2)


def added_to(x, places):
    y = x.copy()
    for i in places:
        y[i] += np.sin(np.sum(y**2))
    return np.sum(y**2)


def rows(x, places):
    """A row is saved, not the table."""
    table = np.outer(x, x)
    for i in places:
        table[i] = np.sin(table**2 @ table[0])
    return np.sum(table**2)


def left_early(x, places):
    y = x.copy()
    for i in places:
        s = np.sum(np.sin(y**2))
        if s > 1.5:
            break
        y[i] = s
    return np.sum(y**3)


def until(x, places):
    y = x.copy()
    k = 0
    while k < len(places) and np.sum(y) < 6.0:
        y[places[k]] = np.sum(np.exp(-(y**2)))
        k += 1
    return np.sum(y**3)


def nested(x, places):
    """The array that the inner loop leaves is saved once in every iteration of the outer one."""
    y = x.copy()
    for _ in range(3):
        for i in places:
            y[i] = np.sin(np.sum(y**2))
        y = np.cos(y)
    return np.sum(y**2)


def saved_in_parts(x, places):
    """Two arrays, one of which is written at the other's values."""
    y, z = x.copy(), 2.0 * x
    for i in places:
        z[i] = np.sin(np.sum(y**2) * np.sum(z**2))
        y[i] = np.cos(np.sum(z**2))
    return np.sum(y * z)


def in_a_branch(x, places):
    """One branch writes, one does not: the array is saved."""
    y = x.copy()
    for i in places:
        s = np.sum(np.sin(y**2))
        if s > 1.0:
            y[i] = s
    return np.sum(y**3)


def swapped(x, places):
    """What an iteration yields for one array is the other one: there is nothing to undo."""
    y, z = x.copy(), 2.0 * x
    for i in places:
        z[i] = np.sin(np.sum(y**2) * np.sum(z**2))
        y, z = z, y
    return np.sum(y * z)


def place_in_itself(x, places):
    """Where an element is written is read in the array that is to be restored."""
    y = x.copy()
    for i in places:
        k = int(9.3 * abs(y[i])) % len(y)
        y[k] = np.sin(np.sum(y**2)) + y[i]
    return np.sum(y**3)


def places_in_each_other(x, places):
    y, z = x.copy(), 2.0 * x
    for i in places:
        y[int(9.3 * abs(z[i])) % len(y)] = 0.2 + 0.1 * np.sin(np.sum(y**2) * np.sum(z**2))
        z[int(9.3 * abs(y[i])) % len(y)] = 0.5 - 0.1 * np.cos(np.sum(z**2) * y[0])
    return np.sum(y * z)


RESTORED = [scattered, written_twice, read_between, added_to, rows, until, nested, saved_in_parts]
PROGRAMS = [*RESTORED, left_early, in_a_branch, swapped, place_in_itself, places_in_each_other]


def ways(program, args) -> list[str]:
    fn = run_pipeline(lowered(program, args), DEFAULT)
    plans = ad.residual_plans(fn, [differentiable(p.type) for p in fn.params])
    return [choice.how for plan in plans for choice in plan.choices]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("places", [PLACES, PLACES[:0]], ids=["some", "none"])
def test_derivatives(program, places):
    fn = lowered(program, [X, places])
    check(fn, [X, places])
    expected = check(optimised(fn), [X, places])[0]
    np.testing.assert_allclose(grad(program)(X, places), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("program", RESTORED)
def test_arrays_are_restored(program):
    assert RESTORE in ways(program, [X, PLACES])


@pytest.mark.parametrize("program", [swapped, in_a_branch])
def test_arrays_of_which_not_every_write_is_known_are_saved(program):
    assert RESTORE not in ways(program, [X, PLACES])
    assert max(saved_ranks(program, [X, PLACES])) == 1


@pytest.mark.parametrize("program", [scattered, written_twice, added_to, saved_in_parts])
def test_only_numbers_are_saved(program):
    assert max(saved_ranks(program, [X, PLACES])) == 0


def test_only_a_row_is_saved():
    assert max(saved_ranks(rows, [X, PLACES])) == 1


@pytest.mark.parametrize("program", [scattered, nested])
def test_a_pullback_puts_nothing_back_into_its_residuals(program):
    """It may be called again."""
    _, pullback = vjp(program, X, PLACES)
    first, second = pullback(1.0)[0], pullback(1.0)[0]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, grad(program)(X, PLACES), rtol=1e-12)


def returned(x, places):
    y = x.copy()
    for i in places:
        y[i] = np.sum(np.sin(y**2))
    return y


def test_what_is_returned_stays_as_it_is():
    value, pullback = vjp(returned, X, PLACES)
    pullback(np.ones(4))
    np.testing.assert_array_equal(value, returned(X, PLACES))


def test_second_order_and_numba():
    def slope(x):
        return grad(read_between)(x, PLACES)

    step = 1e-4
    expected = [
        (8 * (slope(X + e) - slope(X - e)) - (slope(X + 2 * e) - slope(X - 2 * e))) / (12 * step)
        for e in step * np.eye(len(X))
    ]
    np.testing.assert_allclose(hessian(read_between)(X, PLACES), expected, rtol=1e-7, atol=1e-8)
    compiled = grad(read_between, backend="numba")(X, PLACES)
    np.testing.assert_allclose(compiled, slope(X), rtol=1e-12)

"""Views and copies: what NumPy decides by memory order, and arrays without dimensions."""

import inspect

import dimensionless_programs
import layout_programs
import numpy as np
import pytest
from memory_orders import ORDERS, in_order, outcome

from autodiff_compiler import UnsupportedError, UserError, grad, value_and_grad

M = np.array([[0.3, -0.7, 1.1], [0.5, 0.9, -1.3]])
HELPERS = ("scale", "added")


def programs(module):
    return [f for name, f in vars(module).items() if inspect.isfunction(f) and name not in HELPERS]


def arguments(fun, x):
    return (x, 2) if fun.__code__.co_argcount == 2 else (x,)


@pytest.mark.parametrize("fun", programs(layout_programs), ids=lambda f: f.__name__)
@pytest.mark.parametrize("order", ORDERS)
def test_views_and_copies(fun, order):
    code, orders = layout_programs.REFUSED.get(fun.__name__, (None, ()))
    got = outcome(fun, arguments(fun, in_order(M, order)), refused=code if order in orders else None)
    assert got == ("refused" if order in orders else "right")


@pytest.mark.parametrize("fun", programs(layout_programs)[::4], ids=lambda f: f.__name__)
@pytest.mark.parametrize("order", ["F", "negative"])
def test_views_and_copies_under_numba(fun, order):
    code, _ = layout_programs.REFUSED.get(fun.__name__, (None, ()))
    outcome(fun, arguments(fun, in_order(M, order)), "numba", code)


@pytest.mark.parametrize("fun", programs(dimensionless_programs), ids=lambda f: f.__name__)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_arrays_without_dimensions(fun, sign):
    code = dimensionless_programs.REFUSED.get(fun.__name__)
    assert outcome(fun, arguments(fun, M * sign), refused=code) == ("refused" if code else "right")


@pytest.mark.parametrize("fun", programs(dimensionless_programs)[::5], ids=lambda f: f.__name__)
def test_arrays_without_dimensions_under_numba(fun):
    outcome(fun, arguments(fun, M), "numba", dimensionless_programs.REFUSED.get(fun.__name__))


def written(x):
    y = x
    x += 1.0
    return y * y * x


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_an_argument_without_dimensions_is_an_array(backend):
    """`y` is the array that is written; of a number it would be the number before."""
    derive = value_and_grad(written, backend=backend)
    for x in (np.array(0.7), np.float64(0.7), 0.7):
        expected = float(written(np.array(x) if isinstance(x, np.ndarray) else x))
        before = float(x)
        value, slope = derive(x)
        assert value == pytest.approx(expected, rel=1e-14)
        assert slope == pytest.approx(3 * 1.7**2 if isinstance(x, np.ndarray) else 2 * 0.7 * 1.7 + 0.7**2)
        assert x == before


def test_arguments_without_dimensions_that_overlap():
    def f(x, y):
        x += 1.0
        return x * y

    a = np.ones(2)
    with pytest.raises(UserError, match="share memory"):
        value_and_grad(f)(a[0, ...], a[0, ...])
    assert value_and_grad(f)(a[0, ...], a[1, ...])[0] == 2.0


def test_each_memory_order_has_a_derivative_of_its_own():
    """The layouts that were asked for are part of the specialisation, and nothing is asked for where nothing is written."""
    derive = value_and_grad(layout_programs.write_through_reshape)
    for x in [in_order(M, order) for order in (*ORDERS, "C")] + [M[:1], M[:, :1], M[:, :1].copy()]:
        assert derive(x)[0] == pytest.approx(float(layout_programs.write_through_reshape(x.copy("K"))))
    reader = grad(layout_programs.only_read)
    for order in ORDERS:
        x = in_order(M, order)
        np.testing.assert_allclose(reader(x), reader(M), rtol=1e-14)
    assert len(reader._table._by_key) == 1
    assert [len(found) for found in reader._table._by_key.values()] == [1]


def test_a_saved_derivative_checks_the_order_that_it_is_made_for(tmp_path):
    path = grad(layout_programs.write_through_reshape).save(tmp_path / "saved.py", M)
    names = {}
    exec(path.read_text(), names)
    saved = names["write_through_reshape_grad"]
    np.testing.assert_allclose(saved(M), grad(layout_programs.write_through_reshape)(M))
    for other in (np.asfortranarray(M), M[:1], M[:, ::-1]):
        with pytest.raises(ValueError, match="x in C order with extents of 2 or more"):
            saved(other)


def test_both_places_are_shown():
    def f(x):
        v = x.T.reshape(2, 3)
        x[0] = 0.0
        return np.sum(v)

    with pytest.raises(UnsupportedError) as caught:
        grad(f)(M)
    assert caught.value.code == "AD110"
    assert [note.text for note in caught.value.notes] == ["written here", "made here"]

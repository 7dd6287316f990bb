"""The traps beside the ten: signs and powers as printed, zero times infinity, mutable statics, how often `print` runs."""

import math

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, value_and_grad, vjp

BACKENDS = ["python", "numba"]
backends = pytest.mark.parametrize("backend", BACKENDS)


@backends
def test_minus_and_power(backend):
    def f(x):
        return -(x**2) + (-x) ** 2 * 3.0 + -2.0**2 * x + (-2.0) ** 2 * x + 2.0**-x + (-x) ** 3

    def derivative(x):
        return -2.0 * x + 6.0 * x - 4.0 + 4.0 - math.log(2.0) * 2.0**-x - 3.0 * x * x

    for x in (1.5, -0.5, 2.0):
        value, gradient = value_and_grad(f, backend=backend)(x)
        assert value == pytest.approx(f(x), rel=1e-14)
        assert gradient == pytest.approx(derivative(x), rel=1e-13)


def test_folded_constants_keep_their_sign():
    def f(x):
        a = -2.0
        return x * a**2 + x * (a) ** 3 - a**2 + -(a**2) * x

    assert value_and_grad(f, disable="all")(3.0) == value_and_grad(f)(3.0) == (f(3.0), -8.0)


def test_nested_operators_as_printed():
    def f(x, y):
        return (x - (y - x)) / (y / (x / y)) - (x**y) ** 2 + x ** (y**2) - (-(x - y)) % 3.0 - (x // y) * (x % y)

    for options in ({}, {"disable": "all"}, {"backend": "numba"}):
        for point in ((1.5, 1.2), (0.7, 2.3)):
            h = 1e-6
            value, (dx, dy) = value_and_grad(f, (0, 1), **options)(*point)
            x, y = point
            assert value == pytest.approx(f(x, y), rel=1e-14)
            assert dx == pytest.approx((f(x + h, y) - f(x - h, y)) / (2 * h), rel=1e-7)
            assert dy == pytest.approx((f(x, y + h) - f(x, y - h)) / (2 * h), rel=1e-7)


# -- zero times infinity -------------------------------------------------------------------------------------------


@backends
def test_zero_times_infinity_is_not_dropped(backend):
    def f(x, y):
        return np.sum(x * 0.0) + np.sum(y)

    def g(x):
        return np.sum(x - x) + np.sum(0.0 * x) + np.sum(x / x)

    x = np.array([1.0, np.inf])
    assert math.isnan(value_and_grad(f, (0, 1), backend=backend, fastmath=False)(x, np.ones(2))[0])
    assert math.isnan(value_and_grad(g, backend=backend, fastmath=False)(x)[0])
    nan = np.array([1.0, np.nan])
    assert math.isnan(value_and_grad(g, backend=backend, fastmath=False)(nan)[0])


@backends
def test_the_branch_not_taken_does_not_poison(backend):
    def f(x):
        return np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)), 0.0)) + np.sum(np.where(x != 0.0, 1.0 / x, 0.0))

    def g(x):
        return np.sum(np.where(x > 0.0, np.log(np.abs(x)), x)) + np.sum(np.where(x > 0.0, x**0.5, 0.0))

    x = np.array([0.0, 4.0])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(grad(f, backend=backend)(x), [0.0, 0.25 - 1 / 16])
        np.testing.assert_allclose(grad(g, backend=backend)(x), [1.0, 0.5])
        _, dot = jvp(f, (x,), (np.ones(2),), backend=backend)
        assert dot == pytest.approx(0.25 - 1 / 16)


@backends
def test_products_with_zeros(backend):
    def f(x):
        return np.prod(x)

    def g(x):
        p = 1.0
        for t in x:
            p *= t
        return p

    for fun in (f, g):
        np.testing.assert_array_equal(grad(fun, backend=backend)(np.array([0.0, 2.0, 3.0])), [6.0, 0.0, 0.0])
        np.testing.assert_array_equal(grad(fun, backend=backend)(np.array([0.0, 0.0, 3.0])), [0.0, 0.0, 0.0])
        h, _ = jvp(grad(fun, backend=backend), (np.array([0.0, 0.0, 3.0]),), (np.array([1.0, 0.0, 0.0]),), backend=backend)
        _, dot = jvp(grad(fun, backend=backend), (np.array([0.0, 0.0, 3.0]),), (np.array([1.0, 0.0, 0.0]),), backend=backend)
        np.testing.assert_array_equal(dot, [0.0, 3.0, 0.0])


# -- statics that change -------------------------------------------------------------------------------------------


def test_a_mutable_default_is_not_mutated_at_compile_time():
    def f(x, seen=[]):
        return x * (1.0 + len(seen))

    assert grad(f)(2.0) == 1.0
    f.__defaults__[0].append(1)
    assert grad(f)(2.0) == 2.0


def test_a_caller_s_list_is_not_appended_to():
    log = []

    def f(x):
        log.append(x)
        return x * x

    try:
        assert grad(f)(3.0) == 6.0
    except AutodiffError:
        pass
    assert all(isinstance(item, float) for item in log)
    assert len(log) <= 1


def test_a_list_argument_is_not_mutated():
    def f(items):
        items.append(2.0)
        total = 0.0
        for item in items:
            total += item * item
        return total

    items = [1.0, 3.0]
    try:
        assert grad(f)(items) == [2.0, 6.0]
    except AutodiffError as error:
        assert error.code == "AD138"
    assert items == [1.0, 3.0]


# -- effects happen once -------------------------------------------------------------------------------------------


def loud(x, n):
    for i in range(n):
        print("step", i, x)
        if x > 5.0:
            print("large")
            break
        x = x * x
    print("end", x)
    return x


def separated(x):
    print("x", x, sep="=", end=".\n")
    return x * x


def test_print_with_separators(capfd):
    assert grad(separated)(2.0) == 4.0
    assert capfd.readouterr().out == "x=2.0.\n"
    with pytest.raises(AutodiffError) as caught:
        grad(separated, backend="numba")(2.0)
    assert caught.value.code == "AD604"


@backends
@pytest.mark.parametrize("disable", [(), ("all",)])
def test_print_runs_once(backend, disable, capfd):
    for args in ((1.5, 3), (3.0, 3), (1.5, 0)):
        loud(*args)
        expected = capfd.readouterr().out
        for derive in (
            lambda *a: grad(loud, backend=backend, disable=disable)(*a),
            lambda *a: value_and_grad(loud, backend=backend, disable=disable)(*a),
            lambda *a: jvp(loud, a, (1.0, None), backend=backend, disable=disable),
            lambda *a: vjp(loud, *a, backend=backend, disable=disable)[1](1.0),
        ):
            derive(*args)
            shown = capfd.readouterr().out
            assert shown.split() == expected.split() if backend == "numba" else shown == expected


def test_print_at_second_order(capfd):
    def f(x):
        y = x * x
        print("y is", y)
        return y * x

    assert grad(grad(f))(2.0) == 12.0
    assert capfd.readouterr().out == "y is 4.0\n"
    assert jvp(grad(f), (2.0,), (1.0,)) == (12.0, 12.0)
    assert capfd.readouterr().out == "y is 4.0\n"


def test_dead_code_that_prints_or_raises_is_kept(capfd):
    def f(x):
        dead = x * 2.0
        print("dead", dead)
        assert dead < 100.0, "too large"
        if x > 40.0:
            raise ValueError("no")
        return 3.0 * x

    assert grad(f)(1.0) == 3.0
    assert capfd.readouterr().out == "dead 2.0\n"
    with pytest.raises(AssertionError, match="too large"):
        grad(f)(60.0)
    with pytest.raises(ValueError, match="no"):
        grad(f)(45.0)


@backends
def test_out_of_bounds_where_the_value_is_not_needed(backend):
    def f(x, i):
        unused = x[i]
        return np.sum(x)

    assert grad(f, backend=backend)(np.ones(3), 2).tolist() == [1.0, 1.0, 1.0]
    for i in (3, -4):
        with pytest.raises(IndexError):
            f(np.ones(3), i)
        with pytest.raises(IndexError):
            grad(f, backend=backend)(np.ones(3), i)
        with pytest.raises(IndexError):
            jvp(f, (np.ones(3), i), (np.ones(3), None), backend=backend)


@backends
def test_shapes_that_do_not_fit(backend):
    def f(x, y):
        return np.sum(x * y)

    def g(x, y):
        x = x.copy()
        x[:] = y
        return np.sum(x)

    def h(x, y):
        return np.sum(x @ y)

    for fun, shapes in ((f, (3, 2)), (g, (3, 2)), (h, ((2, 3), (2, 3)))):
        x, y = (np.ones(shape) for shape in shapes)
        with pytest.raises(ValueError):
            fun(x, y)
        for derive in (grad(fun, (0, 1), backend=backend), lambda x, y, fun=fun: jvp(fun, (x, y), (x, y), backend=backend)):
            with pytest.raises(ValueError):
                derive(x, y)


# -- names of the user that are names of ours ----------------------------------------------------------------------


@backends
def test_parameters_named_like_what_the_code_uses(backend):
    def f(np, math, range, len, abs, max, min, float, print):
        total = np * math + range * len
        return total * abs - max * min + float * print * np

    args = tuple(1.0 + 0.5 * i for i in range(9))
    got = grad(f, tuple(range(9)), backend=backend)(*args)
    np_, math_, range_, len_, abs_, max_, min_, float_, print_ = args
    total = np_ * math_ + range_ * len_
    expected = (math_ * abs_ + float_ * print_, np_ * abs_, len_ * abs_, range_ * abs_, total, -min_, -max_, print_ * np_, float_ * np_)
    assert got == pytest.approx(expected)


@backends
def test_an_array_parameter_named_np(backend):
    import numpy

    def f(np, n):
        max = numpy.sum(np * np)
        for range in numpy.arange(n):
            max = max + np[0] * range
        return max * numpy.maximum(np[1], 0.5)

    x = np.array([2.0, 1.0])
    value, gradient = value_and_grad(f, backend=backend)(x, 3)
    assert value == f(x, 3) == 11.0
    np.testing.assert_allclose(gradient, [4.0 + 3.0, 2.0 + 11.0])


def test_variables_named_like_ours():
    def f(x, x_bar, t):
        x_dot = x * x_bar
        trips = x_dot + t
        x_saved = 0.0
        for i in range(3):
            x_saved = x_saved * x + trips
            t_bar = x_saved * t
        out = t_bar + x_saved
        return out

    h = 1e-6
    point = (0.7, 1.3, 0.4)
    for got, k in zip(grad(f, (0, 1, 2))(*point), range(3)):
        up, down = list(point), list(point)
        up[k] += h
        down[k] -= h
        assert got == pytest.approx((f(*up) - f(*down)) / (2 * h), rel=1e-8)
    _, dot = jvp(f, point, (1.0, 0.0, 0.0))
    assert dot == pytest.approx(grad(f)(*point))


# -- Numba ---------------------------------------------------------------------------------------------------------


def endless(a):
    x = 1.0
    count = 0
    while True:
        y = x + a
        count += 1
        if count >= 5:
            x = y
            break
        x = y
    return x * a


def test_numba_miscompiles_endless_loops_and_we_go_around_it():
    assert value_and_grad(endless, backend="numba")(2.0) == (endless(2.0), 21.0)
    assert jvp(endless, (2.0,), (1.0,), backend="numba") == (endless(2.0), 21.0)

"""`custom_jvp` and `custom_vjp`: the rule is used, in both backends, in every place of a program and at every order.

Most rules here differ from the true derivative, so that one sees that it is they that are used.
"""

from functools import partial

import numpy as np
import pytest

from autodiff_compiler import (
    UnsupportedError,
    custom_jvp,
    custom_vjp,
    grad,
    jvp,
    value_and_grad,
    vjp,
)

BACKENDS = ["python", "numba"]
A = np.array([0.3, -0.7, 1.1])
SCALE = np.array([1.0, 2.0, 3.0])


@custom_jvp
def weighted(x, y):
    return np.sin(x) * y


@weighted.defjvp
def weighted_jvp(primals, tangents):
    x, y = primals
    x_dot, y_dot = tangents
    return weighted(x, y), 3.0 * np.cos(x) * y * x_dot + 5.0 * np.sin(x) * y_dot


@custom_vjp
def halved(x):
    return x * x


def halved_fwd(x):
    return halved(x), x


def halved_bwd(x, g):
    return (x * g,)


halved.defvjp(halved_fwd, halved_bwd)


@custom_vjp
def clipped(x, limit):
    return x


clipped.defvjp(lambda x, limit: (x, limit), lambda limit, g: (np.minimum(g, limit), None))


@custom_jvp
def split(x):
    return np.sin(x), {"twice": 2.0 * x, "count": 3}


@split.defjvp
def split_jvp(primals, tangents):
    (x,) = primals
    (x_dot,) = tangents
    sine, rest = split(x)
    return (sine, rest), (7.0 * x_dot, {"twice": x_dot, "count": 0})


def of_two(x, y):
    return weighted(x, y) * 2.0


def of_arrays(x, y):
    return np.sum(weighted(x, y) * x)


def in_loop(x, n):
    for _ in range(n):
        x = halved(x) + weighted(x, 0.5)
    return x


def in_branch(x):
    if x > 0.0:
        return halved(x)
    return weighted(x, x)


@custom_jvp
def doubled_in_a_loop(x):
    return x + x


@doubled_in_a_loop.defjvp
def doubled_in_a_loop_jvp(primals, tangents):
    slope = 0.0
    for _ in range(2):
        slope = slope + tangents[0]
    return doubled_in_a_loop(primals[0]), slope


def beside_a_list(x, n):
    """A list that is not touched stays as it is while the rule's loop runs."""
    items = [x * k for k in range(n)]
    return doubled_in_a_loop(x) + sum(items)


def helper(x):
    return halved(x) + 1.0


def in_helper(x):
    return helper(x) * helper(2.0 * x)


def in_closure(x):
    def inner(v):
        return halved(v) * 2.0

    return inner(x) + (lambda v: weighted(v, 1.0))(x)


def in_containers(x):
    sine, rest = split(x)
    return sine + rest["twice"] * 10.0 + rest["count"]


def tree(x, n):
    if n == 0:
        return halved(x)
    return tree(x, n - 1) + tree(0.5 * x, n - 1) * x


def slope(of_x, of_y):
    """The derivative that the rule of `weighted` gives."""
    return lambda x, y: of_x * 3.0 * np.cos(x) * y + of_y * 5.0 * np.sin(x)


@pytest.mark.parametrize("backend", BACKENDS)
class TestUsed:
    def test_reverse(self, backend):
        gx, gy = grad(of_two, (0, 1), backend=backend, verify=True)(0.4, 1.5)
        assert np.isclose(gx, 2.0 * slope(1, 0)(0.4, 1.5)) and np.isclose(gy, 2.0 * slope(0, 1)(0.4, 1.5))

    def test_one_argument(self, backend):
        assert np.isclose(grad(of_two, 1, backend=backend, verify=True)(0.4, 1.5), 2.0 * slope(0, 1)(0.4, 1.5))

    def test_forward(self, backend):
        value, dot = jvp(of_two, (0.4, 1.5), (1.0, 2.0), backend=backend, verify=True)
        assert np.isclose(value, of_two(0.4, 1.5)) and np.isclose(dot, 2.0 * slope(1, 2)(0.4, 1.5))

    def test_forward_in_one_argument(self, backend):
        _, dot = jvp(of_two, (0.4, 1.5), (None, 1.0), backend=backend, verify=True)
        assert np.isclose(dot, 2.0 * slope(0, 1)(0.4, 1.5))

    def test_arrays(self, backend):
        gx, gy = grad(of_arrays, (0, 1), backend=backend, verify=True)(A, SCALE)
        np.testing.assert_allclose(gx, 3.0 * np.cos(A) * SCALE * A + np.sin(A) * SCALE)
        np.testing.assert_allclose(gy, 5.0 * np.sin(A) * A)

    def test_dot_product(self, backend):
        dots, bar = (A + 0.1, SCALE - 0.5), np.array([0.2, 0.7, -0.4])
        _, out_dot = jvp(weighted_alone, (A, SCALE), dots, backend=backend)
        _, pullback = vjp(weighted_alone, A, SCALE, backend=backend)
        bars = pullback(bar)
        assert np.isclose(np.sum(out_dot * bar), sum(np.sum(b * d) for b, d in zip(bars, dots)))

    def test_the_rule_itself(self, backend):
        assert np.isclose(grad(halved, backend=backend)(3.0), 3.0)
        assert np.isclose(grad(weighted, 1, backend=backend)(0.4, 1.5), slope(0, 1)(0.4, 1.5))

    def test_a_loop_beside_a_list(self, backend):
        assert np.isclose(grad(beside_a_list, backend=backend)(0.5, 4), 8.0)

    def test_none_is_zero(self, backend):
        gx, limit = grad(lambda x, limit: 10.0 * clipped(x, limit), (0, 1), backend=backend, verify=True)(1.0, 2.0)
        assert (gx, limit) == (2.0, 0.0)


def weighted_alone(x, y):
    return weighted(x, y)


@pytest.mark.parametrize("backend", BACKENDS)
class TestPlaces:
    def test_loop(self, backend):
        x, slope_ = 0.3, 1.0
        for _ in range(4):
            slope_ *= x + 3.0 * np.cos(x) * 0.5
            x = x * x + np.sin(x) * 0.5
        value, got = value_and_grad(in_loop, backend=backend, verify=True)(0.3, 4)
        assert np.isclose(value, x) and np.isclose(got, slope_)

    def test_branch(self, backend):
        g = grad(in_branch, backend=backend, verify=True)
        assert np.isclose(g(2.0), 2.0)
        assert np.isclose(g(-0.5), slope(1, 1)(-0.5, -0.5))

    def test_helper(self, backend):
        x = 0.8
        want = x * (4.0 * x * x + 1.0) + (x * x + 1.0) * 2.0 * 2.0 * x
        assert np.isclose(grad(in_helper, backend=backend, verify=True)(x), want)

    def test_closure(self, backend):
        assert np.isclose(grad(in_closure, backend=backend, verify=True)(0.8), 2.0 * 0.8 + 3.0 * np.cos(0.8))

    def test_containers(self, backend):
        assert np.isclose(grad(in_containers, backend=backend, verify=True)(0.8), 17.0)

    def test_recursion(self, backend):
        def by_hand(x, n):
            if n == 0:
                return x * x, x
            v, d = by_hand(x, n - 1)
            w, e = by_hand(0.5 * x, n - 1)
            return v + w * x, d + 0.5 * e * x + w

        value, got = value_and_grad(tree, backend=backend, verify=True)(0.9, 5)
        assert np.isclose(value, by_hand(0.9, 5)[0]) and np.isclose(got, by_hand(0.9, 5)[1])

    def test_captured_values(self, backend):
        f = make_scaled(2.5)
        assert np.isclose(
            grad(lambda x: np.sum(f(x) * f(x)), backend=backend, verify=True)(A)[1],
            2 * 2.5 * SCALE[1] * A[1] * 11.0 * SCALE[1],
        )


def make_scaled(k):
    @custom_jvp
    def scaled(x):
        return k * SCALE * x

    @scaled.defjvp
    def scaled_jvp(primals, tangents):
        return scaled(primals[0]), 11.0 * SCALE * tangents[0]

    return scaled


@custom_jvp
def cubed(x):
    return x**3


@cubed.defjvp
def cubed_jvp(primals, tangents):
    (x,), (x_dot,) = primals, tangents
    return cubed(x), 2.0 * halved_jvp(x) * x_dot


@custom_jvp
def halved_jvp(x):
    return x * x


halved_jvp.defjvps(lambda x_dot, out, x: 10.0 * x * x_dot)


@pytest.mark.parametrize("backend", BACKENDS)
class TestHigherOrder:
    def test_reverse_over_reverse(self, backend):
        first = grad(lambda x: cubed(x), backend=backend)
        second = grad(lambda x: first(x), backend=backend, verify=True)
        assert np.isclose(first(0.7), 2.0 * 0.49)
        assert np.isclose(second(0.7), 2.0 * 10.0 * 0.7)

    def test_forward_over_reverse(self, backend):
        first = grad(lambda x: np.sum(cubed(x)), backend=backend)
        _, dot = jvp(first, (A,), (SCALE,), backend=backend, verify=True)
        np.testing.assert_allclose(dot, 20.0 * A * SCALE)

    def test_reverse_over_forward(self, backend):
        g = grad(lambda x: jvp(cubed, (x,), (1.0,))[1], backend=backend, verify=True)
        assert np.isclose(g(0.7), 20.0 * 0.7)

    def test_of_a_reverse_rule(self, backend):
        second = grad(lambda x: grad(lambda v: halved(v) * v)(x), backend=backend, verify=True)
        # Its first derivative is v * v + v * v, of which the first square is that of the function.
        assert np.isclose(second(0.7), 0.7 + 2.0 * 0.7)


@custom_jvp
def logaddexp(x, y):
    return np.log(np.exp(x) + np.exp(y))


logaddexp.defjvps(
    lambda x_dot, out, x, y: np.exp(x - out) * x_dot,
    lambda y_dot, out, x, y: 2.0 * np.exp(y - out) * y_dot,
)


@partial(custom_jvp, nondiff_argnums=(0,))
def applied(f, x, n):
    for _ in range(n):
        x = f(x)
    return x


@applied.defjvp
def applied_jvp(f, primals, tangents):
    x, n = primals
    x_dot, n_dot = tangents
    return applied(f, x, n), f(x) * x_dot + n_dot


@partial(custom_vjp, nondiff_argnums=(1,))
def powered(x, n):
    return x**n


powered.defvjp(lambda x, n: (powered(x, n), x), lambda n, x, g: (n * 100.0 * g,))


@pytest.mark.parametrize("backend", BACKENDS)
class TestForms:
    def test_rules_by_argument(self, backend):
        x, y = 0.3, -0.2
        gx, gy = grad(logaddexp, (0, 1), backend=backend, verify=True)(x, y)
        total = np.exp(x) + np.exp(y)
        assert np.isclose(gx, np.exp(x) / total) and np.isclose(gy, 2.0 * np.exp(y) / total)

    def test_numbers_known(self, backend):
        assert np.isclose(grad(lambda x: logaddexp(x, 0), backend=backend)(0.3), np.exp(0.3) / (np.exp(0.3) + 1.0))

    def test_keywords_and_functions(self, backend):
        def f(x, k):
            return applied(lambda v: v * k, x, n=2)

        assert np.isclose(grad(f, backend=backend, verify=True)(0.5, 3.0), 1.5)

    def test_fixed_of_a_reverse_rule(self, backend):
        assert np.isclose(grad(lambda x: powered(x, 3), backend=backend, verify=True)(0.5), 300.0)

    def test_writes_in_rules(self, backend):
        @custom_vjp
        def masked(x):
            return x * 2.0

        def bwd(keep, g):
            g = g.copy()
            g[0] = 0.0
            return (g,)

        masked.defvjp(lambda x: (masked(x), None), bwd)
        np.testing.assert_allclose(grad(lambda x: np.sum(masked(x)), backend=backend, verify=True)(A), [0.0, 1.0, 1.0])

    def test_lists_and_tuples(self, backend):
        @custom_vjp
        def dense(params, x):
            return params["w"] @ x + params["b"][0]

        def fwd(params, x):
            return dense(params, x), (params["w"], x)

        def bwd(residuals, g):
            w, x = residuals
            return {"w": np.outer(g, x) * 2.0, "b": [None]}, g @ w

        dense.defvjp(fwd, bwd)
        params = {"w": np.arange(6.0).reshape(2, 3), "b": [np.ones(2)]}
        got = grad(lambda p, x: np.sum(dense(p, x)), backend=backend, verify=True)(params, A)
        np.testing.assert_allclose(got["w"], 2.0 * np.outer(np.ones(2), A))
        np.testing.assert_allclose(got["b"][0], np.zeros(2))


def test_outside_of_derivatives():
    assert weighted(0.0, 1.0) == 0.0 and halved(3.0) == 9.0
    assert weighted.__name__ == "weighted" and "halved" in repr(halved)


def test_another_rule_later():
    @custom_jvp
    def f(x):
        return x

    f.defjvp(lambda primals, tangents: (f(primals[0]), 2.0 * tangents[0]))
    g = grad(lambda x: f(x))
    assert g(1.0) == 2.0
    f.defjvp(lambda primals, tangents: (f(primals[0]), 3.0 * tangents[0]))
    assert g(1.0) == 3.0


def test_forward_mode_of_a_reverse_rule():
    with pytest.raises(UnsupportedError, match="AD306") as error:
        jvp(lambda x: halved(x), (1.0,), (1.0,))
    assert "custom_jvp" in str(error.value)


def test_what_varies_is_an_argument():
    def f(x, k):
        return applied(lambda v: v * k, x, 2)

    with pytest.raises(UnsupportedError, match="AD309"):
        grad(f, 1)(0.5, 3.0)

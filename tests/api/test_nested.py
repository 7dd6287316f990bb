"""Derivatives inside differentiated functions, and the classic cases of perturbation confusion.  Expected values by hand."""

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, UnsupportedError, check_grads, grad, jvp, value_and_grad, vjp

SCALE = 3.0
BACKEND = "python"


def cube(x):
    return x**3


def scaled_square(x):
    return SCALE * x * x


def times(x, y):
    return x * y


def total(p):
    return np.sum(p["a"] ** 2) * p["b"]


@grad
def slope(x):
    return x * x


def test_grad_inside():
    def f(x):
        return x * grad(cube)(x)  # 3 x^3

    assert grad(f)(2.0) == pytest.approx(36.0)
    assert jvp(f, (2.0,), (1.0,)) == pytest.approx((24.0, 36.0))


def test_a_decorated_function_inside():
    def f(x):
        return slope(x) * x  # 2 x^2

    assert grad(f)(3.0) == pytest.approx(12.0)


def test_options_by_name():
    def derivative(fun, argnums=0, backend=BACKEND):
        return grad(fun, argnums, backend=backend)

    def f(x, y):
        return derivative(times)(x, y) * derivative(times, 1)(x, y)  # y x

    assert grad(f, (0, 1))(2.0, 3.0) == pytest.approx((3.0, 2.0))


def test_value_and_grad_inside_with_a_capture():
    def f(x):
        value, derivative = value_and_grad(scaled_square)(x)
        return value + derivative  # 3 x^2 + 6 x

    assert grad(f)(2.0) == pytest.approx(18.0)


def test_in_a_loop_and_by_keyword():
    def f(x):
        total = 0.0
        for _ in range(3):
            total += grad(times, argnums="y")(x, y=2)  # d/dy x*y = x
        return total * x

    assert grad(f)(2.0) == pytest.approx(12.0)


def test_perturbation_confusion():
    # d/dx (x * d/dy (x * y)) = 2 x
    def outer(x):
        return x * grad(times, 1)(x, 1.0)

    assert grad(outer)(4.0) == 8.0


def test_containers_inside():
    def f(a):
        g = grad(total)({"a": a, "b": 2.0})  # {"a": 4 a, "b": sum(a^2)}
        return np.sum(g["a"]) + g["b"]

    np.testing.assert_allclose(grad(f)(np.array([1.0, 2.0])), [6.0, 8.0])


def numerically(f, x, step=1e-5):
    """Central differences of a function that calls our API outside of any derivative."""
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        direction = np.zeros_like(x)
        direction[i] = step
        gradient[i] = (f(x + direction) - f(x - direction)) / (2 * step)
    return gradient


def neighbours(x):
    products = np.zeros_like(x)
    for i in range(len(x)):
        products[i] = x[i] * x[i - 1]
    return products


def of_containers(p, n):
    return {"y": p["a"] * p["b"] ** n, "n": n}


def powers(x):
    return [v**k for k, v in enumerate(x, 1)]


WEIGHTS = np.array([1.0, 2.0, 3.0])


def jvp_inside(x):
    out, out_dot = jvp(neighbours, (x,), (WEIGHTS,))
    return np.sum(out * out_dot)


def hessian_product(x):
    return np.sum(jvp(grad(lambda y: np.sum(y**3)), (x,), (WEIGHTS,))[1] * x)


def jvp_of_containers(x):
    out, out_dot = jvp(of_containers, ({"a": x, "b": 2.0}, 3), ({"a": x * x, "b": None}, None))
    return np.sum(out["y"] * out_dot["y"])


def vjp_inside(x):
    out, pullback = vjp(neighbours, x)
    (x_bar,) = pullback(out * x)
    out[0] = 100.0
    return np.sum(x_bar * WEIGHTS) + np.sum(pullback(WEIGHTS)[0] * x)


def vjp_in_loops(x):
    out, outer = vjp(neighbours, x)
    total = 0.0
    for i in range(3):
        _, inner = vjp(neighbours, x * (i + 1))
        total += np.sum(inner(out)[0] * x) + np.sum(outer(x * i)[0])
    return total


def vjp_of_containers(x):
    out, pullback = vjp(of_containers, {"a": x, "b": 2.0 * x}, 3)
    gradient, nothing = pullback({"y": out["y"], "n": None})
    return np.sum(gradient["a"] * gradient["b"]) if nothing is None else 0.0


def vjp_of_a_list(x):
    out, pullback = vjp(powers, x)
    return np.sum(pullback(out)[0] * x)


def of_a_closure(x):
    scale = np.cos(x)

    def inner(y, k=2.0, *, m=x[0]):
        return np.sum(y * scale * x) * k * m

    return np.sum(grad(inner)(x * 2) * WEIGHTS) + value_and_grad(inner, "k")(x, k=x[1])[1]


def of_a_closure_that_writes(x):
    def inner(y):
        y[0] = x[1] * y[1]
        return np.sum(y * y * x)

    z = x * 2
    return np.sum(grad(inner)(z) * WEIGHTS) + z[0]


def of_lambdas_in_a_loop(x):
    total = 0.0
    for i in range(3):
        g = grad(lambda y: np.sum(y**2) * x[i] * (i + 1))(x)
        total += np.sum(g * WEIGHTS) * total + g[0]
    return total


def of_a_lambda_in_a_lambda(x):
    return grad(lambda y: grad(lambda z: z**3 * y * x[0])(y) * x[1])(x[2])


def products_of_closures(x):
    out, pullback = vjp(lambda y, n: y * y * x * n, x, 3)
    return np.sum(pullback(WEIGHTS)[0] * out) + np.sum(jvp(lambda y: y * y * x, (x,), (WEIGHTS,))[1])


def descent(x):
    def loss(p):
        return np.sum(p["w"] * x) * p["b"] ** 2

    p = {"w": x * x, "b": x[0]}
    for _ in range(3):
        g = grad(loss)(p)
        p = {"w": p["w"] - 0.1 * g["w"], "b": p["b"] - 0.1 * g["b"]}
    return loss(p)


PROGRAMS = [
    jvp_inside, hessian_product, jvp_of_containers, vjp_inside, vjp_in_loops, vjp_of_containers, vjp_of_a_list, of_a_closure,
    of_a_closure_that_writes, of_lambdas_in_a_loop, of_a_lambda_in_a_lambda, products_of_closures, descent,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_against_differences(program):
    x = np.array([0.7, -1.2, 0.4])
    value, gradient = value_and_grad(program)(x)
    expected = numerically(program, x)
    assert value == pytest.approx(program(x))
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)
    out, out_dot = jvp(program, (x,), (np.ones(3),))
    assert (out, out_dot) == pytest.approx((value, np.sum(expected)), rel=1e-5)


def test_numba():
    x = np.array([0.7, -1.2, 0.4])
    gradient = grad(of_a_closure_that_writes, backend="numba")(x)
    np.testing.assert_allclose(gradient, numerically(of_a_closure_that_writes, x), rtol=1e-5, atol=1e-6)


def test_effects_happen_once(capsys):
    def noisy(x):
        print("called")
        return x * x

    def f(x):
        _, pullback = vjp(noisy, x)
        return pullback(1.0)[0] * pullback(2.0)[0]  # 8 x^2

    assert grad(f)(3.0) == pytest.approx(48.0)
    assert capsys.readouterr().out == "called\n"


def writes_outside(x):
    z = x.copy()

    def inner(y):
        z[0] = 1.0
        return np.sum(y * z)

    return np.sum(grad(inner)(x))


def appends_outside(x):
    items = []

    def inner(y):
        items.append(y)
        return y * y

    return grad(inner)(x[0])


def always_raises(x):
    def inner(y):
        raise ValueError(y)

    return grad(inner)(x[0])


def of_a_method(x):
    return grad([x].append)(x)


def checked(x):
    check_grads(cube, (x,))
    return np.sum(x)


def shown(x):
    return len(slope.source(x)) * x[0]


@pytest.mark.parametrize("program", [writes_outside, appends_outside, always_raises, of_a_method, checked, shown])
def test_refused(program):
    with pytest.raises(UnsupportedError, match="AD190"):
        grad(program)(np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("code", "program"),
    [
        ("AD194", lambda x: np.sum(grad(lambda y, z: y.fill(1.0) or np.sum(y * z))(x, x))),
        ("AD414", lambda x: vjp(neighbours, x)[1](1.0)[0][0]),
        ("AD414", lambda x: jvp(cube, (x[0],), (x,))[1][0]),
        ("AD421", lambda x: jvp(cube, x, x)[1][0]),
        ("AD421", lambda x: jvp(cube, (x,), ())[1][0]),
        ("AD421", lambda x: jvp(cube, (x,), (None,))[1][0]),
        ("AD422", lambda x: jvp(times, (x, 2), ((x, x), None))[1][0]),
        ("AD423", lambda x: vjp(times, x, 2)[1]((x, x))[0][0]),
        ("AD423", lambda x: vjp(times, x, 2)[1](x, x)[0][0]),
    ],
)
def test_errors(code, program):
    with pytest.raises(AutodiffError, match=code):
        grad(program)(np.array([1.0, 2.0]))


def test_shapes_are_checked_at_run_time():
    with pytest.raises(ValueError, match="the shape of its value"):
        grad(lambda x: np.sum(vjp(neighbours, x)[1](x[1:])[0]))(np.ones(3))
    with pytest.raises(ValueError, match="the shape of its value"):
        grad(lambda x: np.sum(jvp(neighbours, (x,), (x[1:],))[1]))(np.ones(3))

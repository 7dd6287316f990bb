"""`jvp` and `vjp`: values by hand, structure, errors."""

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, vjp


def cube(x):
    return x**3


def scaled(x, n):
    return n * x * x


def two_results(p, x):
    return {"product": p["w"] * x, "count": 3}


def test_jvp():
    assert jvp(cube, (2.0,), (1.0,)) == (8.0, 12.0)
    assert jvp(scaled, (3.0, 2), (1.0, None)) == (18.0, 12.0)
    out, out_dot = jvp(lambda x: x * x, (np.array([1.0, 2.0]),), (np.array([1.0, 10.0]),))
    np.testing.assert_array_equal(out, [1.0, 4.0])
    np.testing.assert_array_equal(out_dot, [2.0, 40.0])


def test_jvp_of_containers():
    out, out_dot = jvp(two_results, ({"w": 2.0}, 5.0), ({"w": 1.0}, None))
    assert out == {"product": 10.0, "count": 3}
    assert out_dot == {"product": 5.0, "count": None}
    _, out_dot = jvp(lambda p: p[0] * p[1], ((2.0, 5.0),), ((None, 1.0),))
    assert out_dot == 2.0


def test_jvp_of_grad_is_the_second_derivative():
    assert jvp(grad(cube), (2.0,), (1.0,)) == pytest.approx((12.0, 12.0))


def test_vjp():
    out, pullback = vjp(lambda x, y: x * y, 3.0, 2.0)
    assert out == 6.0
    assert pullback(1.0) == (2.0, 3.0)
    assert pullback(10.0) == (20.0, 30.0)


def test_vjp_leaves_integers_out():
    _, pullback = vjp(scaled, 3.0, 2)
    assert pullback(1.0) == (12.0, None)


def test_a_pullback_does_not_see_later_writes():
    x = np.array([1.0, 2.0])
    out, pullback = vjp(lambda x: x * x, x)
    x[:] = 100.0
    out[:] = 50.0
    np.testing.assert_array_equal(pullback(np.ones(2))[0], [2.0, 4.0])
    np.testing.assert_array_equal(pullback(np.ones(2))[0], [2.0, 4.0])


def test_vjp_of_containers():
    out, pullback = vjp(two_results, {"w": 2.0}, 5.0)
    assert out == {"product": 10.0, "count": 3}
    assert pullback({"product": 1.0, "count": None}) == ({"w": 5.0}, 2.0)


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("AD421", lambda: jvp(cube, 2.0, 1.0)),
        ("AD421", lambda: jvp(cube, (2.0,), (1.0, 2.0))),
        ("AD421", lambda: jvp(cube, (2.0,), (None,))),
        ("AD411", lambda: jvp(cube, (2.0, 3.0), (1.0, 1.0))),
        ("AD422", lambda: jvp(two_results, ({"w": 2.0}, 5.0), ({"v": 1.0}, None))),
        ("AD422", lambda: jvp(scaled, (3.0, np.int64(2)), (1.0, 1.0))),
        ("AD414", lambda: jvp(cube, (np.ones(2),), (np.ones(3),))),
        ("AD414", lambda: jvp(cube, (np.ones(2),), (np.ones(2, np.float32),))),
        ("AD414", lambda: jvp(cube, (2.0,), ("a",))),
        ("AD423", lambda: vjp(two_results, {"w": 2.0}, 5.0)[1](1.0)),
        ("AD414", lambda: vjp(lambda x: x * x, np.ones(2))[1](1.0)),
        ("AD424", lambda: vjp(cube, 2)),
    ],
)
def test_errors(code, call):
    with pytest.raises(AutodiffError) as caught:
        call()
    assert caught.value.code == code


def test_the_pullback_answers_for_the_arguments_given():
    def scaled_by(x, factor=3.0, *, offset=1.0):
        return factor * x + offset

    out, pullback = vjp(scaled_by, 2.0)
    assert (out, pullback(1.0)) == (7.0, (3.0,))
    out, pullback = vjp(scaled_by, 2.0, 5.0)
    assert (out, pullback(1.0)) == (11.0, (5.0, 2.0))


def test_a_pullback_whose_residual_is_a_returned_value():
    def either(x, y):
        if y > 0.0:
            return x
        return y * y

    def doubled(x, y):
        z = either(x, y)
        return z * z

    assert vjp(doubled, 3.0, 1.0)[1](1.0) == (6.0, 0.0)
    assert vjp(doubled, 3.0, -2.0)[1](1.0) == (0.0, -32.0)


def test_vjp_of_a_growing_list():
    def powers(x):
        return [v**k for k, v in enumerate(x, 1)], x.sum()

    x = np.array([0.5, -1.5, 2.0])
    (out, _), pullback = vjp(powers, x)
    assert out == [0.5, 2.25, 8.0]
    cotangent = [1.0, 2.0, 3.0]
    for _ in range(2):
        np.testing.assert_allclose(pullback((cotangent, 10.0))[0], [11.0, 10.0 + 2 * 2 * -1.5, 10.0 + 3 * 3 * 4.0])
    assert cotangent == [1.0, 2.0, 3.0]
    for wrong in ([1.0], (1.0, 2.0, 3.0), None):
        with pytest.raises(AutodiffError, match="AD414"):
            pullback((wrong, 10.0))

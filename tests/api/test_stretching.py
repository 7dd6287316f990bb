"""Compiled derivatives are made for calls that stretch nothing, and made again for the first one that does (`passes/stretching.py`)."""

import copy
import logging
import threading

import numpy as np
import pytest

from autodiff_compiler import custom_vjp, driver, external, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autodiff_compiler.diagnostics import Stretched
from autodiff_compiler.ir.interp import run

RNG = np.random.default_rng(5)


def array(*shape):
    return RNG.uniform(0.5, 1.5, shape)


def loss(x, y, z):
    total = 0.0
    for _ in range(2):
        total += np.sum(np.sin(x * y) / z)
    return total


USUAL = (3, 2), (3, 2), (2,)
STRETCHED = {
    "first argument": ((1, 2), (3, 2), (2,)),
    "second argument": ((3, 2), (3, 1), (2,)),
    "third argument": ((3, 2), (3, 2), (1,)),
    "every argument": ((1, 2), (3, 1), (1,)),
    "to nothing": ((1, 2), (0, 2), (2,)),
}


def given(shapes):
    return tuple(array(*shape) for shape in shapes)


def is_usual(derivative):
    """Whether the last call was made with the version for usual calls."""
    return derivative._last.compiled.is_usual


def assert_same(got, wanted):
    if isinstance(wanted, tuple):
        assert isinstance(got, tuple)
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted):
            assert_same(one, other)
    else:
        assert np.shape(got) == np.shape(wanted)
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-14)


# -- calls ---------------------------------------------------------------------------------------------------------


def test_a_call_that_stretches_is_made_again_and_all_after_it():
    gradient = value_and_grad(loss, argnums=(0, 1, 2), backend="numba")
    wanted = value_and_grad(loss, argnums=(0, 1, 2))
    usual = given(USUAL)
    for _ in range(3):
        assert_same(gradient(*usual), wanted(*usual))
        assert is_usual(gradient)
    for shapes in STRETCHED.values():
        for _ in range(3):
            arguments = given(shapes)
            assert_same(gradient(*arguments), wanted(*arguments))
            assert not is_usual(gradient)
    assert_same(gradient(*usual), wanted(*usual))
    assert not is_usual(gradient)
    assert [len(found) for found in gradient._table._by_key.values()] == [1]


def test_a_first_call_whose_arguments_show_that_they_are_stretched(caplog):
    """It is compiled once, for a bias that is a row."""

    def f(x, w, b):
        return np.sum(np.tanh(x @ w + b))

    caplog.set_level(logging.INFO, logger="autodiff_compiler")
    gradient = grad(f, argnums=(1, 2), backend="numba")
    for shapes in (((4, 3), (3, 2), (1, 2)), ((1, 3), (3, 2), (1, 2))):
        arguments = given(shapes)
        assert_same(gradient(*arguments), grad(f, argnums=(1, 2))(*arguments))
    assert is_usual(gradient)
    assert sum(r.getMessage().startswith("grad of f with respect to w, b, numba") for r in caplog.records) == 1


@pytest.mark.parametrize("place", ["first argument", "every argument"])
def test_both_modes(place):
    """The first call stretches; forward against reverse."""

    def f(x, y, z):
        return np.sin(x * y) / z

    arguments = given(STRETCHED[place])
    tangents = tuple(np.cos(a) for a in arguments)
    out, out_dot = jvp(f, arguments, tangents, backend="numba")
    assert_same((out, out_dot), jvp(f, arguments, tangents))
    value, pullback = vjp(f, *arguments, backend="numba")
    out_bar = array(*out.shape)
    bars = pullback(out_bar)
    assert_same((value, bars), (out, vjp(f, *arguments)[1](out_bar)))
    np.testing.assert_allclose(
        np.sum(out_bar * out_dot), sum(np.sum(a * b) for a, b in zip(bars, tangents)), rtol=1e-12, atol=1e-14
    )


def test_a_pullback_stays_with_its_forward_sweep():
    def f(x, y):
        return np.exp(x * y)

    usual, stretched = (array(3), array(3)), (array(3), array(1))
    _, before = vjp(f, *usual, backend="numba")
    _, after = vjp(f, *stretched, backend="numba")
    for pullback, arguments in ((before, usual), (after, stretched), (before, usual)):
        assert_same(pullback(np.ones(3)), vjp(f, *arguments)[1](np.ones(3)))


def test_second_order():
    def f(x, y):
        return np.sum(np.sin(x * y) ** 2)

    for arguments in ((array(3), array(3)), (array(3), array(1)), (array(1), array(3))):
        x, y = arguments
        assert_same(hvp(f, arguments, (x, y), backend="numba"), hvp(f, arguments, (x, y)))
        assert_same(hessian(f, backend="numba")(x, y), hessian(f)(x, y))
        assert_same(jacobian(grad(f, argnums=1), backend="numba")(x, y), jacobian(grad(f, argnums=1))(x, y))


def test_slices_of_one_element_are_no_guess():
    def f(x, i):
        return np.sum(x * x[:, :1] * x[:, i : i + 1] * x[:, -1:] / np.mean(x, axis=0, keepdims=True))

    gradient = grad(f, backend="numba")
    for x in (array(3, 4), array(1, 4), array(4, 3)):
        assert_same(gradient(x, 1), grad(f)(x, 1))
        assert is_usual(gradient)
    assert_same(gradient(array(3, 0), 1), np.zeros((3, 0)))
    assert not is_usual(gradient)


def test_writes_and_index_arrays():
    def f(x, rows, columns, v):
        y = np.zeros((3, 2))
        y[:] = v
        return np.sum(x[rows, columns] * y[rows, columns] ** 2)

    gradient = grad(f, argnums=(0, 3), backend="numba")
    i, j = np.array([0, 2]), np.array([1, 1])
    for arguments in ((array(3, 2), i, j, array(2)), (array(3, 2), i, j[:1], array(2)), (array(3, 2), i, j, array(1))):
        assert_same(gradient(*arguments), grad(f, argnums=(0, 3))(*arguments))


def test_a_loop_that_does_not_come_so_far():
    """What is compared in a loop is compared before it, but then it is nobody's error."""

    def f(x, y, n):
        total = np.sum(x) ** 2
        for _ in range(n):
            total += np.sum(x * y)
        return total

    gradient = grad(f, backend="numba")
    x = array(3)
    for y, n in ((array(3), 1), (array(2), 0)):
        assert_same(gradient(x, y, n), grad(f)(x, y, n))
    with pytest.raises(ValueError, match=r"broadcast together with shapes \(3,\) \(2,\)"):
        gradient(x, array(2), 1)


def test_what_the_program_catches_itself():
    def f(x, y):
        try:
            z = x * y
        except ValueError:
            z = x * 2.0
        return np.sum(z * z)

    gradient = grad(f, backend="numba")
    for arguments in ((array(3), array(3)), (array(3), array(1)), (array(3), array(2))):
        assert_same(gradient(*arguments), grad(f)(*arguments))


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_lists_of_arrays_of_different_shapes(backend):
    def f(xs, y):
        total = 0.0
        for x in xs:
            total += np.sum(x * y)
        return total

    gradient = grad(f, backend=backend)
    y = array(2)
    for xs in ([array(2), array(2)], [array(2), array(1)], [array(1), array(2)]):
        for got, x in zip(gradient(xs, y), xs):
            assert_same(got, y if x.shape == (2,) else np.sum(y, keepdims=True))


def test_many_threads():
    def f(x, y):
        return np.sum(np.cos(x) * y)

    gradient = grad(f, backend="numba")
    gradient(array(3), array(3))
    x, y = array(3), array(1)
    wanted, found = grad(f)(x, y), []
    threads = [threading.Thread(target=lambda: found.append(gradient(x, y))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for got in found:
        assert_same(got, wanted)


# -- what may not be done twice ------------------------------------------------------------------------------------


def test_a_program_that_prints_is_made_for_all_calls(capfd):
    def f(x, y):
        print("once")
        return np.sum(x * y)

    gradient = grad(f, backend="numba")
    assert gradient(array(3), array(1)).shape == (3,)
    assert not is_usual(gradient)
    assert capfd.readouterr().out == "once\n"


def test_functions_that_are_called_as_they_are():
    import numba

    twice = external(numba.njit(lambda x: 2.0 * x), result="float", jvp=lambda x, x_dot: (twice(*x), 2.0 * x_dot[0]))

    def f(x, y):
        return np.sum(x * y) * twice(x[0])

    gradient = grad(f, backend="numba")
    x, y = array(3), array(1)
    assert_same(gradient(x, y), grad(f)(x, y))
    assert not is_usual(gradient)


def test_arguments_are_untouched():
    def f(x, y):
        x[0] = 3.0
        return np.sum(x * x * y)

    gradient = grad(f, argnums=(0, 1), backend="numba")
    for shape in ((3,), (1,)):
        arguments = array(3), array(*shape)
        before = copy.deepcopy(arguments)
        assert_same(gradient(*arguments), grad(f, argnums=(0, 1))(*before))
        assert_same(arguments, before)


def test_a_rule_of_the_users_that_stretches_in_the_reverse_sweep():
    @custom_vjp
    def scaled(x, s):
        return x * 3.0

    scaled.defvjp(lambda x, s: (x * 3.0, s), lambda s, bar: (bar * s, np.zeros(s.shape)))

    def f(x, s):
        return scaled(x, s) * 2.0

    x, s = array(3), array(1)
    for backend in ("python", "numba"):
        _, pullback = vjp(f, x, s, backend=backend)
        assert_same(pullback(np.ones(3)), (2.0 * s * np.ones(3), np.zeros(1)))


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "text"),
    [
        (((3, 2), (2, 2), (2,)), "operands could not be broadcast together with shapes (3, 2) (2, 2)"),
        (((3, 2), (3, 4), (2,)), "operands could not be broadcast together with shapes (3, 2) (3, 4)"),
        (((3, 2), (1, 4), (2,)), "operands could not be broadcast together with shapes (3, 2) (1, 4)"),
        (((3, 2), (3, 2), (0,)), "operands could not be broadcast together with shapes (3, 2) (0,)"),
    ],
)
def test_what_numpy_refuses(shapes, text):
    def f(x, y, z):
        return np.sum(x * y / z)

    gradient = grad(f, backend="numba")
    assert gradient(*given(USUAL)).shape == (3, 2)
    with pytest.raises(ValueError) as raised:
        gradient(*given(shapes))
    assert type(raised.value) is ValueError
    assert str(raised.value) == text
    assert raised.value.__cause__ is raised.value.__context__ is None
    assert raised.traceback[-1].frame.code.name == "f"
    gradient(*given(USUAL))
    assert is_usual(gradient)


# -- what is shown -------------------------------------------------------------------------------------------------


def test_the_log(caplog):
    def f(x, y):
        return np.sum(np.cos(x) * y)

    caplog.set_level(logging.INFO, logger="autodiff_compiler")
    gradient = grad(f, backend="numba")
    gradient(array(3), array(3))
    gradient(array(3), array(1))
    gradient(array(3), array(3))
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("grad of f")]
    assert len(lines) == 2
    assert "for x: f64[:], y: f64[:], again, since an extent of 1 is stretched: (3,) and (1,): " in lines[1]


def test_what_is_read_is_made_for_all_calls(tmp_path):
    def f(x, y):
        return np.sum(np.cos(x) * y)

    before = grad(f, backend="numba").source(array(3), array(3))
    gradient = grad(f, backend="numba")
    gradient(array(3), array(3))
    assert is_usual(gradient)
    assert gradient.source() == gradient.source(array(3), array(3)) == before
    assert "Stretched" not in before
    assert "Stretched" not in gradient.save(tmp_path / "saved.py", array(3), array(3)).read_text()
    assert gradient.ir(array(3), array(3)) == grad(f, backend="numba").ir(array(3), array(3))
    gradient(array(3), array(3))
    assert is_usual(gradient)


def test_there_is_one_version_where_nothing_is_guessed():
    def f(x):
        return np.sum(np.sin(x) * x) * np.sum(x[:, None] * x)

    gradient = grad(f, backend="numba")
    gradient(array(3))
    assert not is_usual(gradient)
    assert gradient._last.readable is gradient._last


def test_a_class_of_the_same_name():
    own = type("Stretched", (Exception,), {})

    def f(x, y):
        if x[0] > 100.0:
            raise own("too large")
        return np.sum(x * y)

    gradient = grad(f, backend="numba")
    assert_same(gradient(array(3), np.ones(1)), np.ones(3))
    with pytest.raises(own):
        gradient(array(3) + 200.0, np.ones(3))


def test_the_first_call_is_checked():
    def f(x, y):
        return np.sum(np.sin(x) * y)

    gradient = grad(f, backend="numba", check="first")
    for shapes in (((3,), (3,)), ((3,), (1,)), ((1,), (3,))):
        arguments = given(shapes)
        assert_same(gradient(*arguments), grad(f)(*arguments))


def test_the_interpreter_refuses_the_same_calls():
    def f(x, y):
        return np.sum(np.sin(x) * y)

    gradient = grad(f, backend="numba")
    x, y = array(3), array(3)
    wanted = gradient(x, y)
    for stage in ("derivative", "buffers"):
        function = gradient._last.compiled.stages[stage]
        assert_same(run(function, [x, y], mutable=stage == "buffers")[0], wanted)
        with pytest.raises(Stretched):
            run(function, [x, array(1)], mutable=stage == "buffers")


def test_other_backends_and_options_have_one_version():
    def f(x, y):
        return np.sum(x * y)

    for options in ({"backend": "python"}, {"backend": "numba", "disable": ("all",)}):
        gradient = grad(f, **options)
        gradient(array(3), array(3))
        assert not is_usual(gradient)
        assert driver.usual_singles(gradient._last.lowered, gradient.options, None) is None

"""The program for calls that stretch nothing: which extents are taken to be equal, and where that is checked."""

import random

import numpy as np
import pytest
from pass_programs import Program

from autodiff_compiler import grad
from autodiff_compiler.diagnostics import Stretched
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import stretching


def usual(fun, *args):
    """The program of a function, and the usual one."""
    function = grad(fun).stages(*args)["primal"]
    made = stretching.usual(function)
    verify(made)
    return function, made


def guesses(ops):
    return [op for op in ops if op.attrs.get("error") == "Stretched"]


def total(x, y):
    return np.sum(x * y) + np.sum(x - y)


def test_extents_are_equal_and_checked_once():
    function, made = usual(total, np.ones(3), np.ones(3))
    assert len(guesses(all_ops(made.body))) == 1
    assert stretching.may_stretch(function)
    assert not stretching.is_usual(function)
    assert stretching.is_usual(made)
    x, y = np.arange(3.0), np.ones(3)
    assert run(made, [x, y])[0] == total(x, y)
    for other in (np.ones(1), np.ones(0), np.ones(2)):
        with pytest.raises(Stretched):
            run(made, [x, other])


@pytest.mark.parametrize("seed", range(60))
def test_a_call_is_refused_or_means_the_same(seed):
    function = Program(seed).build()
    made = stretching.usual(function)
    verify(made)
    rng = random.Random(seed)
    for _ in range(4):
        arguments = [np.full(rng.randint(0, 3), 0.7), np.full(rng.randint(0, 3), 1.3), 0.4, rng.randint(0, 3)]
        try:
            got = outcome(made, arguments)
        except Stretched:
            continue
        wanted = outcome(function, arguments)
        assert type(got) is type(wanted)
        if isinstance(wanted, list):
            for one, other in zip(got, wanted):
                np.testing.assert_array_equal(one, other)


def outcome(function, arguments):
    try:
        return run(function, arguments)
    except (IndexError, ZeroDivisionError, OverflowError) as error:
        return error


def test_what_the_shapes_of_arguments_show():
    def f(x, w, b):
        return np.sum(np.tanh(x @ w + b) * b)

    function, _ = usual(f, np.ones((4, 3)), np.ones((3, 2)), np.ones((4, 2)))
    for shape, singles in (((4, 2), set()), ((1, 2), {(2, 0)}), ((4, 1), {(2, 1)}), ((1, 1), {(2, 0), (2, 1)}), ((4, 5), set())):
        assert stretching.singles_of(function, [np.ones((4, 3)), np.ones((3, 2)), np.ones(shape)]) == singles


def test_who_says_that_shapes_are_wrong():
    text = "operands could not be broadcast together with shapes {} {}"
    assert Stretched(text, (3, 2), (4, 2)).is_wrong
    assert Stretched(text, (3,), (0,)).is_wrong
    assert not Stretched(text, (3, 2), (1, 2)).is_wrong
    assert not Stretched(text, (2,), (5, 1)).is_wrong
    assert not Stretched("extents differ in a loop: {} and {}", 3, 2).is_wrong
    assert not Stretched(f"shape mismatch: indexing arrays {text[9:]}", (3,), (2,)).is_wrong
    assert not Stretched().is_wrong


@pytest.mark.parametrize(
    ("part", "element"),
    [("0:1", 0), (":1", 0), ("2:3", 2), ("-3:-2", -3), ("-1:", -1), ("0:2", None), ("-2:", None)],
)
def test_a_slice_of_one_element(part, element):
    x, y = np.arange(4.0), np.arange(5.0)
    _, made = usual(f"def f(x, y): return (x[{part}] * y).sum()", x, y)
    if element is not None:
        for other in (y, y[:2]):
            assert run(made, [x, other])[0] == np.sum(x[element] * other)
    with pytest.raises(Stretched):
        run(made, [x if element is None else x[:0], y[:1]])


@pytest.mark.parametrize("view", ["x[:, 1:2].T", "x[:, 1:2][1:].T", "x.T[1:2]", "x[1:][:, None, 1:2].T[:, 0]"])
def test_a_slice_of_one_element_in_a_view_of_a_view(view):
    x = np.arange(12.0).reshape(4, 3)
    part = eval(view)
    y = np.arange(5.0 * part.size).reshape(5, part.size)
    _, made = usual(f"def f(x, y): return ({view} * y).sum()", x, y)
    assert run(made, [x, y])[0] == np.sum(part * y)


def test_slices_that_begin_where_an_integer_says():
    def f(x, y, i):
        return np.sum(x[:, i : i + 1] * y)

    x, y = np.arange(8.0).reshape(2, 4), np.arange(6.0).reshape(2, 3)
    _, made = usual(f, x, y, 1)
    assert run(made, [x, y, 2])[0] == f(x, y, 2)


def test_what_is_stretched_on_purpose_is_no_guess():
    def f(x, y):
        return np.sum(np.broadcast_to(x, (3, 2)) * y[:, None])

    _, made = usual(f, np.ones(2), np.ones(3))
    assert run(made, [np.ones(1), np.ones(3)])[0] == 6.0


def test_what_a_loop_compares_is_compared_before_it():
    def f(x, y, n):
        s = 0.0
        for _ in range(n):
            for k in range(n):
                s += np.sum(x[k] * y)
        return s

    _, made = usual(f, np.ones((3, 2)), np.ones(2), 2)
    assert len(guesses(made.body.ops)) == 1
    assert run(made, [np.ones((3, 2)), np.ones(2), 2])[0] == 8.0


def test_what_a_branch_compares_is_compared_there():
    def f(x, y):
        return np.sum(x * y) if len(x) == len(y) else np.sum(x)

    _, made = usual(f, np.ones(2), np.ones(2))
    assert not guesses(made.body.ops)
    assert run(made, [np.ones(2), np.ones(3)])[0] == 2.0


def test_what_slices_in_a_loop_compare_is_compared_before_it():
    def f(u, v, n):
        for _ in range(n):
            u[1:-1] = u[2:] * v[:-2]
        return np.sum(u)

    function, made = usual(f, np.ones(4), np.ones(4), 2)
    assert len(guesses(made.body.ops)) == 1
    assert not any("check_broadcast" in op.kind for op in all_ops(made.body))
    u, v = np.arange(5.0), np.arange(5.0) + 1.0
    assert run(made, [u, v, 2])[0] == run(function, [u, v, 2])[0]
    for other in (np.ones(3), np.ones(6)):  # the first is stretched, the second wrong
        with pytest.raises(Stretched):
            run(made, [u, other, 2])


def test_an_axis_of_one_in_the_first_call_is_one_in_every_call():
    def f(m, x):
        return np.sum(m * x)

    m, x = np.ones((3, 1)), np.arange(6.0).reshape(3, 2)
    function, _ = usual(f, m, x)
    made = stretching.usual(function, stretching.singles_of(function, [m, x]))
    verify(made)
    assert run(made, [m, x])[0] == 15.0
    with pytest.raises(Stretched):
        run(made, [np.ones((3, 2)), x])


def test_what_is_read_back_from_a_list_has_the_shape_that_it_had():
    def f(u, v):
        while np.sum(u) < 100.0:
            u = u.copy()
            u[1:-1] = u[2:] * v[:-2] * u[1:-1]
        return np.sum(u)

    u, v = np.full(5, 2.0), np.full(5, 1.5)
    gradient = grad(f, argnums=(0, 1))
    function = gradient.stages(u, v)["derivative"]
    assert [op.attrs["message"] for op in all_ops(function.body) if op.attrs.get("known")] == ["extents differ on a tape"]
    for one, other in zip(run(function, [u, v]), gradient(u, v)):
        np.testing.assert_array_equal(one, other)

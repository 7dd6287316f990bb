"""Trap 10, and the other half of 3: merged references, escaped arrays, overlapping arguments, results of their own."""

import copy

import alias_programs as programs
import numpy as np
import pytest
from prog_check import first_order, plain, scalar, second_order
from prog_corpus import Program, signed

from autodiff_compiler import AutodiffError, UnsupportedError, grad, jvp, value_and_grad, vjp

X, Y = signed(3, seed=1), signed(3, seed=2)
X6 = signed(6, seed=3)

CASES = [
    (programs.branch_reference_written, (X, Y, True)),
    (programs.branch_reference_written, (X, Y, False)),
    (programs.branch_reference_read, (X, Y, True)),
    (programs.branch_reference_read, (X, Y, False)),
    (programs.branch_reference_read_after_write, (X, Y, True)),
    (programs.branch_reference_read_after_write, (X, Y, False)),
    (programs.branch_reference_read_after_write, (X, Y, 1)),
    (programs.branch_on_data, (X, Y)),
    (programs.branch_on_data, (Y, X)),
    (programs.loop_reference, (X, Y, 3)),
    (programs.loop_reference, (X, Y, 1)),
    (programs.list_of_the_same, (X,)),
    (programs.list_of_the_same_grown, (X, 2)),
    (programs.list_of_views, (X, 2)),
    (programs.repeated_list, (X,)),
    (programs.tuple_of_the_same, (X,)),
    (programs.dict_of_the_same, (X,)),
    (programs.escaped_in_closure, (X,)),
    (programs.same_argument_twice, (X,)),
    (programs.overlapping_helper_arguments, (X,)),
    (programs.returned_by_helper, (X,)),
    (programs.default_array, (X,)),
    (programs.reshaped_view, (X6,)),
    (programs.flattened_copy, (X6,)),
    (programs.gathered_copy, (X,)),
    (programs.asarray_shares, (X,)),
    (programs.rebound_in_loop, (X, 3)),
    (programs.inplace_operator_on_alias, (X,)),
]

# What may be refused, and with which code; anything else has to work.
REFUSED = {
    "branch_reference_written": "AD111",
    "branch_reference_read_after_write": "AD110",
    "branch_on_data": "AD111",
    "loop_reference": "AD111",
    "list_of_the_same_grown": "AD113",
    "list_of_views": "AD113",
    "reshaped_view": "AD114",
    "flattened_copy": "AD114",
}


@pytest.mark.parametrize(("fun", "args"), CASES, ids=[f"{i}-{fun.__name__}" for i, (fun, _) in enumerate(CASES)])
def test_right_or_refused(fun, args):
    program = Program(fun, (args,), analytic=False)
    try:
        first_order(program, args, verify=True)
        assert scalar(plain(program, args))
        second_order(program, args)
    except UnsupportedError as error:
        assert error.code == REFUSED.get(fun.__name__)
        assert error.span is not None
        assert error.help


def test_overlapping_arguments_are_noticed():
    """The same array twice, or overlapping views, where one of them is written."""
    base = np.array([1.0, 2.0, 3.0, 4.0])
    for x, y in ((base, base), (base[:3], base[1:]), (base[::2], base[:2])):
        before = base.copy()
        expected = programs.two_arguments(*copy_together(base, x, y))
        for derive in (
            lambda x, y: value_and_grad(programs.two_arguments, (0, 1))(x, y)[0],
            lambda x, y: jvp(programs.two_arguments, (x, y), (np.ones_like(x), None))[0],
            lambda x, y: vjp(programs.two_arguments, x, y)[0],
        ):
            try:
                assert derive(x, y) == expected
            except AutodiffError as error:
                assert error.code.startswith("AD4")
        np.testing.assert_array_equal(base, before)


def copy_together(base, *views):
    """Copies of views of one array that overlap as they do."""
    whole = base.copy()
    moved = whole.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    copies = []
    for view in views:
        start = (view.__array_interface__["data"][0] + moved - whole.__array_interface__["data"][0]) // whole.itemsize
        copies.append(np.lib.stride_tricks.as_strided(whole[start:], view.shape, view.strides))
    return copies


def test_overlapping_arguments_that_are_read_are_fine():
    base = np.array([1.0, 2.0, 3.0])
    gx, gy = grad(programs.two_arguments_read, (0, 1))(base, base)
    np.testing.assert_array_equal(gx, base)
    np.testing.assert_array_equal(gy, base)
    assert not np.may_share_memory(gx, gy)
    assert not np.may_share_memory(gx, base)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_gradients_are_nobodys(backend):
    """Neither arguments nor each other, even where the values are the same: d sum(x + y)."""

    def f(x, y):
        return np.sum(x + y)

    def g(x):
        return x

    x, y = np.ones(3), np.ones(3)
    gx, gy = grad(f, (0, 1), backend=backend)(x, y)
    gx[0] = 99.0
    np.testing.assert_array_equal(gy, np.ones(3))
    out, pullback = vjp(g, x, backend=backend)
    seed = np.array([1.0, 2.0, 3.0])
    (bar,) = pullback(seed)
    for array in (x, seed, out):
        assert not np.may_share_memory(bar, array)
    out, out_dot = jvp(g, (x,), (seed,), backend=backend)
    assert not np.may_share_memory(out, x)
    assert not np.may_share_memory(out_dot, seed)


def test_a_written_argument_is_left_alone():
    def f(x):
        x[0] = x[1] * x[1]
        x *= 2.0
        return np.sum(x)

    x = np.array([1.0, 2.0, 3.0])
    value, gradient = value_and_grad(f)(x)
    np.testing.assert_array_equal(x, [1.0, 2.0, 3.0])
    assert value == f(copy.copy(x))
    np.testing.assert_array_equal(gradient, [0.0, 10.0, 2.0])


def test_a_written_element_of_a_container_is_left_alone():
    def f(p):
        p["w"][0] = p["v"][0] * 2.0
        return np.sum(p["w"]) * np.sum(p["v"])

    p = {"w": np.ones(2), "v": np.array([3.0, 4.0])}
    try:
        gradient = grad(f)(p)
    except AutodiffError as error:
        assert error.code in ("AD138", "AD112")
    else:
        np.testing.assert_array_equal(gradient["w"], [0.0, 7.0])
        np.testing.assert_array_equal(gradient["v"], [21.0, 7.0])
    np.testing.assert_array_equal(p["w"], [1.0, 1.0])


def test_one_array_in_two_places_of_a_container():
    def f(p):
        p[0][0] = 5.0
        return np.sum(p[0] * p[1])

    a = np.array([1.0, 2.0])
    try:
        gradient = grad(f)([a, a])
    except AutodiffError as error:
        assert error.code.startswith("AD4") or error.code == "AD138"
    else:
        # As CPython computes: both are written, so the value is 25 + 4.
        np.testing.assert_array_equal(gradient[0] + gradient[1], [0.0, 4.0])
    np.testing.assert_array_equal(a, [1.0, 2.0])

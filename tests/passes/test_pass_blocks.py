"""Long loops that save their state once for each block of iterations: which do, and that nothing else changes, to the bit."""

import math
import re

import numpy as np
import pytest

from autodiff_compiler import driver, explain, grad, jvp, value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import blocks
from autodiff_compiler.passes.registry import PASSES, run_pipeline

TRIPS = (-3, 0, 1, 15, 16, 17, 31, 32, 33, 100)
A = np.linspace(0.1, 0.4, 7)


@pytest.fixture(autouse=True)
def no_loop_is_short(monkeypatch):
    monkeypatch.setattr(blocks, "SHORT", 0)


def logistic_map(x, r, n):
    for t in range(n):
        x = r * x * (1.0 - x)
    return x


def leapfrog(q, p, n):
    """Two numbers are handed on, one is saved."""
    for _ in range(n):
        p = p - 0.01 * (q + q * q * q)
        q = q + 0.01 * p
    return q * q + p * p


def branching(x, y, n):
    for _ in range(n):
        x, y = x * y + 0.1, y - 0.01 * x * y if x > 0.5 else y * 1.001
    return x * y


def forced(x, a, n):
    """Reads an array, at places that come of the index; the adjoint of the array adds up."""
    for t in range(2, n + 2):
        x = 0.5 * x * (1.0 - x) + a[t % 7]
    return x * x


def counted(x, y, n):
    """A state of integers, which are nobody's derivative."""
    k = 3
    for _ in range(n):
        k = (5 * k + 1) % 16
        x = x * y if k % 3 == 0 else x + 0.1 * y * x * x
    return x


def summed(x, y, n):
    """Besides what is saved, the loop adds up, which runs once."""
    total = 0.0
    for _ in range(n):
        x = x * (1.5 - x * y)
        total += x
    return total * x


ARGUMENTS = {forced: (0.3, A)}
PROGRAMS = [logistic_map, leapfrog, branching, forced, counted, summed]


@pytest.fixture(params=PROGRAMS, ids=lambda f: f.__name__)
def program(request):
    return request.param


def lowered(f, *args):
    """The gradient when it comes to the pass."""
    fn = grad(f, argnums=(0, 1), backend="numba").stages(*args)["derivative"]
    names = driver.LOWERING["numba"]
    return run_pipeline(fn, names[: names.index("blocks")])


def test_the_pass_alone(program):
    args = ARGUMENTS.get(program, (0.3, 0.9))
    fn = lowered(program, *args, 3)
    made = PASSES["blocks"].run(fn)
    verify(made)
    assert "_of_blocks" in format_function(made)
    assert format_function(PASSES["blocks"].run(made)) == format_function(made)
    made = PASSES["dce"].run(made)
    for n in TRIPS:
        for one, other in zip(run(made, [*args, n]), run(fn, [*args, n]), strict=True):
            assert np.array_equal(one, other), n


def test_derivatives_to_the_bit(program):
    """Of numbers that are not reassociated."""
    args = ARGUMENTS.get(program, (0.3, 0.9))
    made = value_and_grad(program, argnums=(0, 1), backend="numba", fastmath=False, verify=True)
    plain = value_and_grad(program, argnums=(0, 1), backend="numba", fastmath=False, disable=["blocks"])
    assert "_of_blocks" in made.source(*args, 3) and "_of_blocks" not in plain.source(*args, 3)
    for n in TRIPS:
        value, slopes = made(*args, n)
        want, wanted = plain(*args, n)
        assert value == want and math.isclose(value, program(*args, n), rel_tol=1e-12)
        assert all(np.array_equal(one, other) for one, other in zip(slopes, wanted, strict=True)), n


def test_a_short_loop_is_one_block(monkeypatch):
    monkeypatch.setattr(blocks, "SHORT", 40)

    def decay(x, y, n):
        for _ in range(n):
            x = x - 0.1 * y * x * x
        return x

    made = grad(decay, argnums=(0, 1), backend="numba", fastmath=False)
    plain = grad(decay, argnums=(0, 1), backend="numba", fastmath=False, disable=["blocks"])
    assert "whole = count <= 40" in made.source(0.3, 0.9, 3)
    for n in (0, 1, 39, 40, 41, 48, 49):
        assert made(0.3, 0.9, n) == plain(0.3, 0.9, n)


def test_what_is_kept_is_as_small_as_that():
    text = grad(logistic_map, argnums=(0, 1), backend="numba").source(0.3, 3.2, 3)
    made = re.findall(r"(\w+) = np\.empty\((.*)\)\n", text)
    assert made == [("x_of_blocks", "blocks"), ("x_saved", "size")], text
    assert f"size = count if whole else {blocks.BLOCK}" in text
    assert f"blocks = 1 if whole else (count + {blocks.BLOCK - 1}) // {blocks.BLOCK}" in text


def test_explain_says_so():
    shown = explain(grad(logistic_map, backend="numba"), 0.3, 3.2, 3)
    assert shown.in_blocks == ("x_saved",)
    assert "blocks" in str(shown)
    for other in (grad(logistic_map), grad(logistic_map, backend="numba", disable=["blocks"])):
        assert explain(other, 0.3, 3.2, 3).in_blocks == ()


def test_python_keeps_its_tape():
    assert "_of_blocks" not in grad(logistic_map).source(0.3, 3.2, 3)


def test_what_is_printed_is_printed_once():
    def told(x, y, n):
        for _ in range(n):
            x = x * (1.5 - x * y)
            print(x)
        return x

    text = grad(told, backend="numba").source(0.3, 0.4, 5)
    assert "_of_blocks" in text and text.count("print(") == 1


# -- what stays as it is -----------------------------------------------------------------------------------------------


def dear(x, y, n):
    """Sines are computed once."""
    for _ in range(n):
        x = math.sin(x * y)
    return x


def short(x, y, n):
    """It is known to be one block."""
    for _ in range(100):
        x = x * (1.5 - x * y)
    return x


def left_early(x, y, n):
    for _ in range(n):
        x = x * (1.5 - x * y)
        if x > 10.0:
            break
    return x


def until(x, y, n):
    while x < 10.0 and n > 0:
        x = x * (1.5 + x * y)
        n -= 1
    return x


def of_arrays(x, y, n):
    s = np.array([x, y])
    for _ in range(n):
        s = s * (1.5 - s * s)
    return s[0] * s[1]


def rows(x, y, n):
    """The tape of one loop serves the next."""
    total = 0.0
    for i in range(3):
        s = x + 0.1 * i
        for _ in range(n):
            s = s * (1.5 - s * y)
        total += s * s
    return total


def largest(x, y, n):
    """What is saved is smaller than what is handed on."""
    a = np.array([0.3, 0.1, 0.4, 0.1, 0.5]) * x
    for t in range(n):
        if a[t % 5] > y:
            y = a[t % 5]
    return y * y


def chosen(x, y, n):
    """The reverse loop stands in another branch than the first one."""
    if y > 0.0:
        for _ in range(n):
            x = x * (1.5 - x * y)
    return x * y


def overwritten(x, y, n):
    """What an iteration reads is another number when the loop has ended."""
    a = np.array([y, y, y])
    for t in range(n):
        x = x * (1.5 - x * a[t % 3])
        a[t % 3] = x
    return x * a[0]


@pytest.mark.parametrize("f", [dear, short, left_early, until, of_arrays, rows, largest, chosen, overwritten], ids=lambda f: f.__name__)
def test_others_keep_their_tapes(f, monkeypatch):
    monkeypatch.setattr(blocks, "SHORT", 1000)
    made = value_and_grad(f, argnums=(0, 1), backend="numba")
    assert "_of_blocks" not in made.source(0.3, 0.4, 5)
    value, slopes = made(0.3, 0.4, 5)
    want, wanted = value_and_grad(f, argnums=(0, 1))(0.3, 0.4, 5)
    assert math.isclose(value, want, rel_tol=1e-13)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-12)


# -- derivatives of it -------------------------------------------------------------------------------------------------


def test_second_order(program):
    if program is forced:
        pytest.skip("a Hessian of a number and an array")
    options = {"backend": "numba", "fastmath": False}
    inner = grad(program, **options)
    for n in (1, 16, 33):
        for outer in (grad(inner, **options), jvp_along(inner, options)):
            made = outer(0.3, 0.9, n)
            step = 1e-4
            ends = [grad(program)(0.3 + k * step, 0.9, n) for k in (-2, -1, 1, 2)]
            want = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
            assert math.isclose(made, want, rel_tol=1e-6, abs_tol=1e-8), (n, made, want)


def test_forward_over_reverse_is_in_blocks_too():
    """Reverse over reverse reads a tape in two loops, and keeps it."""
    n = 3

    def slope(x):
        return grad(logistic_map)(x, 3.2, n)

    text = jvp(slope, backend="numba").source((0.3,), (1.0,))
    assert "x_of_blocks" in text, text


def jvp_along(f, options):
    def along(x, y, n):
        return jvp(lambda t: f(t, y, n), (x,), (1.0,), **options)[1]

    return along


def test_slopes_are_those_of_forward_mode(program):
    args = ARGUMENTS.get(program, (0.3, 0.9))
    along = (1.0, np.cos(np.arange(7.0)) if program is forced else -0.7)
    slopes = grad(program, argnums=(0, 1), backend="numba")
    for n in TRIPS:
        forward = jvp(lambda x, y, n=n: program(x, y, n), args, along)[1]
        product = sum(float(np.sum(one * other)) for one, other in zip(slopes(*args, n), along, strict=True))
        assert math.isclose(product, forward, rel_tol=1e-9, abs_tol=1e-12), n

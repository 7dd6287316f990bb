"""`outer_products`: sums of outer products become products of matrices after the loop, and stay what they were."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES
from autodiff_compiler.testing import check_grads

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
RNG = np.random.default_rng(5)
W, U, B = 0.4 * RNG.normal(size=(3, 3)), 0.4 * RNG.normal(size=(3, 2)), RNG.normal(size=3)
XS, Y = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3))


# -- the IR ------------------------------------------------------------------------------------------------------------


def loop(bounds, body, carried="%a: f64[:, :]", yielded="%a1"):
    inits = ", ".join(f"%{part.split(':')[0][1:]}0" for part in carried.split(", %"))
    return f"""
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %minus: int = const -1
        %z: f64 = const 0.0
        %n: int = dim %x {{axis=0}}
        %last: int = sub %n, %one
        %rows: int = dim %u {{axis=1}}
        %columns: int = dim %x {{axis=1}}
        %a0: f64[:, :] = full %rows, %columns, %z
        %r: f64[:, :], %t: int = for {bounds}, {inits} {{exits=False}} do (%i: int, {carried}) {{
          {body}
          yield {yielded}
        }}
        return %r"""


OUTER = """%v: f64[:] = load %x[%i]
          %w: f64[:] = load %u[%i]
          %s: f64[:] = sin %w
          %c: f64[:, :] = load %s[:, newaxis]
          %p: f64[:, :] = mul %c, %v
          %a1: f64[:, :] = accum %a[:, :], %p"""


def parsed(body):
    return parse_function(f"func f(%x: f64[:, :], %u: f64[:, :], %k: int) {{{body}}}")


def sums_in_loops(fn):
    return [op for outer in fn.body.ops if is_loop(outer) for op in all_ops(outer.regions[-1]) if op.kind == "accum"]


def products(fn):
    return [op.kind for op in fn.body.ops].count("matmul")


@pytest.mark.parametrize("bounds", ["%zero, %n, %one", "%last, %minus, %minus", "%one, %n, %one", "%last, %one, %minus", "%zero, %k, %one"])
@pytest.mark.parametrize("rows", [0, 1, 4])
def test_one_product_after_the_loop(bounds, rows):
    fn = parsed(loop(bounds, OUTER))
    made = PASSES["dce"].run(PASSES["outer_products"].run(fn))
    verify(made)
    assert not sums_in_loops(made) and products(made) == 1
    for k in {min(rows, 2), 0, -3}:
        args = [RNG.normal(size=(rows, 3)), RNG.normal(size=(rows, 2)), k]
        np.testing.assert_allclose(run(made, args)[0], run(fn, args)[0], rtol=1e-13, atol=1e-14)


def test_what_is_a_row_already_is_not_copied():
    made = PASSES["outer_products"].run(parsed(loop("%last, %minus, %minus", OUTER)))
    assert [op.kind for op in made.body.ops].count("empty") == 1  # for the sines


LEFT = {
    "read": OUTER + "\n%e: f64 = load %a1[%zero, %zero]\nprint %e {parts=(None,)}",
    "a part": OUTER.replace("%a[:, :]", "%a[:, %zero:%columns]"),
    "not of vectors": OUTER.replace("%p: f64[:, :] = mul %c, %v", "%p: f64[:, :] = add %c, %v"),
    "no vector for each iteration before": OUTER.replace("%w: f64[:] = load %u[%i]", "%w: f64[:] = load %u[%zero]").replace(
        "%v: f64[:] = load %x[%i]", "%y: f64[:] = load %x[%zero]\n%g: int = mul %i, %two\n%h: f64 = cast %g {dtype='f64', kind='np'}\n%v: f64[:] = mul %y, %h"
    ),
    "read beside": OUTER + "\n%e: f64 = sum %p {axes=(0, 1)}\nprint %e {parts=(None,)}",
}


@pytest.mark.parametrize("body", LEFT.values(), ids=LEFT)
def test_other_sums_stay(body):
    fn = parsed(loop("%zero, %n, %one", body))
    assert len(sums_in_loops(PASSES["outer_products"].run(fn))) == 1


@pytest.mark.parametrize("bounds", ["%zero, %n, %two", "%k, %n, %one", "%last, %k, %minus"])
def test_indices_with_gaps_or_an_unknown_start_stay(bounds):
    assert sums_in_loops(PASSES["outer_products"].run(parsed(loop(bounds, OUTER))))


# -- programs ----------------------------------------------------------------------------------------------------------


def recurrent(w, u, b, xs, y):
    h, loss = np.zeros(len(b)), 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ h + u @ xs[t] + b)
        loss += np.sum((h - y[t]) ** 2)
    return loss


def from_the_second_on(w, u, b, xs, y):
    h, loss = u @ xs[0], 0.0
    for t in range(1, len(xs)):
        h = np.tanh(w @ h + u @ xs[t] + b)
        loss += np.sum((h - y[t]) ** 2)
    return loss


def backwards(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs) - 1, -1, -1):
        h = np.sin(h @ w + xs[t] @ u.T)
        loss += h @ y[t]
    return loss


def twice_in_a_step(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ np.cos(w @ h) + w.T @ h)
        loss += h[0] * h[1] + np.sum(h * y[t])
    return loss


def of_columns(w, u, b, xs, y):
    x, loss = xs.T.copy(), 0.0
    for t in range(x.shape[1]):
        loss += np.sum(np.sin(u @ x[:, t]) * b)
    return loss + np.sum(w) * np.sum(y)


def in_two_loops(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for k in range(3):
        h = 0.5 * h
        for t in range(len(xs)):
            h = np.tanh(w @ h + u @ xs[t])
        loss += np.sum(h * y[k])
    return loss


def written_in_between(w, u, b, xs, y):
    w, h, loss = w.copy(), b.copy(), 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ h)
        w[0, 1] = w[0, 1] * h[0] + 0.1
        loss += np.sum(h * y[t])
    return loss


def sometimes(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs)):
        if xs[t, 0] > 0.0:
            h = np.tanh(w @ h + u @ xs[t])
        loss += np.sum(h * y[t])
    return loss


def left_early(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ h + u @ xs[t])
        loss += np.sum(h * y[t])
        if t == 3:
            break
    return loss


def changed_after_it_was_used(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs)):
        h = h.copy()
        loss += np.sum((w @ h) * y[t])
        h *= 0.5
        h[0] = loss
    return loss


def weighted_scatter(w, u, b, xs, y):
    mean, s = u[0], np.zeros((2, 2))
    for t in range(len(xs)):
        d = xs[t] - mean
        s += y[t, 0] * np.outer(d, d)
    return np.sum(s * s) + np.sum(w) * b[0]


def stretched(w, u, b, xs, y):
    h, loss = b.copy(), 0.0
    for t in range(len(xs)):
        h = np.tanh(w[:1] @ h + b)
        loss += np.sum(h * y[t])
    return loss + np.sum(np.outer(b, xs[0]) * u)


PROGRAMS = (
    recurrent, from_the_second_on, backwards, twice_in_a_step, of_columns, in_two_loops, written_in_between, sometimes, left_early,
    changed_after_it_was_used, weighted_scatter, stretched,
)


@BACKENDS
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_gradient_is_what_it_is_without(program, backend):
    args = (W, U, B, XS, Y)
    value, found = value_and_grad(program, (0, 1, 2, 3, 4), backend=backend)(*args)
    assert value == pytest.approx(program(*args), rel=1e-13)
    _, expected = value_and_grad(program, (0, 1, 2, 3, 4), disable=["outer_products"])(*args)
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_it_is_the_derivative_in_both_modes_and_orders(program):
    check_grads(program, (W, U, B, XS, Y), order=2)


@BACKENDS
def test_no_iterations_and_vectors_of_another_length(backend):
    """Without an iteration nothing says that `u @ xs[t]` fits."""
    df = value_and_grad(recurrent, (0, 1, 3), backend=backend)
    value, (w_bar, u_bar, xs_bar) = df(W, U, B, np.zeros((0, 7)), np.zeros((0, 3)))
    assert value == 0.0 and not w_bar.any() and not u_bar.any()
    assert w_bar.shape == W.shape and u_bar.shape == U.shape and xs_bar.shape == (0, 7)


def test_the_generated_loop_keeps_rows():
    text = value_and_grad(recurrent, (0, 1)).source(W, U, B, XS, Y)
    *_, loop_text, after = text.split("for t in range(len(xs)")
    assert "[:, None]" not in loop_text + after and "_rows" in text
    assert ".T @ " in text.splitlines()[-1] or ".T @ " in text.splitlines()[-2]

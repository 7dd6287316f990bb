"""`summed_products`: sums of a matrix times a vector along an axis are products of both, where the vector is certainly not stretched."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES
from autodiff_compiler.testing import check_grads

RNG = np.random.default_rng(3)


def parsed(body):
    return parse_function(f"""func f(%a: f64[:, :], %w: f64[:], %s: f64[:, :]) {{
        %zero: int = const 0
        %rows: f64[:] = load %a[:, %zero]
        %columns: f64[:] = load %a[%zero]
        %down: f64[:, :] = load %rows[:, newaxis]
        %along: f64[:, :] = load %columns[newaxis]
        {body}
        return %r
    }}""")


def made_of(body):
    fn = parsed(body)
    made = PASSES["dce"].run(PASSES["summed_products"].run(fn))
    verify(made)
    return fn, made


DONE = {
    "over rows": "%p: f64[:, :] = mul %down, %a\n%r: f64[:] = sum %p {axes=(0,)}",
    "over rows, the matrix first": "%p: f64[:, :] = mul %a, %down\n%r: f64[:] = sum %p {axes=(0,)}",
    "over columns": "%p: f64[:, :] = mul %a, %columns\n%r: f64[:] = sum %p {axes=(1,)}",
    "over columns, with a new axis": "%p: f64[:, :] = mul %along, %a\n%r: f64[:] = sum %p {axes=(1,)}",
}
LEFT = {
    "along the other axis": "%p: f64[:, :] = mul %down, %a\n%r: f64[:] = sum %p {axes=(1,)}",
    "of unknown length": "%p: f64[:, :] = mul %a, %w\n%r: f64[:] = sum %p {axes=(1,)}",
    "the matrix may be stretched": "%p: f64[:, :] = mul %s, %columns\n%r: f64[:] = sum %p {axes=(1,)}",
    "of all": "%p: f64[:, :] = mul %a, %columns\n%r: f64 = sum %p {axes=(0, 1)}",
    "read twice": "%p: f64[:, :] = mul %a, %columns\n%q: f64[:] = sum %p {axes=(1,)}\n%t: f64 = sum %p {axes=(0, 1)}\n%r: f64[:] = mul %q, %t",
}


@pytest.mark.parametrize("shape", [(3, 4), (1, 4), (3, 1), (1, 1)])
@pytest.mark.parametrize("body", DONE.values(), ids=DONE)
def test_becomes_a_product(body, shape):
    fn, made = made_of(body)
    assert [op.kind for op in made.body.ops].count("matmul") == 1 and not any(op.kind in ("mul", "sum") for op in made.body.ops)
    args = [RNG.normal(size=shape), np.ones(shape[1]), np.ones(shape)]
    np.testing.assert_allclose(run(made, args)[0], run(fn, args)[0], rtol=1e-13)


@pytest.mark.parametrize("body", LEFT.values(), ids=LEFT)
def test_stays(body):
    _, made = made_of(body)
    assert not any(op.kind == "matmul" for op in made.body.ops)


def weighted_centre(x):
    weights = np.exp(-x[:, 0])
    return np.sum((np.sum(weights[:, None] * x, axis=0) / np.sum(weights)) ** 3)


def projected(x):
    return np.sum(np.sum(np.sin(x) * x[0], axis=1) ** 2)


@pytest.mark.parametrize("program", [weighted_centre, projected], ids=lambda p: p.__name__)
def test_programs(program):
    x = RNG.normal(size=(4, 3))
    df = value_and_grad(program)
    value, gradient = df(x)
    _, expected = value_and_grad(program, disable=["summed_products"])(x)
    assert value == pytest.approx(program(x), rel=1e-13) and " @ " in df.source(x)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)
    check_grads(program, (x,), order=2)


def test_what_is_not_finite_stays_so():
    x = RNG.normal(size=(4, 3))
    x[2, 1] = np.inf
    with np.errstate(all="ignore"):
        for program in (weighted_centre, projected):
            assert np.isnan(value_and_grad(program)(x)[0]) == np.isnan(program(x))

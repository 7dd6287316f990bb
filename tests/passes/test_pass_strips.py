"""`strips`: iterations side by side, in strips that are whole and in one that is not."""

import math

import numpy as np
import pytest
from strip_programs import StripWriter

from autodiff_compiler import value_and_grad
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import strip_writer
from autodiff_compiler.testing import check_grads

X = np.random.default_rng(5).normal(size=(7, 3))
W = np.array([0.6, -1.1, 0.4])


@pytest.fixture
def narrow(monkeypatch):
    """Strips of three iterations: two and one of a single iteration for the seven here."""
    monkeypatch.setattr(strip_writer, "WIDTH", 3)


def stages(program, args, **options):
    return value_and_grad(program, tuple(range(len(args))), backend="numba", **options)._of_call(args, {}).compiled.stages


def flat(results):
    return [np.asarray(leaf, float) for leaf in results]


def in_strips(fn):
    return any(param.name == "base" for op in all_ops(fn.body) for region in op.regions for param in region.params)


def compared(program, args, **options):
    """The derivative after all passes for Numba, run by the interpreter, against that of the Python backend; whether there are strips."""
    fn = stages(program, args, **options)["buffers"]
    value, gradients = value_and_grad(program, tuple(range(len(args))))(*args)
    found = flat(run(fn, [np.copy(arg) if isinstance(arg, np.ndarray) else arg for arg in args], mutable=True))
    for one, other in zip(found, flat((value, *gradients)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    return in_strips(fn)


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_random_programs(first, narrow):
    made = 0
    for seed in range(first, first + 10):
        source = StripWriter(seed).program()
        try:
            made += compared(from_text(source), (X, W))
        except Exception as error:
            raise AssertionError(f"seed {seed}\n{source}") from error
    assert made


def powers(x, w):
    """A recurrence for each point, as in a polynomial: nothing is shared but the sum."""
    total = 0.0
    for i in range(len(x)):
        residual, power = x[i, 1], 1.0
        for j in range(len(w)):
            residual -= w[j] * power
            power *= x[i, 0]
        total += residual * residual
    return total


def mixture(x, w):
    """Vectors of their own, the largest of them, and loops whose ranges depend on each other."""
    n, m = x.shape
    centred, scaled, terms, value = np.zeros(m), np.zeros(m), np.zeros(m), 0.0
    for i in range(n):
        for j in range(m):
            for c in range(m):
                centred[c] = x[i, c] - w[j]
                scaled[c] = w[c] * centred[c]
            for c in range(m):
                for r in range(c + 1, m):
                    scaled[r] += w[j] * centred[c]
            square = 0.0
            for c in range(m):
                square += scaled[c] * scaled[c]
            terms[j] = -0.5 * square
        largest = terms[0]
        for j in range(1, m):
            largest = max(largest, terms[j])
        total = 0.0
        for j in range(m):
            total += math.exp(terms[j] - largest)
        value += largest + math.log(total)
    return value


def results_of_their_own(x, w):
    """Every iteration has an element of the result."""
    n, m = x.shape
    out = np.zeros(n)
    for i in range(n):
        s = 0.3
        for c in range(m):
            s = s * x[i, c] + w[c]
        out[i] = s * np.tanh(s)
    return np.sum(out * out)


PROGRAMS = [powers, mixture, results_of_their_own]


@pytest.mark.parametrize("rows", [0, 1, 3, 7])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_strips(program, rows, narrow):
    assert compared(program, (X[:rows].copy(), W))


def through_time(x, w):
    """Each iteration needs the one before it."""
    s = 0.1
    for i in range(len(x)):
        for c in range(len(w)):
            s = s * x[i, c] + w[c]
    return s


def elementwise(x, w):
    """Compiled code is vectorised as it is."""
    total = 0.0
    for i in range(len(x)):
        for c in range(len(w)):
            total += x[i, c] * w[c]
    return total


@pytest.mark.parametrize("program", [through_time, elementwise], ids=lambda program: program.__name__)
def test_without_strips(program):
    assert not compared(program, (X, W))


@pytest.mark.parametrize("options", [{"disable": ["strips"]}, {"parallel": True}], ids=str)
def test_by_option(options):
    assert not compared(mixture, (X, W), **options)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_compiled(program):
    """More iterations than one strip has."""
    x = np.random.default_rng(6).normal(size=(70, 3))
    assert value_and_grad(program, backend="numba")(x, W)[0] == pytest.approx(program(x, W), rel=1e-12)
    check_grads(program, (x, W), order=1, backend="numba")

"""Python's integers have no limit: compiled code computes with the numbers that CPython has, or raises."""

import copy
import warnings

import integer_programs as programs
import numpy as np
import pytest
from integer_programs import FITS, RAISES, WIDE

from autodiff_compiler import AutodiffError, value_and_grad, vjp


def cases(*groups):
    programs = [case for group in groups for case in group]
    return [pytest.param(function, args, id=f"{function.__name__}-{k}") for k, (function, args) in enumerate(programs)]


def varying(args):
    return tuple(i for i, arg in enumerate(args) if isinstance(arg, float) or (isinstance(arg, np.ndarray) and arg.dtype.kind == "f"))


def quietly(function, args):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*copy.deepcopy(args))


def agrees(function, args, backend):
    value, gradient = quietly(value_and_grad(function, varying(args), backend=backend), args)
    np.testing.assert_allclose(value, quietly(function, args), rtol=1e-14)
    return gradient


@pytest.mark.parametrize(("function", "args"), cases(FITS, WIDE))
def test_python(function, args):
    agrees(function, args, "python")


@pytest.mark.parametrize(("function", "args"), cases(FITS))
def test_numba(function, args):
    got, expected = (agrees(function, args, backend) for backend in ("numba", "python"))
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize(("function", "args"), cases(WIDE))
def test_numba_has_64_bits(function, args):
    line = function.__code__.co_firstlineno
    if any(type(arg) is int and abs(arg) > 2**63 for arg in args):
        with pytest.raises(AutodiffError, match="AD428"):
            value_and_grad(function, varying(args), backend="numba")(*args)
        return
    with pytest.raises(OverflowError, match=r"integer_programs\.py:(\d+): .*backend='python'") as raised:
        quietly(value_and_grad(function, varying(args), backend="numba"), args)
    assert 0 < int(str(raised.value).split(":")[1]) - line < 12


@pytest.mark.parametrize(("function", "args"), cases(RAISES))
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_raises(function, args, backend):
    with pytest.raises(Exception) as expected:
        quietly(function, args)
    derivative = value_and_grad(function, varying(args), backend=backend)
    with pytest.raises((ArithmeticError, LookupError, ValueError, MemoryError)) as raised:
        quietly(derivative, args)
    assert not isinstance(raised.value, AutodiffError)
    indices = (IndexError, OverflowError, ValueError, MemoryError)
    same = raised.type is expected.type or (issubclass(expected.type, indices) and issubclass(raised.type, OverflowError))
    assert same, (raised.value, expected.value)


@pytest.mark.parametrize("seed", [7, 2**31, 2**40])
def test_pullback_of_ints_of_any_size(seed):
    x = programs.V
    out, pullback = vjp(programs.weights, x, seed, backend="numba")
    np.testing.assert_allclose(out, programs.weights(x, seed), rtol=1e-14)
    expected = [(seed * i + 12345) % 1001 for i in range(len(x))]
    np.testing.assert_allclose(pullback(1.0)[0], expected, rtol=1e-14)


def test_passes_off():
    """What is checked does not depend on optimisation."""
    for function, args in ((programs.factorial, (0.7, 30)), (programs.index_overflows, (programs.V, programs.BIG))):
        with pytest.raises(OverflowError):
            value_and_grad(function, backend="numba", disable="all")(*args)
    with pytest.raises(ZeroDivisionError):
        value_and_grad(programs.remainder_as_index, backend="numba", disable="all")(programs.V, 5, 0)

"""Python's operators raise for the numbers that are Python's on the path that was taken, and for no others."""

import copy
import re

import numpy as np
import pytest
from judge import Case, judge
from python_number_programs import (
    CONVERTED,
    PROGRAMS,
    SOME,
    in_a_loop,
    mean,
    never_zero,
    numpys_dividend,
    numpys_divisor,
    numpys_function,
    numpys_item,
    still_pythons,
)

from autodiff_compiler import grad, jvp, value_and_grad
from autodiff_compiler.ir.interp import run

NAMES = [fun.__name__ for fun, _, _ in PROGRAMS]
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(("fun", "good", "bad"), PROGRAMS, ids=NAMES)
def test_a_value(fun, good, bad, backend):
    judge(Case(fun, good, None, (backend,)), backend)


@pytest.mark.parametrize("options", [{}, {"disable": ("all",)}], ids=["optimised", "as it is"])
@pytest.mark.parametrize(("fun", "good", "bad"), [p for p in PROGRAMS if p[2]], ids=[p[0].__name__ for p in PROGRAMS if p[2]])
def test_an_error(fun, good, bad, options):
    value, gradient = value_and_grad(fun, **options), grad(fun, **options)
    value(*copy.deepcopy(good))
    for args in bad:
        with pytest.raises(ZeroDivisionError):
            fun(*copy.deepcopy(args))
        for ours in (value, gradient):
            with pytest.raises(ZeroDivisionError):
                ours(*copy.deepcopy(args))
        with pytest.raises(ZeroDivisionError):
            jvp(lambda x: fun(x, *args[1:]), (args[0].copy(),), (args[0].copy(),), **options)
        for stage in ("primal", "optimized"):
            with pytest.raises(ZeroDivisionError):
                run(value.stages(*args)[stage], list(copy.deepcopy(args)))


def test_a_root_that_python_makes_complex():
    def root(x):
        h = x[0] if x[0] > 0 else -0.25
        return h**0.5

    assert isinstance(root(-SOME), complex)
    with pytest.raises(ValueError, match="complex"):
        value_and_grad(root)(-SOME)
    assert value_and_grad(root)(SOME)[0] == np.sqrt(0.5)


@pytest.mark.parametrize("fun", [numpys_dividend, numpys_divisor, numpys_function, numpys_item])
def test_numpys_goes_on(fun):
    assert value_and_grad(fun)(-SOME)[0] == fun(-SOME)
    assert np.isinf(fun(-SOME))


def test_what_cannot_raise_is_not_checked():
    assert "raise" not in grad(never_zero).source(SOME)


def test_one_line_where_the_length_tells():
    assert len(re.findall(r"if len\(x\) == 0:\n\s+raise ZeroDivisionError", grad(mean).source(SOME))) == 1


def test_compiled_code_follows_ieee():
    assert "ZeroDivisionError" not in value_and_grad(in_a_loop, backend="numba").source(SOME)


@pytest.mark.parametrize("options", [{}, {"disable": ("all",)}], ids=["optimised", "as it is"])
@pytest.mark.parametrize("fun", CONVERTED)
def test_a_number_that_numpys_type_made_never_raises(fun, options):
    for args in ((1.5, 0.5), (1.5, 0.0), (-0.5, 0.0), (0.5, 0.0)):
        np.testing.assert_array_equal(value_and_grad(fun, **options)(*args)[0], fun(*args))


def test_a_number_that_is_pythons_again_raises():
    for made in (still_pythons, value_and_grad(still_pythons)):
        with pytest.raises(ZeroDivisionError):
            made(1.5, 0.0)

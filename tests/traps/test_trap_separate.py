"""Helpers that stay functions raise what CPython raises, in every verb."""

import copy
import inspect

import pytest
from judge import judge
from separate_programs import CASES, caught

from autodiff_compiler import driver, grad, jacfwd, jvp, vjp
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import FLOAT, INT
from autodiff_compiler.options import Options

RUNS = [(case, backend) for case in CASES for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}{case.args}-{backend}" for case, backend in RUNS])
def test_value_and_gradient(case, backend):
    judge(case, backend)


VERBS = {
    "grad": lambda fun, args: grad(fun)(*args),
    "grad of grad": lambda fun, args: grad(grad(fun))(*args),
    "jacfwd": lambda fun, args: jacfwd(fun)(*args),
    "jvp": lambda fun, args: jvp(fun, args, (1.0, None)),
    "vjp": lambda fun, args: vjp(fun, *args)[1](1.0),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", CASES, ids=[f"{case}{case.args}" for case in CASES])
def test_raises_in_every_verb(case, verb):
    raised = None
    try:
        case.fun(*copy.deepcopy(case.args))
    except Exception as error:
        raised = type(error)
    if raised is None:
        VERBS[verb](case.fun, case.args)
    else:
        with pytest.raises(raised):
            VERBS[verb](case.fun, case.args)


# What is tried is checked step by step: there a call is entered.
KEPT = [case for case in CASES if case.fun is not caught]


@pytest.mark.parametrize("case", KEPT, ids=[f"{case}{case.args}" for case in KEPT])
def test_the_helpers_do_stay_functions(case):
    names = inspect.signature(case.fun).parameters
    arguments = [(name, Leaf(), [INT if type(value) is int else FLOAT]) for name, value in zip(names, case.args)]
    assert driver.lower(case.fun, arguments, Options()).function.callees

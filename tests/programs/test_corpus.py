"""Every program, on every sample: value, both modes, both orders, each against something independent.

In the default run each program goes through all checks with all passes, and through one other configuration: a pass off,
picked by its position, or Numba.  With AUTODIFF_COMPLETE=1 it goes through all of them.
"""

import os

import pytest
from prog_check import agrees, first_order, interpreted, nested, plain, primal_ir, scalar, second_order, single_precision
from prog_corpus import all_programs

from autodiff_compiler.passes.registry import PASSES
from autodiff_compiler.passes.missing_checks import missing_checks

COMPLETE = bool(os.environ.get("AUTODIFF_COMPLETE"))
PROGRAMS = all_programs()
OFF = ["all", *PASSES]


def case(program, i=0, *rest, name=""):
    return pytest.param(program, program.samples[i], *rest, id=f"{program.name}-{i}{name and '-'}{name}")


def flat(args):
    return not any(isinstance(arg, dict | list | tuple) or hasattr(arg, "__dataclass_fields__") for arg in args)


CASES = [case(program, i) for program in PROGRAMS for i in range(len(program.samples))]
SCALAR = [c for c in CASES if c.values[0].second and scalar(plain(*c.values))]
FIRST = [case(program) for program in PROGRAMS]
FIRST_SCALAR = [c for c in FIRST if c.values[0].second and scalar(plain(*c.values))]
NESTED = [c for c in FIRST_SCALAR if flat(c.values[1])]
WITHOUT = [
    case(program, 0, name, name=name)
    for k, program in enumerate(PROGRAMS)
    for i, name in enumerate(OFF)
    if COMPLETE or k % len(OFF) == i
]
SECOND_WITHOUT = [c for c in WITHOUT if c.values[0].second and scalar(plain(*c.values[:2]))]
NUMBA = FIRST if COMPLETE else FIRST[3::9]


@pytest.mark.parametrize(("program", "args"), FIRST)
def test_every_access_is_checked(program, args):
    missing = missing_checks(primal_ir(program, args))
    assert not [f"{check.kind} {check.attrs.get('access')} at {check.span}" for check in missing]


@pytest.mark.parametrize(("program", "args"), CASES)
def test_first_order(program, args):
    first_order(program, args, verify=True)


@pytest.mark.parametrize(("program", "args"), SCALAR)
def test_second_order(program, args):
    second_order(program, args)


@pytest.mark.parametrize(("program", "args"), NESTED if COMPLETE else NESTED[::6])
def test_gradient_of_a_product_with_the_gradient(program, args):
    nested(program, args)


@pytest.mark.parametrize(("program", "args"), [c for c in FIRST if c.values[0].single])
def test_single_precision(program, args):
    single_precision(program, args)


@pytest.mark.parametrize(("program", "args"), CASES)
def test_interpreter(program, args):
    interpreted(program, args)


@pytest.mark.parametrize(("program", "args", "off"), WITHOUT)
def test_first_order_with_a_pass_off(program, args, off):
    first_order(program, args, verify=True, disable=off)


@pytest.mark.parametrize(("program", "args", "off"), SECOND_WITHOUT if COMPLETE else SECOND_WITHOUT[::3])
def test_second_order_with_a_pass_off(program, args, off):
    second_order(program, args, verify=True, disable=off)


@pytest.mark.parametrize(("program", "args"), CASES if COMPLETE else CASES[::6])
def test_all_values_saved(program, args):
    first_order(program, args, verify=True, save_all=True)


@pytest.mark.parametrize(("program", "args"), NUMBA)
def test_numba(program, args):
    agrees(program, args, backend="numba", verify=True)


@pytest.mark.parametrize(("program", "args"), CASES if COMPLETE else [])
def test_first_order_numba(program, args):
    first_order(program, args, 1e-9, backend="numba")


@pytest.mark.parametrize(("program", "args"), FIRST_SCALAR if COMPLETE else [])
def test_second_order_numba(program, args):
    second_order(program, args, backend="numba")

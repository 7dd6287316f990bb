"""Every program, on every sample: value, both modes, both orders, each against something independent."""

import os

import pytest
from prog_check import first_order, plain, scalar, second_order, single_precision
from prog_corpus import all_programs

from autodiff_compiler.passes.registry import PASSES

COMPLETE = bool(os.environ.get("AUTODIFF_COMPLETE"))
CASES = [
    pytest.param(program, args, id=f"{program.name}-{i}")
    for program in all_programs()
    for i, args in enumerate(program.samples)
]
FIRST = [pytest.param(program, program.samples[0], id=program.name) for program in all_programs()]


@pytest.mark.parametrize(("program", "args"), CASES)
def test_first_order(program, args):
    first_order(program, args)


@pytest.mark.parametrize(("program", "args"), CASES)
def test_second_order(program, args):
    if not program.second or not scalar(plain(program, args)):
        pytest.skip("no scalar result")
    second_order(program, args)

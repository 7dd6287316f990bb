"""Traps 1 to 4 and 6 to 9: programs that are easily differentiated wrong, through the whole harness, both modes and
orders; under Numba against the Python backend.  (5, sources and captures that change, is in `test_trap_sources.py`, 10, merged references and escaped
arrays, in `test_trap_aliases.py`.)"""

import indexing_programs
import overwriting_programs
import partial_programs
import pytest
from prog_check import agrees, first_order, plain, scalar, second_order, single_precision

TRAPS = overwriting_programs.TRAPS | indexing_programs.TRAPS | partial_programs.TRAPS
CASES = [
    pytest.param(program, args, id=f"{number}-{program.name}-{i}")
    for number, programs in TRAPS.items()
    for program in programs
    for i, args in enumerate(program.samples)
]
FIRST = [
    pytest.param(program, program.samples[0], id=f"{number}-{program.name}")
    for number, programs in TRAPS.items()
    for program in programs
]


@pytest.mark.parametrize(("program", "args"), CASES)
def test_first_order(program, args):
    first_order(program, args, verify=True)


@pytest.mark.parametrize(("program", "args"), CASES)
def test_first_order_without_passes(program, args):
    first_order(program, args, verify=True, disable="all")


@pytest.mark.parametrize(("program", "args"), [case for case in CASES if scalar(plain(*case.values))])
def test_second_order(program, args):
    second_order(program, args, verify=True)


@pytest.mark.parametrize(("program", "args"), FIRST)
def test_single_precision(program, args):
    single_precision(program, args)


@pytest.mark.parametrize(("program", "args"), FIRST[::3])
def test_numba(program, args):
    agrees(program, args, backend="numba")

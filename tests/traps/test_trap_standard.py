"""Python's standard library: value and slope are CPython's, in both backends."""

import re
from pathlib import Path

import cached_programs
import kept_programs
import numba_programs
import pytest
import row_programs
import standard_programs
from judge import judge

from autodiff_compiler import check_grads
from autodiff_compiler.library.stand_ins import stand_ins

PROGRAMS = (*standard_programs.CASES, *cached_programs.CASES, *kept_programs.CASES, *numba_programs.CASES)
RUNS = [(case, backend) for case in PROGRAMS for backend in case.backends]
TWICE = [case for case in (*kept_programs.CASES, *numba_programs.CASES) if case.refused is None and len(case.args) == 1]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)


@pytest.mark.parametrize("case", TWICE, ids=map(str, TWICE))
def test_second_order(case):
    try:
        case.fun(*case.args)
    except ValueError:
        return
    check_grads(case.fun, case.args, order=2)


@pytest.mark.parametrize("name", [obj.__name__ for obj in stand_ins() if not (obj.__module__ or "").startswith("numpy")])
def test_every_stand_in_is_in_a_program(name):
    text = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (standard_programs, kept_programs, row_programs))
    assert re.search(rf"\b{name}\(|\b{name}\b.*@|{name}\.", text) or name in NOT_CALLED


NOT_CALLED = ("set", "update_wrapper", "cast", "simplefilter", "filterwarnings")
"""A set has a display of its own, `functools.wraps` calls the next, and the others do nothing."""

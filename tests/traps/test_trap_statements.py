"""Statements whose paths are easily mixed up: value and slope are CPython's, in both backends."""

import generator_programs
import match_programs
import none_programs
import pytest
import python_complex_programs
import starred_programs
import try_place_programs
import try_programs
import with_programs
from judge import judge

PROGRAMS = (
    *generator_programs.CASES,
    *match_programs.CASES,
    *none_programs.CASES,
    *python_complex_programs.CASES,
    *try_place_programs.CASES,
    *starred_programs.CASES,
    *try_programs.CASES,
    *with_programs.CASES,
)
RUNS = [(case, backend) for case in PROGRAMS for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)

"""Lists, dicts and iterators: what is lazy or live in Python is lazy and live here; changes in place show under every name."""

import container_programs
import in_place_programs
import iterator_programs
import pytest
import table_programs
import zip_programs
from judge import judge

PROGRAMS = (*container_programs.CASES, *in_place_programs.CASES, *iterator_programs.CASES, *table_programs.CASES, *zip_programs.CASES)
RUNS = [(case, backend) for case in PROGRAMS for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{case.args[0]}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)

"""Objects of the user's classes: what is looked up along the MRO is entered or refused, never skipped."""

import class_programs
import local_class_programs
import merged_programs
import object_programs
import pytest
import record_programs
import text_programs
from judge import judge

PROGRAMS = (
    *object_programs.CASES, *record_programs.CASES, *text_programs.CASES, *class_programs.CASES, *local_class_programs.CASES,
    *merged_programs.CASES,
)  # fmt: skip
RUNS = [(case, backend) for case in PROGRAMS for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)

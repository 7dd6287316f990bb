"""Small ordinary programs that are not supported: each ends in an error with a code, a line and a way out, and none in a number."""

import pytest
import refused_arrays
import refused_classes
import refused_numba
import refused_python
import refused_scipy
import refused_standard
import refused_statements
from refusals import check

PROGRAMS = [
    program
    for module in (
        refused_python,
        refused_statements,
        refused_classes,
        refused_standard,
        refused_arrays,
        refused_scipy,
        refused_numba,
    )
    for program in module.PROGRAMS
]


def test_there_are_many():
    assert len(PROGRAMS) >= 200


@pytest.mark.parametrize("program", PROGRAMS, ids=map(str, PROGRAMS))
def test_refused(program):
    check(program)

"""Python's standard library: value and slope are CPython's, in both backends."""

import re
from pathlib import Path

import pytest
import standard_programs
from judge import judge

from autodiff_compiler.library.stand_ins import stand_ins

RUNS = [(case, backend) for case in standard_programs.CASES for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)


@pytest.mark.parametrize("name", [obj.__name__ for obj in stand_ins()])
def test_every_stand_in_is_in_a_program(name):
    text = Path(standard_programs.__file__).read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\(|\b{name}\b.*@|{name}\.", text) or name in NOT_CALLED


NOT_CALLED = ("set", "update_wrapper", "cast", "simplefilter", "filterwarnings")
"""A set has a display of its own, `functools.wraps` calls the next, and the others do nothing."""

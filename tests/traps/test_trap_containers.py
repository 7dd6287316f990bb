"""Lists, dicts and iterators: what is lazy or live in Python is lazy and live here; changes in place show under every name."""

import container_programs
import growing_programs
import in_place_programs
import iterator_programs
import keyed_programs
import named_iterator_programs
import pytest
import row_programs
import static_list_programs
import table_programs
import word_programs
import zip_programs
from judge import judge

PROGRAMS = tuple(
    case
    for module in (
        container_programs, growing_programs, in_place_programs, iterator_programs, keyed_programs, named_iterator_programs, row_programs,
        static_list_programs, table_programs, word_programs, zip_programs,
    )
    for case in module.CASES
)
RUNS = [(case, backend) for case in PROGRAMS for backend in case.backends]


@pytest.mark.parametrize(("case", "backend"), RUNS, ids=[f"{case}-{case.args[0]}-{backend}" for case, backend in RUNS])
def test_as_cpython(case, backend):
    judge(case, backend)

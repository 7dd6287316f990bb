"""The lowered program does what CPython does: every program of the modules beside this one, on all its arguments."""

import frontend_cases
import programs_aliasing  # noqa: F401  # registers its programs
import programs_arrays  # noqa: F401  # registers its programs
import programs_calls  # noqa: F401  # registers its programs
import programs_containers  # noqa: F401  # registers its programs
import programs_control  # noqa: F401  # registers its programs
import programs_effects  # noqa: F401  # registers its programs
import programs_match  # noqa: F401  # registers its programs
import programs_scalars  # noqa: F401  # registers its programs
import programs_try  # noqa: F401  # registers its programs
import pytest
from frontend_harness import agree, lowered

from autodiff_compiler.passes.missing_checks import missing_checks


@pytest.mark.parametrize(("fun", "args", "loose"), [c for cases in frontend_cases.CASES.values() for c in cases])
def test_agrees_with_cpython(fun, args, loose):
    agree(fun, *args, loose=loose)


# Where an access is right in a way that no analysis of ours sees.
BUILT_RIGHT = {
    "copies": "np.roll joins what was one array, np.repeat multiplies extents",
    "diagonal_is_read": "np.diag: the diagonal of a square has the length of the vector",
    "grown_list_written_while_it_is_run_over": "a list that is run over keeps its length",
    "ranges_as_arrays": "a product of extents is not negative",
    "view_through_a_view": "an index that was checked when the view was made",
    "views_move_in_a_loop": "indices that were checked when the views were made",
}


@pytest.mark.parametrize(("fun", "args", "loose"), [c for cases in frontend_cases.CASES.values() for c in cases])
def test_every_access_is_checked(fun, args, loose):
    missing = [f"{check.kind} {check.attrs.get('access')}" for check in missing_checks(lowered(fun, *args).function)]
    assert not missing or fun.__name__ in BUILT_RIGHT

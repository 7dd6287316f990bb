"""Scopes, the order of evaluation, and what holds an array: each program is right, as CPython has it, or refused."""

import copy

import choice_programs  # noqa: F401  # registers its programs
import holder_programs  # noqa: F401  # registers its programs
import made_in_loop_programs  # noqa: F401  # registers its programs
import numpy as np
import order_programs  # noqa: F401  # registers its programs
import pytest
import scope_programs  # noqa: F401  # registers its programs
import target_programs  # noqa: F401  # registers its programs
import unbound_programs  # noqa: F401  # registers its programs
from trap_cases import CASES

from autodiff_compiler import AutodiffError, UnsupportedError, value_and_grad

# What may be refused, and with which code; anything else has to work.
REFUSED = {
    "aug_name_rebinds": "AD152",
    "aug_list_of_arrays": "AD152",
    "temp_holds_many": "AD111",
    "branch_temp": "AD111",
    "for_over_swapped": "AD111",
    "for_attr_range": "AD102",
    "defaults_differ": "AD102",
    "choice_is": "AD152",
    "choice_grad": "AD106",
    "nested_writes_nonlocal_in_grad": "AD190",
}
UNDER_NUMBA = [
    "cond_state_dependent", "redefined_branch", "make_in_loop_last", "aug_fancy_idx_changes", "left_ref_read_late",
    "partial_holds", "temp_holds", "dataclass_swap", "derivative_in_tuple", "while_nested_effect",
    "choice_three", "prev_none", "list_alias_in_loop", "while_cond_changes_array",
]  # fmt: skip


def floats(x):
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def differences(fun, args, where, directions, h=1e-4):
    """The slope in CPython, extrapolated."""

    def central(h):
        def moved(s):
            given = list(copy.deepcopy(args))
            for i, d in zip(where, directions):
                given[i] = given[i] + s * d
            return float(fun(*given))

        return (moved(h) - moved(-h)) / (2 * h)

    return (4 * central(h / 2) - central(h)) / 3


def check(fun, args, backend):
    where = [i for i, x in enumerate(args) if floats(x)]
    try:
        expected = float(fun(*copy.deepcopy(args)))
    except Exception as error:
        expected = error
    before = copy.deepcopy(args)
    try:
        value, gradients = value_and_grad(fun, tuple(where), backend=backend)(*args)
    except UnsupportedError as error:
        assert isinstance(expected, Exception) or error.code == REFUSED.get(fun.__name__)
        return
    except Exception as error:
        assert isinstance(expected, Exception)
        assert type(error) is type(expected) or isinstance(error, AutodiffError)
        return
    assert not isinstance(expected, Exception)
    np.testing.assert_equal(args, before)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    rng = np.random.default_rng(0)
    directions = [rng.uniform(0.3, 1.0, size=np.shape(args[i])) for i in where]
    slope = sum(float(np.sum(g * d)) for g, d in zip(gradients, directions))
    np.testing.assert_allclose(slope, differences(fun, args, where, directions), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("fun", "args"), CASES, ids=[fun.__name__ for fun, _ in CASES])
def test_right_or_refused(fun, args):
    check(fun, args, "python")


@pytest.mark.parametrize("name", UNDER_NUMBA)
def test_right_under_numba(name):
    ((fun, args),) = [case for case in CASES if case[0].__name__ == name]
    check(fun, args, "numba")

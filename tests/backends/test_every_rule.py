"""Every op that has a rule of its own, which is not elementwise, is differentiated in both modes at the points where it is printed and run."""

import sys
from pathlib import Path

import numpy as np
import pytest
from op_cases import all_cases

sys.path.append(str(Path(__file__).parents[1] / "rules"))

from rule_harness import check_modes  # noqa: E402  (its folder is put on the path above)

from autodiff_compiler import rules
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.opset import TABLE

ELSEWHERE = {
    **dict.fromkeys(("lu_solve", "log_abs_det"), "tests/linalg: the factors vary with the matrix, or the rule does not hold"),
    **dict.fromkeys(("list_new", "list_append", "list_get", "list_set", "list_accum"), "test_rule_lists.py: the harness adds no lists"),
    "irfft": "tests/complex_numbers: only of complex numbers",
}
SIGNS = {("qr", "(4, 3)"), ("eigh", "evd (2, 2, 2)"), ("eigh", "evr (2, 2, 2)")}
"""Cases where LAPACK turns a vector round when the matrix moves."""

GENERAL = {kind for kind in rules.RULES if not TABLE[kind].elementwise}


def in_double_precision(value):
    return np.asarray(value).dtype.kind != "c" and getattr(value, "dtype", None) != np.float32


def worth_checking(case):
    """Whether it has operands that vary, and does not say that it failed."""
    kinds = [np.asarray(a).dtype.kind for a in case.arguments]
    if case.kind not in GENERAL - set(ELSEWHERE) or "f" not in kinds or not all(map(in_double_precision, case.arguments)):
        return False
    return not any(isinstance(result, np.bool_) and not result for result in run(case.function, case.arguments))


CASES = [case for case in all_cases() if worth_checking(case)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.kind}: {c.label}")
def test_rule(case):
    check_modes(case.function, case.arguments, tolerance=1e-5, differences=(case.kind, case.label) not in SIGNS)


def test_no_rule_is_forgotten():
    assert {case.kind for case in CASES} == GENERAL - set(ELSEWHERE)

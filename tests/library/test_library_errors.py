"""Wrong and unsupported calls: the kind of the error, its code, and a way out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from library_harness import R, outcome

from autodiff_compiler import library
from autodiff_compiler.diagnostics import AutodiffError, UnsupportedError, UserError

v = np.array([0.5, -1.5, 2.0])
m = np.ones((2, 3))

WRONG: list[tuple[Any, tuple, dict[str, Any], str]] = [
    (np.sin, (), {}, "AD201"),
    (np.sin, (v, v, v), {}, "AD201"),
    (np.sum, (v,), {"axes": 0}, "AD201"),
    (np.sum, (v,), {"axis": 1}, "AD203"),
    (np.sum, (m,), {"axis": (0, 0)}, "AD203"),
    (np.transpose, (m, (0, 2)), {}, "AD203"),
    (np.zeros, (-1,), {}, "AD204"),
    (np.zeros, (2.5,), {}, "AD205"),
    (np.array, ([[1.0], [1.0, 2.0]],), {}, "AD204"),
    (np.concatenate, ((v, m),), {}, "AD204"),
    (np.array, ("text",), {}, "AD205"),
    (np.zeros, (2, "no such dtype"), {}, "AD206"),
    (np.einsum, ("ij->ij", v), {}, "AD204"),
    (math.sin, (v,), {}, "AD205"),
    (float, (v,), {}, "AD205"),
    (max, (R(1.0),), {}, "AD201"),
    (len, (R(1.0),), {}, "AD205"),
    (np.arange, (0, 1, 0), {}, "AD209"),
]

UNSUPPORTED: list[tuple[Any, tuple, dict[str, Any], str]] = [
    (np.sin, (v,), {"out": v}, "AD202"),
    (np.add, (v, v), {"where": np.array([True, False, True])}, "AD202"),
    (np.sum, (np.arange(3),), {"initial": 2.5}, "AD202"),
    (np.hypot, (np.int8(3), np.uint8(4)), {}, "AD206"),
    (np.reshape, (m, (3, 2)), {"order": "A"}, "AD202"),
    (np.sin, (np.array([True]),), {}, "AD206"),
    (np.zeros, (2, np.float16), {}, "AD206"),
    (np.searchsorted, (v + 1j, 1j), {}, "AD210"),
    (np.max, (v + 1j,), {"initial": 0.0}, "AD202"),
    (np.maximum, (v, 2j), {}, "AD210"),
    (np.real_if_close, (v + 0j,), {}, "AD210"),
    (np.full, (3, 1j, float), {}, "AD211"),
    (np.sum, (m,), {"axis": R(0)}, "AD207"),
    (np.squeeze, (m,), {}, "AD207"),
    (np.einsum, (np.int64(3), v), {}, "AD207"),
    (np.repeat, (v, np.array([1.0, 2.0, 3.0])), {}, "AD205"),
    (round, (R(1.25), 1), {}, "AD208"),
    (np.concatenate, (R(1.0),), {}, "AD205"),
]


def caught(target: Any, args: tuple, kwargs: dict[str, Any]) -> AutodiffError:
    entry = library.lookup(target)
    assert entry is not None
    with pytest.raises(AutodiffError) as info:
        outcome(entry, args, kwargs)
    return info.value


@pytest.mark.parametrize("case", WRONG, ids=lambda c: f"{c[0].__name__}-{c[3]}")
def test_wrong_calls(case: tuple[Any, tuple, dict[str, Any], str]) -> None:
    target, args, kwargs, code = case
    error = caught(target, args, kwargs)
    assert isinstance(error, UserError)
    assert error.code == code
    assert error.span is not None


@pytest.mark.parametrize("case", UNSUPPORTED, ids=lambda c: f"{c[0].__name__}-{c[3]}")
def test_unsupported_calls(case: tuple[Any, tuple, dict[str, Any], str]) -> None:
    target, args, kwargs, code = case
    error = caught(target, args, kwargs)
    assert isinstance(error, UnsupportedError)
    assert error.code == code
    assert error.help


@pytest.mark.parametrize(
    ("target", "kwargs"),
    [(np.sin, {"out": None}), (np.sin, {"where": True}), (np.sum, {"out": None}), (np.ones_like, {"order": "K"})],
)
def test_keywords_that_change_nothing_pass(target: Any, kwargs: dict[str, Any]) -> None:
    entry = library.lookup(target)
    assert entry is not None
    np.testing.assert_allclose(outcome(entry, (v,), kwargs), target(v, **kwargs))


@pytest.mark.parametrize(
    ("target", "args", "error"),
    [
        (np.max, (np.zeros(0),), ValueError),
        (np.argmin, (np.zeros(0),), ValueError),
        (np.reshape, (v, (2, 2)), ValueError),
        (np.zeros, (R(-1),), ValueError),
        (np.take, (v, R(3)), IndexError),
        (np.concatenate, ((m, np.ones((2, 4))),), ValueError),
        (np.average, (v, None, v * 0), ZeroDivisionError),
        (np.einsum, ("ij,j->i", m, np.ones(2)), ValueError),
        (max, (np.zeros(0),), ValueError),
    ],
)
def test_checks_at_run_time(target: Any, args: tuple, error: type[Exception]) -> None:
    entry = library.lookup(target)
    assert entry is not None
    with pytest.raises(error):
        outcome(entry, args, {})

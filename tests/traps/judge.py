"""Judges small programs by CPython: its value, the slope of it by extrapolated differences, or that it raises.

A module of programs marks each with `@case(arguments…)`; `refused="AD…"` names the error that one of our limits gives.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler import AutodiffError, InternalError, value_and_grad


@dataclass(frozen=True)
class Case:
    fun: Callable[..., Any]
    args: tuple[Any, ...]
    refused: str | None
    backends: tuple[str, ...]

    def __str__(self) -> str:
        return self.fun.__name__


class Cases(list):
    """The programs of one module."""

    def case(self, *args: Any, refused: str | None = None, backends: tuple[str, ...] = ("python", "numba")) -> Callable:
        def note(fun: Callable[..., Any]) -> Callable[..., Any]:
            self.append(Case(fun, args, refused, backends))
            return fun

        return note


def differentiable(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def moved(args: tuple, directions: dict[int, Any], step: float) -> list[Any]:
    out = [copy.deepcopy(a) for a in args]
    for i, d in directions.items():
        # The order of an array in memory may be what the program is about.
        out[i] = out[i] + step * d if isinstance(out[i], float) else np.add(out[i], step * d, out=out[i])
    return out


def slope(case: Case, directions: dict[int, Any], h: float = 1e-4) -> float:
    def central(step: float) -> float:
        ends = [float(case.fun(*moved(case.args, directions, s))) for s in (step, -step)]
        return (ends[0] - ends[1]) / (2 * step)

    return (4 * central(h / 2) - central(h)) / 3


def judge(case: Case, backend: str) -> None:
    """Fails where ours gives another value or slope, a number where CPython raises, or changes an argument."""
    where = tuple(i for i, a in enumerate(case.args) if differentiable(a))
    want: Any
    try:
        want = float(case.fun(*copy.deepcopy(case.args)))
    except Exception as error:
        want = error
    given = copy.deepcopy(case.args)
    try:
        value, grads = value_and_grad(case.fun, argnums=where, backend=backend)(*given)
    except InternalError:
        raise
    except Exception as error:
        refusal = isinstance(error, AutodiffError) and error.code == case.refused
        assert refusal or isinstance(want, Exception), f"{type(error).__name__}: {error}, where CPython gives {want!r}"
        return
    assert not isinstance(want, Exception), f"{value!r} where CPython raises {want!r}"
    assert case.refused is None, "this is not refused; take the mark off"
    for before, after in zip(case.args, given):
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, after, err_msg="an argument was changed")
    np.testing.assert_allclose(float(value), want, rtol=1e-9, atol=1e-12)
    rng = np.random.default_rng(0)
    for _ in range(2):
        directions: dict[int, Any] = {}
        for i in where:
            shape = np.shape(case.args[i])
            d = rng.uniform(0.3, 1.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
            directions[i] = d if shape else float(d)
        got = sum(float(np.sum(np.asarray(g) * directions[i])) for i, g in zip(where, grads))
        np.testing.assert_allclose(got, slope(case, directions), rtol=2e-5, atol=2e-6)

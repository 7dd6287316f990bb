"""Derivatives of programs of the language: the gradient against differences, and against forward mode by the dot product."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from fuzz_check import dot, random_like
from fuzz_run import within
from language_check import SECONDS, Loaded, Outcome, placed
from language_programs import LanguageProgram

from autodiff_compiler import jvp, value_and_grad
from autodiff_compiler.diagnostics import AutodiffError, InternalError

STEP = 1e-4
# What differences of this step can tell.
AGREE = 1e-4


def check_derivative(program: LanguageProgram, backend: str = "python") -> Outcome:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _check(with_loss(program), backend)


def with_loss(program: LanguageProgram) -> LanguageProgram:
    """The program and a function that makes one float of its results."""
    names = ", ".join(Loaded(program).names)
    text = f"\ndef loss({names}):\n    r = f({names})\n    return {program.loss or '0.5'}\n"
    return LanguageProgram(program.source + text, program.args, program.loss, program.origins)


def _check(program: LanguageProgram, backend: str) -> Outcome:
    plain = Loaded(program, "loss")
    rng = np.random.default_rng(0)
    try:
        direction = [direction_of(arg, rng) for arg in plain.args()]
        varying = tuple(i for i, d in enumerate(direction) if floats(d))
        with within(SECONDS):
            slope = _slope(program, direction)
    except Exception as error:
        return Outcome("rejected", f"{type(error).__name__}: {error}")
    if slope is None:
        return Outcome("rejected", "not smooth here")
    ours = Loaded(program, "loss")
    try:
        with within(4 * SECONDS):
            value, gradients = value_and_grad(ours.function, argnums=varying, backend=backend)(*ours.args())
            tangents = tuple(d if floats(d) else None for d in direction)
            _, tangent = jvp(ours.function, tuple(ours.args()), tangents, backend=backend)
    except InternalError as error:
        return Outcome("failed", f"InternalError: {error}", placed(error))
    except AutodiffError as error:
        return Outcome("refused", f"{error.code} {error.reason}", placed(error))
    except Exception as error:
        return Outcome("failed", f"derivative: exception {type(error).__name__}: {error}")
    product = dot(gradients, [direction[i] for i in varying])
    size = 1.0 + abs(slope) + abs(float(value))
    if abs(product - float(tangent)) > 1e-8 * size:
        return Outcome("failed", f"derivative: <gradient, direction> = {product!r}, forward mode {float(tangent)!r}")
    if abs(product - slope) > AGREE * size:
        return Outcome("failed", f"derivative: <gradient, direction> = {product!r}, differences {slope!r}")
    return Outcome("ok")


def _slope(program: LanguageProgram, direction: list[Any]) -> float | None:
    """The derivative by differences, or None where two steps, or the two sides, disagree."""

    def at(step: float) -> float:
        loaded = Loaded(program, "loss")
        return float(loaded.function(*(_along(arg, d, step) for arg, d in zip(loaded.args(), direction))))

    middle = at(0.0)
    ends = {step: at(step) for h in (STEP, STEP / 2) for step in (h, -h)}
    coarse = (ends[STEP] - ends[-STEP]) / (2 * STEP)
    fine = (ends[STEP / 2] - ends[-STEP / 2]) / STEP
    right, left = (ends[STEP / 2] - middle) / (STEP / 2), (middle - ends[-STEP / 2]) / (STEP / 2)
    size = 1.0 + abs(fine) + abs(middle)
    if not math.isfinite(size) or size > 1e6:
        return None
    if abs(coarse - fine) > AGREE * size / 20 or abs(right - left) > 0.02 * size:
        return None
    return (4 * fine - coarse) / 3


def _along(value: Any, direction: Any, step: float) -> Any:
    if direction is None:
        return value
    if isinstance(value, dict):
        return {key: _along(value[key], direction[key], step) for key in value}
    if isinstance(value, list | tuple):
        return type(value)(_along(a, d, step) for a, d in zip(value, direction))
    if isinstance(value, np.ndarray):
        value += step * direction
        return value
    return value + step * direction


def direction_of(value: Any, rng: np.random.Generator) -> Any:
    """A random direction of an argument; None for what holds no float, and for objects of the program's classes."""
    if isinstance(value, tuple) and type(value) is not tuple:
        return None
    return random_like(value, rng)


def floats(direction: Any) -> bool:
    """Whether anything varies."""
    if isinstance(direction, dict):
        return any(map(floats, direction.values()))
    if isinstance(direction, list | tuple):
        return any(map(floats, direction))
    return direction is not None


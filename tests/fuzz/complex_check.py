"""What is checked of a program with complex numbers: its value, both modes by the dot product, and differences of fourth order.

Along a complex direction d of the arguments, with the cotangent c of the result, `jvp` gives y with real(sum(c * y)) equal to
real(sum(g * d)) for the pullback g, and to the slope of real(sum(c * f)), which needs no derivative.
"""

from __future__ import annotations

import copy
import random
import warnings
from typing import Any
from unittest import mock

import numpy as np
from complex_writer import complex_program
from fuzz_check import Configuration, Mismatch, Outcome, RejectedError, configurations
from fuzz_programs import Program
from fuzz_run import signature, within
from fuzz_shrink import shrink

from autodiff_compiler import jvp, vjp
from autodiff_compiler.diagnostics import AutodiffError, InternalError
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.passes import outline

SECONDS = 60
LARGEST = 1e6
STEPS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5)
# What two modes, and differences, may differ by, relative to what they are sums of.
ROUNDING, SLOPES = 1e-9, 1e-6


def drawn(seed: int, backend: str = "python") -> Configuration:
    """The configuration of a seed."""
    return random.Random(seed).choice(configurations(backend))


def run_complex(program: Program, configuration: Configuration) -> Outcome:
    """`check`, or an outcome of kind "failed" with the message."""
    least = 3 if configuration.apart else outline.LEAST
    with warnings.catch_warnings(), np.errstate(all="ignore"), mock.patch.object(outline, "LEAST", least):
        warnings.simplefilter("ignore")
        try:
            with within(SECONDS):
                return _Check(program, configuration).run()
        except RejectedError as why:
            return Outcome("rejected", str(why))
        except (Mismatch, TimeoutError) as error:
            return Outcome("failed", str(error))
        except InternalError as error:
            return Outcome("failed", f"{type(error).__name__}: {error}")
        except AutodiffError as error:
            return Outcome("refused", f"{error.code} {error.reason}")
        except Exception as error:
            return Outcome("failed", f"{type(error).__name__} at run time: {error}")


def run_complex_seed(seed: int, backend: str = "python") -> tuple[int, Program, Configuration, Outcome]:
    program, configuration = complex_program(seed), drawn(seed, backend)
    return seed, program, configuration, run_complex(program, configuration)


def smallest_complex(program: Program, configuration: Configuration, attempts: int = 400) -> Program:
    """A smaller program that fails in the same way."""
    wanted = signature(run_complex(program, configuration).detail)

    def fails(candidate: Program) -> bool:
        outcome = run_complex(candidate, configuration)
        return outcome.kind == "failed" and signature(outcome.detail) == wanted

    return shrink(program, fails, attempts)


class _Check:
    def __init__(self, program: Program, configuration: Configuration) -> None:
        self.fun, self.args, self.configuration = from_text(program.source), program.args, configuration
        scope: dict[str, Any] = {"np": np}
        exec(program.source, scope)
        self.plain = scope["f"]
        rng = np.random.default_rng(1)
        self.direction, self.other = ([_like(arg, rng) for arg in self.args] for _ in range(2))
        self.expected = self._called(0.0)
        self.cotangent = np.ones(()) if np.ndim(self.expected) == 0 else _like(self.expected, rng)
        self.size = 1.0 + float(np.sum(np.abs(self.expected)))

    def run(self) -> Outcome:
        options = self.configuration.options()
        value, along = jvp(self.fun, copy.deepcopy(self.args), tuple(self.direction), **options)
        self._same("the value of forward mode", value, self.expected)
        value, pullback = vjp(self.fun, *copy.deepcopy(self.args), **options)
        self._same("the value of reverse mode", value, self.expected)
        gradients = pullback(type(value)(self.cotangent) if np.ndim(value) == 0 else self.cotangent)
        forward, reverse = _paired(self.cotangent, along), sum(map(_paired, gradients, self.direction))
        terms = sum(float(np.sum(np.abs(g))) for g, d in zip(gradients, self.direction) if d is not None)
        if not abs(forward - reverse) <= ROUNDING * (self.size + terms):
            raise Mismatch(f"forward mode {forward!r}, reverse mode {reverse!r}")
        self._compare("forward mode", forward, lambda step: _paired(self.cotangent, self._called(step)))
        if self.configuration.order > 1:
            self._second_order(options)
        return Outcome("ok")

    def _second_order(self, options: dict[str, Any]) -> None:
        """Forward over forward, against differences of forward mode."""

        def slope(*args: Any) -> Any:
            return jvp(self.fun, args, tuple(self.direction))[1]

        _, twice = jvp(slope, copy.deepcopy(self.args), tuple(self.other), **options)
        self._compare(
            "second order",
            _paired(self.cotangent, twice),
            lambda step: _paired(self.cotangent, slope(*self._moved(step, self.other))),
        )

    def _compare(self, what: str, ours: float, at: Any) -> None:
        """By differences of fourth order; a fair test only if two of them agree."""
        found = [(8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h) for h in STEPS]
        if any(abs(slope - ours) <= SLOPES * max(self.size, abs(ours)) for slope in found):
            return
        if not any(abs(a - b) <= SLOPES * max(self.size, abs(a)) for a, b in zip(found, found[1:])):
            raise RejectedError("not smooth here")
        raise Mismatch(f"{what}: {ours!r}, by differences {found}")

    def _same(self, what: str, ours: Any, theirs: Any) -> None:
        if np.shape(ours) != np.shape(theirs) or np.asarray(ours).dtype != np.asarray(theirs).dtype:
            raise Mismatch(f"{what} is {np.asarray(ours).dtype}{np.shape(ours)}")
        if not np.allclose(ours, theirs, ROUNDING, ROUNDING * self.size):
            raise Mismatch(f"{what}: {ours}, expected {theirs}")

    def _moved(self, step: float, direction: list[Any]) -> tuple:
        return tuple(a if d is None else a + step * d for a, d in zip(self.args, direction))

    def _called(self, step: float) -> Any:
        try:
            value = self.plain(*copy.deepcopy(self._moved(step, self.direction)))
        except np.linalg.LinAlgError as error:
            raise RejectedError(str(error)) from error
        if not np.all(np.abs(value) < LARGEST):
            raise RejectedError("not in a sane range")
        return value


def _like(x: Any, rng: np.random.Generator) -> Any:
    if np.asarray(x).dtype.kind not in "fc":
        return None
    real = rng.normal(size=np.shape(x))
    return real + 1j * rng.normal(size=np.shape(x)) if np.iscomplexobj(x) else real


def _paired(bar: Any, dot: Any) -> float:
    return 0.0 if dot is None else float(np.real(np.sum(bar * dot)))

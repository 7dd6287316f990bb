"""What a backend asks of the pipelines besides its list of passes: a row for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autodiff_compiler import backends
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.program import mapped
from autodiff_compiler.ir.types import INT, ListOf
from autodiff_compiler.passes import integers, recursion_depth
from autodiff_compiler.transforms.stages import Compilation

Build = Callable[[bool], tuple[Compilation, ...]]
"""Makes the functions of a derivative, for int arguments of any size or only for small ones."""


def _as_it_is(fn: Function) -> Function:
    return fn


def _never(fn: Function) -> bool:
    return False


def _for_any(build: Build) -> tuple[Compilation, ...]:
    return build(False)


@dataclass(frozen=True)
class Target:
    """A backend as the pipelines see it.

    `compiled`: whether Python's ints have 64 bits there.  `batch`: how many columns or rows of a Jacobian are computed at once.  `instead`: passes in place of others.  `before_ad`,
    `after_buffers`: further ones before AD, and after the buffers stage.  `finished`: what comes
    after all passes and before the buffers.  `best`: how a derivative is built.  `is_bounded`: whether an int may be too large for a function.
    """

    compiled: bool = False
    batch: int = 1
    instead: tuple[tuple[str, str], ...] = ()
    before_ad: tuple[str, ...] = ()
    after_buffers: tuple[str, ...] = ()
    finished: Callable[[Function], Function] = _as_it_is
    best: Callable[[Build], tuple[Compilation, ...]] = _for_any
    is_bounded: Callable[[Function], bool] = _never

    def passes(self, names: Sequence[str]) -> list[str]:
        instead = dict(self.instead)
        return [instead.get(name, name) for name in names]

    def entered(self, fn: Function) -> Function:
        """The program, which already says what ints it has."""
        return mapped(fn, lambda one: replace(one, compiled=self.compiled))


def _with_depth_and_width(fn: Function) -> Function:
    return mapped(recursion_depth.limited(fn), integers.run)


def _small_or_wide(build: Build) -> tuple[Compilation, ...]:
    """Functions for small int arguments, where those need fewer checks; for larger ones they hand over to others."""
    chosen, wide = integers.best(build, lambda made: [one.function for one in made])
    if wide is not None:
        calls = backends.widened([one.call for one in chosen], [one.call for one in wide])
        for done, call, other in zip(chosen, calls, wide):
            done.call, done.wide = call, other
    return chosen


def _counts(fn: Function) -> bool:
    return any(v.type in (INT, ListOf(INT)) for v in fn.params)


TARGETS = {
    "python": Target(batch=64),
    "numba": Target(
        compiled=True,
        # Compiled arithmetic of floats follows IEEE and raises nothing.
        instead=(("errors", "integer_errors"),),
        before_ad=("contraction", "simplify", "dce"),
        after_buffers=("small_arrays",),
        finished=_with_depth_and_width,
        best=_small_or_wide,
        is_bounded=_counts,
    ),
}

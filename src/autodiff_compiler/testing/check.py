"""`check_grads`: derivatives against numerical differentiation and against each other.

Forward mode is compared with central differences along a random direction.  Reverse mode is compared with forward mode by
the dot product <y_bar, J x_dot> = <J^T y_bar, x_dot> (of complex numbers the real part of the sum of products), which holds
to round-off, and with the differences too.  For
`order` 2 and more the same is done to the derivatives themselves.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.functions import grad, jvp, vjp
from autodiff_compiler.testing.numeric import (
    STEPS,
    dot,
    float_leaves,
    map_floats,
    numeric_jvp,
    random_like,
    replaced,
    size,
    wide,
)

ATOL = {"f4": 1e-2, "f8": 1e-6}
RTOL = {"f4": 1e-2, "f8": 1e-6}
DOT_RTOL = {"f4": 1e-4, "f8": 1e-9}


@boundary
def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    backend: str = "python",
    seed: int = 0,
    **options: Any,
) -> None:
    """Raise `AssertionError` where a derivative of `fun` at `args` up to `order` disagrees with numerical differentiation.

    `modes`: "fwd", "rev" or both.  Floats and float arrays vary, complex ones in both parts, also inside containers; anything else
    stays fixed.
    Differences are taken at several steps (or at `eps` alone) and one of them has to agree within `atol + rtol * size`.
    Second order needs a function with a scalar result.  The function must be smooth near `args`, and well scaled: what a
    difference cannot see (a kink between two steps, a saturated function) is not found.

    >>> check_grads(lambda x: x**3, (2.0,))
    >>> from autodiff_compiler import stop_gradient
    >>> check_grads(lambda x: x * stop_gradient(x), (2.0,))
    Traceback (most recent call last):
    ...
    AssertionError: ...
    """
    unknown = [mode for mode in modes if mode not in ("fwd", "rev")]
    if unknown or not modes:
        raise ValueError(f"modes are 'fwd' and 'rev', not {modes!r}")
    if not isinstance(args, tuple | list):
        raise TypeError("check_grads takes the arguments as a tuple: check_grads(f, (x,))")
    if order < 1:
        raise ValueError(f"the order is at least 1, not {order!r}")
    single = any(np.asarray(leaf).dtype in (np.float32, np.complex64) for leaf in float_leaves(tuple(args)))
    width = "f4" if single else "f8"
    check = _Check(
        modes=tuple(modes),
        atol=ATOL[width] if atol is None else atol,
        rtol=RTOL[width] if rtol is None else rtol,
        dot_rtol=DOT_RTOL[width],
        steps=STEPS if eps is None else (eps,),
        options={"backend": backend, **options},
        rng=np.random.default_rng(seed),
    )
    check.level(fun, tuple(args), order, getattr(fun, "__name__", "function"))


class _Check:
    def __init__(
        self,
        modes: tuple[str, ...],
        atol: float,
        rtol: float,
        dot_rtol: float,
        steps: Sequence[float],
        options: dict[str, Any],
        rng: np.random.Generator,
    ) -> None:
        self.modes = modes
        self.atol = atol
        self.rtol = rtol
        self.dot_rtol = dot_rtol
        self.steps = steps
        self.options = options
        self.rng = rng

    def level(self, fun: Callable[..., Any], args: tuple[Any, ...], order: int, what: str) -> None:
        """One order: the two modes against differences and each other; then the gradient itself, at the next order."""
        direction = [random_like(leaf, self.rng) for leaf in float_leaves(args)]
        tangent: list[Any] | None = None
        if "fwd" in self.modes:
            tangent = self.forward(fun, args, direction, what)
        if "rev" in self.modes:
            self.reverse(fun, args, direction, tangent, what)
        if order > 1:
            self.next_order(fun, args, order, what)

    def forward(self, fun: Callable[..., Any], args: tuple[Any, ...], direction: list[Any], what: str) -> list[Any]:
        out, out_dot = jvp(fun, copy.deepcopy(args), tangents_of(args, direction), **self.options)
        self.same_value(fun, args, out, f"jvp of {what}")
        tangent = float_leaves(out_dot)
        self.against_differences(
            lambda eps: numeric_jvp(fun, args, direction, eps),
            [wide(leaf) for leaf in tangent],
            f"forward mode of {what}",
        )
        return tangent

    def reverse(
        self, fun: Callable[..., Any], args: tuple[Any, ...], direction: list[Any], tangent: list[Any] | None, what: str
    ) -> None:
        out, pullback = vjp(fun, *copy.deepcopy(args), **self.options)
        self.same_value(fun, args, out, f"vjp of {what}")
        seeds = [random_like(leaf, self.rng) for leaf in float_leaves(out)]
        adjoints = [float_leaves(bar) if bar is not None else [] for bar in pullback(replaced(out, seeds))]
        start = 0
        for position, arg in enumerate(args):
            count = len(float_leaves(arg))
            if len(adjoints[position]) != count:
                raise AssertionError(
                    f"reverse mode of {what}: argument {position} has {count} floats, "
                    f"its adjoint has {len(adjoints[position])}"
                )
            # One argument at a time, so that the message can name it.
            alone = [leaf if start <= i < start + count else 0 * leaf for i, leaf in enumerate(direction)]
            got = dot(adjoints[position], direction[start : start + count])
            if count:
                along = functools.partial(_along, fun, args, alone, seeds)
                self.against_differences(along, [np.asarray(got)], f"reverse mode of {what}, argument {position}")
            start += count
        if tangent is not None:
            self.dot_product(
                dot(seeds, tangent), dot([leaf for bar in adjoints for leaf in bar], direction), seeds, tangent, what
            )

    def dot_product(self, forward: float, reverse: float, seeds: list[Any], tangent: list[Any], what: str) -> None:
        scale = max(abs(forward), abs(reverse), size(seeds) * size(tangent))
        if np.isfinite(scale) and abs(forward - reverse) > self.dot_rtol * (scale + self.atol):
            raise AssertionError(
                f"forward and reverse mode of {what} disagree: "
                f"<y_bar, J x_dot> = {forward!r}, <J^T y_bar, x_dot> = {reverse!r}"
            )

    def next_order(self, fun: Callable[..., Any], args: tuple[Any, ...], order: int, what: str) -> None:
        wrt = tuple(i for i, arg in enumerate(args) if float_leaves(arg))
        first = fun(*copy.deepcopy(args))
        if not wrt or not isinstance(first, float | np.floating):
            return
        self.level(grad(fun, argnums=wrt, **self.options), args, order - 1, f"the gradient of {what}")

    def same_value(self, fun: Callable[..., Any], args: tuple[Any, ...], out: Any, what: str) -> None:
        expected = float_leaves(fun(*copy.deepcopy(args)))
        got = float_leaves(out)
        for a, b in zip(expected, got, strict=True):
            if np.shape(a) != np.shape(b) or np.asarray(a).dtype != np.asarray(b).dtype:
                raise AssertionError(f"{what}: the value has another shape or dtype: {b!r} for {a!r}")
            if not np.allclose(a, b, rtol=max(self.dot_rtol, 1e-12), atol=1e-12, equal_nan=True):
                raise AssertionError(f"{what}: the value differs: {b!r} for {a!r}")

    def against_differences(self, numeric: Callable[[float], list[Any]], got: list[Any], what: str) -> None:
        """One of the steps must agree: too large ones suffer from curvature, too small ones from rounding."""
        best: tuple[float, Any] = (np.inf, None)
        for eps in self.steps:
            expected = numeric(eps)
            if len(expected) != len(got):
                raise AssertionError(f"{what}: {len(got)} derivatives for {len(expected)} float results")
            excess = 0.0
            for a, b in zip(expected, got):
                if np.shape(a) != np.shape(b):
                    raise AssertionError(f"{what}: the derivative has shape {np.shape(b)}, the result {np.shape(a)}")
                if np.size(a) and not np.array_equal(a, b, equal_nan=True):
                    bound = self.atol + self.rtol * float(np.max(np.abs(a)))
                    worst = float(np.max(np.abs(a - b)))
                    excess = max(excess, worst / bound if np.isfinite(worst) else np.inf)
            if excess <= 1.0:
                return
            if best[1] is None or excess < best[0]:
                best = (excess, expected)
        raise AssertionError(
            f"{what} disagrees with numerical differentiation: got {_shown(got)}, differences give {_shown(best[1])}"
        )


def _along(
    fun: Callable[..., Any], args: tuple[Any, ...], direction: list[Any], seeds: list[Any], eps: float
) -> list[np.ndarray]:
    """The difference along a direction, as an inner product with the seeds."""
    return [np.asarray(dot(seeds, numeric_jvp(fun, args, direction, eps)))]


def tangents_of(args: tuple[Any, ...], direction: Sequence[Any]) -> tuple[Any, ...]:
    """A tangent for each argument with the leaves of `direction`, None for what does not vary."""
    rest = iter(direction)
    tangents: list[Any] = []
    for arg in args:
        if not float_leaves(arg):
            tangents.append(None)
            continue
        tangents.append(_without_rest(map_floats(lambda _: _Moved(next(rest)), arg)))
    return tuple(tangents)


class _Moved:
    """Marks a leaf that varies while the others are set to None."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _without_rest(value: Any) -> Any:
    if isinstance(value, _Moved):
        return value.value
    if isinstance(value, dict):
        return {key: _without_rest(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_without_rest(item) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(_without_rest(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(**{name: _without_rest(getattr(value, name)) for name in value.__dataclass_fields__})
    return None


def _shown(leaves: Sequence[Any]) -> str:
    return ", ".join(np.array2string(np.asarray(leaf), threshold=8, precision=10) for leaf in leaves)

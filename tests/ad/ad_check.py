"""Checks a derivative in every way we have: forward against differences, reverse against forward, second order twice."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff_compiler import ad
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.verify import verify


def parse(text: str) -> Function:
    fn = parse_function(text)
    verify(fn)
    return fn


def execute(fn: Function, args: Sequence[Any]) -> list[Any]:
    verify(fn)
    given = copy.deepcopy(list(args))
    results = run(fn, given)
    for before, after in zip(args, given):
        pairs = zip(before, after, strict=True) if isinstance(before, list) else [(before, after)]
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)
    return results


def flat(values: Sequence[Any]) -> np.ndarray:
    parts = [np.ravel(np.asarray(v, float)) for v in values]
    return np.concatenate(parts) if parts else np.zeros(0)


def shifted(args: Sequence[Any], active: Sequence[bool], direction: Sequence[Any], size: float) -> list[Any]:
    moves = iter(direction)
    return [arg + size * next(moves) if on else arg for arg, on in zip(args, active)]


def differences(fn: Function, args: Sequence[Any], active: Sequence[bool], direction: Sequence[Any]) -> np.ndarray:
    """Five-point central difference of the float results along a direction."""
    h = 2e-4
    floats = [differentiable(r.type) for r in fn.results]

    def at(size: float) -> np.ndarray:
        results = run(fn, shifted(args, active, direction, size))
        return flat([r for r, on in zip(results, floats) if on])

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def check(fn: Function, args: Sequence[Any], *, second: bool = True, seed: int = 0) -> list[Any]:
    """Check both modes of a function with one float result at `args`; returns the gradient."""
    rng = np.random.default_rng(seed)
    active = [differentiable(p.type) for p in fn.params]
    direction = [
        rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()) for a, on in zip(args, active) if on
    ]
    value = run(fn, args)[0]

    tangent_fn = ad.forward(fn, active, "f_jvp")
    tangent = execute(tangent_fn, [*args, *direction])
    np.testing.assert_allclose(tangent[0], value)
    expected = differences(fn, args, active, direction)
    np.testing.assert_allclose(flat(tangent[len(fn.results) :]), expected, rtol=1e-7, atol=1e-8)

    grad_fn = ad.reverse(fn, active, with_value=False, name="f_grad")
    gradient = execute(grad_fn, args)
    for bar, arg, param in zip(gradient, [a for a, on in zip(args, active) if on], grad_fn.results):
        assert np.shape(bar) == np.shape(arg), param
    np.testing.assert_allclose(flat(gradient) @ flat(direction), tangent[len(fn.results)], rtol=1e-11, atol=1e-12)

    both = execute(ad.reverse(fn, active, with_value=True, name="f_value_and_grad"), args)
    np.testing.assert_allclose(both[0], value)
    np.testing.assert_array_equal(flat(both[len(fn.results) :]), flat(gradient))

    check_vjp(fn, args, active, [1.0 if differentiable(r.type) else None for r in fn.results[:1]], gradient)
    if second:
        check_second(fn, args, active, direction)
    return gradient


def check_vjp(fn: Function, args, active, seeds, gradient) -> None:
    if sum(differentiable(r.type) for r in fn.results) != 1:
        return
    forward, reverse = ad.vjp(fn, active, "f")
    out = execute(forward, args)
    residuals = out[len(fn.results) :]
    for _ in range(2):
        np.testing.assert_allclose(flat(execute(reverse, [*residuals, *seeds])), flat(gradient), rtol=1e-13)


def check_second(fn: Function, args, active, direction) -> None:
    """Hessian times direction: forward over reverse against differences, reverse over reverse against that."""
    grad_fn = ad.reverse(fn, active, with_value=False, name="f_grad")
    hessian_fn = ad.forward(grad_fn, active, "f_hvp")
    hessian = flat(execute(hessian_fn, [*args, *direction])[len(grad_fn.results) :])
    expected = differences(grad_fn, args, active, direction)
    np.testing.assert_allclose(hessian, expected, rtol=1e-6, atol=1e-7)
    forward, reverse = ad.vjp(grad_fn, active, "f_grad")
    out = execute(forward, args)
    twice = execute(reverse, [*out[len(grad_fn.results) :], *direction])
    np.testing.assert_allclose(flat(twice), hessian, rtol=1e-10, atol=1e-11)

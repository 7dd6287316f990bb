"""The checks that every program goes through."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from prog_corpus import Program
from prog_oracle import complex_step, differences, directions, inner, leaves, mapped, replaced

from autodiff_compiler import driver, grad, jvp, value_and_grad, vjp
from autodiff_compiler.api.binding import Signature, described, leaves_of
from autodiff_compiler.api.making import options_of
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.tree import Leaf, flatten
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.options import Options
from autodiff_compiler.testing.check import tangents_of
from autodiff_compiler.transforms.layout import active_names
from autodiff_compiler.transforms.stages import Compilation
from autodiff_compiler.transforms.table import TABLE
from autodiff_compiler.transforms.transform import Request


def same(expected: Any, got: Any, rtol: float, what: str, atol: float = 1e-13) -> None:
    """Equal in shape, dtype and, up to rounding of the largest entry, value; for lists of leaves."""
    assert len(expected) == len(got), what
    for a, b in zip(expected, got):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape, (what, a.shape, b.shape)
        assert a.dtype == b.dtype, (what, a.dtype, b.dtype)
        assert np.all(np.isfinite(a) == np.isfinite(b)), (what, a, b)
        scale = np.max(np.abs(a), initial=0.0, where=np.isfinite(a))
        np.testing.assert_allclose(b, a, rtol=0, atol=rtol * scale + atol, err_msg=what)


def apart(*values: Any) -> None:
    """No two arrays in the values share memory."""
    arrays = [leaf for value in values for leaf in leaves(value) if isinstance(leaf, np.ndarray)]
    for i, a in enumerate(arrays):
        for b in arrays[:i]:
            assert not np.may_share_memory(a, b), "results alias each other or the arguments"


class unchanged:
    """The arguments are the same after as before."""

    def __init__(self, args: tuple) -> None:
        self.args, self.before = args, copy.deepcopy(args)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        for a, b in zip(leaves(self.before), leaves(self.args), strict=True):
            np.testing.assert_array_equal(a, b, err_msg="an argument was changed")


def plain(program: Program, args: tuple) -> Any:
    """What CPython computes; functions under njit as plain Python."""
    return getattr(program.fun, "py_func", program.fun)(*copy.deepcopy(args))


def first_order(program: Program, args: tuple, rtol: float = 1e-12, **options: Any) -> None:
    """Value, forward mode against an oracle, reverse against forward.

    A scalar that is a Python float on one path and a NumPy float on the other (a sum over an empty array, say) is a NumPy
    float on both, so that only the first sample has to agree in this.  Numba gives Python floats for float64.
    """
    python = options.get("backend", "python") == "python"
    kinds = args is program.samples[0] and python
    fun = program.fun
    args = copy.deepcopy(args)
    expected = plain(program, args)
    direction = directions(args, 1)
    with unchanged(args):
        out, out_dot = jvp(fun, args, tangents_of(args, direction), **options)
        apart(args, out, out_dot)
        out2, pullback = vjp(fun, *args, **options)
        apart(args, out2)
    same(leaves(expected), leaves(out), rtol, "value of jvp")
    same(leaves(expected), leaves(out2), rtol, "value of vjp")
    same_structure(expected, out, kinds)
    same_structure(expected, out2, kinds)
    tangents = leaves(out_dot)

    oracle = getattr(fun, "py_func", fun)
    if program.analytic:
        reference, tolerance = complex_step(oracle, args, direction), 1e-10
    else:
        reference, tolerance = differences(oracle, args, direction), 1e-7
    same([np.asarray(leaf, float) for leaf in reference], tangents, tolerance, "forward mode", 1e-10 * _size(reference) + 1e-13)

    seeds = directions(out2, 2)
    with unchanged(args):
        adjoints = pullback(replaced(out2, seeds))
        apart(args, adjoints, out2)
    for arg, bar in zip(args, adjoints, strict=True):
        if python:
            same_types(leaves(arg), leaves(bar))
    bars = leaves(adjoints)
    forward, reverse = inner(seeds, tangents), inner(bars, direction)
    scale = sum(abs(np.sum(np.abs(np.asarray(s) * np.asarray(t)))) for s, t in zip(seeds, tangents))
    assert abs(forward - reverse) <= 1e-10 * scale + 1e-14, ("dot product", forward, reverse)
    same(bars, leaves(pullback(replaced(out2, seeds))), 0.0, "a second pullback", 0.0)

    if scalar(expected):
        wrt = varying(args)
        with unchanged(args):
            value, gradient = value_and_grad(fun, wrt, **options)(*args)
            gradient_alone = grad(fun, wrt, **options)(*args)
        apart(args, gradient)
        same([expected], [value], rtol, "value of value_and_grad")
        same(leaves(gradient), leaves(gradient_alone), 1e-13, "grad")
        got = inner(leaves(gradient), direction)
        assert abs(got - tangents[0]) <= 1e-10 * _size([np.abs(g) for g in leaves(gradient)]) + 1e-13, ("grad", got, tangents)


def second_order(program: Program, args: tuple, **options: Any) -> None:
    """Products with the Hessian by forward over reverse and reverse over reverse, against differences of the gradient."""
    args = copy.deepcopy(args)
    wrt = varying(args)
    gradient = grad(program.fun, wrt, **options)
    direction = directions(args, 3)
    with unchanged(args):
        _, forward = jvp(gradient, args, tangents_of(args, direction), **options)
        out, pullback = vjp(gradient, *args, **options)
        reverse = pullback(replaced(out, direction))
    reverse = [reverse[i] for i in wrt]
    forward, reverse = leaves(forward), leaves(reverse)
    reference = differences(gradient, args, direction)
    atol = 1e-7 * (_size(reference) + _size(leaves(out))) + 1e-9
    same(reference, [np.asarray(leaf, float) for leaf in forward], 1e-6, "forward over reverse", atol)
    same(forward, reverse, 1e-9, "reverse over reverse", 1e-10 * _size(forward) + 1e-12)


def nested(program: Program, args: tuple, **options: Any) -> None:
    """grad of x -> dot(grad f(x), v), written as a program, against the pullback of grad f."""
    args = copy.deepcopy(args)
    wrt = varying(args)
    gradient = grad(program.fun, wrt, **options)
    direction = directions(args, 3)
    out, pullback = vjp(gradient, *args, **options)
    expected = [np.asarray(leaf, float) for i in wrt for leaf in leaves(pullback(replaced(out, direction))[i])]

    def product(*args):
        total = 0.0
        for part, v in zip(gradient(*args), direction):
            total = total + np.sum(part * v)
        return total

    got = grad(product, wrt, **options)(*args)
    same(expected, [np.asarray(leaf, float) for leaf in leaves(got)], 1e-9, "grad of a program with grad", 1e-10 * _size(expected))


def lowered(program: Program, args: tuple, **options: Any) -> Lowered:
    """The program as the frontend gives it."""
    values = {name: value for name, value in Signature.of(program.fun).bind(copy.deepcopy(args), {}).items()}
    arguments = described(values, values)
    return driver.lower(program.fun, arguments, options_of(**options), leaves_of(values, arguments))


def primal_ir(program: Program, args: tuple) -> Function:
    """The IR of the program as the frontend gives it."""
    return lowered(program, args).function


def pulled_back(lowered: Lowered, active: list[bool], options: Options) -> tuple[Compilation, ...]:
    """Both sweeps of a function, whose parameters are active or not."""
    return driver.derivative(TABLE["vjp"], lowered, Request(active, active_names(lowered.function, active)), options)


def interpreted(program: Program, args: tuple, **options: Any) -> None:
    """The IR after every stage, run by the reference interpreter, gives what the generated code gives."""
    options = options_of(**options)
    values = {name: value for name, value in Signature.of(program.fun).bind(copy.deepcopy(args), {}).items()}
    arguments = described(values, values)
    lowered = driver.lower(program.fun, arguments, options, leaves_of(values, arguments))
    captured = [capture.get() for capture in lowered.captures]
    flat = [*leaves_of(values, arguments), *captured]
    expected = driver.primal(lowered, options).call(*copy.deepcopy([*values.values(), *captured]))
    own = sum(len(types) for _, _, types in arguments)
    active = [differentiable(v.type) and i < own for i, v in enumerate(lowered.function.params)]
    forward, reverse = pulled_back(lowered, active, options)
    out, residuals = forward.call(*copy.deepcopy([*values.values(), *captured]))
    same_values(expected, out, "forward sweep")
    seeds = replaced(out, directions(out, 2))
    results = lowered.function.result_tree or Leaf()
    for stage, fn in forward.stages.items():
        found = run(fn, copy.deepcopy(flat), mutable=stage == "buffers")
        count = len(lowered.function.results)
        same_values(flatten(results, out), found[:count], f"interpreter, stage {stage}")
        if stage == "buffers":
            seed_tree = dict(reverse.function.param_trees)["out_bar"]
            given = [*found[count:], *flatten(seed_tree, seeds)]
            expected_bars = leaves(reverse.call(residuals, seeds))
            for last in ("derivative", "buffers"):
                bars = run(reverse.stages[last], copy.deepcopy(given), mutable=last == "buffers")
                same_values(expected_bars, bars, f"interpreter, reverse sweep, stage {last}")


def same_values(expected: Any, got: Any, what: str) -> None:
    a, b = leaves(expected), leaves(got)
    assert len(a) == len(b), what
    for x, y in zip(a, b):
        assert np.shape(x) == np.shape(y), what
        assert np.asarray(x).dtype == np.asarray(y).dtype, what
        scale = np.max(np.abs(x), initial=0.0)
        np.testing.assert_allclose(y, x, rtol=0, atol=1e-13 * scale + 1e-15, err_msg=what)


def agrees(program: Program, args: tuple, rtol: float = 1e-9, **options: Any) -> None:
    """Both modes with these options as without them."""
    args = copy.deepcopy(args)
    direction = directions(args, 1)
    out, tangent = jvp(program.fun, args, tangents_of(args, direction))
    with unchanged(args):
        out2, tangent2 = jvp(program.fun, args, tangents_of(args, direction), **options)
        apart(args, out2, tangent2)
    close(out, out2, rtol, "value")
    close(tangent, tangent2, rtol, "tangent")
    if scalar(out):
        expected = value_and_grad(program.fun, varying(args))(*args)
        with unchanged(args):
            got = value_and_grad(program.fun, varying(args), **options)(*args)
            apart(args, got)
        close(expected, got, rtol, "value and gradient")
    else:
        seeds = replaced(out, directions(out, 2))
        expected = vjp(program.fun, *args)[1](seeds)
        with unchanged(args):
            got = vjp(program.fun, *args, **options)[1](seeds)
            apart(args, got)
        close(expected, got, rtol, "adjoints")


def close(expected: Any, got: Any, rtol: float, what: str) -> None:
    """The same structure and shapes, and values up to rounding."""
    same_structure(expected, got, kinds=False)
    scale = _size(leaves(expected))
    for a, b in zip(leaves(expected), leaves(got), strict=True):
        assert np.shape(a) == np.shape(b), what
        assert np.asarray(a).dtype == np.asarray(b).dtype, what
        np.testing.assert_allclose(b, a, rtol=0, atol=rtol * scale + 1e-13, err_msg=what)


def single_precision(program: Program, args: tuple, **options: Any) -> None:
    """Arrays in float32: shapes and dtypes as NumPy has them, values as in float64 but for rounding."""
    narrow = mapped(lambda leaf: leaf.astype(np.float32) if isinstance(leaf, np.ndarray) else leaf, copy.deepcopy(args))
    expected = plain(program, narrow)
    out, pullback = vjp(program.fun, *narrow, **options)
    same(leaves(expected), leaves(out), 1e-3, "value in float32", 1e-3)
    seeds = directions(out, 2)
    adjoints = pullback(replaced(out, seeds))
    out_wide, pullback_wide = vjp(program.fun, *copy.deepcopy(args), **options)
    wide = pullback_wide(replaced(out_wide, [np.asarray(s, float) if np.ndim(s) else float(s) for s in seeds]))
    for arg, bar in zip(narrow, adjoints, strict=True):
        same_types(leaves(arg), leaves(bar))
    for a, b in zip(leaves(wide), leaves(adjoints), strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=2e-3 * (1e-6 + np.max(np.abs(a), initial=0.0) + _size(leaves(wide))))
    _, tangent = jvp(program.fun, narrow, tangents_of(narrow, directions(narrow, 1)), **options)
    same_types(leaves(expected), leaves(tangent))


def same_types(expected: list[Any], got: list[Any]) -> None:
    assert len(expected) == len(got)
    for a, b in zip(expected, got):
        assert type(a) is type(b), (type(a), type(b))
        assert np.shape(a) == np.shape(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype


def same_structure(expected: Any, got: Any, kinds: bool) -> None:
    """The same containers and, if asked for, scalars of the same type."""
    assert (type(expected) is type(got)) or (scalar(expected) and scalar(got) and not kinds), (type(expected), type(got))
    if isinstance(expected, dict):
        assert list(expected) == list(got)
        for key in expected:
            same_structure(expected[key], got[key], kinds)
    elif isinstance(expected, list | tuple):
        assert len(expected) == len(got)
        for a, b in zip(expected, got):
            same_structure(a, b, kinds)


def scalar(value: Any) -> bool:
    return isinstance(value, float | np.floating)


def varying(args: tuple) -> tuple[int, ...]:
    return tuple(i for i, arg in enumerate(args) if leaves(arg))


def _size(values: list[Any]) -> float:
    return max((float(np.max(np.abs(v), initial=0.0)) for v in values), default=0.0)

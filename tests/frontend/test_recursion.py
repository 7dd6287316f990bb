"""Functions that call themselves with values of run time: value, both modes, both backends, second order, and what is refused."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from programs_recursion import (
    CASES,
    A,
    V,
    counted_depth,
    det,
    fibonacci,
    list_sort,
    minors,
    of_the_same,
    of_two,
    power,
    tree_sum,
)

from autodiff_compiler import UnsupportedError, driver, grad, jvp, value_and_grad, vjp
from autodiff_compiler.frontend import describe
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.options import Options

IDS = [f"{fun.__name__}-{k}" for k, (fun, _) in enumerate(CASES)]
both_backends = pytest.mark.parametrize("backend", ["python", "numba"])


def slope(fun, args, direction, h=1e-4):
    def along(step):
        given = copy.deepcopy(args)
        return float(fun(*(a + step * d if d is not None else a for a, d in zip(given, direction))))

    return (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)


def directions(args, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        rng.normal(size=a.shape) if isinstance(a, np.ndarray) else float(rng.normal()) if isinstance(a, float) else None
        for a in args
    )


def dot(gradients, direction):
    return sum(float(np.sum(g * d)) for g, d in zip(gradients, [d for d in direction if d is not None]))


@pytest.mark.parametrize(("fun", "args"), CASES, ids=IDS)
def test_the_primal(fun, args):
    names = fun.__code__.co_varnames
    described = [(name, *describe(arg, name)) for name, arg in zip(names, args)]
    fn = driver.lower(fun, described, Options()).function
    verify(fn)
    assert fn.callees
    np.testing.assert_allclose(run(fn, copy.deepcopy(list(args)))[0], fun(*copy.deepcopy(args)), rtol=1e-13)


@both_backends
@pytest.mark.parametrize(("fun", "args"), CASES, ids=IDS)
def test_derivatives(fun, args, backend):
    direction = directions(args)
    wrt = tuple(i for i, d in enumerate(direction) if d is not None)
    expected = slope(fun, args, direction)
    before = copy.deepcopy(args)
    for _ in range(2):
        value, gradients = value_and_grad(fun, wrt, backend=backend, verify=True)(*args)
        np.testing.assert_allclose(value, fun(*copy.deepcopy(args)), rtol=1e-12)
        np.testing.assert_allclose(dot(gradients, direction), expected, rtol=2e-7, atol=1e-9)
    value, tangent = jvp(fun, args, direction, backend=backend)
    np.testing.assert_allclose(tangent, dot(gradients, direction), rtol=1e-11, atol=1e-13)
    _, pullback = vjp(fun, *args, backend=backend)
    for seed in (1.0, -2.0):
        np.testing.assert_allclose(
            dot([g for g in pullback(seed) if g is not None], direction), seed * tangent, rtol=1e-11
        )
    for old, new in zip(before, args):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(("fun", "args"), CASES, ids=IDS)
def test_second_order(fun, args):
    first, second = directions(args, 1), directions(args, 2)
    wrt = tuple(i for i, d in enumerate(first) if d is not None)
    gradient = grad(fun, wrt)
    _, along_first = jvp(gradient, args, first)
    _, along_second = jvp(gradient, args, second)
    np.testing.assert_allclose(dot(along_first, second), dot(along_second, first), rtol=1e-9, atol=1e-10)
    ahead = [a + 1e-5 * d if d is not None else a for a, d in zip(args, first)]
    behind = [a - 1e-5 * d if d is not None else a for a, d in zip(args, first)]
    difference = (dot(gradient(*ahead), second) - dot(gradient(*behind), second)) / 2e-5
    np.testing.assert_allclose(dot(along_first, second), difference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("fun", "args"), [(power, (1.3, 5)), (tree_sum, (np.linspace(0.1, 1.0, 5),)), (det, (A[:3, :3],)), (of_the_same, (V * 0.2,))],
)
def test_reverse_over_reverse(fun, args):
    direction = directions(args, 3)

    def along(x, *rest):
        return np.sum(grad(fun)(x, *rest) * direction[0])

    back = grad(along)(*args)
    _, forward = jvp(grad(fun), args, (direction[0], *[None] * (len(args) - 1)))
    np.testing.assert_allclose(back, forward, rtol=1e-9)


@both_backends
def test_a_list_of_floats(backend):
    def dotted(xs, w):
        s = 0.0
        for i, v in enumerate(list_sort(xs)):
            s += v * w[i]
        return s

    xs, w = [3.0, 1.0, 2.5, 0.5], np.arange(1.0, 5.0)
    try:
        gradient = grad(dotted, 1, backend=backend)(xs, w)
    except UnsupportedError as error:
        assert error.code.startswith("AD")
    else:
        np.testing.assert_allclose(gradient, sorted(xs))


def test_the_text_has_one_function_for_each_sweep():
    text = grad(tree_sum).source(np.ones(4))
    assert text.count("def ") == 3
    assert "tree_sum_call_forward(a[:h]" in text
    assert ".copy()" not in text


@both_backends
def test_no_array_of_adjoints_for_each_call(backend):
    text = grad(of_two, backend=backend).source(V, V)
    reverse = text[text.index("def between_reverse") : text.index("def of_two")]
    assert "zeros" not in reverse
    assert "x_bar = between_reverse(" not in reverse  # it is changed in place
    assert ", x_bar, saved, top" in reverse


@both_backends
def test_what_is_saved_is_on_one_stack(backend):
    text = grad(fibonacci, backend=backend).source(0.7, 5)
    forward = text[text.index("def fibonacci_call_forward") : text.index("def fibonacci_call_reverse")]
    assert forward.count(".append(") == 3
    assert forward.count("return ") == 1
    assert "saved" not in forward[forward.index("return ") :]


def unread(x, w, n):
    """The reverse sweep needs none of what depends on x."""
    return x if n == 0 else w * unread(x + 1.0, w, n - 1) + np.sin(x) * 0.0 * n


@both_backends
def test_a_determinant_saves_nothing(backend):
    text = grad(minors, backend=backend).source(A)
    assert "np.empty" not in text
    assert "saved" not in text
    assert "_forward(" not in text


def test_what_need_not_be_saved_is_not():
    assert ".append(" not in grad(unread).source(0.5, 1.5, 4)


def endless(x):
    if x < -1e300:
        return x
    return endless(x + 1.0) * 0.5


@both_backends
def test_recursion_that_does_not_end(backend):
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
        grad(endless, backend=backend)(0.5)


def never_returns(x):
    return never_returns(x * 0.5) + 1.0


def other_types(x, n):
    return x if n == 0 else (other_types(x, n - 1), x)


def writes_around(x, n):
    seen = [0.0]

    def go(v, k):
        seen[0] = seen[0] + v
        return v if k == 0 else go(v * 0.5, k - 1)

    return go(x, n) + seen[0]


def gives_back(x, n):
    def go(items, k):
        return items if k == 0 else go(items, k - 1)

    return go([x, x * x], n)[0]


@pytest.mark.parametrize(
    ("fun", "args", "code"),
    [
        (never_returns, (0.5,), "AD179"),
        (other_types, (0.5, 2), "AD"),
        (writes_around, (0.5, 2), "AD179"),
        (gives_back, (0.5, 2), "AD179"),
    ],
)
def test_refused(fun, args, code):
    with pytest.raises(UnsupportedError) as caught:
        value_and_grad(fun)(*args)
    assert caught.value.code.startswith(code)
    assert caught.value.span is not None
    assert caught.value.help


def test_a_result_that_may_be_an_argument_is_not_written():
    def head(a, n):
        return a if n == 0 else head(a[1:], n - 1)

    def program(a, n):
        b = head(a, n)
        a[-1] = 7.0
        return np.sum(b)

    with pytest.raises(UnsupportedError, match="AD110"):
        grad(program)(np.ones(4), 2)


def test_a_deep_recursion_is_compiled_once(recwarn):
    text = grad(counted_depth).source(0.9)
    assert text.count("\n") < 60


def test_another_process_compiles_the_kernel_again(tmp_path):
    """Numba cannot read back the compiled code of a function that calls itself: the process would end in a crash."""
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
        import numpy as np
        from autodiff_compiler import grad, jvp

        def tree_sum(a):
            if len(a) == 1:
                return a[0] * a[0]
            h = len(a) // 2
            return tree_sum(a[:h]) + np.sin(tree_sum(a[h:]))

        a = np.linspace(0.1, 1.0, 7)
        print(grad(tree_sum, backend="numba")(a).tolist())
        print(jvp(tree_sum, (a,), (np.ones(7),), backend="numba")[1])
        """)
    )
    env = {**os.environ, "AUTODIFF_COMPILER_CACHE": str(tmp_path / "cache")}
    runs = [
        subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    np.testing.assert_allclose(eval(runs[0].splitlines()[0]), grad(tree_sum)(np.linspace(0.1, 1.0, 7)), rtol=1e-12)

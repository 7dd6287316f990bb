"""Programs through the frontend: both modes, first and second order, with and without the optimising passes."""

from __future__ import annotations

import inspect
import math
from dataclasses import replace

import numpy as np
import pytest
from ad_check import check

from autodiff_compiler import ad, frontend
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.types import differentiable, rank
from autodiff_compiler.passes.registry import PASSES


def burgers(x):
    u = x.copy()
    for t in range(3):
        u[1:-1] = u[1:-1] - 0.1*u[1:-1]*(u[2:]-u[:-2])
    return np.sum(u**2)


def solve(A, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n):
        s = b[i]
        for j in range(i):
            s -= A[i, j]*x[j]
        x[i] = s/A[i, i]
    return x @ x


def lu(A):
    a = A.copy()
    n = len(a)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k]*a[k, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            for k in range(i):
                a[i, j] -= a[i, k]*a[k, j]
    s = 0.0
    for i in range(n):
        s += np.log(abs(a[i, i]))
    return s


def recurrence(x):
    y = x.copy()
    for i in range(1, len(x)):
        y[i] = y[i-1]*x[i]*y[i] + y[i]
    return np.sum(y)


def wrapping_indices(x):
    y = x.copy()
    for i in range(len(x)):
        y[i] = y[i-1]*y[i-2]*x[i]
    return np.sum(y*y)


def stride_two(x):
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(0, len(x)-2, 2):
        y[i+2] = np.sin(y[i])*x[i+1]
        y[i+1] = y[i+2]*y[i]
    return np.sum(y*y)


def gauss_seidel(x):
    u = x.copy()
    for t in range(3):
        for i in range(1, len(u)-1):
            u[i] = u[i-1]*u[i+1]+0.3*u[i]**2
    return np.sum(u*u)


def time_steps(x, n):
    h = np.zeros((n+1, len(x)))
    h[0] = x
    for t in range(n):
        for i in range(len(x)):
            h[t+1, i] = math.sin(h[t, i])*x[0]
            if i > 1:
                h[t+1, i] += h[t+1, i-1]*h[t, i-2]
    return h[n] @ h[n//2]


def argmax_search(x):
    best = x[0]
    k = 0
    for i in range(len(x)):
        if x[i] > best:
            best = x[i]
            k = i
        if best > 1.1:
            continue
        best = best*x[k]
    return best*x[k]


def shrinking(x, n):
    v = x
    s = 0.0
    for i in range(n):
        v = v[1:]*v[:-1]
        s += np.sum(np.sin(v))
    return s


def while_in_loops(x):
    s = 1.0
    for i in range(len(x)):
        for j in range(i):
            w = abs(x[i]) + 1.0
            while w < 4.0:
                w = w*w*1.1
                if w > 3.0:
                    w = w*s
                    break
            s = s*0.3 + w*x[j]
    return s


def list_per_iteration(x):
    out = []
    for i in range(len(x)):
        row = []
        for j in range(i+1):
            row.append(x[i]*x[j])
        t = 0.0
        for r in row:
            t = t*r + math.sin(r)
        out.append(t)
    s = 0.0
    for i in range(len(out)):
        s = s*0.5 + out[i]*out[-1]
    return s


def dense_recurrence(W, x, n):
    h = x
    for t in range(n):
        h = np.tanh(W @ h + x)
    return np.sum(h**2)


def shortest_paths(path):
    path = path.copy()
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))
    return np.sum(path**2)


def array_of_many_axes(x):
    """Saving a large array is dear, but still better than what is impossible."""
    for _ in range(3):
        x = np.sin(x) * x
    return np.sum(x)


def loops_in_loops(x):
    """The innermost number is saved for every iteration of seven loops."""
    s = 0.3
    for a in range(len(x)):
        for b in range(len(x)):
            for c in range(len(x)):
                for d in range(len(x)):
                    for e in range(len(x)):
                        for f in range(len(x)):
                            for g in range(len(x)):
                                s = math.sin(s * x[(a + b + c + d + e + f + g) % len(x)]) + 1.0
    return s


X = np.array([0.5, -0.4, 1.2, 0.9, 0.3, 0.7])
M = np.random.default_rng(0).normal(size=(4, 4)) * 0.4 + 3 * np.eye(4)

PROGRAMS = [
    (burgers, [X]),
    (solve, [M, X[:4].copy()]),
    (lu, [M]),
    (recurrence, [X]),
    (wrapping_indices, [X]),
    (stride_two, [X]),
    (gauss_seidel, [X]),
    (time_steps, [X, 4]),
    (argmax_search, [X]),
    (shrinking, [X, 3]),
    (while_in_loops, [X]),
    (list_per_iteration, [X]),
    (dense_recurrence, [M / 4, X[:4].copy(), 3]),
    (shortest_paths, [np.random.default_rng(2).uniform(0.1, 5.0, (5, 5))]),
    (array_of_many_axes, [X[:4].reshape(1, 2, 1, 2, 1, 1)]),
    (loops_in_loops, [X[:2].copy()]),
]


def lowered(program, args) -> Function:
    described = [(name, *frontend.describe(arg)) for name, arg in zip(inspect.signature(program).parameters, args)]
    return frontend.lower(program, described).function


def optimised(fn: Function) -> Function:
    for name, chosen in PASSES.items():
        if name != "buffers":
            fn = chosen.run(fn)
    return fn


@pytest.mark.parametrize(("program", "args"), PROGRAMS, ids=[program.__name__ for program, _ in PROGRAMS])
def test_program(program, args):
    fn = lowered(program, args)
    check(fn, args)
    check(optimised(fn), args)


def saved_ranks(program, args) -> list[int]:
    fn = optimised(lowered(program, args))
    plans = ad.residual_plans(replace(fn), [differentiable(p.type) for p in fn.params])
    return [rank(choice.type) for plan in plans for choice in plan.saved]


def test_what_is_written_once_is_read_again_and_not_saved():
    """The unknowns of a triangular solve: only the quotients are saved, a number per row."""
    assert saved_ranks(solve, [M, X[:4].copy()]) in ([], [0])
    assert saved_ranks(recurrence, [X]) != []


def test_an_index_that_wraps_is_not_taken_for_a_small_one():
    """y[i - 1] at i = 0 is the last element, which is written later."""
    assert saved_ranks(wrapping_indices, [X])


def test_lu_saves_no_more_than_it_overwrites():
    assert all(r <= 1 for r in saved_ranks(lu, [M]))
    assert len(saved_ranks(lu, [M])) <= 2

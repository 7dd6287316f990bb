"""`df.compile(*types)`: everything that a first call would compile is compiled, and the call finds it."""

from __future__ import annotations

import numpy as np
import pytest
from compiled_kernels import kernels_of

from autodiff_compiler import UserError, grad, hessian, jvp
from autodiff_compiler.ir.types import FLOAT


def weighted(x, y, n=2):
    return np.sum(x * y**2) * n


CALLS = {
    "grad": (lambda: grad(weighted, backend="numba"), ("f64[:]", "f64[:]", int), (np.ones(3), np.arange(3.0), 4)),
    "default": (lambda: grad(weighted, argnums=(0, 1), backend="numba"), ("f32[:]", "f32[:]"), (np.ones(2, "f4"), np.ones(2, "f4"))),
    "hessian": (lambda: hessian(weighted, backend="numba"), ("f64[:]", "f64[:]"), (np.ones(2), np.ones(2))),
    "jvp": (lambda: jvp(weighted, backend="numba"), ("f64[:]", "f64[:]"), ((np.ones(2), np.ones(2)), (np.ones(2), np.ones(2)))),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_the_first_call_compiles_nothing(name: str) -> None:
    make, types, args = CALLS[name]
    derivative = make().compile(*types)
    (kernel,) = kernels_of(derivative)
    before = list(kernel.signatures)
    assert len(before) == 1
    got = derivative(*args)
    assert list(kernel.signatures) == before
    assert np.allclose(np.array(got), np.array(make()(*args)))


def test_for_the_python_backend_the_function_is_there() -> None:
    df = grad(weighted)
    df.compile("f64[:]", "f64[:]")
    assert df.for_types({"x": "f64[:]", "y": "f64[:]"}).lowered.function.results[0].type is not FLOAT
    assert np.array_equal(df(np.ones(2), np.array([1.0, 3.0])), [2.0, 18.0])


@pytest.mark.parametrize(
    ("types", "code"),
    [(("f64[",), "AD406"), (("f64[:]",), "AD404"), (("f64[:]", "f64[:]", int, int), "AD411"), ((3, "f64[:]"), "AD406"), (("list[f64]", "f64[:]"), "AD406"), (("i64[:]", "f64[:]"), "AD413")],
)  # fmt: skip
def test_types_that_no_call_could_have_are_refused(types: tuple, code: str) -> None:
    with pytest.raises(UserError) as refusal:
        grad(weighted, backend="numba").compile(*types)
    assert refusal.value.code == code

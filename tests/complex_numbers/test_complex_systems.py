"""Systems of equations of complex numbers."""

from __future__ import annotations

import numpy as np
import pytest
from complex_programs import plane, real

from autodiff_compiler import grad, value_and_grad, vjp
from autodiff_compiler.testing import check_grads


def misfit(a, right):
    x = np.linalg.solve(a, right)
    y = np.linalg.inv(a) @ np.conj(x)
    return np.sum(np.abs(x) ** 2) + np.sum(y.imag**3)


SYSTEMS = [
    (plane(3, 3), plane(3)), (plane(3, 3), real(3, 2)), (real(2, 2, 2) + np.eye(2), plane(2, 2, 1)), (plane(2, 2, 2), plane(2)),
]  # fmt: skip


@pytest.mark.parametrize(("a", "right"), SYSTEMS, ids=[f"{a.shape}-{r.shape}" for a, r in SYSTEMS])
def test_solutions_and_inverses(a, right):
    if right.shape == (2,):
        right = right[:, None]
    check_grads(misfit, (a, right), order=1, verify=True)
    np.testing.assert_allclose(value_and_grad(misfit)(a, right)[0], misfit(a, right), rtol=1e-11)


def test_second_order():
    check_grads(lambda a: np.sum(np.linalg.inv(a).imag ** 2), (plane(2, 2),), order=2)


def test_complex64():
    a, right = plane(3, 3).astype(np.complex64), plane(3).astype(np.complex64)
    out, pullback = vjp(lambda a, right: np.linalg.solve(a, right), a, right)
    assert {out.dtype, *(bar.dtype for bar in pullback(out))} == {np.dtype(np.complex64)}
    np.testing.assert_allclose(out, np.linalg.solve(a, right), rtol=1e-4)


def test_a_singular_matrix_raises():
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        grad(misfit)(np.array([[1j, 2.0], [2j, 4.0]]), plane(2))


def test_numba():
    a, right = SYSTEMS[0]
    expected, found = (value_and_grad(misfit, argnums=(0, 1), backend=backend)(a, right) for backend in ("python", "numba"))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-11)
    for x, y in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-10)

"""Sample calls of the functions of `scipy.linalg`, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from library_harness import R
from linalg_samples import e00, f33, i22, m23, m32, m33, one, p33, rank1, singular, stack, v3

from autodiff_compiler.library.versions import installed

S = lambda *args, **kwargs: (args, kwargs)

near = np.eye(3) + 0.1 * m33
f3 = v3.astype(np.float32)
lost = np.array([[1.0, np.nan], [0.0, 1.0]])

SPARSE = [make(np.array([[0.0, 2.0, -1.0], [0.5, 0.0, 3.0]])) for make in (sp.csr_array, sp.csc_array, sp.coo_array)]
SPARSE.append(sp.csr_array(np.array([[0, 1, 0], [2, 0, 3]], np.float32)))

# SciPy 1.18 factors matrices of integers in Fortran order wrongly: U of [[2, 1], [1, 3]] is not triangular.
INTEGERS = [S(i22)] if installed("scipy") < (1, 18) else []

_SQUARE = [S(m33), S(f33), S(i22), S(one), S(lost), S(m23)]

SYSTEM = sp.csc_array(np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 4.0]]))
SCIPY_LINALG: dict[str, list[Any]] = {
    "scipy.linalg.solve_triangular": [
        S(m33, v3), S(m33, m32, lower=True), S(m33, v3, 1), S(m33, v3, "T", True), S(m33, v3, unit_diagonal=True), S(f33, f3), S(i22, np.array([1, 2])),
        S(m33, np.ones(2)), S(np.triu(singular - 1.0), np.ones(2)), S(lost, np.ones(2)), S(stack, v3), S(m33, v3, check_finite=False),
    ],
    "scipy.linalg.cholesky": [S(p33), S(p33, lower=True), S(p33, True), S(f33 @ f33.T), S(i22), S(-p33), S(lost), S(m23)],
    "scipy.linalg.cho_factor": [S(p33), S(p33, True), S(m33 + 9.0 * np.eye(3)), S(f33 @ f33.T), S(-p33), S(lost)],
    "scipy.linalg.cho_solve": [S((np.triu(m33), False), v3), S((m33, True), m32), S((f33, True), f3), S((m33, False), np.ones(2))],
    "scipy.linalg.lu": [S(m33), S(m33, permute_l=True), S(f33), *INTEGERS, S(singular), S(lost), S(m33, p_indices=True), S(m23), S(m32), S(m32, p_indices=True), S(m32, True), S(f33[:, :2].copy()), S(np.zeros((0, 2))), S(stack)],
    "scipy.linalg.lu_factor": [S(m33), S(f33), S(i22), S(lost), S(stack)],
    "scipy.linalg.lu_solve": [
        S((m33, np.array([2, 1, 2], np.int32)), v3), S((m33, np.array([1, 1, 2], np.int32)), m32), S((m33, np.array([2, 2, 2], np.int32)), v3, 1),
        S((m33, np.array([2, 1, 2], np.int32)), np.ones(2)),
    ],
    "scipy.linalg.solve": [
        S(m33, v3), S(m33, m32), S(f33, f3), S(i22, np.array([1, 2])), S(p33, v3, assume_a="pos"), S(p33, m32, True, assume_a="pos"), S(p33, v3, assume_a="sym"),
        S(m33, v3, lower=True, assume_a="sym"), S(np.triu(m33), v3, assume_a="upper triangular"), S(m33, v3, transposed=True), S(singular, np.ones(2)), S(m33, np.ones(2)),
        S(lost, np.ones(2)), S(m33, v3, assume_a="banded"), S(m33, m32, assume_a="tridiagonal"), S(m33, v3, assume_a="diagonal"), S(m33, v3, assume_a="tridiagonal", transposed=True), S(np.diag([1.0, 0.0]), np.ones(2), assume_a="diagonal"),
    ],
    "scipy.linalg.inv": [*_SQUARE, S(singular), S(m33, assume_a="pos")],
    "scipy.linalg.det": [S(m33), S(i22), S(one), S(lost), S(m23), S(singular), S(-m33), S(stack)],
    "scipy.linalg.pinv": [S(m33), S(m32), S(m23), S(f33), S(rank1), S(rank1, rtol=0.4), S(m32, atol=0.1)],
    "scipy.linalg.norm": [S(v3), S(m32), S(m33, 2), S(m33, 1), S(f33), S(m33, "nuc"), S(stack, axis=(1, 2)), S(m33, axis=0, keepdims=True), S(lost)],
    "scipy.linalg.solve_sylvester": [S(m33 + 3.0 * np.eye(3), np.array([[1.0, 0.5], [0.2, 2.0]]), m32), S(p33, p33, m33)],
    "scipy.linalg.solve_banded": [
        S((1, 1), m33, v3), S((1, 1), m33, m32), S((2, 0), m33, v3), S((0, 2), m33, v3), S((R(1), 1), m33, v3), S((1, 1), f33, f3), S((0, 0), one, np.ones(1)), S((1, 1), i22, np.ones(2)),
        S((1, 0), np.array([[1.0, 0.0], [2.0, 1.0]]), np.ones(2)), S((1, 1), m33, np.ones(2)), S((1, 1), np.abs(np.array([[0.0, 1.0], [4.0, 5.0], [1.0, 9.0]])), np.ones(2)), S((3, 1), np.arange(1.0, 11.0).reshape(5, 2) ** 2, np.ones(2)),
    ],
    "scipy.linalg.solveh_banded": [
        S(p33[:2] + [[0.0], [9.0]], v3), S(p33[:2] + [[9.0], [0.0]], m32, lower=True), S(p33[:1], v3), S(-p33[:1], v3), S(m33, np.ones(2)), S(f33[:2] + np.float32(9.0) * np.array([[0], [1]], np.float32), f3),
    ],
    "scipy.linalg.solve_continuous_lyapunov": [S(m33, p33), S(p33, m33), S(one, one)],
    "scipy.linalg.solve_discrete_lyapunov": [S(0.2 * m33, p33), S(0.1 * p33, m33), S(0.2 * m33, p33, method="direct"), S(m33, p33, method="odd")],
    "scipy.linalg.eigvals": [S(m33), S(f33), S(i22), S(one), S(lost), S(m23)],
    "scipy.linalg.eig": [S(np.array([[0.0, 1.0], [-1.0, 0.5]])), S(m33, right=False), S(p33, left=True), S(lost)],
    "scipy.linalg.eigvalsh": [S(p33), S(m33), S(m33, lower=False), S(f33), S(m33, p33), S(m33, p33, lower=False), S(p33, subset_by_index=[1, 2]), S(lost), S(f33, f33 @ f33.T), S(f33, p33)],
    "scipy.linalg.eigh": [
        S(p33, eigvals_only=True), S(m33, p33, eigvals_only=True), S(p33, driver="evd"), S(m33, lower=False, driver="evd"), S(p33), S(m33), S(m33, lower=False),
        S(p33, subset_by_index=[1, 2]), S(p33, m33 @ m33.T), S(m33, p33), S(m33, p33, lower=False), S(f33, f33 @ f33.T), S(p33, -p33), S(p33, p33, subset_by_index=[0, 1]), S(p33, driver="ev"), S(i22), S(np.eye(3)[::-1].copy() + np.arange(3.0)),
    ],
    "scipy.linalg.svd": [S(m33), S(m32, False), S(m23, full_matrices=False), S(m23, compute_uv=False), S(f33), S(lost), S(m33, lapack_driver="gesvd")],
    "scipy.linalg.svdvals": [S(m33), S(m32), S(m23), S(f33), S(lost)],
    "scipy.linalg.qr": [S(m33), S(m23), S(m32), S(f33[:, :2].copy()), S(m32, mode="economic"), S(m32, mode="r"), S(m23, mode="r"), S(f33), S(m33, pivoting=True), S(lost)],
    "scipy.linalg.expm": [S(m33), S(9.0 * m33), S(np.zeros((2, 2))), S(stack), S(one), S(i22), S(f33), S(m23), S(v3)],
    "scipy.linalg.sqrtm": [S(p33), S(near), S(one), S(i22)],
    "scipy.linalg.logm": [S(p33), S(near), S(one), S(np.eye(3))],
    "scipy.linalg.solve_toeplitz": [S(v3, v3), S((v3, m23[0]), m33), S((v3, m23[0]), v3), S(f3, f3), S(np.array([1, 2]), np.array([1, 2])), S(v3, np.ones(4)), S(np.zeros(2), np.ones(2)), S(lost[0], v3)],
    "scipy.linalg.matmul_toeplitz": [S(v3, v3), S((v3, np.arange(4.0)), np.arange(4.0)), S((v3, m23[0]), m33), S(np.array([1, 2]), np.array([1, 2])), S(v3, np.ones(4))],
    "scipy.linalg.toeplitz": [S(v3), S(v3, m23[0]), S(f3), S(np.array([1, 2])), S(v3, np.array([4, 5]))],
    "scipy.linalg.hankel": [S(v3), S(v3, m23[0]), S(f3), S(np.array([1, 2])), S(np.array([1, 2]), v3)],
    "scipy.linalg.circulant": [S(v3), S(f3), S(np.array([1, 2]))],
    "scipy.linalg.block_diag": [S(m33, m23), S(v3, i22), S(f33), S(m32, e00, one), S(R(2.0), i22)],
    "scipy.sparse.csr_array.__matmul__": [S(x, y) for x in SPARSE for y in (v3, m33, f3, np.ones(2), stack, i22[:, :1] * np.ones((1, 3), int))],
    "scipy.sparse.csr_array.__rmatmul__": [S(x, y) for x in SPARSE for y in (np.ones(2), m23, f3[:2], v3)],
    "scipy.sparse.linalg.spsolve": [S(SYSTEM, v3), S(SYSTEM.tocsr(), m33[:, :2].copy()), S(SYSTEM, i22[0]), S(SYSTEM, np.ones(2))],
    "scipy.sparse.csr_array.dot": [S(SPARSE[0], v3), S(SPARSE[1], m33)],
    "scipy.sparse.coo_array.dot": [S(SPARSE[2], v3), S(SPARSE[2], m33)],
    "scipy.sparse.csr_array.toarray": [S(x) for x in SPARSE[:2]],
    "scipy.sparse.coo_array.toarray": [S(SPARSE[2])],
}

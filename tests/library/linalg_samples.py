"""Sample calls for the rows of linear algebra; see `library_samples.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
from library_harness import R

S = lambda *args, **kwargs: (args, kwargs)

rng = np.random.default_rng(11)
v3 = np.array([0.5, -1.5, 2.0])
m33 = rng.normal(size=(3, 3))
m32 = rng.normal(size=(3, 2))
m23 = rng.normal(size=(2, 3))
f33 = (m33 + 3.0 * np.eye(3)).astype(np.float32)
i22 = np.array([[2, 1], [1, 3]])
stack = rng.normal(size=(2, 3, 3))
tower = rng.normal(size=(4, 1, 3, 3))
singular = np.array([[1.0, 2.0], [2.0, 4.0]])
one = np.array([[2.0]])
e00 = np.zeros((0, 0))
e022 = np.zeros((0, 2, 2))

_SQUARE = [S(m33), S(f33), S(i22), S(stack), S(tower), S(one), S(e00), S(e022), S([[1.0, 2.0], [3.0, 5.0]]), S(m23), S(v3)]

e03 = np.zeros((0, 3))
p33 = m33 @ m33.T + np.eye(3)
positive = stack @ np.swapaxes(stack, -1, -2) + np.eye(3)
rank1 = np.outer(np.arange(1.0, 5.0), np.ones(3))

_POSITIVE = [S(p33), S(p33.astype(np.float32)), S(positive), S(i22), S(one), S(e00), S(e022), S(singular - 3.0), S(m23), S(v3)]
_ANY = [S(m33), S(m32), S(m23), S(f33), S(i22), S(stack), S(np.ones((2, 3, 1))), S(one), S(v3)]
_EMPTY = [S(e00), S(e03), S(np.zeros((2, 3, 0)))]

LINEAR_ALGEBRA: dict[str, list[Any]] = {
    "np.linalg.solve": [
        S(m33, v3), S(m33, m32), S(f33, v3.astype(np.float32)), S(f33, v3), S(i22, np.array([1, 2])), S(stack, m32), S(stack, v3),
        S(m33, rng.normal(size=(2, 3, 1))), S(tower, stack), S(e00, np.zeros(0)), S(m33, np.zeros((3, 0))), S(singular, np.ones(2)),
        S(m33, np.ones(2)), S(m23, v3), S(stack, np.ones((3, 3, 1))), S(m33, R(2.0)), S(e022, np.zeros((2, 1))),
    ],
    "np.linalg.inv": [*_SQUARE, S(singular), S(np.stack([np.eye(2), singular]))],
    "np.linalg.det": [*_SQUARE, S(singular), S(-m33), S(m33[::-1].copy()), S(np.zeros((2, 2)))],
    "np.linalg.slogdet": [*_SQUARE, S(singular), S(-m33), S(m33[::-1].copy()), S(np.zeros((2, 2)))],
    "np.linalg.cholesky": [*_POSITIVE, S(p33, upper=True), S(np.triu(p33), upper=True)],
    "np.linalg.qr": [*_ANY, *_EMPTY, S(m32, "r"), S(m32, mode="reduced"), S(m32, "complete"), S(m32, "odd"), S(m32.astype(np.float32), "complete"), S(m23, "complete"), S(np.zeros((3, 0)), "complete"), S(np.zeros((0, 3)), "complete"), S(np.ones(3), "complete"), S(m32, "raw")],
    "np.linalg.eigh": [*_POSITIVE, S(m33), S(p33, "U"), S(m33, UPLO="U"), S(m33, "odd"), S(np.eye(3))],
    "np.linalg.eigvalsh": [*_POSITIVE, S(m33), S(p33, "U"), S(m33, UPLO="u"), S(m33, "odd")],
    "np.linalg.eig": [S(m33), S(f33), S(i22), S(stack), S(tower), S(one), S(e00), S(e022), S(p33), S(m23), S(v3), S([[0.0, 1.0], [-1.0, 0.0]]), S(np.full((2, 2), np.nan))],
    "np.linalg.eigvals": [S(m33), S(f33), S(i22), S(stack), S(tower), S(one), S(e00), S(e022), S(p33), S(m23), S(v3), S([[0.0, 1.0], [-1.0, 0.0]]), S(np.full((2, 2), np.nan))],
    "np.linalg.svd": [
        *[((*args, False), {}) for args, _ in (*_ANY, *_EMPTY)], S(m33), S(stack, compute_uv=False), S(m23, compute_uv=False),
        S(p33, hermitian=True), S(m33, hermitian=True), S(stack, hermitian=True), S(p33.astype(np.float32), hermitian=True, compute_uv=False), S(e00, hermitian=True), S(m32, full_matrices=False, compute_uv=False),
    ],
    "np.linalg.svdvals": [*_ANY, *_EMPTY],
    "np.linalg.pinv": [
        *_ANY, *_EMPTY, S(rank1), S(rank1, 0.5), S(m32, rcond=R(0.5)), S(stack, rtol=0.4), S(m23, rtol=None), S(p33, hermitian=True), S(m33, hermitian=True), S(stack, hermitian=True),
        S(m23, 0.1, rtol=0.1), S(stack, np.array([0.1, 0.2])),
    ],
    "np.linalg.lstsq": [
        S(m32, v3), S(m32, m33), S(m23, np.ones(2)), S(m33, v3), S(rank1, np.arange(4.0)), S(m32.astype(np.float32), v3), S(m32, v3, R(0.5)),
        S(m32, v3, rcond=-1), S(m32, v3, None), S(m32, np.ones(2)), S(stack, v3), S(m32, stack), S(e03, np.zeros(0)), S(m32, np.zeros((3, 0))),
    ],
    "np.linalg.trace": [S(stack), S(m33, offset=1), S(m23, offset=-1), S(i22), S(f33, dtype=float), S(v3)],
    "np.linalg.diagonal": [S(stack), S(m33, offset=1), S(m23, offset=-1), S(i22), S(v3)],
    "np.linalg.outer": [S(v3, v3), S(v3, np.arange(2)), S(m33, v3)],
    "np.linalg.matmul": [S(m23, m32), S(stack, m32), S(m33, v3), S(m23, m23)],
    "np.linalg.tensordot": [S(m23, m32, axes=1), S(stack, stack), S(m23, m23, axes=((0, 1), (0, 1)))],
    "np.linalg.vecdot": [S(m33, v3), S(m33, m33, axis=0), S(stack, v3), S(m33, np.ones(2))],
    "np.linalg.matrix_transpose": [S(stack), S(m23), S(v3)],
    "np.linalg.vector_norm": [
        S(v3), S(stack), S(stack, axis=(0, 2)), S(stack, axis=1, ord=3), S(m23, keepdims=True), S(stack, axis=(2, 0), keepdims=True, ord=1), S(i22),
        S(f33, axis=-1), S(v3, ord=0), S(v3, ord=-np.inf), S(R(-2.0)), S(np.zeros(0)),
    ],
    "np.linalg.matrix_norm": [S(stack), S(m23, ord=2), S(stack, ord="nuc", keepdims=True), S(stack, ord=-2), S(m33, ord=1), S(f33), S(v3)],
    "np.linalg.cross": [S(v3, v3[::-1].copy()), S(m33, m33.T.copy(), axis=0), S(stack, v3), S(m23, m23, axis=0)],
    "np.linalg.matrix_power": [*(S(m33, n) for n in (-3, -1, 0, 1, 2, 3, 6, 7)), S(stack, 3), S(f33, -2), S(i22, 4), S(m23, 2), S(v3, 2)],
    "np.linalg.cond": [
        S(m33), S(stack), S(m23), S(f33), *(S(m33, p) for p in (1, -1, 2, -2, np.inf, "fro", "nuc")), S(stack, 1), S(singular), S(singular, 1), S(np.zeros((2, 2))),
        S(e00), S(m23, 1), S(np.stack([np.eye(2), np.zeros((2, 2))]), "fro"),
    ],
    "np.linalg.matrix_rank": [
        S(m33), S(stack), S(rank1), S(v3), S(np.zeros(3)), S(m23, 0.5), S(stack, np.array([0.1, 3.0])), S(stack, rtol=0.4), S(p33, hermitian=True), S(e00),
        S(f33), S(m23, 0.1, rtol=0.1),
    ],
    "np.linalg.tensorinv": [S(m33, 1), S(rng.normal(size=(4, 2, 2)), ind=1), S(rng.normal(size=(2, 3, 3, 2))), S(m23, 1), S(m33, 0)],
    "np.linalg.tensorsolve": [
        S(rng.normal(size=(2, 3, 6)), m23), S(rng.normal(size=(2, 6, 3)), m23, axes=(1,)), S(rng.normal(size=(4, 2, 2)), np.arange(4.0)), S(m23, np.ones(2)),
    ],
}

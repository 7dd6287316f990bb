"""Programs with complex numbers as people write them, each with a real result, and arguments for them."""

from __future__ import annotations

import cmath
from dataclasses import dataclass
from typing import Any

import numpy as np


def plane(*shape: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def real(*shape: int, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.3, 1.5, shape)


def scalars(z, w):
    q = (z * w + 1j) / (z - 2.5 * w) - z.conjugate()
    return q.real * q.imag + abs(q) - z.imag


def python_functions(z):
    value = cmath.exp(z) * cmath.sin(z) + cmath.sqrt(z) / cmath.cosh(0.5 * z) + cmath.atan(z) * z**3
    return cmath.phase(value) + abs(value) ** 0.5


def of_parts(x, y):
    z = complex(x, 2.0 * y) * complex(y)
    r, phi = cmath.polar(z)
    return cmath.rect(r, 2.0 * phi).real + z.imag


def promotions(x, z):
    """float64 with complex64, Python's numbers with both, integers."""
    a = x * z + 2
    b = (a - 1j) * np.arange(len(x)) / 3
    return np.sum((b * np.conj(b)).real) + np.sum(x.astype(complex) * 1j * b).imag


def filled(x):
    z = np.zeros(4, dtype=complex)
    for k in range(4):
        z[k] = x * np.exp(2j * k * x)
    z[1:] *= 2.0 - 1j
    z[::2] = z[::-2] + x
    return np.sum(np.abs(z)) + z[1].real


def accumulated(z):
    total = 0.0
    for value in z:
        total = total + value * value.conjugate() * value
    return total.real - total.imag**2


def while_inside(c, n):
    z = 0j
    for _ in range(n):
        if abs(z) > 2.0:
            break
        z = z * z + c
    return abs(z)


def products(a, z):
    forms = np.vdot(z, a @ z) + np.inner(z, z) * np.trace(a) + np.sum(np.outer(z, np.conj(z)) * a.T)
    return (forms + np.einsum("ij,jk,k->i", a, a, z)[0]).imag + np.real(np.dot(z, a[0]))


def reduced(z):
    return abs(np.prod(z)) + abs(np.mean(z * z)) + np.sum(np.abs(np.cumsum(z, axis=0))) + np.linalg.norm(z) + np.std(z)


def angles(z):
    return np.sum(np.angle(z) * z.real) + np.sum(np.angle(z.imag + 2.0, deg=True))


def chosen(z):
    w = np.where(np.abs(z) > 0.8, z * z, np.conj(z))
    return np.sum(w.imag * np.where(w.real > 0, w.real, 1.0))


def moved(z):
    w = np.concatenate([z[::-1], 2j * z, np.array([1.0, z[0]])]).reshape(-1, 2).T
    return np.sum(np.abs(np.roll(w, 1, axis=1) * w[::-1]) ** 2)


def parts_of_arrays(z):
    x, y = z.real, z.imag
    return np.sum(x * y**2) + np.max(x) + np.sum(np.imag(z[1:] * x[:-1]))


def parts_written(z, x):
    z = z.copy()
    z.real = x
    z.imag *= 2.0
    z[1:].real[0] += 3.0 * x[0]
    w = z.imag
    w[0] = x[1]
    z.real[::2] = z.imag[::2] * x[::2]
    z[0] = 2 * z[0]
    x = x.copy()
    x.real = x * 2
    return np.sum(np.abs(z) ** 3) + w[0] ** 2 + x[0]


def parts_from_each_other(z):
    """A function gives a part that may be a view, which is read before the array is written."""
    z = z * 1.0
    z.imag += np.real(z)
    z.real = np.imag(z[::-1])
    m = np.outer(z, z)
    m[0] = np.diag(m)
    m[1] += np.diagonal(m)
    return np.sum(np.abs(m)) + z[0].imag


def parts_of_views_written(x, y):
    z = np.zeros(x.shape, dtype=complex)
    z.real = x
    z.imag = y
    np.add.at(z.real, np.array([0, 1, 0]), np.array([x[0, 0], 2.0, y[0, 0]])[:, None])
    for k in range(2):
        z.real[k] += z.imag[1 - k]
    z.T.imag[0] = 2.0
    z.real.reshape(-1)[1] = x[1, 1]
    return np.sum((z * np.conj(z)).real * x) + np.prod(z).imag


def parts_chosen(z, c):
    z = z.copy()
    for part in (z.real, z.imag):
        part += part[::-1] * c
    a = (z.real if c > 0 else z.imag).copy()
    z.real[c * z.imag > 0] = z.imag[c * z.imag > 0]
    return np.sum(a**3) + np.sum(np.abs(z) ** 3)


def split_step(psi, v, steps):
    """A quantum particle, by a first-order scheme without FFT."""
    for _ in range(steps):
        kinetic = np.roll(psi, 1) - 2 * psi + np.roll(psi, -1)
        psi = psi + 0.01j * kinetic
        psi *= np.exp(-0.1j * v)
    return np.sum(np.abs(psi[2:]) ** 2)


def impedance(r, henry, c, omega):
    z = 1 / (1 / (r + 1j * omega * henry) + 1j * omega * c)
    return np.sum(20 * np.log10(np.abs(z / (z + 0.5))))


def structured(params):
    gain = params["gain"] * np.exp(1j * params["phase"])
    values = [gain * k for k in params["weights"]]
    return sum((value.real for value in values), 0.0) + abs(values[0] * values[-1])


@dataclass(frozen=True)
class Program:
    fun: Any
    samples: tuple[tuple, ...]
    second: bool = True


PROGRAMS = [
    Program(scalars, ((1 + 2j, 0.3 - 1j), (np.complex128(0.5j), np.complex64(1 - 1j)), (1.5, 2j))),
    Program(python_functions, ((0.4 + 0.3j,), (-1.3 - 0.2j,))),
    Program(of_parts, ((0.7, 1.2), (-0.7, 0.4))),
    Program(
        promotions,
        ((real(3), plane(3)), (real(3).astype(np.float32), plane(3)), (real(3), plane(3).astype(np.complex64))),
    ),
    Program(filled, ((0.7,),)),
    Program(accumulated, ((plane(4),), (plane(1),))),
    Program(while_inside, ((0.3 + 0.4j, 5), (0.9 - 1.1j, 9))),
    Program(products, ((plane(3, 3), plane(3, seed=1)),)),
    Program(reduced, ((plane(3),), (plane(2, 3),))),
    Program(angles, ((plane(4),),)),
    Program(chosen, ((plane(5),), (plane(0),))),
    Program(moved, ((plane(4),),)),
    Program(parts_of_arrays, ((plane(4),),)),
    Program(parts_written, ((plane(4), real(4)),)),
    Program(parts_from_each_other, ((plane(3),),)),
    Program(parts_of_views_written, ((real(2, 3), real(2, 3, seed=6)),)),
    Program(parts_chosen, ((plane(4), 0.7), (plane(4), -0.7))),
    Program(split_step, ((plane(5), real(5), 3),)),
    Program(impedance, ((0.7, 0.5, 0.8, real(4)),)),
    Program(structured, (({"gain": 2.0, "phase": 0.3, "weights": [1 + 1j, 2j, -0.5]},),)),
]

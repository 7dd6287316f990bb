"""A Python complex number beside one of NumPy's: a float64 is a float to it, and the result is Python's; see test_trap_statements.py."""
# ruff: noqa  (as people write them)

import operator

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, -0.7, 0.0])


@case(A, 1.01)
def not_of_a_comparison(a, t):
    c = complex(0.5, 1.5) + a[1]
    best = None
    if not np.abs(c) >= t:
        best = a[1]
    return best if best else 1.0 + a[0]


@case(A, 1.01)
def not_of_an_equality(a, t):
    z = 1j * a[0]
    ok = not (z == t) and not (z * a[1] == a[0])
    return a[1] * 3.0 if ok else a[0] * 2.0


@case(A, 1.01, backends=python)
def a_power(a, t):
    z = (1j * a[0]) ** np.float64(2.0)
    return abs(z) * a[1] + (1.0 if not abs(z) > t else 2.0)


@case(A, 1.01, backends=python)
def in_place(a, t):
    z = 2j * a[0]
    z += a[1]
    return z.real * z.imag if type(z) is complex else 0.0


@case(A, 1.01, backends=python)
def a_division_by_zero(a, t):
    return abs(1j / a[2]) + a[0]


@case(A, 1.01, backends=python)
def numpys_on_the_left(a, t):
    z = a[0] * 1j
    return a[0] + (1.0 if type(z) is np.complex128 else 2.0) + z.imag * a[1]


@case(A, 1.01, backends=python)
def a_float32(a, t):
    z = 1j * np.float32(a[0])
    return a[0] + (1.0 if type(z) is np.complex64 else 2.0) * a[1]


@case(A, 1.01, backends=python)
def by_functions_of_operator(a, t):
    z, w = operator.mul(1j, a[0]), pow(1j, a[0])
    u = np.multiply(1j, a[0])
    return (a[0] if type(z) is complex and type(w) is complex else a[1]) * (2.0 if type(u) is complex else 3.0)


@case(A, 1.01, backends=python)
def a_division_by_zero_by_a_function(a, t):
    return abs(operator.truediv(1j, a[2])) + a[0]

"""Numba: compiled classes, typed dicts, other targets; see test_refused.py."""
# ruff: noqa  (as people write them)

import numba
import numba.experimental
import numpy as np
from numba import literal_unroll, objmode
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program


@numba.experimental.jitclass([("v", numba.float64)])
class Scale:
    def __init__(self, v):
        self.v = v

    def scaled(self, x):
        return self.v * x


@numba.stencil
def smoothed(a):
    return 0.5 * (a[-1] + a[1])


@numba.cfunc("float64(float64)")
def squared(x):
    return x * x


@numba.vectorize(["float64(float64, float64)"])
def product(a, b):
    return a * b


@numba.vectorize(["float32(float32)"])
def single(a):
    return a * a


@numba.guvectorize("(n)->()")
def undeclared(a, out):
    out[0] = a[0]


@numba.guvectorize(["void(float32[:], float32[:])"], "(n)->()")
def single_sum(a, out):
    out[0] = a.sum()


@numba.njit
def timed(x):
    with objmode(y="float64"):
        y = float(len(str(x))) ** 0
    return x * y


@numba.njit
def unrolled(x):
    total = 0.0
    for v in literal_unroll((1, 2.0)):
        total += v * x
    return total


KEPT = Scale(2.0)


@program
def made_compiled_class(x):
    return Scale(x).scaled(2.0)


@program
def compiled_object(x):
    return KEPT.scaled(x)


@program(A)
def stencilled(a):
    return smoothed(a).sum()


@program
def typed_dict(x):
    table = numba.typed.Dict()
    table["a"] = x
    return table["a"] * x


@program
def typed_dict_of_types(x):
    table = numba.typed.Dict.empty(numba.types.unicode_type, numba.float64)
    table["a"] = x
    return table["a"] * x


@program
def in_object_mode(x):
    return timed(x)



@program(A)
def reduced_product(a):
    return product.reduce(a)


@program(A)
def outer_product(a):
    return product.outer(a, a).sum()


@program(A)
def accumulated_product(a):
    return product.accumulate(a).sum()


@program(A)
def product_into(a):
    out = np.zeros(4)
    product(a, a, out=out)
    return out.sum()


@program(A)
def single_precision(a):
    return float(single(np.float32(2.0))) * a[0] * single(a.astype(np.float32))[0]


@program(A)
def rows_without_types(a):
    out = np.zeros(())
    undeclared(a, out)
    return float(out) * a[0]


@program(A)
def rows_of_single_precision(a):
    return float(single_sum(a.astype(np.float32)))


@program
def threads(x):
    return numba.get_num_threads() ** 0 * x

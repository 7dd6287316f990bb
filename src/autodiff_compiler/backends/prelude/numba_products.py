"""Helpers of the Numba target: products of matrices and vectors, by the BLAS that SciPy ships.

BLAS counts along columns first and reads a matrix or its transpose.  What lies in rows is the transpose of what it sees, and
`A.T` of a matrix in rows is what it sees: nothing is copied for either, nor for a part `A[1:, 2:]`.
"""

import importlib
import importlib.util

import llvmlite
import numba
import numpy as np
from numba import njit
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic


def blas_routines(*names):
    """Tells compiled code where routines of BLAS are, for each type of numbers; False where there is no SciPy."""
    if importlib.util.find_spec("scipy") is None:
        return False
    for name in names:
        for letter in "sdcz":
            address = get_cython_function_address("scipy.linalg.cython_blas", f"{letter}{name}")
            llvmlite.binding.add_symbol(f"scipy_{letter}{name}", address)
    return True


BLAS = blas_routines("gemm", "gemv", "trsm")


def in_memory(context, builder, types, values):
    """Where the arguments of a Fortran routine lie: an array's data, or a place with the number in it, an int in 32 bits."""
    byte, pointers = llvmlite.ir.IntType(8).as_pointer(), []
    for k, type_ in enumerate(types):
        value = builder.extract_value(values, k)
        if isinstance(type_, numba.types.Array):
            place = context.make_array(type_)(context, builder, value).data
        elif isinstance(type_, numba.types.Integer):
            width = llvmlite.ir.IntType(8 if type_ == numba.types.uint8 else 32)
            place = cgutils.alloca_once(builder, width)
            builder.store(builder.trunc(value, width) if value.type.width > width.width else value, place)
        else:
            place = cgutils.alloca_once_value(builder, value)
        pointers.append(builder.bitcast(place, byte))
    return pointers


@intrinsic(prefer_literal=True)
def blas(typingctx, routine, arguments):
    """Calls a routine of BLAS for the type of numbers that its first array has."""
    dtype = next(type_.dtype for type_ in arguments if isinstance(type_, numba.types.Array))
    letter = {"float32": "s", "float64": "d", "complex64": "c", "complex128": "z"}[str(dtype)]
    symbol = f"scipy_{letter}{routine.literal_value}"

    def build(context, builder, signature, args):
        pointers = in_memory(context, builder, arguments, args[1])
        function_type = llvmlite.ir.FunctionType(llvmlite.ir.VoidType(), [pointer.type for pointer in pointers])
        builder.call(cgutils.get_or_insert_function(builder.module, function_type, symbol), pointers)
        return context.get_dummy_value()

    return numba.types.none(routine, arguments), build


@njit(cache=True, nogil=True)
def apart(a):
    """By how many numbers the rows of a matrix lie apart; 0 if BLAS cannot read it by its rows."""
    size, step = a.itemsize, a.strides[0]
    if a.shape[1] > 1 and a.strides[1] != size:
        return 0
    if len(a) == 1:
        return a.shape[1]
    return step // size if step >= size * a.shape[1] and step % size == 0 else 0


@njit(cache=True, nogil=True)
def readable(a):
    """The matrix, or a copy of it where BLAS can read neither its rows nor its columns."""
    if max(a.strides) // a.itemsize > 2147483647:
        raise ValueError("a matrix is too large for BLAS")
    return a if apart(a) > 0 or apart(a.T) > 0 else a.copy()


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"contract", "nsz"})
def add_product(a, b, out):
    """Adds the product of two matrices, of any dtype."""
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                out[i, j] += a[i, k] * b[k, j]


@njit(cache=True, error_model="numpy", nogil=True)
def matmul2(a, b):
    """The product of two matrices, of any dtype."""
    out = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    add_product(a, b, out)
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def gemm(a, b, out):
    """Writes the product of two matrices of floats into one that lies in rows: out.T = b.T @ a.T, as BLAS sees them."""
    left, right, one, zero, n = readable(a), readable(b), out.dtype.type(1), out.dtype.type(0), out.shape[1]
    a_rows, b_rows = apart(left), apart(right)
    a_form, b_form = np.uint8(78 if a_rows else 84), np.uint8(78 if b_rows else 84)
    a_apart, b_apart = a_rows or apart(left.T), b_rows or apart(right.T)
    blas("gemm", (b_form, a_form, n, len(out), len(b), one, right, b_apart, left, a_apart, zero, out, n))


@njit(cache=True, error_model="numpy", nogil=True)
def gemv(a, x, out):
    """Writes the product of a matrix and a vector of floats."""
    if a.size == 0:
        out[:] = 0
        return out
    left, size, one, zero = readable(a), a.itemsize, a.dtype.type(1), a.dtype.type(0)
    right = x if x.strides[0] > 0 and x.strides[0] % size == 0 and x.strides[0] // size < 2147483648 else x.copy()
    rows, step = apart(left), right.strides[0] // size
    if rows:
        blas("gemv", (np.uint8(84), len(x), len(out), one, left, rows, right, step, zero, out, 1))
    else:
        blas("gemv", (np.uint8(78), len(out), len(x), one, left, apart(left.T), right, step, zero, out, 1))
    return out


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"contract", "nsz", "reassoc"})
def inner(a, b):
    """The product of two vectors."""
    total = a.dtype.type(0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def for_any_order(typingctx, function, *types):
    """A call of a compiled function that is compiled once for all memory orders of its arrays: what an intrinsic returns."""
    kind = typingctx.resolve_value_type(function)
    signature = kind.get_call_type(typingctx, [type_.copy(layout="A", readonly=True) for type_ in types], {})

    def build(context, builder, signature, args):
        call = context.get_function(kind, signature)
        context.add_linking_libs(getattr(call, "libs", ()))
        return call(builder, args)

    return signature, build


@njit(cache=True, error_model="numpy", nogil=True)
def any_product(a, b):
    """The product of matrices or vectors of floats: BLAS where SciPy has it."""
    if a.ndim == 1 and b.ndim == 1:
        return inner(a, b)
    if a.ndim == 1:
        return gemv(b.T, a, np.empty(b.shape[1], a.dtype)) if BLAS else matmul2(a[None, :], b)[0]
    if b.ndim == 1:
        return gemv(a, b, np.empty(len(a), a.dtype)) if BLAS else matmul2(a, b[:, None])[:, 0].copy()
    if not BLAS:
        return matmul2(a, b)
    if a.size == 0 or b.size == 0:
        return np.zeros((len(a), b.shape[1]), a.dtype)
    out = np.empty((len(a), b.shape[1]), a.dtype)
    gemm(a, b, out)
    return out


@intrinsic
def dot(typingctx, a, b):
    """The product of matrices or vectors of floats."""
    return for_any_order(typingctx, any_product, a, b)


@njit(cache=True, error_model="numpy", nogil=True)
def dot_into(a, b, out):
    """Writes the product of matrices, or of a matrix and a vector, of floats."""
    if a.ndim == 1:
        if BLAS:
            gemv(b.T, a, out)
        else:
            out[:] = 0
            add_product(a[None, :], b, out[None, :])
    elif b.ndim == 1:
        if BLAS:
            gemv(a, b, out)
        else:
            out[:] = 0
            add_product(a, b[:, None], out[:, None])
    elif BLAS and out.size > 0 and b.size > 0:
        gemm(a, b, out)
    else:
        out[:] = 0
        add_product(a, b, out)


@njit(cache=True, nogil=True)
def stack(a, shape):
    """The matrices that broadcasting to `shape` gives, as one axis."""
    count = 1
    for k in range(len(shape) - 2):
        count *= shape[k]
    wide = np.broadcast_to(a, shape)
    return np.ascontiguousarray(wide).reshape((count, shape[-2], shape[-1]))


@njit(cache=True, error_model="numpy", nogil=True)
def matmul3(a, b):
    """The products of two stacks of matrices, of any dtype."""
    out = np.zeros((len(a), a.shape[1], b.shape[2]), a.dtype)
    for s in range(len(a)):
        add_product(a[s], b[s], out[s])
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def dot3(a, b):
    """The products of two stacks of matrices of floats: BLAS where SciPy has it, and the matrices are not small."""
    shape = (len(a), a.shape[1], b.shape[2])
    by_blas = BLAS and a.shape[1] * a.shape[2] * b.shape[2] > 1000
    out = np.empty(shape, a.dtype) if by_blas else np.zeros(shape, a.dtype)
    for s in range(len(a)):
        if by_blas:
            gemm(a[s], b[s], out[s])
        else:
            add_product(a[s], b[s], out[s])
    return out

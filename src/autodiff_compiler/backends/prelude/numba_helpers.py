"""Helpers of the Numba target: what does not compile as written.

`rows` brings an array into (outer, inner) form, so that reductions of any rank and axes are loops over rows.
"""

import importlib
import importlib.util
import math

import numba
import numpy as np
from numba import njit
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

# A range from `first & NATURAL` to `last & NATURAL` is that from first to last, where neither is negative; and LLVM sees that.
NATURAL = 0xFFFFFFFFFFFFFFF


def on_stack(context, builder, kind, extents):
    """An array of zeros that is gone when the function returns; LLVM keeps it in registers where it can."""
    size = math.prod(extents)
    place = cgutils.alloca_once(builder, context.get_data_type(kind.dtype), size=size)
    cgutils.memset(builder, place, context.get_constant(numba.types.intp, 8 * size), 0)
    shape = [context.get_constant(numba.types.intp, extent) for extent in extents]
    steps = [context.get_constant(numba.types.intp, 8 * math.prod(extents[k + 1 :])) for k in range(len(extents))]
    array = context.make_array(kind)(context, builder)
    item = context.get_constant(numba.types.intp, 8)
    context.populate_array(array, data=place, shape=shape, strides=steps, itemsize=item, meminfo=None)
    return array._getvalue()


@intrinsic(prefer_literal=True)
def small_vector(typingctx, n):
    """A vector of n zeros that is not used beyond this function; n is a literal."""
    kind = numba.types.Array(numba.types.float64, 1, "C")

    def build(context, builder, signature, args):
        return on_stack(context, builder, kind, [n.literal_value])

    return kind(n), build


@intrinsic(prefer_literal=True)
def small_matrix(typingctx, n, m):
    """The same of n rows and m columns."""
    kind = numba.types.Array(numba.types.float64, 2, "C")

    def build(context, builder, signature, args):
        return on_stack(context, builder, kind, [n.literal_value, m.literal_value])

    return kind(n, m), build


def typed_list(items, dtype, ndim):
    """A list of arrays as a compiled function takes it."""
    given = numba.typed.List.empty_list(numba.types.Array(numba.from_dtype(np.dtype(dtype)), ndim, "C"))
    for item in items:
        given.append(np.ascontiguousarray(item))
    return given


def compiled_special(name, orders, operands, parts):
    """A function of SciPy for compiled code, which finds it by a symbol: an address would be another one in the next process.

    The first `orders` operands are integers; a function with several results writes them where pointers say.
    """
    cython_special = importlib.import_module("scipy.special.cython_special")
    add_symbol = importlib.import_module("llvmlite.binding").add_symbol
    types = numba.types
    result, last = ("void", ["double *"] * parts) if parts > 1 else ("double", ["int __pyx_skip_dispatch"])
    for integer, order in (("Py_ssize_t", types.intp), ("long", types.long_)):
        names = ", ".join([*[integer] * orders, *["double"] * (operands - orders), *last])
        signature = f'"{result} ({names})"'
        given = [*[order] * orders, *[types.float64] * (operands - orders)]
        for found, capsule in cython_special.__pyx_capi__.items():
            if found.removeprefix("__pyx_fuse_").lstrip("0123456789_") == name and signature in repr(capsule):
                symbol = f"scipy.special.cython_special.{found}"
                add_symbol(symbol, get_cython_function_address("scipy.special.cython_special", found))
                if parts > 1:
                    return types.ExternalFunction(symbol, types.void(*given, *[types.CPointer(types.float64)] * parts))
                return types.ExternalFunction(symbol, types.float64(*given, types.int32))
    raise ImportError(f"this version of SciPy has no compiled function {name}")


@intrinsic
def add_overflows(typingctx, a, b):
    """Whether a + b does not fit into 64 bits."""

    def build(context, builder, signature, args):
        return builder.extract_value(builder.sadd_with_overflow(*args), 1)

    return numba.types.boolean(numba.types.int64, numba.types.int64), build


@intrinsic
def sub_overflows(typingctx, a, b):
    """Whether a - b does not fit into 64 bits."""

    def build(context, builder, signature, args):
        return builder.extract_value(builder.ssub_with_overflow(*args), 1)

    return numba.types.boolean(numba.types.int64, numba.types.int64), build


@intrinsic
def mul_overflows(typingctx, a, b):
    """Whether a * b does not fit into 64 bits."""

    def build(context, builder, signature, args):
        return builder.extract_value(builder.smul_with_overflow(*args), 1)

    return numba.types.boolean(numba.types.int64, numba.types.int64), build


@njit(cache=True, nogil=True)
def power_overflows(a, b):
    """Whether a ** b, for b >= 0, does not fit into 64 bits."""
    made = 1
    while b > 0:
        if b & 1:
            if mul_overflows(made, a):
                return True
            made *= a
        b >>= 1
        if b > 0:
            if mul_overflows(a, a):
                return True
            a *= a
    return False


@njit(cache=True, nogil=True)
def shift_overflows(a, b):
    """Whether a << b, for b >= 0, does not fit into 64 bits."""
    if b > 63:
        return a != 0
    return not -9223372036854775808 >> b <= a <= 9223372036854775807 >> b


@intrinsic
def wrapping_add(typingctx, a, b):
    """a + b in 64 bits, as NumPy adds: `+` would promise that it fits."""

    def build(context, builder, signature, args):
        return builder.add(*args)

    return numba.types.int64(numba.types.int64, numba.types.int64), build


@intrinsic
def wrapping_sub(typingctx, a, b):
    """a - b in 64 bits, as NumPy subtracts."""

    def build(context, builder, signature, args):
        return builder.sub(*args)

    return numba.types.int64(numba.types.int64, numba.types.int64), build


@intrinsic
def wrapping_mul(typingctx, a, b):
    """a * b in 64 bits, as NumPy multiplies."""

    def build(context, builder, signature, args):
        return builder.mul(*args)

    return numba.types.int64(numba.types.int64, numba.types.int64), build


@njit(cache=True, error_model="numpy", nogil=True)
def floor_divide(a, b):
    """a // b in 64 bits, as NumPy divides."""
    return wrapping_sub(0, a) if b == -1 else a // b


@njit(cache=True, nogil=True)
def integer_power(a, b):
    """a ** b for b >= 0, in 64 bits as NumPy has it."""
    made = 1
    while b > 0:
        if b & 1:
            made = wrapping_mul(made, a)
        a = wrapping_mul(a, a)
        b >>= 1
    return made


@njit(cache=True, nogil=True)
def shift_left(a, b):
    """a << b, for any count."""
    return a << b if 0 <= b < 64 else a - a


@njit(cache=True, nogil=True)
def shift_right(a, b):
    """a >> b, for any count."""
    return a >> b if 0 <= b < 64 else a >> 63 >> 1


@njit(cache=True, error_model="numpy", nogil=True)
def div0(a, b):
    """a / b, but 0 where a is 0."""
    return a if a == 0 else a / b


@njit(cache=True, error_model="numpy", nogil=True)
def complex_div0(a, b):
    """a / b of complex numbers, but 0 where a is 0."""
    return a if a == 0 else np.divide(a, b)


@njit(cache=True, error_model="numpy", nogil=True)
def complex_array(re, im, dtype):
    """The complex numbers with these parts."""
    shape = (re + im).shape
    whole = np.empty(shape, dtype)
    whole.real[:] = re
    whole.imag[:] = im
    return whole


@njit(cache=True, error_model="numpy", nogil=True)
def divide0(a, b):
    """a / b, but 0 where a is 0, element by element."""
    return np.where(a == 0, np.zeros_like(a * b), a / b)


@njit(cache=True, error_model="numpy", nogil=True)
def mul0(a, b):
    """a * b, but 0 where a is 0."""
    return a if a == 0 else a * b


@njit(cache=True, error_model="numpy", nogil=True)
def multiply0(a, b):
    """a * b, but 0 where a is 0, element by element."""
    return np.where(a == 0, np.zeros_like(a * b), a * b)


@njit(cache=True, nogil=True)
def extent(m, n):
    """The extent to which m and n broadcast."""
    return n if m == 1 else m


@njit(cache=True, nogil=True)
def index_outside(index, n):
    """Whether any of these integers is no index of an axis of n elements."""
    found = False
    for k in index.flat:
        found |= (k < -n) | (k >= n)
    return found


@njit(cache=True, nogil=True)
def rows(a, kept):
    """The array as (outer, inner): the first `kept` axes, and the others."""
    outer = 1
    for k in range(kept):
        outer *= a.shape[k]
    inner = 1
    for k in range(kept, a.ndim):
        inner *= a.shape[k]
    return np.ascontiguousarray(a).reshape((outer, inner))


@njit(cache=True, nogil=True)
def sum_rows(a):
    """The sum of each row."""
    out = np.zeros(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i] += a[i, j]
    return out


@njit(cache=True, nogil=True)
def prod_rows(a):
    """The product of each row."""
    out = np.ones(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i] *= a[i, j]
    return out


@njit(cache=True, nogil=True)
def any_rows(a):
    """Whether any element of each row is true."""
    out = np.zeros(a.shape[0], np.bool_)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i] |= a[i, j]
    return out


@njit(cache=True, nogil=True)
def all_rows(a):
    """Whether every element of each row is true."""
    out = np.ones(a.shape[0], np.bool_)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i] &= a[i, j]
    return out


@njit(cache=True, nogil=True)
def argmax_rows(a):
    """Where the first largest element of each row is; nan is larger than all."""
    if a.shape[1] == 0:
        raise ValueError("attempt to get argmax of an empty sequence")
    out = np.zeros(a.shape[0], np.int64)
    for i in range(a.shape[0]):
        best = 0
        for j in range(1, a.shape[1]):
            if a[i, best] == a[i, best] and not a[i, j] <= a[i, best]:
                best = j
        out[i] = best
    return out


@njit(cache=True, nogil=True)
def argmin_rows(a):
    """Where the first smallest element of each row is; nan is smaller than all."""
    if a.shape[1] == 0:
        raise ValueError("attempt to get argmin of an empty sequence")
    out = np.zeros(a.shape[0], np.int64)
    for i in range(a.shape[0]):
        best = 0
        for j in range(1, a.shape[1]):
            if a[i, best] == a[i, best] and not a[i, j] >= a[i, best]:
                best = j
        out[i] = best
    return out


@njit(cache=True, nogil=True)
def max_rows(a):
    """The largest element of each row, or nan."""
    where = argmax_rows(a)
    out = np.empty(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        out[i] = a[i, where[i]]
    return out


@njit(cache=True, nogil=True)
def min_rows(a):
    """The smallest element of each row, or nan."""
    where = argmin_rows(a)
    out = np.empty(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        out[i] = a[i, where[i]]
    return out


@njit(cache=True, nogil=True)
def cumsum_rows(a):
    """The running sums of each row."""
    out = np.empty_like(a)
    for i in range(a.shape[0]):
        total = a.dtype.type(0)
        for j in range(a.shape[1]):
            total += a[i, j]
            out[i, j] = total
    return out


@njit(cache=True, nogil=True)
def argsort_rows(a):
    """The order that sorts each row; equal elements keep theirs."""
    out = np.empty(a.shape, np.int64)
    for i in range(a.shape[0]):
        out[i] = np.argsort(a[i], kind="mergesort")
    return out


@njit(cache=True, nogil=True)
def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    out = np.zeros(shape, g.dtype)
    flat = out.reshape(out.size)
    lead = g.ndim - len(shape)
    for index in np.ndindex(g.shape):
        place = 0
        for k in range(len(shape)):
            place = place * shape[k] + (0 if shape[k] == 1 else index[lead + k])
        flat[place] += g[index]
    return out


@njit(cache=True, nogil=True)
def reshaped(a, shape):
    """The array with another shape; a copy where it is not contiguous."""
    return np.ascontiguousarray(a).reshape(shape)


@njit(cache=True, nogil=True)
def reshape_view(a, shape):
    """A view of a contiguous array with another shape."""
    return a.reshape(shape)

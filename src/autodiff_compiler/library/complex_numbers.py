"""Complex numbers: their parts, the module `cmath`, and which functions of the library take them.

A function takes complex numbers only if it stands in a table here.  What was written for real numbers would often silently give a wrong
result: of `x * x` in a norm, or of a comparison.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, Array, is_complex, is_py
from autodiff_compiler.library.arguments import as_array, as_value, static_bool
from autodiff_compiler.library.builtins import scalar
from autodiff_compiler.library.create import asarray
from autodiff_compiler.library.elementwise import floats, not_bool
from autodiff_compiler.library.registry import (
    Build,
    View,
    add,
    add_attribute,
    add_method,
    function,
    refuse,
    takes_complex,
)
from autodiff_compiler.library.shapes import view

# -- parts -------------------------------------------------------------------------------------------------------------


@function(np.real, "np.real")
def real(b: Builder, val: Any) -> View | Value:
    """Of real numbers the array itself."""
    value = as_value(b, val)
    return b.op("real", value) if is_complex(value.type) else view(b, val, value)


@function(np.imag, "np.imag")
def imag(b: Builder, val: Any) -> Value:
    value = as_value(b, val)
    if is_complex(value.type):
        return b.op("imag", value)
    return b.const(0) if value.type == BOOL else b.zeros_like(value)


@function(np.conjugate, "np.conjugate")
def conjugate(b: Builder, x: Any) -> Value:
    return conjugated(b, not_bool(b, as_array(b, x), "np.conjugate"))


def conjugated(b: Builder, value: Value) -> Value:
    """The value itself where it is real."""
    return b.op("conj", value) if is_complex(value.type) else value


def conjugate_method(b: Builder, x: Any) -> View | Value:
    """Unlike the function, the method gives an array of real numbers back as it is, and a Python number a Python number."""
    value = conjugated(b, as_value(b, x)) if isinstance(x, Value) and is_py(x.type) else conjugate(b, x)
    return View() if value is x else value


@function(np.angle, "np.angle")
def angle(b: Builder, z: Any, deg: Any = False) -> Value:
    value = as_array(b, z)
    if not is_complex(value.type):
        (value,) = floats(b, value)
        zero = b.const_like(0.0, value.type)
        result = b.op("arctan2", b.zeros_like(value) if isinstance(value.type, Array) else zero, value)
    else:
        result = b.op("arctan2", b.op("imag", value), b.op("real", value))
    return b.mul(result, b.const_like(180 / math.pi, result.type)) if static_bool(b, deg, "deg") else result


for _name in ("conj", "conjugate"):
    add_method(_name, conjugate_method)
add_attribute("real", real)
add_attribute("imag", imag)


# -- tests -------------------------------------------------------------------------------------------------------------


def _imaginary_part_is(kind: str) -> Build:
    """NumPy's `isreal` gives a Python number's answer as Python's, its `iscomplex` does not."""

    def build(b: Builder, x: Any) -> Value:
        part = imag(b, x if kind == "eq" and isinstance(x, Value) else as_array(b, x))
        return b.compare(kind, part, b.const_like(0, part.type))

    return build


add(np.iscomplex, "np.iscomplex", _imaginary_part_is("ne"))
add(np.isreal, "np.isreal", _imaginary_part_is("eq"))


@function(np.iscomplexobj, "np.iscomplexobj")
def iscomplexobj(b: Builder, x: Any) -> bool:
    return is_complex(as_array(b, x).type)


@function(np.isrealobj, "np.isrealobj")
def isrealobj(b: Builder, x: Any) -> bool:
    return not is_complex(as_array(b, x).type)


@function(np.real_if_close, "np.real_if_close")
def real_if_close(b: Builder, a: Any, tol: Any = 100) -> View | Value:
    """Real numbers as they are; of complex ones the type of the result would depend on their values."""
    return asarray(b, a)


# -- Python ------------------------------------------------------------------------------------------------------------


@function(complex, "complex")
def complex_(b: Builder, real: Any = 0, imag: Any = None, /) -> Value:
    """Of one number the number itself; of two, complex ones included, `real + 1j * imag`."""
    if isinstance(real, str):
        raise UserError("AD205", "complex() of a text", b.span, help="write the number: 1.0 + 2.0j")
    first = scalar(b, real, "complex")
    if imag is None:
        return b.cast(first, COMPLEX)
    second = scalar(b, imag, "complex")
    if not is_complex(first.type) and not is_complex(second.type):
        return b.op("complex", b.cast(first, FLOAT), b.cast(second, FLOAT))
    parts = [(b.op("real", v), b.op("imag", v)) if is_complex(v.type) else (v, None) for v in (first, second)]
    (re, im), (im_more, re_less) = [[None if p is None else b.cast(p, FLOAT) for p in pair] for pair in parts]
    assert re is not None
    assert im_more is not None
    return b.op("complex", re if re_less is None else b.sub(re, re_less), im_more if im is None else b.add(im, im_more))


_CMATH = {
    "sqrt": "sqrt", "exp": "exp", "log10": "log10", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "isnan": "isnan", "isinf": "isinf", "isfinite": "isfinite",
}  # fmt: skip


def as_complex(b: Builder, x: Any, name: str) -> Value:
    """A number as a Python complex one, which is what `cmath` computes with."""
    return b.cast(scalar(b, x, name), COMPLEX)


def _cmath(name: str, kind: str) -> Build:
    def build(b: Builder, z: Any, /) -> Value:
        return b.op(kind, as_complex(b, z, name))

    return build


for _name, _kind in _CMATH.items():
    add(getattr(cmath, _name), f"cmath.{_name}", _cmath(f"cmath.{_name}", _kind))


@function(cmath.log, "cmath.log")
def log(b: Builder, z: Any, base: Any = None, /) -> Value:
    result = b.op("log", as_complex(b, z, "cmath.log"))
    return result if base is None else b.div(result, b.op("log", as_complex(b, base, "cmath.log")))


@function(cmath.phase, "cmath.phase")
def phase(b: Builder, z: Any, /) -> Value:
    value = as_complex(b, z, "cmath.phase")
    return b.op("arctan2", b.op("imag", value), b.op("real", value))


@function(cmath.polar, "cmath.polar")
def polar(b: Builder, z: Any, /) -> tuple[Value, Value]:
    value = as_complex(b, z, "cmath.polar")
    return b.op("abs", value), phase(b, value)


@function(cmath.rect, "cmath.rect")
def rect(b: Builder, r: Any, phi: Any, /) -> Value:
    radius, turned = (b.cast(scalar(b, x, "cmath.rect"), FLOAT) for x in (r, phi))
    return b.op("complex", *(b.mul(radius, b.op(kind, turned)) for kind in ("cos", "sin")))


refuse(cmath.isclose, "cmath.isclose", "compare abs(a - b) with a tolerance")


# -- what takes complex numbers ----------------------------------------------------------------------------------------

takes_complex(
    # parts and tests
    *("np.real", "np.imag", "np.conjugate", "np.angle", "ndarray.conj", "ndarray.conjugate", "ndarray.real", "ndarray.imag"),
    *("np.iscomplex", "np.isreal", "np.iscomplexobj", "np.isrealobj", "np.isnan", "np.isinf", "np.isfinite"),
    *("complex", "abs", "bool", "pow", "sum", "cmath.polar", "cmath.phase", "cmath.log", *(f"cmath.{_name}" for _name in _CMATH)),
    # arithmetic
    *("np.add", "np.subtract", "np.multiply", "np.divide", "np.power", "np.negative", "np.positive", "np.square"),
    *("np.reciprocal", "np.absolute", "np.equal", "np.not_equal", "np.logical_not", "np.logical_and", "np.logical_or"),
    *("operator.add", "operator.sub", "operator.mul", "operator.truediv", "operator.neg", "operator.pow", "operator.abs"),
    *("operator.eq", "operator.ne", "operator.matmul", "math.prod"),
    # functions
    *("np.sqrt", "np.exp", "np.exp2", "np.expm1", "np.log", "np.log2", "np.log10", "np.log1p", "np.sin", "np.cos", "np.tan"),
    *("np.sinh", "np.cosh", "np.tanh", "np.arcsin", "np.arccos", "np.arctan", "np.arcsinh", "np.arccosh", "np.arctanh"),
    # sums and products
    *("np.sum", "np.prod", "np.mean", "np.cumsum", "np.cumprod", "np.any", "np.all", "np.count_nonzero", "np.diff"),
    *("ndarray.sum", "ndarray.prod", "ndarray.mean", "ndarray.cumsum", "ndarray.cumprod", "ndarray.any", "ndarray.all"),
    *("np.matmul", "np.dot", "np.vdot", "np.inner", "np.outer", "np.tensordot", "np.einsum", "np.trace", "np.kron"),
    *("np.convolve", "np.linalg.multi_dot", "np.linalg.norm", "np.var", "np.std", "ndarray.var", "ndarray.std", "ndarray.dot", "ndarray.trace"),
    *("np.vecdot", "np.matvec", "np.vecmat", "np.cross", "np.average", "np.trapezoid", "np.ediff1d", "np.cumulative_sum"),
    *("np.cumulative_prod", "np.gradient", "np.correlate", "np.vander", "np.polyval", "np.polyfit", "np.poly", "np.roots", "np.polyadd", "np.polysub", "np.polymul", "np.polyder", "np.polyint"),
    *("scipy.integrate.simpson", "scipy.integrate.cumulative_trapezoid", "scipy.signal.convolve"),
    # linear algebra
    *("np.linalg.solve", "np.linalg.inv", "np.linalg.pinv", "np.linalg.lstsq", "np.linalg.cond", "np.linalg.tensorsolve", "np.linalg.tensorinv", "np.linalg.matrix_power", "np.linalg.vector_norm", "np.linalg.matrix_norm"),
    *("np.linalg.matmul", "np.linalg.outer", "np.linalg.tensordot", "np.linalg.vecdot", "np.linalg.cross", "np.linalg.diagonal"),
    *("np.linalg.trace", "np.linalg.matrix_transpose", "np.linalg.eig", "np.linalg.eigvals"),
    # the order by real parts, then by imaginary ones
    *("np.max", "np.min", "np.amax", "np.amin", "np.argmax", "np.argmin", "ndarray.max", "ndarray.min", "ndarray.argmax", "ndarray.argmin"),
    *("np.sort", "np.argsort", "ndarray.sort", "ndarray.argsort", "np.partition", "np.argpartition", "ndarray.partition"),
    *("ndarray.argpartition", "np.unique", "np.union1d", "np.unique_all", "np.unique_counts", "np.unique_inverse"),
    *("np.median", "np.sort_complex", "np.nansum", "np.nanprod", "np.nanmean", "np.nancumsum", "np.nancumprod", "np.cov", "np.corrcoef"),
    *("np.ufunc.outer", "np.ufunc.reduce", "np.ufunc.accumulate", "np.ufunc.reduceat", "scipy.signal.fftconvolve", "scipy.signal.correlate", "ndarray.tolist"),
    # making and moving
    *("np.array", "np.asarray", "np.asanyarray", "np.ascontiguousarray", "np.asfortranarray", "np.copy", "ndarray.copy"),
    *("np.zeros_like", "np.ones_like", "np.empty_like", "np.full", "np.full_like", "ndarray.astype", "ndarray.item"),
    *("ndarray.dtype", "ndarray.itemsize", "ndarray.shape", "ndarray.size", "ndarray.ndim", "ndarray.T"),
    *("np.complex64", "np.complex128", "np.shape", "np.size", "np.ndim", "len", "np.linspace"),
    *("np.reshape", "np.ravel", "np.transpose", "np.swapaxes", "np.moveaxis", "np.squeeze", "np.expand_dims"),
    *("ndarray.reshape", "ndarray.ravel", "ndarray.flatten", "ndarray.transpose", "ndarray.swapaxes", "ndarray.squeeze"),
    *("np.concatenate", "np.stack", "np.hstack", "np.vstack", "np.column_stack", "np.append", "np.split", "np.array_split"),
    *("np.hsplit", "np.vsplit", "np.repeat", "np.tile", "np.roll", "np.flip", "np.fliplr", "np.flipud", "np.take"),
    *("ndarray.repeat", "ndarray.take", "np.where", "np.select", "np.diag", "np.diagonal", "ndarray.diagonal"),
    *("np.take_along_axis", "np.extract", "np.compress", "np.choose", "np.insert", "np.delete", "np.resize", "np.trim_zeros", "np.pad"),
    *("np.rot90", "np.rollaxis", "np.matrix_transpose", "np.atleast_3d", "np.block", "np.dstack", "np.dsplit", "np.diagflat"),
    *("np.lib.stride_tricks.sliding_window_view", "np.argwhere", "np.nonzero", "np.flatnonzero", "ndarray.nonzero", "ndarray.choose"),
    *("np.array_equal", "np.array_equiv", "np.isclose", "np.allclose", "np.sinc", "np.logical_xor", "np.piecewise", "np.apply_along_axis", "np.apply_over_axes", "ndarray.mT"),
    *("np.tril", "np.triu", "np.broadcast_to", "np.broadcast_arrays", "np.atleast_1d", "np.atleast_2d", "np.meshgrid"),
)  # fmt: skip

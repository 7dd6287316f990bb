"""Dtypes: the words they are written with, and what they answer."""

import ast
import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

import autodiff_compiler
from autodiff_compiler.ir.dtype import BOOLEAN, DTYPES, FLOAT32, INT8, INT64, UINT64, from_numpy_dtype, named, written
from autodiff_compiler.ir.types import Array, ListOf, Opaque, Scalar, differentiable, element_dtype, parse_type

PACKAGE = Path(autodiff_compiler.__file__).parent


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_names(dtype):
    assert named(str(dtype)) is dtype
    assert written(dtype.word) is written(dtype.numpy_name) is written(f"np.{dtype.numpy_name}") is dtype
    assert from_numpy_dtype(dtype.numpy) is from_numpy_dtype(dtype.numpy.type) is dtype
    assert dtype.numpy.type is getattr(np, dtype.numpy_name)
    for type_ in (Scalar(dtype), Array(dtype, 2), ListOf(Scalar(dtype)), ListOf(Array(dtype, 1))):
        assert parse_type(str(type_)) == type_
        assert element_dtype(type_) is dtype


def test_what_has_no_dtype():
    assert written("f16") is written("np.np.float64") is written("") is None
    for foreign in (np.clongdouble, np.float16, object, "U3", ">f8"):
        assert from_numpy_dtype(np.dtype(foreign)) is None
    assert element_dtype(Opaque()) is None


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_there_is_one_object_of_each(dtype):
    assert copy.copy(dtype) is copy.deepcopy(dtype) is pickle.loads(pickle.dumps(dtype)) is dtype
    with pytest.raises(AttributeError):
        dtype.bits = 1


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_answers_are_those_of_numpy(dtype):
    assert dtype.bits == 8 * dtype.numpy.itemsize
    assert (dtype.is_bool, dtype.is_integer, dtype.inexact) == tuple(
        np.issubdtype(dtype.numpy, kind) for kind in (np.bool_, np.integer, np.inexact)
    )
    assert dtype.is_unsigned == np.issubdtype(dtype.numpy, np.unsignedinteger)
    assert dtype.is_float == np.issubdtype(dtype.numpy, np.floating)
    assert dtype.is_complex == np.issubdtype(dtype.numpy, np.complexfloating) == (dtype.real is not dtype)
    assert dtype.real.numpy == np.real(dtype.numpy.type(0)).dtype
    if dtype.inexact:
        assert dtype.complex.numpy == np.result_type(dtype.numpy, np.complex64)
        assert dtype.complex.real is dtype.real
    value = dtype.numpy.type(1).item()
    assert type(value) is dtype.number
    assert dtype.python.number is dtype.number
    assert dtype.is_python == (dtype.python is dtype)
    for end in (dtype.least, dtype.greatest):
        assert type(end) is dtype.real.python.number
        assert dtype.numpy.type(end) == end
    assert differentiable(Scalar(dtype)) == differentiable(ListOf(Array(dtype, 1))) == dtype.differentiable


def test_ends():
    assert (BOOLEAN.least, BOOLEAN.greatest) == (False, True)
    assert (INT8.least, INT8.greatest) == (-128, 127)
    assert (UINT64.least, UINT64.greatest) == (0, 2**64 - 1)
    assert (INT64.least, INT64.greatest) == (-(2**63), 2**63 - 1)
    assert (FLOAT32.least, FLOAT32.greatest) == (-math.inf, math.inf)


def test_no_other_file_knows_their_words():
    words = {dtype.word for dtype in DTYPES} - {"bool"}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name != "dtype.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                assert not (isinstance(node, ast.Constant) and node.value in words), f"{path}:{node.lineno}"

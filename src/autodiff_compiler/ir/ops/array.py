"""The pages of the ops that make arrays, and read and write places in them.

A path (`ir/path.py`) says which place.  Extents (`dim`) are Python ints.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir import required_checks
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.objects import UNDEFINED, Values, follow
from autodiff_compiler.ir.opdef import (
    DEAR,
    FIRST,
    FREE,
    IGNORED,
    INDEX,
    NEVER,
    OPERAND,
    SHAPE,
    Attrs,
    Facts,
    OpDef,
    Shape,
    like_first,
    no_array,
)
from autodiff_compiler.ir.ops.operand_types import array, integers
from autodiff_compiler.ir.ops.reached import reached
from autodiff_compiler.ir.path import Path, element, path_of
from autodiff_compiler.ir.types import INT, Array, ListOf, Type, dtype_of, rank

# -- types -------------------------------------------------------------------------------------------------------------


def _dim(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if not 0 <= attrs["axis"] < array(operands[0]).rank:
        raise TypeError(f"axis {attrs['axis']} of {operands[0]}")
    return (INT,)


def _full(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    *dims, fill = operands
    integers(tuple(dims))
    return (Array(dtype_of(fill), len(dims)),)


def _empty(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    integers(operands)
    return (Array(attrs["dtype"], len(operands)),)


def _arange(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    integers(operands)
    return (Array(INT64, 1),)


def _check_path(whole: Type, attrs: Attrs, operands: tuple[Type, ...]) -> Type:
    path: Path = attrs["path"]
    if len(operands) != path.operands:
        raise TypeError(f"the path {path} needs {path.operands} operands, got {len(operands)}")
    try:
        return path.result_type(array(whole), operands)
    except ValueError as error:
        raise TypeError(str(error)) from error


def _load(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (_check_path(operands[0], attrs, operands[1:]),)


def _store(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    whole, *path, value = operands
    target = _check_path(whole, attrs, tuple(path))
    if dtype_of(value) != dtype_of(whole):
        raise TypeError(f"a value of {value} into {whole}")
    if rank(value) > rank(target):
        raise TypeError(f"a value of rank {rank(value)} into a place of rank {rank(target)}")
    return (whole,)


def _copied(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """For an array or a list; the copy of a list has its own elements."""
    return (operands[0] if isinstance(operands[0], ListOf) else array(operands[0]),)


# -- extents -----------------------------------------------------------------------------------------------------------


def _given(facts: Facts, op: Op) -> tuple[Shape]:
    """One operand for each axis of the result, before the fill."""
    return (tuple(facts.of(v) for v in op.operands[: rank(op.result.type)]),)


# -- evaluation --------------------------------------------------------------------------------------------------------


def _extent(op: Op, values: Values, mutable: bool) -> int:
    (array,) = values
    # An undefined array may be asked for an extent, on a path where nothing of the array is needed.
    return 0 if array is UNDEFINED else array.shape[op.attrs["axis"]]


def _filled(op: Op, values: Values, mutable: bool) -> Any:
    *dims, fill = values
    return np.full(tuple(dims), fill, dtype_of(op.results[0].type).numpy)


def _unwritten(op: Op, values: Values, mutable: bool) -> Any:
    """Filled with values that show if they are read before they are written."""
    dtype = op.attrs["dtype"]
    poison = np.nan if dtype.inexact else dtype.greatest
    return np.full(tuple(values), poison, dtype.numpy)


def _tabulated(op: Op, values: Values, mutable: bool) -> Any:
    return np.array(op.attrs["values"], op.attrs["dtype"].numpy)


def _copy(op: Op, values: Values, mutable: bool) -> Any:
    (value,) = values
    if isinstance(value, list):
        return [np.array(item) if isinstance(item, np.ndarray) else item for item in value]
    return value if value is UNDEFINED else np.array(value)


def _loaded(op: Op, values: Values, mutable: bool) -> Any:
    return follow(values[0], path_of(op), values[1:])


def _written(op: Op, values: Values, mutable: bool) -> np.ndarray:
    """`store` and `accum`.  The path is applied to the numbers of the elements, not to the elements: so it does not
    matter which of its steps are views."""
    array, *operands, value = values
    target = array if mutable else np.array(array)
    if not target.flags.writeable:
        raise InternalError("AD903", f"{op.kind} into a read-only array", op.span)
    path = path_of(op)
    if path == element(array.ndim):
        where: Any = tuple(operands)
    else:
        where = np.unravel_index(follow(np.arange(array.size).reshape(array.shape), path, operands), array.shape)
    source = np.array(value, array.dtype)  # a copy: the value may be a view of the target
    if op.kind == "store":
        target[where] = source
    else:
        np.add.at(target, where, source)
    return target


ARRAY_OPS: tuple[OpDef, ...] = (
    OpDef(
        "dim",
        "the extent of an axis, a Python int",
        _dim,
        attrs=("axis",),
        extents=no_array,
        evaluate=_extent,
        noun="",
        cost=FREE,
        raises=NEVER,
        measures=True,
        asks_length=True,
        moves_undefined=True,
    ),
    OpDef(
        "full",
        "an array of these extents, full of `value`",
        _full,
        ("extents…", "value"),
        extents=_given,
        evaluate=_filled,
        noun="",
        cost=DEAR,
        spreads=-1,
        accesses=(required_checks.FILLING,),
        linear=((-1,),),
        kinds=IGNORED,
    ),
    OpDef(
        "empty",
        "an array of these extents whose elements are not values yet; `filled` where every element is written before it is read",
        _empty,
        ("extents…",),
        attrs=("dtype",),
        extents=_given,
        evaluate=_unwritten,
        noun="",
        cost=DEAR,
        starts_empty=True,
        accesses=(required_checks.ALLOCATION,),
        kinds=IGNORED,
    ),
    OpDef(
        "table",
        "an array of these extents, which are known, whose elements are these numbers",
        _empty,
        ("extents…",),
        attrs=("dtype", "values"),
        extents=_given,
        evaluate=_tabulated,
        noun="table",
        cost=DEAR,
        raises=NEVER,
        kinds=IGNORED,
    ),
    OpDef(
        "arange",
        "0 to `n` − 1",
        _arange,
        ("n",),
        extents=lambda facts, op: ((("less", facts.of(op.operands[0]), 0),),),
        evaluate=lambda op, values, mutable: np.arange(values[0], dtype=np.int64),
        noun="indices",
        accesses=(required_checks.ALLOCATION,),
        kinds=IGNORED,
    ),
    OpDef(
        "copy",
        "the same elements in memory of their own; of a list, a list with elements of its own",
        _copied,
        extents=like_first,
        evaluate=_copy,
        copies=True,
        noun=OPERAND,
        cost=DEAR,
        raises=NEVER,
        moves=True,
        moves_undefined=True,
        linear=FIRST,
    ),
    OpDef(
        "load",
        "what the path reaches",
        _load,
        ("a", "indices…"),
        attrs=("path",),
        extents=reached,
        evaluate=_loaded,
        noun=OPERAND,
        reads=True,
        views=True,
        raises=(INDEX,),
        accesses=(required_checks.INDEX,),
        moves=True,
        linear=FIRST,
        kinds=IGNORED,
    ),
    OpDef(
        "store",
        "`a` with `value` where the path reaches; of repeated indices the last one counts",
        _store,
        ("a", "indices…", "value"),
        attrs=("path",),
        extents=like_first,
        evaluate=_written,
        noun=OPERAND,
        writes=True,
        raises=(INDEX, SHAPE),
        accesses=(required_checks.INDEX, required_checks.STORE),
        linear=((0, -1),),
    ),
    OpDef(
        "accum",
        "`a` with `value` added where the path reaches, at repeated indices once for each, as `np.add.at`",
        _store,
        ("a", "indices…", "value"),
        attrs=("path",),
        extents=like_first,
        evaluate=_written,
        noun=OPERAND,
        writes=True,
        raises=(INDEX, SHAPE),
        accesses=(required_checks.INDEX, required_checks.STORE),
        adds=True,
        linear=((0, -1),),
    ),
)

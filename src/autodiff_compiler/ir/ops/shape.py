"""The pages of the ops that rearrange whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir import required_checks
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import Values
from autodiff_compiler.ir.opdef import (
    DEAR,
    FIRST,
    FREE,
    IGNORED,
    NEVER,
    OPERAND,
    SHAPE,
    TOGETHER,
    Attrs,
    Facts,
    OpDef,
    Shape,
)
from autodiff_compiler.ir.ops.operand_types import array, integers
from autodiff_compiler.ir.types import Type, dtype_of, like


def _transpose(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    whole = array(operands[0])
    if sorted(attrs["perm"]) != list(range(whole.rank)):
        raise TypeError(f"{attrs['perm']} is not a permutation of the axes of {whole}")
    return (whole,)


def _shaped(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Operand 0 (an array or, for broadcast_to, a scalar) and the new extents."""
    integers(operands[1:])
    return (like(operands[0], len(operands) - 1),)


def _concat(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if len(set(operands)) != 1:
        raise TypeError(f"arrays of different types: {', '.join(map(str, operands))}")
    return (array(operands[0]),)


def _permuted(facts: Facts, op: Op) -> tuple[Shape]:
    shape = facts.extents(op.operands[0])
    return (tuple(shape[axis] for axis in op.attrs["perm"]),)


def _given(facts: Facts, op: Op) -> tuple[Shape]:
    return (tuple(facts.of(v) for v in op.operands[1:]),)


def _joined(facts: Facts, op: Op) -> tuple[Shape]:
    shapes, axis = [facts.extents(v) for v in op.operands], op.attrs["axis"]
    joined = ("sum", *(shape[axis] for shape in shapes))
    return (tuple(joined if k == axis else e for k, e in enumerate(shapes[0])),)


def _stretched(op: Op, values: Values, mutable: bool) -> Any:
    array = np.asarray(values[0], dtype_of(op.results[0].type).numpy)
    return np.broadcast_to(array, tuple(values[1:]))[()]


def _unbroadcast(op: Op, values: Values, mutable: bool) -> Any:
    array = np.asarray(values[0], dtype_of(op.operands[0].type).numpy)
    shape = tuple(values[1:])
    if array.shape == shape:
        return array[()]
    added = array.ndim - len(shape)
    stretched = [added + axis for axis, extent in enumerate(shape) if extent != array.shape[added + axis]]
    if added < 0 or any(shape[axis - added] != 1 for axis in stretched):
        raise InternalError("AD903", f"unbroadcast of shape {array.shape} to {shape}", op.span)
    return np.sum(array, axis=(*range(added), *stretched), dtype=array.dtype).reshape(shape)[()]


SHAPE_OPS: tuple[OpDef, ...] = (
    OpDef(
        "transpose",
        "the axes in another order",
        _transpose,
        attrs=("perm",),
        extents=_permuted,
        evaluate=lambda op, values, mutable: np.transpose(values[0], op.attrs["perm"]),
        noun="transpose",
        cost=FREE,
        views=True,
        raises=NEVER,
        moves=True,
        linear=FIRST,
    ),
    OpDef(
        "reshape",
        "the same elements, in rows of C, in another shape",
        _shaped,
        ("a", "extents…"),
        extents=_given,
        evaluate=lambda op, values, mutable: np.reshape(values[0], tuple(values[1:]))[()],
        noun="reshape",
        cost=FREE,
        views=True,
        raises=(SHAPE,),
        accesses=(required_checks.RESHAPE,),
        moves=True,
        linear=FIRST,
        kinds=IGNORED,
    ),
    OpDef(
        "broadcast_to",
        "an array or a scalar, stretched to these extents",
        _shaped,
        ("a", "extents…"),
        extents=_given,
        evaluate=_stretched,
        noun="stretched",
        cost=FREE,
        spreads=0,
        views=True,
        raises=(SHAPE,),
        accesses=(required_checks.STRETCH,),
        moves=True,
        linear=FIRST,
        kinds=IGNORED,
    ),
    OpDef(
        "unbroadcast",
        "the sum over what broadcasting from these extents to the shape of `g` had added or stretched; `g` itself where they agree",
        _shaped,
        ("g", "extents…"),
        extents=_given,
        evaluate=_unbroadcast,
        collects=True,
        noun=OPERAND,
        cost=DEAR,
        views=True,
        raises=(SHAPE,),
        linear=FIRST,
        kinds=IGNORED,
    ),
    OpDef(
        "concat",
        "arrays one after the other along the axis",
        _concat,
        ("arrays…",),
        attrs=("axis",),
        extents=_joined,
        evaluate=lambda op, values, mutable: np.concatenate(values, axis=op.attrs["axis"]),
        noun="joined",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(required_checks.JOIN,),
        linear=TOGETHER,
    ),
)

"""The pages of growable lists.  Negative indices count from the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import Values, scalar
from autodiff_compiler.ir.opdef import (
    DEAR,
    FIRST,
    FREE,
    IGNORED,
    INDEX,
    NEVER,
    OPERAND,
    TOGETHER,
    Attrs,
    OpDef,
    no_array,
)
from autodiff_compiler.ir.ops.operand_types import integers, list_of
from autodiff_compiler.ir.required_checks import ITEM
from autodiff_compiler.ir.types import INT, Array, ListOf, Type


def _list_new(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (attrs["type"],)


def _list_append(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """(list, element)."""
    list_, element = operands
    if list_of(list_).element != element:
        raise TypeError(f"{element} into {list_}")
    return (list_,)


def _list_set(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """(list, index, element)."""
    integers(operands[1:2])
    return _list_append((operands[0], operands[2]), attrs)


def _list_get(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    integers(operands[1:2])
    return (list_of(operands[0]).element,)


def _list_len(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    list_of(operands[0])
    return (INT,)


def _list_zeros(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (list_of(operands[0]),)


def _appended(op: Op, values: Values, mutable: bool) -> Any:
    target = values[0] if mutable else list(values[0])
    target.append(values[1])
    return target


def _replaced(op: Op, values: Values, mutable: bool) -> Any:
    target = values[0] if mutable else list(values[0])
    target[values[1]] = values[2]
    return target


def _added(op: Op, values: Values, mutable: bool) -> Any:
    """An element that is an array is added to in place, as `elements[i] += value` does."""
    list_, index, value = values
    if mutable:
        list_[index] += value
        return list_
    return _replaced(op, (list_, index, list_[index] + value), mutable)


def _zeros(op: Op, values: Values, mutable: bool) -> Any:
    list_type = op.results[0].type
    assert isinstance(list_type, ListOf)
    element = list_type.element
    if isinstance(element, Array):
        return [np.zeros(item.shape, item.dtype) for item in values[0]]
    return [scalar(0, element) for _ in values[0]]


ALL, LAST = slice(None), slice(-1, None)

LIST_OPS: tuple[OpDef, ...] = (
    OpDef(
        "list_new",
        "a list of these elements",
        _list_new,
        ("items…",),
        attrs=("type",),
        extents=no_array,
        evaluate=lambda op, values, mutable: list(values),
        noun="",
        starts_empty=True,
        cost=DEAR,
        raises=NEVER,
        linear=TOGETHER,
        puts=ALL,
    ),
    OpDef(
        "list_append",
        "`items` with `value` at the end",
        _list_append,
        ("items", "value"),
        extents=no_array,
        evaluate=_appended,
        noun=OPERAND,
        appends=True,
        writes=True,
        raises=NEVER,
        linear=TOGETHER,
        puts=LAST,
    ),
    OpDef(
        "list_set",
        "`items` with `value` at the index",
        _list_set,
        ("items", "index", "value"),
        extents=no_array,
        evaluate=_replaced,
        noun=OPERAND,
        by_index=True,
        writes=True,
        raises=(INDEX,),
        accesses=(ITEM,),
        linear=((0, -1),),
        puts=LAST,
    ),
    OpDef(
        "list_accum",
        "`items` with `value` added to the element at the index",
        _list_set,
        ("items", "index", "value"),
        extents=no_array,
        evaluate=_added,
        noun=OPERAND,
        by_index=True,
        writes=True,
        raises=(INDEX,),
        accesses=(ITEM,),
        adds=True,
        linear=((0, -1),),
    ),
    OpDef(
        "list_get",
        "the element at the index",
        _list_get,
        ("items", "index"),
        extents=lambda facts, op: (None,),
        evaluate=lambda op, values, mutable: values[0][values[1]],
        noun=OPERAND,
        reads=True,
        by_index=True,
        views=True,
        raises=(INDEX,),
        accesses=(ITEM,),
        linear=FIRST,
        kinds=IGNORED,
    ),
    OpDef(
        "list_len",
        "the number of elements, a Python int",
        _list_len,
        ("items",),
        extents=no_array,
        evaluate=lambda op, values, mutable: len(values[0]),
        noun="count",
        cost=FREE,
        raises=NEVER,
        measures=True,
        asks_length=True,
    ),
    OpDef(
        "list_zeros",
        "zeros of the same length and shapes",
        _list_zeros,
        ("items",),
        extents=no_array,
        evaluate=_zeros,
        noun="",
        asks_length=True,
        cost=DEAR,
        raises=NEVER,
    ),
)

"""The pages of reductions, and of other ops that run along axes.

Reductions take `axes` (a sorted tuple of all axes reduced, never None) and drop them; `keepdims` is a `load` with new axes on top.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.objects import Values
from autodiff_compiler.ir.opdef import DEAR, FIRST, NEVER, SHAPE, Attrs, Facts, OpDef, Shape, like_first
from autodiff_compiler.ir.ops.operand_types import array
from autodiff_compiler.ir.required_checks import EXTREMUM
from autodiff_compiler.ir.types import Array, Type, dtype_of, like, rank


def _same(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (array(operands[0]),)


def _reduced(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    whole = array(operands[0])
    axes = attrs["axes"]
    if sorted(set(axes)) != list(axes) or not all(0 <= axis < whole.rank for axis in axes):
        raise TypeError(f"axes {axes} of {whole}")
    return (like(whole, whole.rank - len(axes)),)


def _all_any(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    (reduced,) = _reduced(operands, attrs)
    if not dtype_of(reduced).is_bool:
        raise TypeError(f"a boolean array is needed, not {operands[0]}")
    return (reduced,)


def _arg(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `axis`."""
    return (like(Array(INT64, 1), array(operands[0]).rank - 1),)


def _argsort(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (Array(INT64, array(operands[0]).rank),)


def _searched(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    ordered, wanted = operands
    if array(ordered).rank != 1 or dtype_of(ordered) != dtype_of(wanted) or attrs["side"] not in ("left", "right"):
        raise TypeError(f"a vector, and numbers of its dtype, not {ordered} and {wanted}")
    return (like(Array(INT64, 1), rank(wanted)),)


def _like_second(facts: Facts, op: Op) -> tuple[Shape | None]:
    wanted = op.operands[1]
    return (facts.extents(wanted) if rank(wanted.type) else None,)


def _axes(op: Op) -> tuple[int, ...]:
    return op.attrs["axes"] if "axes" in op.attrs else (op.attrs["axis"],)


def _dropped(facts: Facts, op: Op) -> tuple[Shape]:
    shape, axes = facts.extents(op.operands[0]), _axes(op)
    return (tuple(e for axis, e in enumerate(shape) if axis not in axes),)


def _sum(op: Op, values: Values, mutable: bool) -> Any:
    """`sum` and `prod`, in the dtype of the array (NumPy would widen small integers)."""
    return getattr(np, op.kind)(values[0], axis=op.attrs["axes"], dtype=values[0].dtype)


def _reduce(op: Op, values: Values, mutable: bool) -> Any:
    return getattr(np, op.kind)(values[0], axis=op.attrs["axes"])


def _along(op: Op, values: Values, mutable: bool) -> Any:
    return getattr(np, op.kind)(values[0], axis=op.attrs["axis"])


def _reduction(kind: str, meaning: str, noun: str, evaluate: Callable[..., Any], **columns: Any) -> OpDef:
    return OpDef(
        kind,
        meaning,
        **{"infer": _reduced, "raises": NEVER, **columns},
        attrs=("axes",),
        extents=_dropped,
        evaluate=evaluate,
        noun=noun,
        cost=DEAR,
        reduces=True,
    )


def _position(kind: str, meaning: str) -> OpDef:
    return OpDef(
        kind,
        meaning,
        _arg,
        attrs=("axis",),
        extents=_dropped,
        evaluate=_along,
        noun="where",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(EXTREMUM,),
        locates=True,
    )


REDUCTIONS: tuple[OpDef, ...] = (
    _reduction("sum", "the sum over these axes", "total", _sum, linear=FIRST, joins="add", neutral=0),
    _reduction("prod", "the product over these axes", "product", _sum, joins="mul", neutral=1),
    _reduction(
        "max",
        "the largest element over these axes",
        "largest",
        _reduce,
        raises=(SHAPE,),
        accesses=(EXTREMUM,),
        joins="maximum",
    ),
    _reduction(
        "min",
        "the smallest element over these axes",
        "smallest",
        _reduce,
        raises=(SHAPE,),
        accesses=(EXTREMUM,),
        joins="minimum",
    ),
    _reduction("any", "whether any element over these axes is true", "test", _reduce, infer=_all_any),
    _reduction("all", "whether all elements over these axes are true", "test", _reduce, infer=_all_any),
    _position("argmax", "where along the axis the largest element is, the first one"),
    _position("argmin", "where along the axis the smallest element is, the first one"),
    OpDef(
        "argsort",
        "the order that sorts along the last axis, stable",
        _argsort,
        extents=like_first,
        evaluate=lambda op, values, mutable: np.argsort(values[0], axis=op.attrs.get("axis", -1), kind="stable"),
        noun="order",
        cost=DEAR,
        raises=NEVER,
        locates=True,
    ),
    OpDef(
        "searchsorted",
        "before which element of the sorted vector each value has to be put, on this side of what equals it",
        _searched,
        ("sorted", "values"),
        attrs=("side",),
        extents=_like_second,
        evaluate=lambda op, values, mutable: np.searchsorted(values[0], values[1], side=op.attrs["side"]),
        noun="place",
        cost=DEAR,
        raises=NEVER,
    ),
    OpDef(
        "cumsum",
        "running sums along the axis",
        _same,
        attrs=("axis",),
        extents=like_first,
        evaluate=lambda op, values, mutable: np.cumsum(values[0], axis=op.attrs["axis"], dtype=values[0].dtype),
        noun="running",
        cost=DEAR,
        raises=NEVER,
        linear=FIRST,
    ),
)

"""The pages of linear algebra."""

from __future__ import annotations

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.opdef import DEAR, EACH, SHAPE, Attrs, Facts, OpDef, Shape
from autodiff_compiler.ir.ops.operand_types import array
from autodiff_compiler.ir.required_checks import PRODUCT
from autodiff_compiler.ir.types import Array, Type, like


def _matmul(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a, b = array(operands[0]), array(operands[1])
    if a.dtype != b.dtype:
        raise TypeError(f"operands of different dtypes: {a}, {b}")
    if a.rank == 1 or b.rank == 1:
        return (like(a, max(a.rank, b.rank) - 1),)
    return (Array(a.dtype, max(a.rank, b.rank)),)


def _multiplied(facts: Facts, op: Op) -> tuple[Shape | None]:
    a, b = map(facts.extents, op.operands)
    return ((*a[:-1], *b[1:]),) if len(a) <= 2 and len(b) <= 2 else (None,)


LINEAR_ALGEBRA: tuple[OpDef, ...] = (
    OpDef(
        "matmul",
        "`a @ b`",
        _matmul,
        ("a", "b"),
        extents=_multiplied,
        evaluate=lambda op, values, mutable: np.matmul(*values),
        noun="product",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(PRODUCT,),
        linear=EACH,
    ),
)

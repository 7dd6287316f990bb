"""What each op without regions computes, on Python and NumPy objects: its page says how; this file has what all ops share."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import UNDEFINED, Values, has_type
from autodiff_compiler.ir.opset import opdef


def evaluate(op: Op, values: Values, *, mutable: bool = False) -> tuple[Any, ...]:
    """The results of an op without regions; its operands are `values`.

    With `mutable` the writing ops change operand 0 itself; without it they change a copy.  Raises what Python or NumPy raise for
    these operands, and `InternalError` where an operand is undefined or a result is not of the type that the op declares.
    """
    row = opdef(op)
    if not row.moves_undefined and any(value is UNDEFINED for value in values):
        raise InternalError("AD903", f"{op.kind} computes with an undefined value", op.span)
    assert row.evaluate is not None
    found = row.evaluate(op, values, mutable)
    results = (found,) if len(op.results) == 1 else found or ()
    for result, declared in zip(results, op.results, strict=True):
        if result is not UNDEFINED and not has_type(result, declared.type):
            raise InternalError("AD903", f"{op.kind} gave {_describe(result)}, declared {declared.type}", op.span)
    return results


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and rank {value.ndim}"
    return f"a {type(value).__name__}"

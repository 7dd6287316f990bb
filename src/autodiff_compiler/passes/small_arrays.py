"""For Numba, after the buffers stage: small arrays of floats that nothing outlives are on the stack.

A vector of three that a loop works in is in registers then, where it would be memory that NumPy's functions allocate and that
nobody can see through.

    Input:  d = empty 3 {dtype='f64'};  for … { … d is written and read … }
    Output: d = empty 3 {dtype='f64', small=True};  …

The backend writes such an array as `small_vector(3)`, which is filled with zeros.  Idempotent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from autodiff_compiler.analysis.constants import Number, constants_of
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.opset import opdef, spread_of
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes.rooms import private_rooms

MOST = 16
"""So many numbers are small."""


def run(function: Function) -> Function:
    known = constants_of(function.body)
    small = {op for op in all_ops(function.body) if _is_small(op, known)}
    return (
        _Marked(small.intersection(private_rooms(function, in_branches=True))).function(function) if small else function
    )


def _is_small(op: Op, known: Mapping[Value, Number]) -> bool:
    number, extents = spread_of(op)
    if opdef(op).starts_empty:
        extents = op.operands
    elif number is None or str(known.get(number)) != "0.0":
        return False
    if op.result.type not in (Array(FLOAT64, 1), Array(FLOAT64, 2)):
        return False
    sizes = [size for v in extents if isinstance(size := known.get(v), int)]
    return len(sizes) == len(extents) and 0 < math.prod(sizes) <= MOST


class _Marked(Rewriter):
    def __init__(self, small: set[Op]) -> None:
        super().__init__()
        self._small = small

    def op(self, op: Op) -> None:
        self.copy(replace(op, attrs={**op.attrs, "small": True}) if op in self._small else op)

"""For Numba, after the buffers stage: small arrays of floats that nothing outlives are on the stack.

A vector of three that a loop works in is in registers then, where it would be memory that NumPy's functions allocate and that
nobody can see through.

    Input:  d = empty 3 {dtype='f64'};  for … { … d is written and read … }
    Output: d = empty 3 {dtype='f64', small=True};  …

The backend writes such an array as `small_vector(3)`, which is filled with zeros.  Arrays to which only some iterations of a loop
add stay in memory.  Idempotent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from autodiff_compiler.analysis.constants import Number, constants_of
from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.opset import opdef, spread_of
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes.rooms import private_rooms

MOST = 16
"""So many numbers are small."""


def run(function: Function) -> Function:
    known = constants_of(function.body)
    small = {op for op in all_ops(function.body) if _is_small(op, known)}
    small.intersection_update(private_rooms(function, in_branches=True) if small else ())
    small -= _added_to_now_and_then(function, small)
    return _Marked(small).function(function) if small else function


def _added_to_now_and_then(function: Function, small: set[Op]) -> set[Op]:
    """Arrays to which some iterations of a loop add, which LLVM would vectorise with masks as if all iterations did."""
    sums = [(op.operands[0], around) for op, around in _in_branches_of_loops(function.body) if opdef(op).adds]
    if not small or not sums:
        return set()
    memory = Memory(function)
    return {op for op in small for array, around in sums if op not in around and memory.may_share(op.result, array)}


def _in_branches_of_loops(
    region: Region, in_loop: bool = False, branch: frozenset[Op] = frozenset()
) -> Iterator[tuple[Op, frozenset[Op]]]:
    """The ops inside the outermost branch in a loop, with all that are in this branch."""
    for op in region.ops:
        if branch:
            yield op, branch
        for inner in op.regions:
            within = branch or (frozenset(all_ops(inner)) if in_loop and not is_loop(op) else branch)
            yield from _in_branches_of_loops(inner, in_loop or is_loop(op), within)


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

"""Constant folding.

Computes what is known at compile time: arithmetic on constants as the program itself would do it (Python scalars as
CPython does, NumPy scalars as NumPy does), casts of constants, extents (`dim`) from where the array was made, `if`,
`for` and `while` whose first decision is known.  What would raise or warn is left for run time.

    Input:  c = const 2.0; d = const 3.0; e = mul c, d; a = full n, e; m = dim a {axis=0}
    Output: c = const 2.0; d = const 3.0; e = const 6.0; a = full n, e;    (m is n)

Idempotent: a result is a constant or an op with no constant operands left to combine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import FLOAT32, INT64
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE, extent_of, is_constant, reads_path, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, is_py, rank
from autodiff_compiler.passes.rewrite import Peephole

_SAFE_INT = 2**53
_I64 = 2**63


def run(function: Function) -> Function:
    return _Fold.run_until_stable(function)


def evaluate(op: Op, values: list[Any]) -> Any:
    """The value of an elementwise op on constants, or None where it is not to be computed now."""
    if not isinstance(op.result.type, Scalar):
        return None
    if TABLE[op.kind].converts:
        return _cast(values[0], op.operands[0].type, op.result.type)
    if is_py(*(v.type for v in op.operands)):
        return _python(op, values)
    return _numpy(op, values)


def _python(op: Op, values: list[Any]) -> Any:
    compute = TABLE[op.kind].py_eval
    if compute is None:
        return None
    try:
        value = compute(*values)
    except (ArithmeticError, ValueError, TypeError, MemoryError):
        return None
    assert isinstance(op.result.type, Scalar)
    if type(value) is not op.result.type.dtype.number:
        return None
    # Beyond 64 bits Python and Numba differ; that is left to run time.
    return None if isinstance(value, int) and not -_I64 <= value < _I64 else value


def _numpy(op: Op, values: list[Any]) -> Any:
    compute = TABLE[op.kind].np_eval
    if compute is None:
        return None
    scalars = [dtype_of(v.type).numpy.type(x) for v, x in zip(op.operands, values)]
    try:
        with np.errstate(all="raise"):
            value = compute(*scalars)
    except (ArithmeticError, ValueError, TypeError):
        return None
    assert isinstance(op.result.type, Scalar)
    return value.item() if value.dtype == op.result.type.dtype.numpy else None


def _cast(value: Any, source: Any, target: Scalar) -> Any:
    if target.dtype.is_bool:
        return bool(value)
    if target.dtype.is_integer:
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return int(value) if target.dtype.least <= int(value) <= target.dtype.greatest else None
    if source.dtype.is_integer and abs(value) > _SAFE_INT:
        return None
    if target.dtype.is_complex:
        parts = (_cast(part, source, Scalar(target.dtype.real)) for part in (value.real, value.imag))
        re, im = parts
        return None if re is None or im is None else complex(re, im)
    if target.dtype is FLOAT32:
        if math.isfinite(value) and abs(value) > float(np.finfo(np.float32).max):
            return None
        return float(np.float32(value))
    return float(value)


class _Fold(Peephole):
    def rewrite(self, op: Op) -> Op | Value | None:
        if extent_of(op) is not None:
            return self._dim(op)
        if not TABLE[op.kind].elementwise:
            return None
        values = [self.constant(v) for v in op.operands]
        if None in values:
            return None
        value = evaluate(op, values)
        return None if value is None else self.become(op, "const", type=op.result.type, value=value)

    def _dim(self, op: Op) -> Op | Value | None:
        extent = self.shapes.extent(op.operands[0], op.attrs["axis"])
        if isinstance(extent, int):
            return self.become(op, "const", type=INT, value=extent)
        if isinstance(extent, Value):
            extent = self.value(extent)
            return extent if extent.type == INT else self.become(op, "cast", extent, dtype=INT64, kind="py")
        if extent[0] == "dim" and extent[1:] != (op.operands[0], op.attrs["axis"]):
            return self.become(op, "dim", self.value(extent[1]), axis=extent[2])
        # Such extents have no name of their own, but an operand of what computes the array may be, or have, the same.
        source = self.defs.get(op.operands[0])
        made = source
        while made is not None and writes_path(made):
            made = self.defs.get(made.operands[0])
        for given in () if made is None or made.regions else made.operands:
            if given.type == INT and self.shapes.find(self.shapes.of(given)) == extent:
                return given
        if source is not None and reads_path(source):
            # What was written into an array does not change the extents of its views.
            written = self.defs.get(source.operands[0])
            if written is not None and writes_path(written):
                view = self.new("load", written.operands[0], *source.operands[1:], path=path_of(source))
                return self.become(op, "dim", view, axis=op.attrs["axis"])
        if source is not None and TABLE[source.kind].elementwise:
            arrays = [v for v in source.operands if isinstance(v.type, Array)]
            for array in arrays:
                axis = op.attrs["axis"] + rank(array.type) - rank(op.operands[0].type)
                if len(arrays) == 1 or (axis >= 0 and self.shapes.extent(array, axis) == extent):
                    return self.become(op, "dim", array, axis=axis)
        return None

    # Extents are asked for, and no bounds: nothing need be known about the integers of loops and branches.

    def enter_loop(self, loop: Loop) -> None:
        pass

    def enter_branch(self, condition: Value, holds: bool) -> None:
        pass

    # -- control -------------------------------------------------------------------------------------------------------

    def structured(self, op: Op) -> None:
        loop = Loop(op)
        if not is_loop(op):
            self._if(op)
        elif loop.condition is None:
            self._for(loop)
        else:
            self._while(loop, loop.condition)

    def _if(self, op: Op) -> None:
        known = self.constant(op.operands[0])
        if known is None:
            self.keep(self.inside(op))
        else:
            self.become_values(op, self.inline(op.regions[0 if known else 1], ()))

    def _for(self, loop: Loop) -> None:
        """A loop of no trips is its initial values; a loop of one trip is its body."""
        bounds = [self.constant(v) for v in loop.bounds]
        known = None not in bounds and bounds[2] != 0
        trips = len(range(*bounds)) if known else None
        if trips == 0:
            self._ended(loop, loop.inits, 0)
        elif trips == 1 and not loop.exits:
            # A NumPy integer as a bound still gives the index the type of the parameter.
            assert loop.index is not None
            index = self.const(bounds[0], loop.index.type)
            self._ended(loop, self.inline(loop.body, (index, *loop.inits)), 1)
        else:
            self.keep(self.inside(loop.op))

    def _while(self, loop: Loop, condition: Region) -> None:
        first = condition.ops[0]
        never = is_constant(first) and condition.ops[1:] == (condition.terminator,)
        if not never or first.attrs["value"] or condition.terminator.operands != first.results:
            self.keep(self.inside(loop.op))
        else:
            self._ended(loop, loop.inits, 0)

    def _ended(self, loop: Loop, carried: Sequence[Value], trips: int) -> None:
        codes = [self.const(0, INT)] if loop.exits else []
        self.become_values(loop.op, [*carried, self.const(trips, INT), *codes])

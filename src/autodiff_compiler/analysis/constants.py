"""The numbers that are known when compiling: constants, and floats that are whole."""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef
from autodiff_compiler.ir.types import dtype_of
from autodiff_compiler.ir.walk import all_ops

Number = bool | int | float | complex


def constants_of(region: Region) -> dict[Value, Number]:
    """The Python number behind each constant."""
    return {op.result: constant_of(op) for op in all_ops(region) if is_constant(op)}


def whole_numbers(region: Region, constants: Mapping[Value, Number]) -> set[Value]:
    """The floats that are whole numbers, such as integers that arithmetic with floats has converted."""
    found = {
        value for value, number in constants.items() if not isinstance(number, complex) and float(number).is_integer()
    }
    for op in all_ops(region):
        row = opdef(op)
        if (row.whole and found.issuperset(op.operands[row.whole])) or (
            row.converts and dtype_of(op.operands[0].type).is_integer
        ):
            found.add(op.result)
    return found

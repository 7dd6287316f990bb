"""Names for what the transformations add, and the numbers that rules may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import OPERAND
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef
from autodiff_compiler.ir.types import dtype_of
from autodiff_compiler.ir.walk import all_ops

Number = bool | int | float | complex


def named(b: Builder, value: Value, hint: str, since: int) -> Value:
    """`value` under a name, if it has none and is the last of the ops built after the first `since` ones.

    So nobody refers to it yet: the caller has built these ops itself and has not handed the value on.
    """
    if value.name or len(b.ops) <= since or b.ops[-1].results != (value,):
        return value
    renamed = Value(value.type, hint)
    b.ops[-1] = replace(b.ops[-1], results=(renamed,))
    return renamed


def bar_name(value: Value, made: Op | None = None) -> str:
    """`x_bar` for `x`; for a value without a name, after the op that made it: `difference_bar`."""
    noun = (opdef(made).noun or "") if made is not None else ""
    name = value.name or (noun if noun != OPERAND else "")
    return f"{name}_bar" if name else ""


SAVED = "saved"


def saved_name(value: Value, made: Op | None) -> str:
    """What a value of the primal is called where its own function is not in sight."""
    noun = opdef(made).noun if made is not None else ""
    if value.name or made is None or not noun or noun == OPERAND:
        return value.name or SAVED
    return f"{made.kind}_value" if noun == made.kind else noun


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

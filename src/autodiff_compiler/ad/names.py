"""Names for what the transformations add, and the numbers that rules may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import OPERAND
from autodiff_compiler.ir.opset import constant_of, is_constant, noun_of, opdef
from autodiff_compiler.ir.types import dtype_of
from autodiff_compiler.ir.walk import all_ops


def named(b: Builder, value: Value, hint: str, since: int) -> Value:
    """`value` under a name, if it has none and is the last of the ops built after the first `since` ones.

    Then nothing refers to it yet: the caller has built these ops itself and has not passed the value on.
    """
    if value.name or len(b.ops) <= since or b.ops[-1].results != (value,):
        return value
    renamed = Value(value.type, hint)
    b.ops[-1] = replace(b.ops[-1], results=(renamed,))
    return renamed


def bar_name(value: Value, made: Op | None = None) -> str:
    """`x_bar` for `x`; a value without a name is named after the op that made it: `difference_bar`."""
    noun = (noun_of(made, value) or "") if made is not None else ""
    name = value.name or (noun if noun != OPERAND else "")
    return f"{name}_bar" if name else ""


SAVED = "saved"


def saved_name(value: Value, made: Op | None) -> str:
    """The name of a primal value outside its own function."""
    noun = noun_of(made, value) if made is not None else ""
    if value.name or made is None or not noun or noun == OPERAND:
        return value.name or SAVED
    return f"{made.kind}_value" if noun == made.kind else noun


def constants_of(region: Region) -> dict[Value, bool | int | float]:
    """The Python number behind each constant."""
    return {op.result: constant_of(op) for op in all_ops(region) if is_constant(op)}


def whole_numbers(region: Region, constants: Mapping[Value, bool | int | float]) -> set[Value]:
    """The floats that are whole numbers, such as integers that arithmetic with floats has converted."""
    found = {value for value, number in constants.items() if float(number).is_integer()}
    for op in all_ops(region):
        row = opdef(op)
        if (row.whole and found.issuperset(op.operands[row.whole])) or (
            row.converts and dtype_of(op.operands[0].type).is_integer
        ):
            found.add(op.result)
    return found

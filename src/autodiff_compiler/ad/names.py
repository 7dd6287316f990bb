"""Names for what the transformations add."""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opdef import OPERAND
from autodiff_compiler.ir.opset import noun_of


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

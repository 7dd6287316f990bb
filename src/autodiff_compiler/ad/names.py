"""Names for what the transformations add, and the constants that rules may look at."""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.ir.words import WORDS

UNNAMED = ("load", "cast", "store", "accum", "for", "while", "copy", "if", "empty", "full", "list_get")
"""Ops whose values are called after their operands, or not at all."""


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
    name = value.name or (WORDS.get(made.kind, made.kind) if made is not None and made.kind not in UNNAMED else "")
    return f"{name}_bar" if name else ""


def constants_of(region: Region) -> dict[Value, bool | int | float]:
    """The Python number behind each constant."""
    return {op.result: op.attrs["value"] for op in all_ops(region) if op.kind == "const"}

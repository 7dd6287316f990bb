"""Names for what the transformations add, and the constants that rules may look at."""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.walk import all_ops


def named(b: Builder, value: Value, hint: str, since: int) -> Value:
    """`value` under a name, if it has none and is the last of the ops built after the first `since` ones.

    So nobody refers to it yet: the caller has built these ops itself and has not handed the value on.
    """
    if value.name or len(b.ops) <= since or b.ops[-1].results != (value,):
        return value
    renamed = Value(value.type, hint)
    b.ops[-1] = replace(b.ops[-1], results=(renamed,))
    return renamed


def bar_name(value: Value) -> str:
    return f"{value.name}_bar" if value.name else ""


def constants_of(region: Region) -> dict[Value, bool | int | float]:
    """The Python number behind each constant."""
    return {op.result: op.attrs["value"] for op in all_ops(region) if op.kind == "const"}

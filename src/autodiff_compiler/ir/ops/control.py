"""The pages of constants, effects and structure.

The types of structured ops are checked by `ir/verify.py`, which knows their regions; the interpreter runs them itself.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import UNDEFINED, Values, scalar
from autodiff_compiler.ir.opdef import CONTROL, FREE, IO, NEVER, VALUE, Attrs, OpDef, no_array
from autodiff_compiler.ir.types import Scalar, Type


def _given(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (attrs["type"],)


def _nothing(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return ()


def _constant(op: Op, values: Values, mutable: bool) -> Any:
    type_ = op.results[0].type
    return scalar(op.attrs["value"], type_) if isinstance(type_, Scalar) else op.attrs["value"]


def _effect(kind: str, meaning: str, attrs: tuple[str, ...] = (), **columns: Any) -> OpDef:
    return OpDef(kind, meaning, _nothing, ("values…",), (), attrs, extents=no_array, noun="", effect=IO, **columns)


def _terminator(kind: str, meaning: str) -> OpDef:
    return OpDef(
        kind,
        meaning,
        _nothing,
        ("values…",),
        (),
        extents=no_array,
        noun="",
        effect=CONTROL,
        raises=NEVER,
        terminator=True,
    )


CONTROL_OPS: tuple[OpDef, ...] = (
    OpDef(
        "const",
        "a number, or an object from outside",
        _given,
        (),
        attrs=("type", "value"),
        extents=no_array,
        evaluate=_constant,
        noun="",
        cost=FREE,
        raises=NEVER,
    ),
    OpDef(
        "undef",
        "a value nobody may look at: a name that is bound on one path only",
        _given,
        (),
        attrs=("type",),
        extents=no_array,
        evaluate=lambda op, values, mutable: UNDEFINED,
        noun="",
        cost=FREE,
        raises=NEVER,
    ),
    # effects
    _effect("print", "shows the parts, with a value for each place", ("parts",)),
    _effect("raise", "raises `error`; control does not come back", ("error",), leaves=True),
    _effect(
        "boundary",
        "the primal's results; the primal needs nothing after it, and `vjp` cuts there",
        evaluate=lambda op, values, mutable: None,
        moves_undefined=True,
    ),
    # structure
    OpDef(
        "if",
        "what the region of the branch taken yields",
        None,
        ("condition",),
        ("values…",),
        extents=no_array,
        noun="chosen",
        effect=CONTROL,
        regions=2,
        raises=NEVER,
    ),
    OpDef(
        "for",
        "runs over `range(start, stop, step)`; a step of 0 raises",
        None,
        ("start", "stop", "step", "carried…"),
        ("carried…", "trips"),
        ("exits",),
        extents=no_array,
        noun="",
        effect=CONTROL,
        regions=1,
        raises=(VALUE,),
    ),
    OpDef(
        "while",
        "runs while its first region yields true",
        None,
        ("carried…",),
        ("carried…", "trips"),
        ("exits",),
        extents=no_array,
        noun="",
        effect=CONTROL,
        regions=2,
    ),
    _terminator("yield", "ends a region"),
    _terminator("return", "ends the body of a function"),
)

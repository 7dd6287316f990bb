"""The pages of constants, effects and structure.

The types of structured ops are checked by `ir/verify.py`, which knows their regions; the interpreter runs them itself.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import UNDEFINED, Values, scalar
from autodiff_compiler.ir.opdef import (
    CALLEE,
    CONTROL,
    DEAR,
    FREE,
    FUNCTION,
    IO,
    NEVER,
    REGION,
    VALUE,
    Attrs,
    Facts,
    OpDef,
    Shape,
    no_array,
)
from autodiff_compiler.ir.types import Array, Scalar, Type, rank


def _given(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (attrs["type"],)


def _nothing(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return ()


def _constant(op: Op, values: Values, mutable: bool) -> Any:
    type_ = op.results[0].type
    return scalar(op.attrs["value"], type_) if isinstance(type_, Scalar) else op.attrs["value"]


def _effect(kind: str, meaning: str, attrs: tuple[str, ...] = (), **columns: Any) -> OpDef:
    return OpDef(kind, meaning, _nothing, ("values…",), (), attrs, extents=no_array, noun="", effect=IO, **columns)


def _mark(kind: str, meaning: str, attrs: tuple[str, ...]) -> OpDef:
    """Only occurs between the frontend and `passes/outline.py`."""
    return OpDef(
        kind,
        meaning,
        _nothing,
        ("values…",),
        (),
        attrs,
        extents=no_array,
        evaluate=lambda op, values, mutable: None,
        noun="",
        raises=NEVER,
        moves_undefined=True,
        marks=True,
    )


def _returned(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    """Each extent of an array that a call returns is that of an argument, a number, or its own."""
    found: list[Shape | None] = []
    for result, known in zip(op.results, op.attrs["shapes"]):
        extents: list[Any] = []
        for axis, place in enumerate(known):
            if isinstance(place, tuple):
                extents.append(facts.extents(op.operands[place[0]])[place[1]])
            else:
                extents.append(("dim", result, axis) if place is None else place)
        found.append(tuple(extents) if isinstance(result.type, Array) else None)
    return tuple(found)


def _own_extents(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    return tuple(
        tuple(("dim", result, axis) for axis in range(rank(result.type))) if isinstance(result.type, Array) else None
        for result in op.results
    )


def _terminator(kind: str, meaning: str, ends: str) -> OpDef:
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
        ends=ends,
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
        "a value that must not be read: a name that is bound on one path only",
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
        marks=True,
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
        "runs over `range(start, stop, step)`; a step of 0 raises; `parallel`: on several threads, where the backend has them; "
        "`natural`: neither start nor stop is negative",
        None,
        ("start", "stop", "step", "carried…"),
        ("carried…", "trips"),
        ("exits", "parallel", "natural"),
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
    # functions
    OpDef(
        "call",
        "calls the function of the program that `callee` names; `effect` is the strongest of its body's, `shapes` says which extents"
        " of results are those of arguments, `updates` which arguments it may overwrite and give back",
        None,
        ("arguments…",),
        ("results…",),
        ("callee", "effect", "shapes", "updates"),
        extents=_returned,
        noun="",
        effect=CALLEE,
        cost=DEAR,
    ),
    OpDef(
        "external",
        "calls what is no part of the program, once and in order, as `call` writes it (`ir/external.py`); `effect` is `io`, or `pure`"
        " of what may be left out; of a `trusted` function it is certain what it returns, and that it writes to no argument",
        lambda operands, attrs: attrs["types"],
        ("arguments…",),
        ("results…",),
        ("call", "types", "effect", "trusted"),
        extents=_own_extents,
        noun="",
        effect=CALLEE,
        cost=DEAR,
    ),
    _mark(
        "begin",
        "the call of a function of the user begins here, with these values of its parameters, and numbers that are known",
        ("name", "id", "parameters", "numbers"),
    ),
    _mark("end", "the call that `begin` marks ends here", ("id",)),
    _terminator("yield", "ends a region", REGION),
    _terminator("return", "ends the body of a function", FUNCTION),
)

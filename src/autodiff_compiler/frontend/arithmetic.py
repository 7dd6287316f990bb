"""Arithmetic on abstract values: sequences joined and repeated, objects now known by Python itself, the rest by the library."""

from __future__ import annotations

import ast
import enum
import operator
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_compiler.frontend import (
    branches,
    comprehensions,
    container_methods,
    dates,
    formats,
    operators,
    texts,
    views,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import is_word
from autodiff_compiler.frontend.context import LONG, Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.mro import find
from autodiff_compiler.frontend.scalars import describe, is_number, is_scalar, scalar_type
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Dyn,
    Items,
    Listed,
    Ref,
    Static,
    Text,
    Tup,
)
from autodiff_compiler.ir.types import INT
from autodiff_compiler.library import arith
from autodiff_compiler.library.memory import ALWAYS, KEEPS

STATIC_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.USub: "unary -",
    ast.UAdd: "unary +",
    ast.Invert: "unary ~",
}


def binary(ctx: Context, op: type[ast.operator], x: Abs, y: Abs) -> Abs:
    """`x op y`."""
    x, y = ctx.present(x), ctx.present(y)
    own = operators.binary(ctx, op, x, y)
    if own is not None:
        return own
    if isinstance(x, Static) and isinstance(y, Static):
        return static(ctx, op, x.obj, y.obj)
    text = _of_text(ctx, op, x, y)
    if text is not None:
        return text
    if isinstance(x, Listed) or isinstance(y, Listed):
        listed = x if isinstance(x, Listed) else y
        raise ctx.unsupported(
            "AD148", f"`{SYMBOLS[op]}` of {describe(listed)}", "np.array(...) of it, or list(...) of a row"
        )
    held = _of_containers(ctx, op, x, y)
    if held is not None:
        return held
    _check_operands(ctx, op, x, y)
    value = arith.binary(ctx.b, op.__name__, to_library(ctx, x), to_library(ctx, y))
    if _stays_known(op, y) and _is_int(x) and _is_int(y) and value.type == INT:
        # It can be known when compiling if both can.
        return Dyn(value, lambda: STATIC_OPERATORS[op](_known_int(x), _known_int(y)))
    result = views.of_operator(ctx, value, x, y, order=ALWAYS if op is ast.MatMult else KEEPS)
    return ctx.mixed.kinds.operated(op, result)


def _of_text(ctx: Context, op: type[ast.operator], x: Abs, y: Abs) -> Abs | None:
    """`+`, `*` and `%` of strings, of which the run may decide which they are; None where there are none."""
    if isinstance(x, Choice) and is_word(x):
        return branches.of_each(ctx, x, lambda word: binary(ctx, op, word, y))
    if isinstance(y, Choice) and is_word(y):
        return branches.of_each(ctx, y, lambda word: binary(ctx, op, x, word))
    if op is ast.Add and any(isinstance(z, Text) for z in (x, y)) and all(map(_is_text, (x, y))):
        return texts.joined([texts.text_of(ctx, x), texts.text_of(ctx, y)])
    if op is ast.Mod and isinstance(x, Static) and isinstance(x.obj, str) and _may_be_known(y):
        return static(ctx, op, x.obj, ctx.static(y, "a value in a string with `%`"))
    if op is ast.Mod and isinstance(x, Static) and isinstance(x.obj, str):
        return formats.percent(ctx, x.obj, y)
    return None


def _stays_known(op: type[ast.operator], y: Abs) -> bool:
    """Whether the operator of known integers has a known integer as its result."""
    if op in (ast.FloorDiv, ast.Mod):
        return isinstance(y, Static) and y.obj != 0
    return op in (ast.Add, ast.Sub, ast.Mult)


def _is_int(x: Abs) -> bool:
    """Whether this is an integer that can be known when compiling."""
    if isinstance(x, Dyn):
        return x.static is not None and x.value.type == INT
    return isinstance(x, Static) and type(x.obj) is int


def _known_int(x: Abs) -> Any:
    return x.static() if isinstance(x, Dyn) and x.static is not None else x.obj if isinstance(x, Static) else None


def _is_text(x: Abs) -> bool:
    return isinstance(x, Text) or (isinstance(x, Static) and isinstance(x.obj, str))


def _may_be_known(x: Abs) -> bool:
    """Whether a number, or each number of a tuple, can be known when compiling."""
    if isinstance(x, Tup):
        return all(isinstance(item, Static) or _may_be_known(item) for item in x.items)
    return isinstance(x, Dyn) and x.static is not None


def _of_containers(ctx: Context, op: type[ast.operator], x: Abs, y: Abs) -> Abs | None:
    """Sequences joined or repeated, and dicts joined; None for everything else."""
    if op is ast.Add and isinstance(x, Tup) and isinstance(y, Tup):
        return Tup((*x.items, *y.items))
    for sequence, count in ((x, y), (y, x)):
        if op is ast.Mult and _is_sequence(sequence) and not _is_sequence(count) and not isinstance(count, Ref):
            return _repeat(ctx, sequence, count)
    if isinstance(x, Box) and isinstance(y, Box) and x.cls is y.cls:
        if op is ast.Add and x.cls is list:
            return _joined_lists(ctx, x, y)
        if op is ast.BitOr and x.cls is dict:
            return container_methods.joined(ctx, x, y)
    return None


def _check_operands(ctx: Context, op: type[ast.operator], x: Abs, y: Abs) -> None:
    """Refuse what is neither a number nor an array, nor a sequence that NumPy makes an array of."""
    # Beside a value of its own, NumPy turns a sequence into an array; Python's numbers and sequences do not.
    numpy = any(isinstance(z, Ref) or (is_scalar(z) and scalar_type(z).kind == "np") for z in (x, y))
    for operand in (x, y):
        if _is_sequence(operand):
            if not numpy:
                raise ctx.wrong(
                    "AD148",
                    f"unsupported operands for {SYMBOLS[op]}: {describe(x)} and {describe(y)}",
                    "make an array of it: np.array(...)",
                )
        elif not isinstance(operand, Ref) and not is_scalar(operand):
            raise _no_number(ctx, op, operand)


def _no_number(ctx: Context, op: type[ast.operator], operand: Abs) -> Exception:
    if isinstance(operand, Static) and type(operand.obj) is int:
        return ctx.unsupported("AD150", "an integer of more than 64 bits", "write it as a float: 2.0**70")
    way_out = "write {**a, **b}" if isinstance(operand, Box) and operand.cls is dict else "use numbers or arrays"
    return ctx.wrong("AD148", f"unsupported operand for {SYMBOLS[op]}: {describe(operand)}", way_out)


def _is_sequence(x: Abs) -> bool:
    return isinstance(x, Tup) or (isinstance(x, Box) and x.cls is list)


def _repeat(ctx: Context, sequence: Abs, count: Abs) -> Abs:
    if not is_scalar(count) or scalar_type(count).dtype.inexact:
        raise ctx.wrong("AD108", f"a repetition must be an integer, not {describe(count)}")
    if isinstance(sequence, Tup):
        return Tup(sequence.items * ctx.static(count, "how often a tuple is repeated"))
    assert isinstance(sequence, Box)
    content = ctx.state.content(sequence)
    one = isinstance(content, Items) and len(content.items) == 1 and is_scalar(content.items[0])
    many = one and isinstance(count, Static) and count.obj > LONG and ctx.compact.asked()
    if isinstance(content, Items) and isinstance(count, Static) and not many:
        return ctx.new_list(list(content.items) * count.obj)
    if isinstance(content, Items) and one:
        return comprehensions.filled_list(ctx, content.items[0], count)
    if not isinstance(content, Items):
        raise ctx.unsupported("AD174", "`*` of a list that grows at run time", "append to it in a loop")
    if isinstance(count, Dyn) and count.static is None:
        way_out = "start with numbers, [0.0] * n, or append in the loop"
        raise ctx.unsupported(
            "AD106", "a list of things other than numbers, repeated a number of times known only at run time", way_out
        )
    return ctx.new_list(list(content.items) * ctx.static(count, "how often a list is repeated"))


def _joined_lists(ctx: Context, x: Box, y: Box) -> Abs:
    first, second = ctx.state.content(x), ctx.state.content(y)
    if isinstance(first, Items) and isinstance(second, Items):
        return ctx.new_list([*first.items, *second.items])
    joined = Box(list)
    ctx.state.boxes[joined] = first
    container_methods.extend(ctx, joined, y)
    return joined


_OPERANDS = (bool, int, float, complex, str, tuple, frozenset, np.generic, np.dtype, type(None), type)
"""Values about which Python itself may be asked at compile time."""


def _is_plain_member(obj: Any) -> bool:
    """Whether this is a member of an enumeration with the operators of the standard library."""
    names = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__or__", "__and__", "__xor__", "__invert__")
    return isinstance(obj, enum.Enum) and not any(
        isinstance(found := find(type(obj), name), FunctionType) and found.__module__ != "enum" for name in names
    )


def static(ctx: Context, op: type[ast.AST], *operands: Any) -> Abs:
    """An operator on objects known now, computed by Python itself."""
    for operand in operands:
        if not isinstance(operand, _OPERANDS) and not _is_plain_member(operand) and not dates.is_date(operand):
            raise ctx.unsupported("AD149", f"an operator on a {type(operand).__name__}", "use numbers or arrays")
    if op is ast.Pow and isinstance(operands[0], int) and isinstance(operands[1], int) and abs(operands[1]) > 4096:
        raise ctx.unsupported("AD150", "an integer power of more than 64 bits", "use a float base")
    if op is ast.Invert and isinstance(operands[0], bool):
        return Static(~int(operands[0]))  # Python 3.12 warns about `~True`; that is for the program's own run
    try:
        return Static(STATIC_OPERATORS[op](*operands))
    except KeyError:
        raise ctx.wrong("AD148", f"unsupported operands for {op.__name__}") from None
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        if all(map(is_number, operands)) and len(operands) == 2:
            # The program itself raises this if it comes here when it runs.
            return ctx.from_value(arith.binary(ctx.b, op.__name__, *operands))
        raise ctx.wrong("AD148", f"{type(error).__name__}: {error}") from error

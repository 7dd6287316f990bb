"""Comparisons of abstract values: numbers and arrays by the library, sequences item by item, objects by their methods; `is`, `in`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from functools import partial

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import (
    arithmetic,
    branches,
    consumers,
    container_items,
    container_methods,
    keyed_dicts,
    operators,
    views,
)
from autodiff_compiler.frontend.asking import Sequence, steps
from autodiff_compiler.frontend.boxes import Box, distinguishable
from autodiff_compiler.frontend.choices import are_told_apart, chosen_truth, is_word
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.scalars import describe, is_number, is_scalar
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    DictView,
    Dyn,
    Generator,
    Items,
    Iter,
    OrNone,
    Ref,
    Static,
    Tup,
    alike,
    is_none,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL
from autodiff_compiler.library import arith
from autodiff_compiler.library.standard import keyed


def comparison(ctx: Context, op: type[ast.cmpop], x: Abs, y: Abs) -> Abs:
    """`x op y`, for one operator of a comparison."""
    if op in (ast.Is, ast.IsNot):
        return _answer(ctx, _is(ctx, x, y), op is ast.IsNot)
    for side, chosen in enumerate((x, y)):
        if isinstance(chosen, Choice) and is_word(chosen):
            asked = partial(comparison, ctx, op, x) if side else partial(_turned, ctx, op, y)
            return _of_word(ctx, op, chosen, asked, x if side else y)
    if op in (ast.In, ast.NotIn):
        return _answer(ctx, _contains(ctx, x, y), op is ast.NotIn)
    if isinstance(x, OrNone) or isinstance(y, OrNone):
        return _answer(ctx, _equal_or_none(ctx, x, y), op is ast.NotEq)
    own = operators.compare(ctx, op, x, y)
    if own is not None:
        return own
    if isinstance(x, Static) and isinstance(y, Static):
        return arithmetic.static(ctx, op, x.obj, y.obj)
    if not all(is_scalar(side) or isinstance(side, Ref) for side in (x, y)):
        return _of_objects(ctx, op, x, y)
    return views.of_operator(ctx, arith.compare(ctx.b, op.__name__, to_library(ctx, x), to_library(ctx, y)), x, y)


def _turned(ctx: Context, op: type[ast.cmpop], y: Abs, x: Abs) -> Abs:
    return comparison(ctx, op, x, y)


def _of_word(ctx: Context, op: type[ast.cmpop], choice: Choice, asked: Callable[[Abs], Abs], other: Abs) -> Abs:
    """What is answered for the word that it is; where the answers are known, only its number is compared."""
    before, start = ctx.state.copy(), len(ctx.b.ops)
    if _is_known_whole(other):
        answers = [ctx.truth(asked(word)) for word in choice.options]
        known = [answer for answer in answers if isinstance(answer, bool)]
        if len(known) == len(answers):
            return _answer(ctx, chosen_truth(ctx.b, choice, known), False)
        # An object compares itself by code of its own, which has to run for the word that it is, and for no other.
        ctx.state = before
        del ctx.b.ops[start:]
    if op in (ast.Eq, ast.NotEq) and isinstance(other, Choice) and are_told_apart(choice, other):
        return _answer(ctx, ctx.b.compare("eq", choice.number, other.number), op is ast.NotEq)
    return branches.of_each(ctx, choice, asked)


def _is_known_whole(x: Abs) -> bool:
    return isinstance(x, Static) or (isinstance(x, Tup) and all(map(_is_known_whole, x.items)))


def _equal(ctx: Context, x: Abs, y: Abs) -> bool | Value:
    return ctx.truth(comparison(ctx, ast.Eq, x, y))


def _equal_or_none(ctx: Context, x: Abs, y: Abs) -> bool | Value:
    """`x == y` where one of them may be None, and the other is None, a number or a word."""
    for one, other in ((x, y), (y, x)):
        if isinstance(one, OrNone) and is_none(other):
            return negated(ctx, one.given)
        if isinstance(one, OrNone) and any(kind(one.value) and kind(other) for kind in (is_scalar, is_word)):
            return ctx.if_given(one, partial(_equal, ctx, one.value, other))
    raise ctx.unsupported("AD151", f"comparing {describe(x)} with {describe(y)}", "ask `is None`")


def _of_objects(ctx: Context, op: type[ast.cmpop], x: Abs, y: Abs) -> Abs:
    """A comparison where one side at least is neither a number nor an array."""
    if op in (ast.Eq, ast.NotEq) and (equal := _equal_objects(ctx, x, y)) is not None:
        return _answer(ctx, ctx.truth(equal), op is ast.NotEq)
    first, second = _sequence(ctx, x), _sequence(ctx, y)
    if first is not None and second is not None and first[0] is second[0] and op in _ORDERS:
        return _ordered(ctx, op, first[1], second[1])
    none = any(isinstance(side, Static) and side.obj is None for side in (x, y))
    way_out = "ask `is None`" if none else "compare numbers or arrays"
    raise ctx.unsupported("AD151", f"comparing {describe(x)} with {describe(y)}", way_out)


def _answer(ctx: Context, truth: bool | Value, negate: bool) -> Abs:
    """A truth, or its negation, as a value."""
    if isinstance(truth, Value):
        return Dyn(negated(ctx, truth) if negate else truth)
    return Static(truth != negate)


_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _ordered(ctx: Context, op: type[ast.cmpop], x: list[Abs], y: list[Abs]) -> Abs:
    """`x < y` of two sequences: decided by their first items that differ, else by their lengths."""
    if not x or not y:
        return Static(arithmetic.STATIC_OPERATORS[op](len(x), len(y)))
    equal = ctx.truth(comparison(ctx, ast.Eq, x[0], y[0]))

    def here() -> Abs:
        return comparison(ctx, op, x[0], y[0])

    def further() -> Abs:
        return _ordered(ctx, op, x[1:], y[1:])

    if isinstance(equal, Value):
        return branches.choose(ctx, equal, further, here)
    return further() if equal else here()


def negated(ctx: Context, truth: Value) -> Value:
    """`not truth`, a Python bool."""
    result = ctx.b.cast(ctx.b.op("not", truth), BOOL)
    ctx.facts.negation(result, truth)
    return result


def _equal_objects(ctx: Context, x: Abs, y: Abs) -> Abs | None:
    """`x == y` where at least one is not a number: sequences item by item; None where it cannot be told."""
    first, second = _sequence(ctx, x), _sequence(ctx, y)
    if first is not None and second is not None:
        if first[0] is not second[0] or len(first[1]) != len(second[1]):
            return Static(False)
        equal: Abs = Static(True)
        for a, b in zip(first[1], second[1]):
            if not container_methods.is_same_object(a, b):
                same_value = partial(comparison, ctx, ast.Eq, a, b)
                equal = branches.short_circuit(ctx, equal, same_value, stop_at=False)
        return equal
    for one, other in ((x, y), (y, x)):
        # A number or container never equals a string or None; an array compares its elements.
        known = isinstance(one, Static) and (one.obj is None or isinstance(one.obj, str))
        if known and (isinstance(other, Dyn | Static | Tup) or (isinstance(other, Box) and other.cls in (list, dict))):
            return Static(False)
        if first is not None and (is_scalar(y) or is_scalar(x)):
            return Static(False)
        first = second
    return None


def _sequence(ctx: Context, x: Abs) -> tuple[type, list[Abs]] | None:
    """A tuple or a list of known length, and what kind it is."""
    if isinstance(x, Tup):
        return tuple, list(x.items)
    if isinstance(x, Static) and isinstance(x.obj, tuple):
        return tuple, [ctx.captures.wrap(ctx, item) for item in x.obj]
    if isinstance(x, Box) and x.cls is list and isinstance(content := ctx.state.content(x), Items):
        return list, list(content.items)
    return None


def _is(ctx: Context, x: Abs, y: Abs) -> bool | Value:
    answer = _is_member(ctx, x, y)
    if answer is not None:
        return answer
    _check_identity_is_known(ctx, x, y)
    if isinstance(x, Static) and isinstance(y, Static):
        return x.obj is y.obj
    for answer in (_is_none(ctx, x, y), _is_known(ctx, x, y), _is_known(ctx, y, x)):
        if answer is not None:
            return answer
    return _is_object(ctx, x, y)


def _is_object(ctx: Context, x: Abs, y: Abs) -> bool:
    """Whether two objects of the program's are one."""
    if isinstance(x, Box) and isinstance(y, Box) and not distinguishable(x, y):
        raise _unknown_identity(ctx, "two objects of the caller, or one of several,")
    if isinstance(x, Box | Closure) or isinstance(y, Box | Closure):
        return x is y
    raise _unknown_identity(ctx, f"{describe(x)} and {describe(y)}")


def _unknown_identity(ctx: Context, objects: str) -> UnsupportedError:
    return ctx.unsupported("AD152", f"`is` between {objects}", "compare what they hold with ==")


def _is_member(ctx: Context, x: Abs, y: Abs) -> bool | Value | None:
    """Whether one of several members of an enumeration is a known object, or the same member as another one."""
    members = [one for one in (x, y) if isinstance(one, Choice) and _are_members(one)]
    if len(members) == 2:
        return ctx.b.compare("eq", members[0].number, members[1].number)
    other = y if x in members else x
    if not members or not isinstance(other, Static):
        return None
    return chosen_truth(ctx.b, members[0], [isinstance(o, Static) and o.obj is other.obj for o in members[0].options])


def _are_members(choice: Choice) -> bool:
    """Whether this is one of several members of an enumeration, of which there is one each."""
    return all(isinstance(option, Static) and isinstance(option.obj, Enum) for option in choice.options)


def _check_identity_is_known(ctx: Context, x: Abs, y: Abs) -> None:
    """Where paths meet, functions and tuples are made again, so that their identity is not known."""
    remade = isinstance(x, Choice) or isinstance(y, Choice) or (x is not y and alike(x, y))
    if remade and not any(isinstance(z, Static) and z.obj is None for z in (x, y)):
        raise _unknown_identity(ctx, f"{describe(x)} and {describe(y)}")


def _is_none(ctx: Context, x: Abs, y: Abs) -> Value | None:
    """Whether what may be None is None, where the other one is."""
    for one, other in ((x, y), (y, x)):
        if isinstance(one, OrNone) and is_none(other):
            return negated(ctx, one.given)
    return None


def _is_known(ctx: Context, known: Abs, other: Abs) -> bool | Value | None:
    """Whether an object known now is another one; None where that is not said by what they are."""
    if not isinstance(known, Static):
        return None
    if not isinstance(other, Dyn):
        return False
    obj = known.obj
    if isinstance(obj, bool):
        if other.value.type != BOOL:
            return False
        return other.value if obj else negated(ctx, other.value)
    return None if is_number(obj) else False


def _contains(ctx: Context, x: Abs, y: Abs) -> bool | Value:
    own = special(ctx, y, "__contains__")
    if own is not None:
        return ctx.truth(ctx.call(own, [x], {}))
    keys = y.box if isinstance(y, DictView) and y.kind == "keys" else y
    if isinstance(keys, Box) and keys.cls is dict:
        if keyed_dicts.is_one(ctx, keys, x):
            return ctx.truth(keyed_dicts.asked(ctx, keys, keyed.has, x))
        content = ctx.state.content(keys)
        assert isinstance(content, Items)
        return container_items.key_of(ctx, x) in content.keys
    if isinstance(y, Static) and not isinstance(y.obj, tuple):
        container = ctx.immutable(y.obj, "the items")
        item = ctx.static(x, "the left side of `in`")
        try:
            return bool(item in container)
        except (TypeError, ValueError) as error:
            raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    iterable = iterate(ctx, y)
    if not isinstance(y, Iter | Generator) and isinstance(iterable, Sequence):
        iterable = steps(consumers.drained(ctx, iterable, "the right side of `in`"))
    return ctx.truth(consumers.contains(ctx, x, iterable))

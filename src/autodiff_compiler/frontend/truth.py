"""The truth of a value, as `if`, `while`, `not`, `and` and `or` ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import chosen_truth, is_word
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    DictView,
    Dyn,
    Generator,
    Items,
    Iter,
    Listed,
    OrNone,
    Range,
    Ref,
    Static,
    Tup,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Scalar, dtype_of

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context


def truth_of(ctx: Context, x: Abs) -> bool | Value:
    """The truth of a value: a bool if known now, else a boolean scalar."""
    own = special(ctx, x, "__bool__") or special(ctx, x, "__len__")
    if own is not None:
        return ctx.truth(ctx.call(own, [], {}))
    if is_instance(x):
        return True
    truth = _TRUTHS.get(type(x))
    return True if truth is None else truth(ctx, x)


def _of_perhaps_none(ctx: Context, x: OrNone) -> bool | Value:
    truth = ctx.if_given(x, lambda: ctx.truth(x.value))
    if isinstance(truth, Value):
        ctx.facts.both(truth, x.given, x.given, truth=True)
    return truth


def _of_object(ctx: Context, x: Static) -> bool:
    custom = hasattr(type(x.obj), "__bool__") or hasattr(type(x.obj), "__len__")
    return bool(ctx.immutable(x.obj, "the truth value")) if custom else True


def _of_number(ctx: Context, x: Dyn) -> Value:
    value = x.value
    if dtype_of(value.type).is_bool:
        return value
    return ctx.b.compare("ne", value, ctx.b.const_like(0, value.type))


def _of_choice(ctx: Context, x: Choice) -> bool | Value:
    if not is_word(x):
        return True
    return chosen_truth(ctx.b, x, [isinstance(word, Static) and bool(word.obj) for word in x.options])


def _of_container(ctx: Context, x: Box) -> bool | Value:
    content = ctx.state.content(x)
    if isinstance(content, Items):
        return bool(content.items)
    return ctx.b.compare("gt", ctx.b.op("list_len", content.columns[0]), ctx.b.const(0))


def _of_rows(ctx: Context, x: Listed) -> Value:
    return ctx.b.compare("gt", ctx.b.dim(ctx.read(x.ref), 0), ctx.b.const(0))


def _of_array(ctx: Context, x: Ref) -> bool | Value:
    if isinstance(x.type, Scalar):
        return ctx.truth(Dyn(ctx.read(x)))
    raise ctx.unsupported("AD105", "the truth value of an array", "use .any() or .all(), or len(x) > 0 for emptiness")


def _refused(ctx: Context, x: Range | Iter | Generator) -> NoReturn:
    raise ctx.unsupported("AD105", f"the truth value of {describe(x)}", "compare its length with 0")


_TRUTHS: dict[type[Abs], Callable[[Context, Any], bool | Value]] = {
    OrNone: _of_perhaps_none,
    Static: _of_object,
    Dyn: _of_number,
    Choice: _of_choice,
    Tup: lambda ctx, x: bool(x.items),
    Box: _of_container,
    Listed: _of_rows,
    Ref: _of_array,
    DictView: lambda ctx, x: ctx.truth(x.box),
    Range: _refused,
    Iter: _refused,
    Generator: _refused,
}
"""What says whether a value of a kind is true; any other is."""

"""The truth of a value, as `if`, `while`, `not`, `and` and `or` ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler.frontend.choices import chosen_truth, is_word
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Choice,
    DictView,
    Dyn,
    Generator,
    Items,
    Iter,
    KeptIter,
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
    if isinstance(x, OrNone):
        truth = ctx.if_given(x, lambda: ctx.truth(x.value))
        if isinstance(truth, Value):
            ctx.facts.both(truth, x.given, x.given, truth=True)
        return truth
    if is_instance(x):
        return True
    if isinstance(x, Static):
        custom = hasattr(type(x.obj), "__bool__") or hasattr(type(x.obj), "__len__")
        return bool(ctx.immutable(x.obj, "the truth value")) if custom else True
    if isinstance(x, Dyn):
        value = x.value
        if dtype_of(value.type).is_bool:
            return value
        return ctx.b.compare("ne", value, ctx.b.const_like(0, value.type))
    if isinstance(x, Choice) and is_word(x):
        return chosen_truth(ctx.b, x, [isinstance(word, Static) and bool(word.obj) for word in x.options])
    if isinstance(x, Tup):
        return bool(x.items)
    if isinstance(x, Box):
        content = ctx.state.content(x)
        if isinstance(content, Items):
            return bool(content.items)
        return ctx.b.compare("gt", ctx.b.op("list_len", content.columns[0]), ctx.b.const(0))
    if isinstance(x, Listed):
        return ctx.b.compare("gt", ctx.b.dim(ctx.read(x.ref), 0), ctx.b.const(0))
    if isinstance(x, Ref) and isinstance(x.type, Scalar):
        return ctx.truth(Dyn(ctx.read(x)))
    if isinstance(x, Ref):
        raise ctx.unsupported(
            "AD105", "the truth value of an array", "use .any() or .all(), or len(x) > 0 for emptiness"
        )
    if isinstance(x, DictView):
        return ctx.truth(x.box)
    if isinstance(x, Range | Iter | KeptIter | Generator):
        raise ctx.unsupported("AD105", f"the truth value of {describe(x)}", "compare its length with 0")
    return True

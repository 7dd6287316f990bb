"""`f(*x)` and `[*x, y]`, where only the run tells how long `x` is."""

from __future__ import annotations

import ast
from types import FunctionType

import numpy as np

from autodiff_compiler.frontend import consumers
from autodiff_compiler.frontend.asking import Sequence
from autodiff_compiler.frontend.container_methods import extend
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.values import Abs, Closure, Partial, Static


def _is_open(iterable: object) -> bool:
    return isinstance(iterable, Sequence) and iterable.bounds is None


# -- arguments ---------------------------------------------------------------------------------------------------------


def arguments(ctx: Context, function: Abs, node: ast.Call, x: Abs) -> list[Abs]:
    """The items of `x` in a call; where only the run tells how many there are, they must be as many as the function asks for."""
    iterable = iterate(ctx, x)
    if isinstance(iterable, Sequence) and _is_open(iterable):
        count = _asked_for(function, node)
        if count is not None:
            text = f"the call does not fit: {count} arguments are needed in the place of the one after *"
            return consumers.exactly(ctx, iterable, count, "TypeError", text)
    return consumers.drained(ctx, iterable, "an argument after *")


def _asked_for(function: Abs, node: ast.Call) -> int | None:
    """How many arguments are missing beside the others of the call; None where that may differ from call to call."""
    others = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
    names = {keyword.arg for keyword in node.keywords}
    needed = _needed(function)
    if needed is None or len(others) != len(node.args) - 1 or None in names:
        return None
    count = len([name for name in needed if name not in names]) - len(others)
    return count if count >= 0 else None


def _needed(function: Abs) -> list[str] | None:
    """The parameters of a function that has no others."""
    if isinstance(function, Partial):
        needed = _needed(function.function)
        if needed is None:
            return None
        return [name for name in needed[len(function.args) :] if name not in function.kwargs]
    if isinstance(function, Closure):
        parameters: ast.arguments = function.node.args
        if parameters.vararg or function.defaults:
            return None
        return [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    if not isinstance(function, Static):
        return None
    if isinstance(function.obj, np.ufunc):
        return [f"x{k}" for k in range(function.obj.nin)]
    if isinstance(function.obj, FunctionType) and not function.obj.__defaults__:
        code = function.obj.__code__
        takes_more = bool(code.co_flags & 0x04)
        return None if takes_more else list(code.co_varnames[: code.co_argcount])
    return None


# -- lists -------------------------------------------------------------------------------------------------------------


def new_list(ctx: Context, node: ast.List) -> Abs:
    """A list display; behind something of unknown length it grows."""
    items, open_ = Operands(ctx, node), set()
    count = 0
    for item in node.elts:
        if not isinstance(item, ast.Starred):
            items.add(ctx.kept(ctx.evaluate(item, or_none=True)))
            count += 1
            continue
        iterable = iterate(ctx, ctx.evaluate(item.value))
        if _is_open(iterable):
            open_.add(count)
            found = [consumers.listed(ctx, iterable)]
        else:
            found = consumers.drained(ctx, iterable, "a starred expression")
        items.add(*found)
        count += len(found)
    values = items.take()
    first = min(open_, default=count)
    box = ctx.new_list(values[:first])
    for k in range(first, count):
        extend(ctx, box, values[k] if k in open_ else ctx.new_list([values[k]]))
    return box

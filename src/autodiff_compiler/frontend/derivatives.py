"""Derivatives inside a differentiated function: `grad(f)(x)` there becomes the derivative's IR, in line.

The object is known by its method `__autodiff_lower__(arguments, values) -> Lowered` alone: the frontend sees neither the
api nor ad.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_value
from autodiff_compiler.frontend.values import Abs, Box, Items, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import FLOAT, INT
from autodiff_compiler.ir.walk import clone_ops


def is_derivative(obj: Any) -> bool:
    return hasattr(type(obj), "__autodiff_lower__")


def is_ours(obj: Any) -> bool:
    """Whether this is a function of our own API, such as `grad`."""
    return (getattr(obj, "__module__", None) or "").startswith("autodiff_compiler.")


def make(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`grad(f)` inside a function: made now, since everything it takes is known now."""
    static = [*args, *kwargs.values()]
    if not getattr(obj, "makes_derivatives", False) or not all(isinstance(a, Static | Tup) for a in static):
        raise ctx.unsupported(
            "AD190",
            f"this call of `{obj.__name__}` inside a differentiated function",
            "inside, `grad` and `value_and_grad` of functions from outside can be called; define the inner function at the top "
            "level and pass it what it needs",
        )
    given = [ctx.static(a, "an argument of a derivative") for a in args]
    named = {k: ctx.static(a, "an argument of a derivative") for k, a in kwargs.items()}
    return Static(obj(*given, **named))


def call_derivative(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The derivative's own IR for these argument types, with the arguments in place of its parameters."""
    try:
        bound = inspect.signature(obj).bind(*args, **kwargs)
    except TypeError as error:
        raise ctx.wrong("AD178", f"{getattr(obj, '__name__', 'the derivative')}: {error}") from error
    given: dict[str, Abs] = {}
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ctx.unsupported("AD177", f"a derivative with *{name} inside a function", "name its parameters")
        if name in bound.arguments:
            given[name] = bound.arguments[name]
        else:
            given[name] = ctx.captures.capture(ctx, parameter.default, lambda p=parameter: p.default, name)  # type: ignore[misc]
    parts = {name: _flattened(ctx, value) for name, value in given.items()}
    differentiated = obj.differentiated
    for name in differentiated:
        # As at a call from outside: a Python int that is differentiated counts as a float.
        values, tree = parts[name]
        parts[name] = [ctx.b.cast(v, FLOAT) if v.type == INT else v for v in values], tree
    described = [(name, tree, [v.type for v in values]) for name, (values, tree) in parts.items()]
    lowered = obj.__autodiff_lower__(described, None)
    _check_apart(ctx, lowered, [leaf for value in given.values() for leaf in _references(ctx, value)])
    ctx.captures.guards.extend(lowered.guards)
    ctx.constants.update(lowered.function.constants)
    operands = [v for values, _ in parts.values() for v in values]
    operands += [_hidden(ctx, capture) for capture in lowered.captures]
    env = dict(zip(lowered.function.params, operands, strict=True))
    ctx.b.ops.extend(clone_ops(lowered.function.body.ops[:-1], env))
    results = iter([env.get(v, v) for v in lowered.function.results])
    return _rebuilt(ctx, lowered.function.result_tree or Leaf(), results)


def _check_apart(ctx: Context, lowered: Any, leaves: list[Ref | None]) -> None:
    """Refuse one array given twice where the function writes into it, as a call from outside does."""
    for written in lowered.written:
        cell = leaves[written].cell if leaves[written] is not None else None
        if cell is not None and sum(leaf is not None and leaf.cell is cell for leaf in leaves) > 1:
            raise ctx.unsupported(
                "AD194",
                f"one array as two arguments of a derivative of `{lowered.function.name}`, which writes into it",
                "pass a copy: a.copy()",
            )


def _references(ctx: Context, x: Abs) -> list[Ref | None]:
    """The array reference of each leaf of an argument, None for a scalar; in the order of `_flattened`."""
    if isinstance(x, Tup):
        return [leaf for item in x.items for leaf in _references(ctx, item)]
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Items):
        return [leaf for item in content.items for leaf in _references(ctx, item)]
    if isinstance(x, Ref):
        return [x]
    return [None] if is_scalar(x) else []


def _hidden(ctx: Context, capture: Any) -> Value:
    found = ctx.captures.capture(ctx, capture.get(), capture.get, capture.name)
    return ctx.value(found, capture.name)


def _flattened(ctx: Context, x: Abs) -> tuple[list[Value], Tree]:
    """The IR values of an argument, and its structure."""
    if isinstance(x, Tup):
        parts = [_flattened(ctx, item) for item in x.items]
        return [v for values, _ in parts for v in values], Node(x.cls, tuple(t for _, t in parts), x.keys)
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Items):
        parts = [_flattened(ctx, item) for item in content.items]
        return [v for values, _ in parts for v in values], Node(x.cls, tuple(t for _, t in parts), content.keys)
    if isinstance(x, Ref):
        return [ctx.read(x)], Leaf()
    if isinstance(x, Static) and (x.obj is None or isinstance(x.obj, str | bool)):
        return [], Const(x.obj)
    if is_scalar(x):
        return [scalar_value(ctx.b, x)], Leaf()
    if isinstance(x, Static):
        return [], Const(x.obj)
    raise ctx.unsupported(
        "AD177", f"{describe(x)} as an argument of a derivative", "pass numbers, arrays or containers"
    )


def _rebuilt(ctx: Context, tree: Tree, values: Iterator[Value]) -> Abs:
    if isinstance(tree, Leaf):
        return ctx.from_value(next(values))
    if isinstance(tree, Const):
        return Static(tree.value)
    items = tuple(_rebuilt(ctx, child, values) for child in tree.children)
    if issubclass(tree.cls, tuple):
        return Tup(items, tree.cls, tree.keys)
    box = Box(tree.cls)
    ctx.state.boxes[box] = Items(items, tree.keys)
    return box

"""Inlines the IR of a derivative: arguments as IR values, ops with these in place of the parameters, results as the caller sees them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from autodiff_compiler.frontend import tries
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.lowered import Capture, Lowered
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_value
from autodiff_compiler.frontend.values import Abs, Grown, Items, Ref, Static, Tup, is_dimensionless
from autodiff_compiler.ir.core import Function, Value
from autodiff_compiler.ir.program import adopted, with_constants_in
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import FLOAT, INT, differentiable
from autodiff_compiler.ir.walk import clone_ops


def bound(
    ctx: Context, what: Any, signature: inspect.Signature, args: list[Abs], kwargs: dict[str, Abs]
) -> dict[str, Abs]:
    """The arguments by parameter name; defaults are captured."""
    try:
        found = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ctx.wrong("AD178", f"{getattr(what, '__name__', 'the derivative')}: {error}") from error
    given: dict[str, Abs] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ctx.unsupported(
                "AD190", f"a derivative of a function with *{name}, inside a function", "name its parameters"
            )
        if name in found.arguments:
            given[name] = found.arguments[name]
        elif isinstance(parameter.default, Abs):  # a nested function's
            given[name] = parameter.default
        else:
            place = Place(what).asked(signature_of).attribute("parameters").item(name).attribute("default")
            given[name] = ctx.captures.once(ctx, ("default", id(what), name), parameter.default, place, name)
    return given


def signature_of(what: Any) -> inspect.Signature:
    """The parameters of a function, or of the function that a derivative is made from, as they are now."""
    current = getattr(what, "__autodiff_signature__", None)
    return inspect.signature(getattr(what, "py_func", what), follow_wrapped=False) if current is None else current()


def with_floats(ctx: Context, values: list[Value]) -> list[Value]:
    """As at a call from outside: Python ints that are differentiated count as floats, unless floats stand beside them."""
    if any(differentiable(v.type) for v in values):
        return values
    return [ctx.b.cast(v, FLOAT) if v.type == INT else v for v in values]


def inlined(ctx: Context, lowered: Lowered, given: Sequence[Abs], operands: Sequence[Value]) -> Abs:
    """The results of a lowered function for `given` as its arguments and `operands` as the values of its parameters, without
    the captured ones."""
    _check_apart(ctx, lowered, [leaf for value in given for leaf in _references(ctx, value)])
    ctx.captures.guards.extend(lowered.guards)
    captured = [_hidden(ctx, capture) for capture in lowered.captures]
    return spliced(ctx, lowered.function, [*operands, *captured])


def spliced(ctx: Context, function: Function, operands: Sequence[Value]) -> Abs:
    """The ops of a function with `operands` in place of its parameters, and its results."""
    function = with_constants_in(function, ctx.constants)
    env = dict(zip(function.params, operands, strict=True))
    tries.only_safe(ctx, function.body.ops[:-1])
    ctx.b.ops.extend(adopted(clone_ops(function.body.ops[:-1], env), function.callees, ctx.callees))
    results = iter([env.get(v, v) for v in function.results])
    return rebuilt(ctx, function.result_tree or Leaf(), results)


def _check_apart(ctx: Context, lowered: Lowered, leaves: list[Ref | None]) -> None:
    """Refuse one array given twice where the function writes into it, as a call from outside does."""
    for written in lowered.written:
        target = leaves[written]
        if target is not None and sum(leaf is not None and leaf.cell is target.cell for leaf in leaves) > 1:
            raise ctx.unsupported(
                "AD194",
                f"one array as two arguments of a derivative of `{lowered.function.name}`, which writes into it",
                "pass a copy: a.copy()",
            )


def _references(ctx: Context, x: Abs) -> list[Ref | None]:
    """The array reference of each leaf of an argument, None for a scalar; in the order of `flattened`."""
    if isinstance(x, Tup):
        return [leaf for item in x.items for leaf in _references(ctx, item)]
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Items):
        return [leaf for item in content.items for leaf in _references(ctx, item)]
    if isinstance(x, Ref):
        return [x]
    return [None] if is_scalar(x) or isinstance(x, Box) else []


def _hidden(ctx: Context, capture: Capture) -> Value:
    current = capture.get()
    if isinstance(current, Value):  # what a nested function reads from the function around it
        return current
    found = ctx.captures.capture(ctx, current, capture.get, capture.name)
    return ctx.value(found, capture.name)


def flattened(ctx: Context, x: Abs) -> tuple[list[Value], Tree]:
    """The IR values of an argument, and its structure."""
    if isinstance(x, Tup):
        parts = [flattened(ctx, item) for item in x.items]
        return [v for values, _ in parts for v in values], Node(x.cls, tuple(t for _, t in parts), x.keys)
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Items):
        parts = [flattened(ctx, item) for item in content.items]
        return [v for values, _ in parts for v in values], Node(x.cls, tuple(t for _, t in parts), content.keys)
    if isinstance(x, Box) and isinstance(content := ctx.state.content(x), Grown):
        return [content.value], Leaf()
    if isinstance(x, Ref):
        return [ctx.read(x)], Leaf(array=is_dimensionless(x))
    if isinstance(x, Static) and (x.obj is None or isinstance(x.obj, str | bool)):
        return [], Const(x.obj)
    if is_scalar(x):
        return [scalar_value(ctx.b, x)], Leaf()
    if isinstance(x, Static):
        return [], Const(x.obj)
    raise ctx.unsupported(
        "AD190", f"{describe(x)} as an argument of a derivative", "pass numbers, arrays or containers"
    )


def rebuilt(ctx: Context, tree: Tree, values: Iterator[Value]) -> Abs:
    """IR values in the structure that `flattened` took them from."""
    if isinstance(tree, Leaf):
        value = next(values)
        return ctx.new_array(value) if tree.array else ctx.from_value(value)
    if isinstance(tree, Const):
        return Static(tree.value)
    items = tuple(rebuilt(ctx, child, values) for child in tree.children)
    if issubclass(tree.cls, tuple):
        return Tup(items, tree.cls, tree.keys)
    box = Box(tree.cls)
    ctx.state.boxes[box] = Items(items, tree.keys)
    return box

"""Assignment: to names, places and patterns, and the augmented operators, which read, evaluate and write."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from autodiff_compiler.frontend import (
    array_places,
    consumers,
    container_methods,
    expressions,
    members,
    objects,
    operators,
    subscripts,
)
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Index, Ref, Static, is_dimensionless
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import FLOATS, Array, Scalar, dtype_of, rank
from autodiff_compiler.library import arith


def assign(ctx: Context, target: ast.expr, value: Abs) -> None:
    """`target = value`."""
    with ctx.b.at(ctx.span(target)):
        if isinstance(target, ast.Name):
            ctx.store_name(target.id, value)
        elif isinstance(target, ast.Subscript):
            base = ctx.evaluate(target.value)
            subscripts.store(ctx, base, subscripts.evaluate_index(ctx, target.slice), value)
        elif isinstance(target, ast.Attribute):
            objects.store_attribute(ctx, ctx.evaluate(target.value), target.attr, value)
        else:
            assert isinstance(target, ast.Tuple | ast.List), "the grammar has no other target"
            _unpack(ctx, target, value)


def _unpack(ctx: Context, target: ast.Tuple | ast.List, value: Abs) -> None:
    names = target.elts
    starred = [i for i, t in enumerate(names) if isinstance(t, ast.Starred)]
    items = consumers.unpacked(ctx, value, None if starred else len(names))
    if not starred:
        if len(items) != len(names):
            raise ctx.wrong("AD158", f"{len(items)} values to unpack into {len(names)} names")
        for one, item in zip(names, items):
            assign(ctx, one, item)
        return
    (position,) = starred
    after = len(names) - position - 1
    if len(items) < len(names) - 1:
        raise ctx.wrong("AD158", f"not enough values to unpack: {len(items)}")
    middle = items[position : len(items) - after]
    for one, item in zip(names[:position], items):
        assign(ctx, one, item)
    star = names[position]
    assert isinstance(star, ast.Starred)
    assign(ctx, star.value, ctx.new_list(list(middle)))
    for one, item in zip(names[position + 1 :], items[len(items) - after :]):
        assign(ctx, one, item)


def run_assign(ctx: Context, node: ast.Assign) -> None:
    """`a = b = value`."""
    value = ctx.evaluate(node.value)
    for target in node.targets:
        # The whole statement is the place of a store, so that its adjoint can say which line it reverses.
        if isinstance(target, ast.Subscript):
            base = ctx.evaluate(target.value)
            index = subscripts.evaluate_index(ctx, target.slice)
            subscripts.store(ctx, base, index, value)
        else:
            assign(ctx, target, value)


def run_annotated(ctx: Context, node: ast.AnnAssign) -> None:
    """`a: T = value`; without a value it does nothing."""
    if node.value is not None:
        assign(ctx, node.target, ctx.evaluate(node.value))


def run_augmented(ctx: Context, node: ast.AugAssign) -> None:
    """`target op= value`: arrays and lists are changed in place, other values bound anew."""
    op = type(node.op)
    target = node.target
    if isinstance(target, ast.Name):
        current = ctx.load_name(target.id)
        ctx.store_name(target.id, in_place(ctx, op, current, ctx.evaluate(node.value)))
        return
    if isinstance(target, ast.Attribute):
        base = ctx.evaluate(target.value)
        current = members.attribute(ctx, base, target.attr)
        objects.store_attribute(ctx, base, target.attr, in_place(ctx, op, current, ctx.evaluate(node.value)))
        return
    assert isinstance(target, ast.Subscript)
    base = ctx.evaluate(target.value)
    index = subscripts.evaluate_index(ctx, target.slice)
    if not isinstance(base, Ref):
        current = subscripts.load(ctx, base, index)
        subscripts.store(ctx, base, index, in_place(ctx, op, current, ctx.evaluate(node.value)))
        return
    _augment_array(ctx, base, subscripts.per_axis(index), op, node.value)


def in_place(ctx: Context, op: type[ast.operator], current: Abs, value: Abs) -> Abs:
    """What `current op= value` binds its target to: arrays, lists and dicts are changed, and are the result themselves."""
    own = operators.in_place(ctx, op, current, value)
    if own is not None:
        return own
    if isinstance(current, Ref):
        _in_place(ctx, current, array_places.whole(current), [], op, value)
        return current
    if isinstance(current, Box) and container_methods.in_place(ctx, current, op, value):
        return current
    return expressions.binary(ctx, op, current, value)


def _augment_array(ctx: Context, base: Ref, index: list[Index], op: type[ast.operator], node: ast.expr) -> None:
    """`base[index] op= node`: Python reads the place, evaluates the value, and writes the place."""
    if is_dimensionless(base):
        subscripts.check_selects_all(ctx, index)
        _in_place(ctx, base, (), [], op, ctx.evaluate(node))
        return
    if _only_reads(node) and op in (ast.Add, ast.Sub) and array_places.is_basic_place(ctx, base, index):
        value = ctx.evaluate(node)
        if _adds_exactly(ctx, base, value):
            step, operands = array_places.array_step(ctx, base, index)
            _in_place(ctx, base, (step,), operands, op, value)
            return
        current = subscripts.load(ctx, base, index)
    else:
        current = subscripts.load(ctx, base, index)
        value = ctx.evaluate(node)
    if isinstance(current, Ref) and current.cell is base.cell:
        # A view: it is changed in place, and shows what the value's evaluation has written.
        step, operands = array_places.array_step(ctx, base, index)
        _in_place(ctx, base, (step,), operands, op, value)
        return
    result = expressions.binary(ctx, op, current, value)
    if isinstance(current, Ref):
        assert isinstance(result, Ref)
        array_places.check_cast(ctx, result.type.dtype, base.type.dtype)
        array_places.check_rank(ctx, rank(result.type), rank(current.type))
    subscripts.store(ctx, base, index, result)


def _only_reads(node: ast.expr) -> bool:
    """Whether an expression certainly changes nothing, so that it does not matter when it is evaluated."""
    return not any(isinstance(n, ast.Call | ast.NamedExpr | ast.Await | ast.Yield) for n in ast.walk(node)) or all(
        isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name) and n.func.value.id in ("np", "math")
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
    )


def _adds_exactly(ctx: Context, ref: Ref, value: Abs) -> bool:
    """Whether adding in the array's own dtype is what NumPy does: the value is of that dtype, or a weak Python number."""
    if ref.type.dtype == "bool":
        return False
    if isinstance(value, Static):
        return not isinstance(value.obj, np.generic) and (ref.type.dtype in FLOATS or not isinstance(value.obj, float))
    if isinstance(value, Dyn):
        type_ = value.value.type
        assert isinstance(type_, Scalar)
        weak = type_.kind == "py" and (ref.type.dtype in FLOATS or type_.dtype not in FLOATS)
        return weak or type_.dtype == ref.type.dtype
    return isinstance(value, Ref) and value.type.dtype == ref.type.dtype


def _in_place(ctx: Context, ref: Ref, path: Any, operands: list[Value], op: type[ast.operator], value: Abs) -> None:
    """`ref[path] op= value` on the array itself."""
    if op in (ast.Add, ast.Sub) and _adds_exactly(ctx, ref, value):
        array_places.store_at(ctx, ref, path, operands, value, "+" if op is ast.Add else "-")
        return
    current = ctx.b.load(ctx.read(ref), path, operands) if path else ctx.read(ref)
    result = arith.binary(ctx.b, op.__name__, current, ctx.to_library(value))
    if isinstance(result.type, Array) or not path:
        array_places.check_cast(ctx, dtype_of(result.type), ref.type.dtype)
        array_places.check_rank(ctx, rank(result.type), rank(current.type))
    array_places.store_at(ctx, ref, path, operands, ctx.from_value(result))

"""Assignment: to names, places and patterns, and the augmented operators, which read, evaluate and write."""

from __future__ import annotations

import ast

import numpy as np

from autodiff_compiler.frontend import (
    arithmetic,
    array_places,
    consumers,
    container_methods,
    members,
    objects,
    operators,
    shape_assignment,
    subscripts,
    views,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.values import Abs, Dyn, Index, Ref, SliceParts, Static, is_dimensionless
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import HERE, Path
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.standard import flat


def assign(ctx: Context, target: ast.expr, value: Abs) -> None:
    """`target = value`."""
    with ctx.b.at(ctx.span(target)):
        _assign(ctx, target, value)


def _assign(ctx: Context, target: ast.expr, value: Abs) -> None:
    if isinstance(target, ast.Name):
        ctx.store_name(target.id, value)
    elif isinstance(target, ast.Subscript | ast.Attribute):
        _store(ctx, target, value)
    else:
        assert isinstance(target, ast.Tuple | ast.List), "the grammar has no other target"
        _unpack(ctx, target, value)


def _store(ctx: Context, target: ast.Subscript | ast.Attribute, value: Abs) -> None:
    """Evaluate the object of a target, then its index, then store."""
    stored = Operands(ctx, target, "stored")
    stored.add(value)
    if isinstance(target, ast.Subscript):
        base, index = subscripts.evaluate_place(ctx, target)
        (value,) = stored.take()
        subscripts.store(ctx, base, index, value)
    else:
        base = ctx.evaluate(target.value)
        (value,) = stored.take()
        _store_attribute(ctx, base, target.attr, value)


def _store_attribute(ctx: Context, base: Abs, name: str, value: Abs) -> None:
    """`base.name = value`; of arrays the parts can be written: of real ones the real part, which they are themselves."""
    if isinstance(base, Ref) and (name == "real" or (name in views.PARTS and base.type.dtype.is_complex)):
        part = views.part_of(ctx, base, name) if base.type.dtype.is_complex else base
        array_places.store_at(ctx, part, array_places.whole(part), (), value)
    elif isinstance(base, Ref) and name == "flat":
        ctx.call(Static(flat.fill), [base, value], {})
    elif isinstance(base, Ref) and name == "shape":
        shape_assignment.assign(ctx, base, value)
    else:
        objects.store_attribute(ctx, base, name, value)


def _assign_each(ctx: Context, targets: list[ast.expr], values: list[Abs]) -> None:
    for i, target in enumerate(targets):
        later = Operands(ctx, target, "later")
        later.add(*values[i + 1 :])
        assign(ctx, target, values[i])
        values[i + 1 :] = later.take()


def _unpack(ctx: Context, target: ast.Tuple | ast.List, value: Abs) -> None:
    names = target.elts
    star = next((i for i, t in enumerate(names) if isinstance(t, ast.Starred)), None)
    if star is None:
        items = consumers.unpacked(ctx, value, len(names))
        if len(items) != len(names):
            raise ctx.wrong("AD158", f"{len(items)} values to unpack into {len(names)} names")
        _assign_each(ctx, names, items)
        return
    starred = names[star]
    assert isinstance(starred, ast.Starred)
    items = consumers.unpacked_around(ctx, value, star, len(names) - star - 1)
    _assign_each(ctx, [*names[:star], starred.value, *names[star + 1 :]], items)


def run_assign(ctx: Context, node: ast.Assign) -> None:
    """`a = b = value`."""
    value = ctx.evaluate(node.value, or_none=True)
    for target in node.targets:
        again = Operands(ctx, target, "again")
        again.add(value)
        if isinstance(target, ast.Subscript):
            # The whole statement is the place of a store, so that its adjoint can say which line it reverses.
            _assign(ctx, target, value)
        else:
            assign(ctx, target, value)
        (value,) = again.take()


def run_annotated(ctx: Context, node: ast.AnnAssign) -> None:
    """`a: T = value`; without a value it does nothing."""
    if node.value is not None:
        assign(ctx, node.target, ctx.evaluate(node.value))


def run_augmented(ctx: Context, node: ast.AugAssign) -> None:
    """`target op= value`: read the target, evaluate the value, combine the two, store the result in the target.

    The objects and the index of the target are evaluated once.  The result is stored even if it is the object that was
    read, changed in place: evaluating the value may have put another one there.
    """
    op = type(node.op)
    target = node.target
    operands = Operands(ctx, node)
    if isinstance(target, ast.Name):
        operands.add(ctx.load_name(target.id))
        operands.evaluate([node.value])
        ctx.store_name(target.id, in_place(ctx, op, *operands.take()))
        return
    if isinstance(target, ast.Attribute):
        base = ctx.evaluate(target.value)
        operands.add(base, members.attribute(ctx, base, target.attr))
        operands.evaluate([node.value])
        base, current, value = operands.take()
        changed = in_place(ctx, op, current, value)
        if changed is not current or not isinstance(base, Ref):
            _store_attribute(ctx, base, target.attr, changed)
        return
    base, index = subscripts.evaluate_place(ctx, target)
    if isinstance(base, Ref):
        _augment_array(ctx, node, base, subscripts.per_axis(index))
        return
    operands.add(base, subscripts.load(ctx, base, index))
    operands.evaluate([node.value])
    base, current, value = operands.take()
    subscripts.store(ctx, base, index, in_place(ctx, op, current, value))


def in_place(ctx: Context, op: type[ast.operator], current: Abs, value: Abs) -> Abs:
    """What `current op= value` binds its target to: arrays, lists and dicts are changed in place, and are themselves the result."""
    own = operators.in_place(ctx, op, current, value)
    if own is not None:
        return own
    if isinstance(current, Ref):
        _in_place(ctx, current, array_places.whole(current), (), op, value)
        return current
    if isinstance(current, Box) and container_methods.in_place(ctx, current, op, value):
        return current
    return arithmetic.binary(ctx, op, current, value)


def _augment_array(ctx: Context, node: ast.AugAssign, base: Ref, index: list[Index]) -> None:
    """`base[index] op= value` of an array."""
    op = type(node.op)
    if is_dimensionless(base):
        subscripts.check_selects_all(ctx, index)
        waiting = Operands(ctx, node)
        waiting.add(base)
        value = ctx.evaluate(node.value)
        (array,) = waiting.take()
        assert isinstance(array, Ref)
        _in_place(ctx, array, HERE, (), op, value)
        return
    path, operands = array_places.array_step(ctx, base, index)
    before, read = ctx.state.copy(), ctx.read(base)
    waiting = Operands(ctx, node)
    waiting.add(base, *(item for item in index if not isinstance(item, SliceParts)))
    value = ctx.evaluate(node.value)
    array, *items = waiting.take()
    assert isinstance(array, Ref)
    base, rest = array, iter(items)
    index = [item if isinstance(item, SliceParts) else next(rest) for item in index]
    only_read = ctx.state.same_as(before)
    exact = op in (ast.Add, ast.Sub) and _adds_exactly(ctx, base, value)
    several = path.result_rank(rank(base.type), [v.type for v in operands])
    if path.is_view and (several or any(isinstance(item, Static) and item.obj is Ellipsis for item in index)):
        # A view: it is changed in place, and shows what the value's evaluation has written.
        _in_place(ctx, base, path, operands, op, value)
    elif only_read and exact and array_places.is_basic_place(ctx, base, index):
        _in_place(ctx, base, path, operands, op, value)
    else:
        current = ctx.from_value(ctx.b.load(read, path, operands))
        result = arithmetic.binary(ctx, op, current, value)
        if isinstance(current, Ref):
            assert isinstance(result, Ref)
            array_places.check_cast(ctx, result.type.dtype, base.type.dtype)
            array_places.check_rank(ctx, rank(result.type), rank(current.type))
        subscripts.store(ctx, base, index, result)


def _adds_exactly(ctx: Context, ref: Ref, value: Abs) -> bool:
    """Whether adding in the array's own dtype is what NumPy does: the value is of that dtype, or a weak Python number."""
    if ref.type.dtype.is_bool:
        return False
    if isinstance(value, Static):
        return not isinstance(value.obj, np.generic) and (ref.type.dtype.inexact or not isinstance(value.obj, float))
    if isinstance(value, Dyn):
        type_ = value.value.type
        assert isinstance(type_, Scalar)
        weak = type_.kind == "py" and (ref.type.dtype.inexact or not type_.dtype.inexact)
        return weak or type_.dtype == ref.type.dtype
    return isinstance(value, Ref) and value.type.dtype == ref.type.dtype


def _in_place(
    ctx: Context, ref: Ref, path: Path, operands: tuple[Value, ...], op: type[ast.operator], value: Abs
) -> None:
    """`ref[path] op= value` on the array itself."""
    if op in (ast.Add, ast.Sub) and _adds_exactly(ctx, ref, value):
        array_places.store_at(ctx, ref, path, operands, value, "+" if op is ast.Add else "-")
        return
    current = ctx.b.load(ctx.read(ref), path, operands) if path else ctx.read(ref)
    result = arith.binary(ctx.b, op.__name__, current, to_library(ctx, value))
    if isinstance(result.type, Array) or not path:
        array_places.check_cast(ctx, dtype_of(result.type), ref.type.dtype)
        array_places.check_rank(ctx, rank(result.type), rank(current.type))
    array_places.store_at(ctx, ref, path, operands, ctx.from_value(result))

"""What the functions of a custom rule take, and what they return, compared with the primal: tangents, cotangents, adjoints.

A leaf that does not vary has the tangent 0.0 if it is a number, else None; None for a leaf or a container means zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.diagnostics import Span, UserError
from autodiff_compiler.frontend.arguments import comparable, held
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import flattened, rebuilt
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Dyn, Grown, Items, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.tree import Const, Leaf, Tree
from autodiff_compiler.ir.types import Array, Scalar, Type, differentiable

NOTHING = Static(None)


def tangent(ctx: Context, x: Abs, dots: Iterator[Value]) -> Abs:
    """The tangent of an argument, of the same structure."""
    if isinstance(x, Dyn):
        return Dyn(next(dots)) if differentiable(x.value.type) else _zero(x.value.type)
    if isinstance(x, Ref):
        return ctx.new_array(next(dots)) if differentiable(x.type) else NOTHING
    if isinstance(x, Static):
        number = isinstance(x.obj, int | float) and not isinstance(x.obj, bool)
        return Static(0.0) if number else NOTHING
    content = ctx.state.content_if_any(x) if isinstance(x, Box) else None
    if isinstance(content, Grown):
        return ctx.from_value(next(dots)) if differentiable(content.value.type) else NOTHING
    items = tuple(tangent(ctx, item, dots) for item in held(ctx, x))
    if isinstance(x, Tup):
        return replace(x, items=items)
    if not (isinstance(x, Box) and isinstance(content, Items)):
        return NOTHING
    box = Box(x.cls)
    ctx.state.boxes[box] = replace(content, items=items)
    return box


def cotangent(ctx: Context, tree: Tree, types: Iterator[Type], bars: Iterator[Value]) -> Abs:
    """The cotangent of a result of this structure, and of leaves of these types."""
    if isinstance(tree, Leaf):
        type_ = next(types)
        if not differentiable(type_):
            return _zero(type_)
        return rebuilt(ctx, tree, bars)
    if isinstance(tree, Const):
        return NOTHING
    items = tuple(cotangent(ctx, child, types, bars) for child in tree.children)
    if issubclass(tree.cls, tuple):
        return Tup(items, tree.cls, tree.keys)
    box = Box(tree.cls)
    ctx.state.boxes[box] = Items(items, tree.keys)
    return box


def _zero(type_: Type) -> Abs:
    return Static(0.0) if isinstance(type_, Scalar) and not type_.dtype.is_bool else NOTHING


@dataclass(frozen=True)
class Matching:
    """Compares what a function of a rule returned; `what` describes it, and `place` is where it is."""

    ctx: Context
    what: str
    place: Span | None

    def pair(self, result: Abs, form: str) -> tuple[Abs, Abs]:
        items = result.items if isinstance(result, Tup) else ()
        if len(items) != 2:
            raise self.wrong(f"must return a pair, {form}, not {describe(result)}", f"return {form}")
        return items[0], items[1]

    def result(self, out: Abs, tree: Tree | None, types: Sequence[Type]) -> tuple[list[Value], Tree]:
        """The leaves of the result, in the types of the function's own result."""
        values, found = flattened(self.ctx, out)
        if comparable(found) != comparable(tree):
            raise self.wrong(
                "returns a result of another structure than the function itself", "return what the function returns"
            )
        return [self.fitted(v, type_, "the result") for v, type_ in zip(values, types, strict=True)], found

    def leaves(self, like: Abs, given: Abs, name: str) -> list[Value | None]:
        """For each differentiable leaf of `like`, what `given` has in its place; None for zero."""
        values, tree = flattened(self.ctx, like)
        floats = [v for v in values if differentiable(v.type)]
        found = self._aligned(rebuilt(self.ctx, tree, iter(values)), given, name)
        b = self.ctx.b
        with b.at(self.place or b.span):
            for value, part in zip(floats, found, strict=True):
                if part is not None and isinstance(value.type, Array):
                    for axis in range(value.type.rank):
                        message = f"{self.what}: {name} must have the shape of the value"
                        b.emit("check_equal", (b.dim(part, axis), b.dim(value, axis)), {"message": message})
        return found

    def adjoints(self, args: Sequence[Abs], result: Abs) -> list[Value | None]:
        """For each differentiable leaf of the arguments, its adjoint; None for zero."""
        if not isinstance(result, Tup):
            raise self.wrong(
                f"must return a tuple, not {describe(result)}", "return (x_bar,), with an entry for each argument"
            )
        if len(result.items) != len(args):
            raise self.wrong(
                f"must return an adjoint for each argument; arguments: {len(args)}, returned: {len(result.items)}",
                "return a tuple with an entry for each argument, None for zero",
            )
        return [bar for x, item in zip(args, result.items) for bar in self._aligned(x, item, "an adjoint")]

    def _aligned(self, like: Abs, given: Abs, name: str) -> list[Value | None]:
        if isinstance(given, Static) and given.obj is None:
            return [None] * self._count(like)
        if isinstance(like, Dyn):
            return [self._leaf(given, like.value.type, name)] if differentiable(like.value.type) else []
        if isinstance(like, Ref):
            return [self._leaf(given, like.type, name)] if differentiable(like.type) else []
        content = self.ctx.state.content_if_any(like) if isinstance(like, Box) else None
        if isinstance(content, Grown):
            return [self._leaf(given, content.value.type, name)] if differentiable(content.value.type) else []
        if not isinstance(like, Tup | Box):
            return []
        own, items = held(self.ctx, like), held(self.ctx, given)
        if not isinstance(given, Tup | Box) or given.cls is not like.cls or len(own) != len(items):
            raise self.wrong(
                f"returns for {name} {describe(given)} where the value is {describe(like)}",
                "return the structure of the value, None for zero",
            )
        if isinstance(content, Items) and isinstance(given, Box):
            other = self.ctx.state.content_if_any(given)
            if isinstance(other, Items) and content.keys != other.keys:
                raise self.wrong(
                    f"returns for {name} other keys than those of the value", "return the keys of the value"
                )
        return [leaf for a, b in zip(own, items) for leaf in self._aligned(a, b, name)]

    def _count(self, x: Abs) -> int:
        """How many differentiable leaves there are."""
        if isinstance(x, Dyn):
            return int(differentiable(x.value.type))
        if isinstance(x, Ref):
            return int(differentiable(x.type))
        content = self.ctx.state.content_if_any(x) if isinstance(x, Box) else None
        if isinstance(content, Grown):
            return int(differentiable(content.value.type))
        return sum(map(self._count, held(self.ctx, x)))

    def _leaf(self, given: Abs, type_: Type, name: str) -> Value:
        values, tree = flattened(self.ctx, given)
        if not isinstance(tree, Leaf):
            raise self.wrong(f"returns for {name} {describe(given)} where the value is {type_}", "return one value")
        return self.fitted(values[0], type_, name)

    def fitted(self, part: Value, type_: Type, name: str) -> Value:
        """A leaf in the type that it must have: only Python numbers are converted."""
        if part.type == type_:
            return part
        if isinstance(part.type, Scalar) and isinstance(type_, Scalar):
            same, number = part.type.dtype == type_.dtype, part.type.kind == "py" and not part.type.dtype.is_bool
            if same or (number and differentiable(type_)):
                return self.ctx.b.cast(part, type_)
        raise self.wrong(
            f"returns for {name} a value of type {part.type} where it must be {type_}",
            "return it in the type and the number of dimensions of the value",
        )

    def wrong(self, reason: str, help: str) -> UserError:
        return UserError("AD196", f"{self.what} {reason}", self.place or self.ctx.b.span, help=help)

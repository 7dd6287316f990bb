"""`jvp` and `vjp` inside a differentiated function.

`vjp(f, x)` there returns the result and a pullback: a partial call of the reverse sweep with the residuals, which are
ordinary values of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import bound, flattened, inlined, signature_of, spliced, with_floats
from autodiff_compiler.frontend.values import Abs, Items, Partial, Static, Tup
from autodiff_compiler.ir.core import Function, Value
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import Array, ListOf, Scalar, differentiable


@dataclass(frozen=True, eq=False)
class ReverseFunction:
    """The reverse sweep of a `vjp`, as something to call: (result, residuals, cotangent) -> adjoints."""

    function: Function
    result: Tree


class _Mismatch(Exception):  # noqa: N818  (becomes an error where the argument's name is known)
    """A tangent or cotangent does not have the structure of its value."""


def jvp(ctx: Context, pushforward: Any, args: list[Abs]) -> Abs:
    """`jvp(f, primals, tangents)`."""
    if len(args) != 2:
        raise ctx.wrong(
            "AD421",
            "jvp takes a function, a tuple of arguments and a tuple of tangents",
            "write jvp(f, (x,), (x_dot,))",
        )
    primals, tangents = (_items(ctx, x) for x in args)
    if len(primals) != len(tangents):
        raise ctx.wrong(
            "AD421",
            f"jvp needs a tangent for each argument; arguments given: {len(primals)}, tangents: {len(tangents)}",
        )
    given = bound(ctx, pushforward.primal, signature_of(pushforward), primals, {})
    described: list[tuple[str, Tree, list[Any]]] = []
    own: list[Value] = []
    dots: list[Value | None] = []
    directions: list[Abs] = [*tangents, *[Static(None)] * (len(given) - len(tangents))]
    for (name, x), direction in zip(given.items(), directions):
        values, tree = flattened(ctx, x)
        if not (isinstance(direction, Static) and direction.obj is None):
            values = with_floats(ctx, values)
        dots += _matched(ctx, f"the tangent of {name}", "AD422", tree, values, direction)
        own += values
        described.append((name, tree, [v.type for v in values]))
    varying = tuple(dot is not None for dot in dots)
    if not any(varying):
        raise ctx.wrong("AD421", "every tangent is None: there is no direction to differentiate in")
    lowered, _ = pushforward.inside(described, varying)
    return inlined(ctx, lowered, list(given.values()), [*own, *(dot for dot in dots if dot is not None)])


def vjp(ctx: Context, reverse: Any, args: list[Abs]) -> Abs:
    """`vjp(f, *args)`: the result and the pullback, and with `has_aux` what else f returns."""
    given = bound(ctx, reverse.primal, signature_of(reverse), args, {})
    parts = [(name, *flattened(ctx, x)) for name, x in given.items()]
    described = [(name, tree, [v.type for v in values]) for name, values, tree in parts]
    lowered, (_, sweep) = reverse.inside(described, len(args))
    made = inlined(ctx, lowered, list(given.values()), [v for _, values, _ in parts for v in values])
    assert isinstance(made, Tup)
    out, residuals = made.items
    aux: tuple[Abs, ...] = ()
    if reverse.has_aux:
        assert isinstance(out, Tup)
        out, *rest = out.items
        aux = tuple(rest)
    # The caller may write into the result; the pullback needs the shape that it had.
    result, tree = flattened(ctx, out)
    kept = Tup(tuple(ctx.from_value(v) for v in result))
    return Tup((out, Partial(Static(ReverseFunction(sweep, tree)), (kept, residuals), {}), *aux))


def pull_back(ctx: Context, sweep: ReverseFunction, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`pullback(cotangent)`: the adjoints of the arguments, a tuple."""
    if len(args) != 3 or kwargs:
        raise ctx.wrong("AD423", "a pullback takes one cotangent")
    result, residuals, cotangent = args
    values, _ = flattened(ctx, result)
    bars = _matched(ctx, "the cotangent", "AD423", sweep.result, values, cotangent, every=True)
    saved, _ = flattened(ctx, residuals)
    return spliced(ctx, sweep.function, [*saved, *(bar for bar in bars if bar is not None)])


AT_ONCE: dict[str, Callable[[Context, Any, list[Abs]], Abs]] = {"jvp": jvp, "vjp": vjp}
"""The verbs that compute a product from the arguments that follow the function; see `markers.Verb`."""


def _items(ctx: Context, x: Abs) -> list[Abs]:
    if isinstance(x, Tup):
        return list(x.items)
    if isinstance(x, Box) and x.cls is list and isinstance(content := ctx.state.content(x), Items):
        return list(content.items)
    raise ctx.wrong("AD421", "the arguments and the tangents of jvp are two tuples", "write jvp(f, (x,), (x_dot,))")


def _matched(
    ctx: Context, name: str, code: str, tree: Tree, values: Sequence[Value], given: Abs, *, every: bool = False
) -> list[Value | None]:
    """What a tangent or cotangent has for each leaf of its value; None for a leaf that does not vary.

    With `every` each float leaf must have one, and what the other leaves have is ignored.
    """
    parts, structure = flattened(ctx, given)
    try:
        found = _aligned(tree, structure, iter(parts))
    except _Mismatch:
        raise ctx.wrong(code, f"{name} must have the structure of its value") from None
    matched: list[Value | None] = []
    for value, part in zip(values, found, strict=True):
        if every and not differentiable(value.type):
            matched.append(None)
        elif part is not None:
            matched.append(_fitting(ctx, name, part, value))
        elif every:
            raise ctx.wrong(code, f"{name} must have the structure of its value")
        else:
            matched.append(None)
    return matched


def _aligned(tree: Tree, given: Tree, parts: Iterator[Value]) -> list[Value | None]:
    """The parts of `given`, whose structure is that of `tree` except for None in place of what does not vary."""
    if isinstance(given, Const) and given.value is None:
        return [None] * leaves(tree)
    if isinstance(tree, Leaf) and isinstance(given, Leaf):
        return [next(parts)]
    if isinstance(tree, Node) and isinstance(given, Node):
        if (tree.cls, tree.keys, len(tree.children)) == (given.cls, given.keys, len(given.children)):
            return [leaf for a, b in zip(tree.children, given.children) for leaf in _aligned(a, b, parts)]
    elif isinstance(tree, Const) and isinstance(given, Const):
        return []
    raise _Mismatch


def _fitting(ctx: Context, name: str, part: Value, value: Value) -> Value:
    """A leaf of a tangent or cotangent in the type of its value: numbers are converted, arrays are checked."""
    b, type_ = ctx.b, value.type
    if not differentiable(type_):
        raise ctx.wrong("AD422", f"{name}: a value of type {type_} cannot vary", "give None as its tangent")
    if isinstance(type_, Scalar) and isinstance(part.type, Scalar) and not part.type.dtype.is_bool:
        return b.cast(part, type_)
    if part.type != type_:
        raise ctx.wrong("AD414", f"{name} must be of the type of its value, {type_}, not {part.type}")
    if isinstance(type_, Array):
        for axis in range(type_.rank):
            message = f"{name} must have the shape of its value"
            b.emit("check_equal", (b.dim(part, axis), b.dim(value, axis)), {"message": message})
    if isinstance(type_, ListOf):
        lengths = (b.op("list_len", part), b.op("list_len", value))
        b.emit("check_equal", lengths, {"message": f"{name} must have the length of its value"})
    return part

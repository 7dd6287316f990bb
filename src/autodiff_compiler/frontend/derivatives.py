"""Derivatives inside a differentiated function: `grad(f)(x)` there becomes the derivative's IR, in line.

A derivative is known by its method `__autodiff_lower__(arguments, values) -> Lowered` alone, `jvp` and `vjp` by their
attributes `pushforward` and `reverse`: the frontend sees neither the api nor ad.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.frontend import products
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import bound, flattened, inlined, signature_of, with_floats
from autodiff_compiler.frontend.nested import Nested
from autodiff_compiler.frontend.values import Abs, Closure, Static, Tup


def is_derivative(obj: Any) -> bool:
    return isinstance(obj, products.Sweep) or hasattr(type(obj), "__autodiff_lower__")


def is_ours(obj: Any) -> bool:
    """Whether this is a function of our own API, such as `grad`."""
    return (getattr(obj, "__module__", None) or "").startswith("autodiff_compiler.")


def make(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`grad(f)`, `jvp(f, …)` or `vjp(f, …)` inside a function: made now, since `f` and the options are known now."""
    product = hasattr(obj, "pushforward") or hasattr(obj, "reverse")
    fixed = args[:1] if product else args
    known = [Static(Nested(ctx, a)) if isinstance(a, Closure) else a for a in fixed]
    makes = product or getattr(obj, "makes_derivatives", False)
    if not makes or not known or not all(isinstance(a, Static | Tup) for a in (*known, *kwargs.values())):
        raise ctx.unsupported(
            "AD190",
            f"this call of `{obj.__name__}` inside a differentiated function",
            "name the function, and write the options as literals: grad(g, argnums=1)(x)",
        )
    given = [ctx.static(a, "an argument of a derivative") for a in known]
    named = {k: ctx.static(a, "an argument of a derivative") for k, a in kwargs.items()}
    if hasattr(obj, "pushforward"):
        return products.jvp(ctx, obj.pushforward(*given, **named), args[1:])
    if hasattr(obj, "reverse"):
        return products.vjp(ctx, obj.reverse(*given, **named), args[1:])
    return Static(obj(*given, **named))


def call_derivative(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The derivative's own IR for these argument types, with the arguments in place of its parameters."""
    if isinstance(obj, products.Sweep):
        return products.pull_back(ctx, obj, args, kwargs)
    given = bound(ctx, obj, signature_of(obj), args, kwargs)
    parts = {name: flattened(ctx, value) for name, value in given.items()}
    for name in obj.differentiated:
        values, tree = parts[name]
        parts[name] = with_floats(ctx, values), tree
    described = [(name, tree, [v.type for v in values]) for name, (values, tree) in parts.items()]
    lowered = obj.__autodiff_lower__(described, None)
    return inlined(ctx, lowered, list(given.values()), [v for values, _ in parts.values() for v in values])

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
from autodiff_compiler.frontend.values import Abs, Closure, Derivative, Static, Tup


def is_derivative(obj: Any) -> bool:
    return isinstance(obj, products.Sweep) or hasattr(type(obj), "__autodiff_lower__")


def is_ours(obj: Any) -> bool:
    """Whether this is a function of our own API, such as `grad`."""
    return (getattr(obj, "__module__", None) or "").startswith("autodiff_compiler.")


def make(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`grad(f)`, `jvp(f, …)` or `vjp(f, …)` inside a function: made now, since `f` and the options are known now."""
    product = hasattr(obj, "pushforward") or hasattr(obj, "reverse")
    fixed = args[:1] if product else args
    makes = product or getattr(obj, "makes_derivatives", False)
    known = all(isinstance(a, Static | Tup | Closure | Derivative) for a in (*fixed, *kwargs.values()))
    if not makes or not (fixed or "fun" in kwargs) or not known:
        raise ctx.unsupported(
            "AD190",
            f"this call of `{obj.__name__}` inside a differentiated function",
            "name the function, and write the options as literals: grad(g, argnums=1)(x)",
        )
    given = [_object(ctx, a) for a in fixed]
    named = {k: _object(ctx, a) for k, a in kwargs.items()}
    if hasattr(obj, "pushforward"):
        return products.jvp(ctx, obj.pushforward(*given, **named), args[1:])
    if hasattr(obj, "reverse"):
        return products.vjp(ctx, obj.reverse(*given, **named), args[1:])
    made = obj(*given, **named)
    if any(isinstance(a, Closure | Derivative) for a in (*args, *kwargs.values())):
        # What a function of the program's own holds, its defaults, changes its identity where paths meet: the derivative is
        # made again, of what it is by then, for each call.
        return Derivative(obj, tuple(args), kwargs)
    return Static(made)


def made_inside(ctx: Context, derivative: Derivative) -> Any:
    """The derivative itself, of a function as it is now."""
    given = [_object(ctx, a) for a in derivative.args]
    return derivative.verb(*given, **{k: _object(ctx, a) for k, a in derivative.kwargs.items()})


def _object(ctx: Context, x: Abs) -> Any:
    """A function or an option of a derivative as a Python object."""
    if isinstance(x, Closure):
        return Nested(ctx, x)
    return made_inside(ctx, x) if isinstance(x, Derivative) else ctx.static(x, "an argument of a derivative")


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

"""Derivatives inside a differentiated function: `grad(f)(x)` there becomes the IR of the derivative, inlined.

A derivative is recognised only by its method `__autodiff_lower__(arguments, values) -> Lowered`, and a function that makes one by
the table of `markers`: the frontend sees neither the api nor ad.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.frontend import foreign, products
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import bound, flattened, inlined, signature_of, with_floats
from autodiff_compiler.frontend.nested import Nested
from autodiff_compiler.frontend.values import Abs, Closure, Dyn, InnerDerivative, Static, Text, Tup
from autodiff_compiler.markers import Verb


def is_derivative(obj: Any) -> bool:
    return isinstance(obj, products.ReverseFunction) or hasattr(type(obj), "__autodiff_lower__")


def make(ctx: Context, verb: Verb, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`grad(f)`, `jvp(f, …)` or `vjp(f, …)` inside a function: made now, since `f` and the options are known now."""
    fixed = args[:1] if verb.at_once else args
    if not (fixed or "fun" in kwargs) or not all(_is_known(a) for a in (*fixed, *kwargs.values())):
        raise foreign.not_inside(ctx, verb.name)
    made = verb.make(*(_object(ctx, a) for a in fixed), **{k: _object(ctx, a) for k, a in kwargs.items()})
    if verb.at_once:
        return products.AT_ONCE[verb.at_once](ctx, made, args[1:])
    if any(isinstance(a, Closure | InnerDerivative) for a in (*args, *kwargs.values())):
        # What a function of the program's own holds, its defaults, changes its identity where paths meet: the derivative is
        # made again, of what it is by then, for each call.
        return InnerDerivative(verb, tuple(args), kwargs)
    return Static(made)


def _is_known(x: Abs) -> bool:
    """Whether this is a function or an option that has its value when the program is compiled; captured integers can be made so."""
    if isinstance(x, Dyn | Text):
        return x.static is not None
    return isinstance(x, Static | Tup | Closure | InnerDerivative)


def made_inside(ctx: Context, derivative: InnerDerivative) -> Any:
    """The derivative itself, for a function as it is now."""
    given = [_object(ctx, a) for a in derivative.args]
    return derivative.verb.make(*given, **{k: _object(ctx, a) for k, a in derivative.kwargs.items()})


def _object(ctx: Context, x: Abs) -> Any:
    """A function or an option of a derivative as a Python object."""
    if isinstance(x, Closure):
        return Nested(ctx, x)
    return made_inside(ctx, x) if isinstance(x, InnerDerivative) else ctx.static(x, "an argument of a derivative")


def call_derivative(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The derivative's own IR for these argument types, with the arguments in place of its parameters."""
    if isinstance(obj, products.ReverseFunction):
        return products.pull_back(ctx, obj, args, kwargs)
    given = bound(ctx, obj, signature_of(obj), args, kwargs)
    parts = {name: flattened(ctx, value) for name, value in given.items()}
    for name in obj.differentiated:
        values, tree = parts[name]
        parts[name] = with_floats(ctx, values), tree
    described = [(name, tree, [v.type for v in values]) for name, (values, tree) in parts.items()]
    lowered = obj.__autodiff_lower__(described, None)
    return inlined(ctx, lowered, list(given.values()), [v for values, _ in parts.values() for v in values])

"""What the verbs make: derivatives as objects, of functions or of source texts.  This is where they reach the compiler."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Hashable
from typing import Any

from autodiff_compiler.api.compiled import Compiled
from autodiff_compiler.api.compiler import explanation
from autodiff_compiler.api.derivative import Derivative
from autodiff_compiler.api.products import Linear, Pushforward, Reverse
from autodiff_compiler.api.specialise import memo
from autodiff_compiler.api.switching import derivative_of
from autodiff_compiler.api.tracebacks import trimmed
from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.options import Argnums, Options

__all__ = [
    "Compiled",
    "Derivative",
    "Linear",
    "Pushforward",
    "Reverse",
    "derivative",
    "explanation",
    "function_of",
    "hessian_product",
    "options_of",
    "pushforward",
    "reverse",
    "trimmed",
]

CHECK = "AUTODIFF_CHECK"
# One function per text, so that a repeated `jvp(text, …)` finds what was compiled before.
_from_text = functools.lru_cache(maxsize=256)(from_text)


def derivative(
    fun: Callable[..., Any] | str, verb: str, argnums: Argnums, has_aux: bool, given: dict[str, Any]
) -> Derivative:
    """What `grad` and its like return."""
    return derivative_of(function_of(fun), verb, argnums, has_aux, options_of(**given))


def options_of(**given: Any) -> Options:
    """Options from keyword arguments."""
    unknown = [name for name in given if name not in Options.__slots__]
    if unknown:
        names = sorted(Options.__slots__)
        way_out = did_you_mean(unknown[0], names, f"the options are {', '.join(names)}")
        raise UserError("AD415", f"there is no option {unknown[0]!r}", help=way_out)
    disable = given.get("disable", ())
    given.setdefault("check", os.environ.get(CHECK) or None)
    return Options(**{**given, "disable": (disable,) if isinstance(disable, str) else tuple(disable)})


def function_of(fun: Callable[..., Any] | str) -> Callable[..., Any]:
    """The function itself; for a source text, the last function it defines, with `np`, `math` and `cmath` at hand."""
    if isinstance(fun, str):
        return _from_text(fun)
    if not callable(fun):
        raise UserError("AD410", f"{fun!r} is not a function", help="pass a function, or the source text of one")
    return fun


def _remembered(
    make: Callable[..., Any], fun: Callable[..., Any] | str, options: dict[str, Any], *asked: Hashable
) -> Any:
    """The object that a verb called with the point makes from a function: one for these options."""
    known = function_of(fun)
    if options:
        options = {name: _hashable(value) for name, value in options.items()}
    key = (make, asked, *options.items())
    return memo(known, key, lambda: make(known, options_of(**options), *asked))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | set) else value


def pushforward(fun: Callable[..., Any] | str, **options: Any) -> Pushforward:
    made: Pushforward = _remembered(Pushforward, fun, options)
    return made


def reverse(fun: Callable[..., Any] | str, has_aux: bool = False, **options: Any) -> Reverse:
    made: Reverse = _remembered(Reverse, fun, options, has_aux)
    return made


def hessian_product(fun: Callable[..., Any] | str, argnums: Argnums = 0, **options: Any) -> Pushforward:
    made: Pushforward = _remembered(_of_gradient, fun, options, _hashable(argnums))
    return made


def _of_gradient(fun: Callable[..., Any], options: Options, argnums: Argnums) -> Pushforward:
    return Pushforward(Derivative(fun, "grad", argnums, False, options), options, "hvp")

"""Functions that bring their own derivatives, and functions that reverse mode computes again, with JAX's names and meanings.

Outside derivatives each is the function it was made from.  Inside a program the frontend recognises it by its class.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any


class _Ruled:
    """A function that derivatives treat in a way of its own."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        functools.update_wrapper(self, fun)
        self.fun = fun
        self.nondiff_argnums = tuple(nondiff_argnums)
        with contextlib.suppress(TypeError, ValueError):  # a function written in C
            self.__signature__ = inspect.signature(fun)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.__name__}>"  # type: ignore[attr-defined]  # set by update_wrapper


class CustomJvp(_Ruled):
    """What `custom_jvp` returns, with `rule(primals, tangents) -> (out, out_dot)`, or one rule for each argument."""

    rule: Callable[..., Any] | None = None
    rules: tuple[Callable[..., Any] | None, ...] = ()

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Set the rule, `rule(primals, tangents) -> (out, out_dot)`; the arguments in `nondiff_argnums` come before these two.

        Returns the rule, so that this is a decorator.
        """
        self.rule, self.rules = rule, ()
        return rule

    def defjvps(self, *rules: Callable[..., Any] | None) -> None:
        """Set one rule for each argument, `rule(x_dot, out, *primals) -> out_dot`: the tangent is their sum; None means zero."""
        self.rule, self.rules = None, rules


class CustomVjp(_Ruled):
    """What `custom_vjp` returns, with `forward(*args) -> (out, residuals)` and `reverse(residuals, out_bar) -> bars`."""

    forward: Callable[..., Any] | None = None
    reverse: Callable[..., Any] | None = None

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Set the rule: `fwd(*args) -> (out, residuals)` and `bwd(residuals, out_bar) -> (x_bar, …)`, an entry for each argument.

        Arguments in `nondiff_argnums` are among those of `fwd`, come first in those of `bwd`, and have no entry.
        None as an entry means zero.
        """
        self.forward, self.reverse = fwd, bwd


class Checkpointed(_Ruled):
    """What `checkpoint` returns."""


Ruled = CustomJvp | CustomVjp | Checkpointed


def custom_jvp(fun: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> CustomJvp:
    """`fun` with a derivative given by `defjvp` or `defjvps`; reverse mode transposes that rule.

    `fun`: a function of numbers, arrays and containers.  `nondiff_argnums`: positions of arguments that the rule gets as they
    are, such as functions or lengths; they have no tangents.

    >>> from autodiff_compiler import grad
    >>> @custom_jvp
    ... def log1pexp(x):
    ...     return np.log(1.0 + np.exp(x))
    >>> @log1pexp.defjvp
    ... def log1pexp_jvp(primals, tangents):
    ...     (x,), (x_dot,) = primals, tangents
    ...     return log1pexp(x), (1.0 - 1.0 / (1.0 + np.exp(x))) * x_dot
    >>> float(grad(lambda x: log1pexp(x))(100.0))
    1.0
    """
    return CustomJvp(fun, nondiff_argnums)


def custom_vjp(fun: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> CustomVjp:
    """`fun` with a reverse-mode derivative given by `defvjp(fwd, bwd)`; it has none in forward mode.

    `fun`: a function of numbers, arrays and containers.  `nondiff_argnums`: positions of arguments that the rule gets as they
    are, such as functions or lengths; they have no adjoints.

    >>> from autodiff_compiler import grad
    >>> @custom_vjp
    ... def clip_gradient(x, limit):
    ...     return x
    >>> clip_gradient.defvjp(lambda x, limit: (x, limit), lambda limit, g: (np.clip(g, -limit, limit), None))
    >>> float(grad(lambda x: 100.0 * clip_gradient(x, 1.0))(3.0))
    1.0
    """
    return CustomVjp(fun, nondiff_argnums)


def checkpoint(fun: Callable[..., Any]) -> Checkpointed:
    """`fun`, of which reverse mode saves only the arguments; it computes the rest again when it needs it.

    `fun`: a function of numbers, arrays and containers.  Values and derivatives are those of `fun`.

    >>> from autodiff_compiler import grad
    >>> float(grad(lambda x: checkpoint(np.sin)(x) ** 2)(0.0))
    0.0
    """
    return Checkpointed(fun)


remat = checkpoint

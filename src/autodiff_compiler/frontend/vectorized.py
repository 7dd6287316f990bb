"""`np.vectorize`: made inside the program or outside, and called for each element."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.frontend import bodies
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.values import Abs, Partial, Static
from autodiff_compiler.library.definitions import callables

OPTIONS = ("excluded", "signature", "cache")


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """`np.vectorize(f)`, or a call of what it gives; None for anything else."""
    if obj is np.vectorize:
        return _made(ctx, args, kwargs)
    if obj is callables.vectorized:
        function: Any = obj
        return bodies.enter(ctx, function, args, kwargs)
    if type(obj) is not np.vectorize:
        return None
    for name in OPTIONS:
        if getattr(obj, name):
            raise _refusal(ctx, name)
    look = ctx.captures.look
    function, kind = look(Place(obj).attribute("pyfunc")), look(Place(obj).attribute("otypes"))
    body: Any = callables.vectorized
    return bodies.enter(ctx, body, [Static(function), Static(_dtype(ctx, kind)), *args], kwargs)


def _made(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What keeps the function, until it is called with arrays."""
    function, *rest = args
    given = {**dict(zip(("otypes", "doc"), rest)), **kwargs}
    for name in OPTIONS:
        if name in given:
            raise _refusal(ctx, name)
    kind = ctx.static(given["otypes"], "otypes of np.vectorize") if "otypes" in given else None
    return Partial(Static(callables.vectorized), (function, Static(_dtype(ctx, kind))), {})


def _dtype(ctx: Context, otypes: Any) -> Any:
    """The dtype of the result, where it is given."""
    if otypes is None:
        return None
    if len(otypes) != 1:
        raise _refusal(ctx, "otypes", " of several results")
    return np.dtype(otypes[0])


def _refusal(ctx: Context, name: str, of: str = "") -> Exception:
    return ctx.unsupported(
        "AD202", f"np.vectorize: the argument {name}={of} is not supported", "write a loop over the elements"
    )

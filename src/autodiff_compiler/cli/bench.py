"""`autodiff-compiler bench`: our gradient against numerical differentiation at one point."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.table import Table

from autodiff_compiler.api.binding import Signature
from autodiff_compiler.api.functions import grad
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.options import Argnums
from autodiff_compiler.testing.numeric import float_leaves, map_floats, numeric_gradient, replaced

# How long a measurement takes in all, roughly.
SECONDS = 0.3


def seconds_per_call(call: Callable[[], Any]) -> float:
    """The best of several runs, after one call to warm up."""
    call()
    start = time.perf_counter()
    call()
    once = max(time.perf_counter() - start, 1e-7)
    number = max(1, int(SECONDS / 5 / once))
    best = np.inf
    for _ in range(5 if once < SECONDS else 1):
        start = time.perf_counter()
        for _ in range(number):
            call()
        best = min(best, (time.perf_counter() - start) / number)
    return float(best)


def forward_gradient(fun: Callable[..., Any], args: list[Any], index: int, eps: float = 1e-8) -> Any:
    """One-sided differences, one entry at a time."""
    base = fun(*args)
    leaves = float_leaves(args[index])
    found = []
    for position, leaf in enumerate(leaves):
        entries = np.zeros(np.shape(leaf))
        for place in np.ndindex(entries.shape):
            moved = [np.array(other, float) for other in leaves]
            moved[position][place] += eps
            shaped = [part if part.ndim else float(part) for part in moved]
            entries[place] = (fun(*args[:index], replaced(args[index], shaped), *args[index + 1 :]) - base) / eps
        found.append(entries)
    return replaced(args[index], found)


def run_bench(
    fun: Callable[..., Any], arguments: dict[str, Any], argnums: Argnums, backend: str, check: str | None = None
) -> Table:
    """A table: time per call, relative to the function, and the largest difference from our gradient."""
    names = Signature.of(fun).wrt(argnums)
    if len(names) != 1:
        raise UserError("AD508", "bench differentiates with respect to one parameter", help="write --wrt x")
    args = list(arguments.values())
    index = list(arguments).index(names[0])
    derivative = grad(fun, names[0], backend=backend, check=check)
    ours = derivative(*args)
    primal_time = seconds_per_call(lambda: fun(*map_floats(_copied, args)))
    table = Table(title=f"{getattr(fun, '__name__', 'function')}: gradient with respect to {names[0]}")
    for column in ("method", "time per call", "of the function", "largest relative difference"):
        table.add_column(column, justify="left" if column == "method" else "right", no_wrap=column == "method")
    table.add_row("the function itself", _shown(primal_time), "1", "")
    rows: list[tuple[str, Callable[[], Any]]] = [
        (f"this gradient ({backend})", lambda: derivative(*args)),
        ("forward differences", lambda: forward_gradient(fun, args, index)),
        ("central differences", lambda: numeric_gradient(fun, args, index)),
    ]
    for name, call in rows:
        taken = seconds_per_call(call)
        table.add_row(name, _shown(taken), f"{taken / primal_time:.1f}", f"{_difference(ours, call()):.1e}")
    return table


def _copied(leaf: Any) -> Any:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def _shown(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1.0:
            return f"{seconds * scale:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def _difference(ours: Any, other: Any) -> float:
    """The largest difference, in units of the largest entry of either gradient."""
    worst = size = 0.0
    for x, y in zip(float_leaves(ours), float_leaves(other), strict=True):
        worst = max(worst, _largest(np.asarray(x) - np.asarray(y)))
        size = max(size, _largest(x), _largest(y))
    return worst / size if size else 0.0


def _largest(x: Any) -> float:
    return float(np.max(np.abs(x), initial=0.0))

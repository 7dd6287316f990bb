"""Calls that are wrong: what Python refuses by the signature alone, and arguments that no handler foresaw."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs

# Builtins without a signature: how many arguments they take by position, and which by name.
_ANY = 10**6
_COUNTS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "range": (1, 3, ()), "zip": (0, _ANY, ("strict",)), "map": (2, _ANY, ("strict",)), "filter": (2, 2, ()), "list": (0, 1, ()),
    "tuple": (0, 1, ()), "set": (0, 1, ()), "frozenset": (0, 1, ()), "reversed": (1, 1, ()), "getattr": (2, 3, ()),
    "iter": (1, 2, ()), "next": (1, 2, ()), "min": (1, _ANY, ("key", "default")), "max": (1, _ANY, ("key", "default")),
    "type": (1, 3, ()), "enumerate": (0, 2, ("iterable", "start")), "prange": (1, 3, ()),
}  # fmt: skip


def check_signature(ctx: Context, obj: Any, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> None:
    """Refuse what CPython has a TypeError for, whatever the arguments are."""
    if name in _COUNTS:
        least, most, keywords = _COUNTS[name]
        unknown = [key for key in kwargs if key not in keywords]
        if unknown:
            raise ctx.wrong("AD178", f"{name}() got an unexpected keyword argument {unknown[0]!r}")
        twice = [key for key in kwargs if name == "enumerate" and keywords.index(key) < len(args)]
        if twice:
            raise ctx.wrong("AD178", f"{name}() got {twice[0]!r} by position and by name")
        if not least <= len(args) <= most:
            raise ctx.wrong("AD178", f"{name}() does not take {len(args)} arguments")
        return
    signature = _signature(obj)
    if signature is None:
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ctx.wrong("AD178", f"{name}(): {error}") from error


@cache
def _signature(obj: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(obj)
    except (TypeError, ValueError):
        return None


@contextmanager
def refused(ctx: Context, name: str) -> Iterator[None]:
    """What goes wrong in a handler itself is told as a refusal of its arguments; not what goes wrong in the program that it runs."""
    try:
        yield
    except AutodiffError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError) as error:
        if _in_program(error):
            raise
        raise ctx.unsupported(
            "AD202",
            f"{name}() of these arguments ({type(error).__name__}: {error})",
            "pass numbers, arrays or containers of these",
        ) from error


def _in_program(error: BaseException) -> bool:
    trace, depth = error.__traceback__, 0
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if depth and file.endswith(("expressions.py", "statements.py")):
            return True
        trace, depth = trace.tb_next, depth + 1
    return False

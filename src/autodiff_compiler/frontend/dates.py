"""Dates and durations (`datetime`): objects that never change, made and computed with by Python itself when the program is compiled.

What a clock says differs each time, and is refused.
"""

from __future__ import annotations

import datetime
from typing import Any

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs, Static

CLASSES = (datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone)
CLOCKS = ("today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "timestamp", "astimezone")
"""Methods that ask what time it is, or where the machine is."""


def is_date(obj: Any) -> bool:
    return type(obj) in CLASSES


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """A call of one of the classes, or of a method of a class; None for anything else."""
    method = getattr(obj, "__self__", None) in CLASSES
    if obj not in CLASSES and not method:
        return None
    if method and obj.__name__ in CLOCKS:
        raise ctx.unsupported(
            "AD177", f"`{obj.__qualname__}`, which asks a clock", "pass the date as an argument of a partial"
        )
    what = "what a date is made of"
    given = {name: ctx.static(x, what) for name, x in kwargs.items()}
    try:
        return Static(obj(*(ctx.static(x, what) for x in args), **given))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error

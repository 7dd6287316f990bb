"""A line for each compilation: what is compiled, for which types, why it is compiled again, and how long it takes.

`AUTODIFF_LOG=1` in the environment shows the lines on stderr.  They are records of the logger "autodiff_compiler" at level
INFO, which a program can direct elsewhere instead.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autodiff_compiler import lazy

VARIABLE = "AUTODIFF_LOG"
NAME = "autodiff_compiler"
_shown: list[Any] = []
"""The handler for stderr, once there is one."""


def enabled() -> bool:
    """Whether anybody is listening.  The module `logging` is not loaded to find out."""
    if os.environ.get(VARIABLE, "") not in ("", "0"):
        return True
    return "logging" in sys.modules and lazy.load("logging").getLogger(NAME).isEnabledFor(20)


def say(text: str | Callable[[], str]) -> None:
    """Log a line; if it is given as a function, it is called only where somebody is listening."""
    if not enabled():
        return
    logging = lazy.load("logging")
    logger = logging.getLogger(NAME)
    if os.environ.get(VARIABLE, "") not in ("", "0") and not _shown:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("autodiff: %(message)s"))
        logger.addHandler(handler)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
        logger.propagate = False
        _shown.append(handler)
    logger.info("%s", text if isinstance(text, str) else text())


@contextmanager
def timed(text: Callable[[], str]) -> Iterator[None]:
    """Log what was done and how long it took, also where it failed."""
    before = time.perf_counter()
    try:
        yield
    except BaseException as error:
        failure = getattr(error, "code", type(error).__name__)
        say(lambda: f"{text()}: {failure} after {shown(before)}")
        raise
    say(lambda: f"{text()}: {shown(before)}")


def shown(before: float) -> str:
    """The time since then, as a person would write it."""
    seconds = time.perf_counter() - before
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"

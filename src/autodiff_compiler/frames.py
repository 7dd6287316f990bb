"""Whose code a frame of a traceback is: the user's, an installed package's, or ours; how IPython is shown an error; and how many frames
there may be while something is compiled.

With `AUTODIFF_TRACEBACK=full` in the environment, every frame is shown.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

VARIABLE = "AUTODIFF_TRACEBACK"
HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
# How many of the user's frames a notebook shows; if there are more, the first and the last of them.
SHOWN = 2


def full() -> bool:
    """Whether tracebacks are to be shown as they are."""
    return os.environ.get(VARIABLE, "") == "full"


def is_ours(file: str) -> bool:
    return file.startswith(HERE)


def is_installed(file: str) -> bool:
    """Whether a file belongs to Python itself or to an installed package."""
    return bool(package(file))


def package(file: str) -> str:
    """The folder, or the file, of the installed package that a file belongs to; empty for the user's own files."""
    if file.startswith("<frozen "):
        return "<frozen>"
    home = max((path for path in _libraries() if file.startswith(path)), key=len, default="")
    return home and home + file[len(home) :].partition(os.sep)[0]


@functools.cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    # A virtual environment has other paths than the Python that it was made with.
    found |= {path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")}
    return tuple(sorted(os.path.abspath(path) + os.sep for path in found))


def entries(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def file_of(entry: TracebackType) -> str:
    return entry.tb_frame.f_code.co_filename


def place_name(file: str) -> str:
    """A file as a person knows it: a cell of a notebook by its number."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    named = getattr(getattr(shell, "compile", None), "format_code_name", lambda _: None)(file)
    return " ".join(named) if named else file


def notebook_lines(error: BaseException) -> list[str]:
    """The traceback of an error as IPython shows it: the user's lines, each as one, and the message."""
    name = type(error).__name__
    head = "Traceback (most recent call last)"
    lines = ["-" * 75, name + head.rjust(75 - len(name))]
    found = [entry for entry in entries(error.__traceback__) if _is_users(file_of(entry))]
    for entry in found if len(found) <= SHOWN else [found[0], None, found[-1]]:
        lines += _frame(entry) if entry is not None else [f"… {len(found) - 2} more calls …"]
    return [*lines, "", *"".join(traceback.format_exception_only(error)).rstrip("\n").split("\n")]


def _is_users(file: str) -> bool:
    return not is_ours(file) and not is_installed(file)


def _frame(entry: TracebackType) -> list[str]:
    file, line, name = file_of(entry), entry.tb_lineno, entry.tb_frame.f_code.co_name
    text = linecache.getline(file, line).strip()
    where = f"{place_name(file)}, line {line}" + ("" if name == "<module>" else f", in {name}")
    return [where, f"----> {line} {text}"] if text else [where]


@contextmanager
def room_for_recursion() -> Iterator[None]:
    """A higher limit for what walks a program by calling itself: the frontend, a call of the program with many nested ones, and Numba, which
    looks for a definition through one block after another."""
    before = sys.getrecursionlimit()
    raised = max(before, 20_000)
    sys.setrecursionlimit(raised)
    try:
        yield
    finally:
        # The limit is that of all threads: another may have set it in between.
        if sys.getrecursionlimit() == raised:
            sys.setrecursionlimit(before)

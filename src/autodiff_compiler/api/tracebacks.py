"""The traceback that a user sees: the user's own frames and one of ours."""

from __future__ import annotations

import ast
import itertools
import linecache
import sys
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

from autodiff_compiler import frames, lazy
from autodiff_compiler.api.boundary import named
from autodiff_compiler.backends import LINES, Lines
from autodiff_compiler.diagnostics import Span

# What an entry of a traceback consists of: a frame, the instruction it is at, and its line.
Entry = tuple[FrameType, int, int]


def trimmed(error: BaseException) -> BaseException:
    """The exception as the user is to see it: below the present frame without frames of ours or of what we called; with the
    line of the user's function instead of the generated line that comes from it; without exceptions that we caught ourselves."""
    _put_together(error)
    if frames.full() or lazy.arose_in_loading(error):
        return error
    if error.__cause__ is not None and _is_from_here(error.__cause__):
        error.__cause__ = None
        error.__suppress_context__ = False
    error.__context__ = _from_outside(error.__context__)
    return error.with_traceback(_chained(list(_kept(error.__traceback__))))


def _put_together(error: BaseException) -> None:
    """Make the text of an exception raised by compiled code, which carries the pattern and the values of its message."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    pattern, *values = error.args or (None,)
    if values and isinstance(pattern, str) and last is not None and _lines_of(last) is not None:
        error.args = (pattern.format(*values),)


def _is_from_here(error: BaseException) -> bool:
    """Whether an exception was caught by our own code, or by a package that we called: its traceback begins there."""
    first = error.__traceback__
    return first is None or frames.is_ours(frames.file_of(first)) or frames.is_installed(frames.file_of(first))


def _from_outside(error: BaseException | None) -> BaseException | None:
    """The exception that the user was handling when ours arose, if any."""
    while error is not None and _is_from_here(error):
        error = error.__context__
    return error


def _kept(tb: TracebackType | None) -> Iterator[Entry]:
    """The entries to show: the user's frames, and what an installed package does on the user's behalf, not on ours."""
    ours = True
    for entry in frames.entries(tb):
        file = frames.file_of(entry)
        lines = _lines_of(entry)
        if lines is not None or frames.is_ours(file):
            ours = True
            if lines is not None and (span := lines.span(*_range(entry))) is not None:
                yield from _places(span)
        elif not (ours and frames.is_installed(file)):
            ours = False
            yield entry.tb_frame, entry.tb_lasti, entry.tb_lineno


def _chained(kept: list[Entry]) -> TracebackType | None:
    chain: TracebackType | None = None
    for frame, instruction, line in reversed(kept):
        chain = TracebackType(chain, frame, instruction, line)
    return chain


# -- lines of generated code ---------------------------------------------------------------------------------------------


def _lines_of(entry: TracebackType) -> Lines | None:
    """The table of the generated module in which a frame runs, if it runs in one.  Code compiled by Numba has a frame without globals."""
    space = entry.tb_frame.f_globals
    if not space:
        file = frames.file_of(entry)
        modules = [m for m in list(sys.modules.values()) if getattr(m, "__file__", None) == file]
        space = vars(modules[0]) if modules else {}
    return space.get(LINES)


def _range(entry: TracebackType) -> tuple[int, int | None, int, int]:
    """The position of the instruction that raised: first line and column, last line and column; columns where they are known."""
    index = entry.tb_lasti // 2  # an instruction has two bytes
    found = next(itertools.islice(entry.tb_frame.f_code.co_positions(), index, None), (None, None, None, None))
    line, end_line, column, end_column = found
    return (entry.tb_lineno, None, 0, 0) if line is None else (line, column, end_line or 0, end_column or 0)


def _places(span: Span) -> Iterator[Entry]:
    """Frames at a place in the user's source, and at the calls that led there."""
    chain = [span]
    while (caller := chain[-1].caller) is not None:
        chain.append(caller)
    for place in reversed(chain):
        if place.line:
            yield _standing_at(place)


def _standing_at(place: Span) -> Entry:
    """A frame that failed at this place, as if Python had run the user's function itself."""
    name, first = _function_at(place)
    head = ast.parse("def failing():\n    raise place")
    for node in ast.walk(head):
        if isinstance(node, ast.FunctionDef):
            _put(node, Span(place.file, first, 0, first, 0))
        elif isinstance(node, ast.stmt | ast.expr):
            _put(node, place)
    space: dict[str, Any] = {"place": _Place()}
    exec(compile(head, place.file, "exec"), space)
    try:
        named(space["failing"], name, name)()
    except _Place as raised:
        *_, last = frames.entries(raised.__traceback__)
    return last.tb_frame, last.tb_lasti, last.tb_lineno


class _Place(Exception):  # noqa: N818  # never leaves this module
    """Raised to get a frame."""


def _put(node: ast.stmt | ast.expr, place: Span) -> None:
    node.lineno, node.col_offset = place.line, place.col
    node.end_lineno, node.end_col_offset = place.end_line or place.line, place.end_col


def _function_at(place: Span) -> tuple[str, int]:
    """The name and the first line of the function in which a place lies."""
    found = "<module>", 1
    try:
        tree = ast.parse("".join(linecache.getlines(place.file)))
    except SyntaxError:
        return found
    for node in ast.walk(tree):  # outer functions come before inner ones
        if isinstance(node, ast.FunctionDef | ast.Lambda) and _holds(node, place):
            found = getattr(node, "name", "<lambda>"), node.lineno
    return found


def _holds(node: ast.FunctionDef | ast.Lambda, place: Span) -> bool:
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return start <= (place.line, place.col) < end

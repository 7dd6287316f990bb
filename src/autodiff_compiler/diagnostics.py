"""Source positions and the three kinds of error, each shown with the user's own line and a caret.

`UserError`: the program or the call is wrong.  `UnsupportedError`: we do not do this yet, and the message says what to
write instead.  `InternalError`: a bug of ours.  Every error has a stable code (`AD101` …, listed in
`docs/limitations.md`).
"""

from __future__ import annotations

import importlib
import linecache
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from autodiff_compiler import frames

PRIMAL = "primal"
ADJOINT = "adjoint"
# How many call sites an error shows; if there are more, the first and the last of them.
CALLERS = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the user's source: 1-based lines, 0-based columns as in `ast`; `end_col` is exclusive.

    `phase` distinguishes statements of the reverse sweep from those of the primal that they come from; the printer uses it to say
    which source line an adjoint statement belongs to.  `caller` is the call site of an inlined helper.
    """

    file: str = "<unknown>"
    line: int = 0
    col: int = 0
    end_line: int = 0
    end_col: int = 0
    phase: str = PRIMAL
    caller: Span | None = None

    def at_phase(self, phase: str) -> Span:
        if self.phase == phase:
            return self
        return Span(self.file, self.line, self.col, self.end_line, self.end_col, phase, self.caller)

    def place(self) -> str:
        """File and line, as errors of generated code name them."""
        return f"{os.path.basename(self.file)}:{self.line}"

    def source_line(self) -> str:
        """The text of the first line, without its newline; empty if there is no source."""
        return linecache.getline(self.file, self.line).rstrip("\n")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col + 1}"


UNKNOWN = Span()


@dataclass(frozen=True)
class Note:
    """A second place or a remark that belongs to an error."""

    text: str
    span: Span | None = None


class AutodiffError(Exception):
    """Base of all errors of this package.

    Attributes: `code` (stable, such as "AD201"), `reason` (what is wrong), `span` (where, or None), `help` (what to
    write instead), `notes`.
    """

    __module__ = "autodiff_compiler"  # the name by which it is imported, and shown

    kind = "error"

    def __init__(
        self,
        code: str,
        reason: str,
        span: Span | None = None,
        *,
        help: str | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        self.code = code
        self.reason = reason
        self.span = span
        self.help = help
        self.notes = notes
        super().__init__(render(self))

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        """How an exception is to be shown: IPython asks for this."""
        if frames.full():
            raise AttributeError
        return lambda: frames.notebook_lines(self)

    def __reduce__(self) -> tuple[Any, ...]:  # keyword arguments do not survive the default pickling of exceptions
        return _rebuild, (type(self), self.code, self.reason, self.span, self.help, self.notes)


def _rebuild(
    kind: type[AutodiffError], code: str, reason: str, span: Span | None, help: str | None, notes: tuple[Note, ...]
) -> AutodiffError:
    return kind(code, reason, span, help=help, notes=notes)


class UserError(AutodiffError):
    """The program or the call is wrong."""

    __module__ = "autodiff_compiler"


class UnsupportedError(AutodiffError):
    """A construct the compiler does not handle; the message says what to write instead."""

    __module__ = "autodiff_compiler"

    kind = "unsupported"


class InternalError(AutodiffError):
    """A bug in the compiler; the message gives the path of an IR dump where there is one."""

    __module__ = "autodiff_compiler"

    kind = "internal error"


class Stretched(ValueError):  # noqa: N818  # never leaves us
    """Raised by code that was made for calls in which no extent of 1 is stretched: extents differ.

    Whether that is an error of the program is for NumPy to say: `api/specialise.py` makes the call again with code for all calls.
    """

    def shown(self) -> str:
        """The shapes or extents that differ."""
        return " and ".join(map(str, self.args[1:])) or str(self)

    @property
    def is_wrong(self) -> bool:
        """Whether the shapes that are operands of the message are such that NumPy refuses to broadcast them together."""
        pattern, *values = self.args or ("",)
        shapes = [value if isinstance(value, tuple) else (value,) for value in values]
        return str(pattern).startswith(TOGETHER) and len(shapes) == 2 and not _alike(*shapes)


TOGETHER = "operands could not be broadcast together"
"""How NumPy begins to say that shapes do not fit each other."""


def _alike(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(first), reversed(second)))


def caret_lines(span: Span) -> list[str]:
    """The source line with carets under the span, or nothing where there is no source."""
    text = span.source_line()
    if not text:
        return []
    last = span.end_col if span.end_line == span.line else len(text)
    width = max(1, last - span.col)
    number = f"{span.line:>5}"
    return [f"{number} | {text}", f"{' ' * len(number)} | {' ' * span.col}{'^' * width}"]


def _callers(span: Span) -> Iterator[Span]:
    while span.caller is not None:
        span = span.caller
        yield span


def render(error: AutodiffError) -> str:
    """The full text of an error: place, code, reason, source line with carets; calls, notes and help, a line for each."""
    where = f"{_shown(error.span)}: " if error.span is not None else ""
    lines = [f"{where}{error.kind}[{error.code}]: {error.reason}"]
    if error.span is not None:
        lines += caret_lines(error.span)
        calls = [f"  called from {_line(caller)}" for caller in _callers(error.span)]
        lines += calls if len(calls) <= CALLERS else [calls[0], f"  … {len(calls) - 2} more calls …", calls[-1]]
    for note in error.notes:
        lines.append(f"  note: {note.text}" + (f": {_line(note.span)}" if note.span is not None else ""))
    if error.help:
        lines.append(f"  help: {error.help}")
    return "\n".join(lines)


def _shown(span: Span) -> str:
    return str(replace(span, file=frames.place_name(span.file)))


def _line(span: Span) -> str:
    """A place and what stands there, in one line."""
    text = span.source_line().strip()
    return _shown(span) + (f": {text}" if text else "")


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The way out for an unknown word: the known word nearest to it, and what else to say, or what to say instead."""
    near = importlib.import_module("difflib").get_close_matches(word, list(known), n=1)
    if not near:
        return otherwise
    return f"did you mean {near[0]!r}?" + (f" {otherwise[0].upper()}{otherwise[1:]}" if otherwise else "")


@dataclass
class SourceMap:
    """Texts of sources that are in no file (`grad` of a source string), made known to `linecache`."""

    texts: dict[str, str] = field(default_factory=dict)

    def register(self, name: str, text: str) -> None:
        self.texts[name] = text
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


SOURCES = SourceMap()

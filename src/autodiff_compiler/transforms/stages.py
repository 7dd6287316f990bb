"""A compiled function with the IR of every stage, and the dump of these where something in the compiler goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from autodiff_compiler import lazy
from autodiff_compiler.backends import Lines
from autodiff_compiler.diagnostics import AutodiffError, InternalError, Note
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.options import Options
from autodiff_compiler.passes.stretching import is_usual
from autodiff_compiler.passes.workspaces import WorkspacePlan


@dataclass
class Compilation:
    """A compiled function, and how it came about: `stages` maps the names of `options.STAGES` to the IR after them, `loaded` is what the
    text defines, and `call` what is called, which may do more."""

    options: Options
    stages: dict[str, Function] = field(default_factory=dict)
    text: str = ""
    lines: Lines | None = None
    """Where the lines of the text come from."""
    loaded: Callable[..., Any] = lambda *args: None
    call: Callable[..., Any] = lambda *args: None
    bounded: bool = False
    """Whether what is called says which int is too large for it (`backends/integers.py`)."""
    wide: Compilation | None = None
    """The same for int arguments of any size, where this is made for small ones and hands over to it."""
    workspace: WorkspacePlan | None = None
    """What it works in, where that is given by the caller."""

    def keep(self, stage: str, function: Function) -> Function:
        if self.options.verify:
            verify(function, buffers=stage == "buffers", after=stage)
        self.stages[stage] = function
        return function

    @property
    def function(self) -> Function:
        """The IR of the latest stage."""
        return next(reversed(self.stages.values()))

    @property
    def is_usual(self) -> bool:
        """Whether there are calls that it refuses, because it is made for the usual ones (`passes/stretching.py`)."""
        return is_usual(self.function)


@contextmanager
def dumped(done: Compilation) -> Iterator[None]:
    """Turn whatever goes wrong inside a stage into an `InternalError` with the path of an IR dump."""
    try:
        yield
    except InternalError as error:
        if any(note.text.startswith("IR dump") for note in error.notes):
            raise
        notes = (*error.notes, *_dump(done, error))
        raise InternalError(error.code, error.reason, error.span, help=error.help, notes=notes) from error
    except AutodiffError:
        raise
    except Exception as error:
        after = f" after stage {list(done.stages)[-1]!r}" if done.stages else ""
        reason = f"{type(error).__name__} in the compiler{after}: {error}"
        raise InternalError(
            "AD900", reason, help="please report it with the IR dump", notes=_dump(done, error)
        ) from error


def _dump(done: Compilation, error: BaseException) -> tuple[Note, ...]:
    """A file with the IR of every stage, and where in the compiler the error arose, which the user is not shown."""
    try:
        handle, path = lazy.load("tempfile").mkstemp(prefix="autodiff_ir_", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for stage, fn in done.stages.items():
                file.write(f"# stage {stage}\n{_printable(fn)}\n\n")
            file.writelines(lazy.load("traceback").format_exception(error))
    except OSError as failure:
        return (Note(f"no IR dump could be written: {failure}"),)
    return (Note(f"IR dump: {path}"),)


def _printable(fn: Function) -> str:
    try:
        return format_function(fn, spans=True)
    except Exception as error:  # a broken IR must not hide the error that it is reported with
        return f"(cannot be printed: {error})"

"""Prints an `ast.Module` through astor, with comments, and reads the text back to check that it means the same.

An AST has no comments: a note is a statement that is a single reserved name, and its line is replaced after printing.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from autodiff_compiler import lazy
from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.lines import Lines, Range, row, table
from autodiff_compiler.diagnostics import InternalError, Span

NOTE = re.compile(r"^( *)__note_(\d+)__$")


class Notes:
    """The comments of a module: each gets a statement that marks where it is to appear."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def statement(self, text: str) -> ast.stmt:
        self.texts.append(text)
        return syntax.expression(syntax.name(f"__note_{len(self.texts) - 1}__"))


@dataclass(frozen=True)
class Printed:
    """The text of a module, and where its lines come from."""

    text: str
    lines: Lines


def print_module(body: Sequence[ast.stmt], notes: Notes) -> Printed:
    """The text of the statements.  Raises `InternalError` AD601 where the text does not read back as the tree."""
    module = ast.Module(body=list(body), type_ignores=[])
    with warnings.catch_warnings():
        # astor touches AST names that Python deprecates.
        warnings.simplefilter("ignore")
        astor = lazy.load("astor")
        text = astor.to_source(module, pretty_source="".join)
    # Module docstrings and function bodies alike must parse to what was meant.
    parsed = ast.parse(text)
    rows: list[tuple[Range, Span]] = []
    if not same_tree(parsed, module, rows):
        raise InternalError("AD601", f"the printed source does not read back as the tree it was printed from:\n{text}")
    # A comment replaces a line, so that what follows keeps its line number.
    return Printed("".join(_comment(line, notes) for line in text.splitlines(keepends=True)), table(rows))


def same_tree(parsed: object, printed: object, rows: list[tuple[Range, Span]]) -> bool:
    """Whether two trees say the same, wherever they stand; numbers are compared as written, for 0.0 is not -0.0.

    Where the marked nodes of the printed tree stand is added to `rows`.
    """
    if parsed is None or type(parsed) is not type(printed):
        return parsed is printed
    if isinstance(parsed, ast.AST):
        assert isinstance(printed, ast.AST)
        rows += row(parsed, printed)
        for name in parsed._fields:
            if not same_tree(getattr(parsed, name, None), getattr(printed, name, None), rows):
                return False
        return True
    if isinstance(parsed, list):
        assert isinstance(printed, list)
        return len(parsed) == len(printed) and all(same_tree(a, b, rows) for a, b in zip(parsed, printed, strict=True))
    return parsed == printed if isinstance(parsed, str) else repr(parsed) == repr(printed)


def _comment(line: str, notes: Notes) -> str:
    found = NOTE.match(line.rstrip("\n"))
    if found is None:
        return line
    return f"{found[1]}# {notes.texts[int(found[2])]}\n"

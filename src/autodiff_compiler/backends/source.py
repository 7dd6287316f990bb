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
from autodiff_compiler.backends.lines import Lines, table
from autodiff_compiler.diagnostics import InternalError

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
    if not same_tree(parsed, module):
        raise InternalError("AD601", f"the printed source does not read back as the tree it was printed from:\n{text}")
    # A comment replaces a line, so that what follows keeps its line number.
    lines = table(parsed, module)
    return Printed("".join(_comment(line, notes) for line in text.splitlines(keepends=True)), lines)


def same_tree(a: object, b: object) -> bool:
    """Whether two trees mean the same, at whatever position; numbers are compared as written, because 0.0 is not -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, ast.AST):
        return all(same_tree(getattr(a, field, None), getattr(b, field, None)) for field in a._fields)
    if isinstance(a, list):
        assert isinstance(b, list)
        return len(a) == len(b) and all(map(same_tree, a, b))
    return a == b if isinstance(a, str) else repr(a) == repr(b)


def _comment(line: str, notes: Notes) -> str:
    found = NOTE.match(line.rstrip("\n"))
    if found is None:
        return line
    return f"{found[1]}# {notes.texts[int(found[2])]}\n"

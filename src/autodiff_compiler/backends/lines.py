"""From a place in generated text to the place in the user's source that it comes from.

The printer marks nodes of the tree with the span of the op they were made for.  Once there is a text, its own tree, which has the
same shape, tells where each of them is.
"""

from __future__ import annotations

import ast
from typing import TypeVar
from weakref import WeakValueDictionary

from autodiff_compiler.diagnostics import Span

LINES = "__autodiff_lines__"
"""The name of the table in a loaded module."""

Node = TypeVar("Node", bound=ast.AST)
_MARK = "autodiff_span"
# First line and column, last line and column: those of `ast`.
Range = tuple[int, int, int, int]


class Lines:
    """The table of one module: ranges of its text and what they come from, outer ranges before those inside them."""

    def __init__(self, rows: tuple[tuple[Range, Span], ...]) -> None:
        self.rows = rows

    def span(self, line: int, column: int | None = None, end_line: int = 0, end_column: int = 0) -> Span | None:
        """The span of the smallest range that covers this one; where no columns are known, of the smallest statement on
        this line."""
        if column is None:
            covering = [(last - first, span) for (first, _, last, _), span in self.rows if first <= line <= last]
            return min(covering, key=lambda row: row[0])[1] if covering else None
        found = None
        for (first, start, last, end), span in self.rows:
            if (first, start) <= (line, column) and (end_line, end_column) <= (last, end):
                found = span
        return found


_known: WeakValueDictionary[tuple[tuple[Range, Span], ...], Lines] = WeakValueDictionary()


def marked(node: Node, span: Span) -> Node:
    """The node, marked as coming from this place unless it is marked already."""
    if span.line and not hasattr(node, _MARK):
        setattr(node, _MARK, span)
    return node


def marked_as(other: ast.AST, node: Node) -> Node:
    """The node, marked as coming from where `other` does."""
    span = getattr(other, _MARK, None)
    return node if span is None else marked(node, span)


def line_of(node: ast.AST) -> tuple[str, int] | None:
    """The file and line that a node comes from."""
    span = getattr(node, _MARK, None)
    return None if span is None else (span.file, span.line)


def table(rows: list[tuple[Range, Span]]) -> Lines:
    """The table of a text.  Equal tables are one object, so that a module is known again by its own."""
    return _known.setdefault(tuple(rows), Lines(tuple(rows)))


def row(parsed: ast.AST, printed: ast.AST) -> list[tuple[Range, Span]]:
    """The row for a node of a text's tree, from the node that it was printed from; none where that bears no mark."""
    span = getattr(printed, _MARK, None)
    if span is None:
        return []
    assert isinstance(parsed, ast.expr | ast.stmt)
    return [((parsed.lineno, parsed.col_offset, parsed.end_lineno or 0, parsed.end_col_offset or 0), span)]

"""Text with values of run time in it: f-strings, and what `print`, `raise` and `assert` show."""

from __future__ import annotations

import ast

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Dyn, Ref, Static, Text
from autodiff_compiler.ir.core import Value


def joined_string(ctx: Context, node: ast.JoinedStr) -> Abs:
    """An f-string: a static string if all its parts are known now."""
    parts: list[str | None] = []
    values: list[Value] = []
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(str(piece.value))
            continue
        assert isinstance(piece, ast.FormattedValue)
        value = ctx.evaluate(piece.value)
        if isinstance(value, Static) and piece.format_spec is None and piece.conversion == -1:
            parts.append(str(value.obj))
        elif isinstance(value, Dyn | Ref):
            # The text is only ever shown to a person: a format specification is left out.
            parts.append(None)
            values.append(ctx.value(value))
        else:
            parts.append(describe(value))
    if not values:
        return Static("".join(part or "" for part in parts))
    return Text(tuple(parts), tuple(values))


def text_of(ctx: Context, value: Abs) -> Text:
    """The text that a person is shown for a value."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Dyn | Ref):
        return Text((None,), (ctx.value(value),))
    return Text((str(value.obj) if isinstance(value, Static) else describe(value),), ())


def message(ctx: Context, arguments: list[Abs]) -> tuple[tuple[str | None, ...], tuple[Value, ...]]:
    """The arguments of an exception as text parts (None stands for the next value) and values."""
    texts = [text_of(ctx, argument) for argument in arguments]
    return tuple(p for text in texts for p in text.parts), tuple(v for text in texts for v in text.values)

"""Text with run-time values in it: f-strings, `str.format`, and what `print`, `raise` and `assert` show."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from autodiff_compiler.frontend import branches
from autodiff_compiler.frontend.choices import is_word
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Choice, Dyn, OrNone, Partial, Ref, Static, Text, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import Part

Pieces = list[tuple[Abs, str]]
"""Values, and how each of them is formatted."""


def joined_string(ctx: Context, node: ast.JoinedStr) -> Abs:
    """An f-string: a static string if all its parts are known now."""
    return composed(ctx, [_piece(ctx, piece) for piece in node.values])


def composed(ctx: Context, pieces: Pieces) -> Abs:
    """The string of values and their formats: one for each word that a value may be, if nothing else is left to the run."""
    for k, (value, form) in enumerate(pieces):
        if (
            isinstance(value, Choice)
            and is_word(value)
            and all(isinstance(other, Static | Choice) for other, _ in pieces)
        ):
            before, after = pieces[:k], pieces[k + 1 :]
            return branches.of_each(ctx, value, partial(_made_with, ctx, before, form, after))
    return joined([_shown(ctx, value, form) for value, form in pieces])


def _made_with(ctx: Context, before: Pieces, form: str, after: Pieces, word: Abs) -> Abs:
    return composed(ctx, [*before, (word, form), *after])


def joined(texts: list[Text]) -> Static | Text:
    """Texts one after the other: a static string if all parts are known now."""
    parts, values = _joined(texts)
    exact = all(text.exact for text in texts)
    if not values and exact:
        return Static("".join(part for part in parts if isinstance(part, str)))
    if not exact or any(text.values and text.static is None for text in texts):
        return Text(parts, values, exact=exact)
    return Text(parts, values, lambda: "".join(map(_known, texts)))


def _known(text: Text) -> str:
    return text.static() if text.static is not None else "".join(map(str, text.parts))


def _form(x: Abs, form: str) -> Callable[[], str] | None:
    known = x.static if isinstance(x, Dyn) else None
    return None if known is None else lambda: f"{{{form}}}".format(known())


def _piece(ctx: Context, piece: ast.expr) -> tuple[Abs, str]:
    """A part of an f-string, and how it is formatted."""
    if isinstance(piece, ast.Constant):
        return Static(str(piece.value)), ""
    assert isinstance(piece, ast.FormattedValue)
    value = ctx.evaluate(piece.value, or_none=True)
    conversion = "" if piece.conversion == -1 else f"!{chr(piece.conversion)}"
    spec = _specification(ctx, piece.format_spec)
    return value, conversion + (f":{spec}" if spec else "")


def _specification(ctx: Context, node: ast.expr | None) -> str:
    """What is after the colon, which may have values in it: `{x:{width}.2f}`."""
    text = ""
    for piece in node.values if isinstance(node, ast.JoinedStr) else []:
        inner = piece.value if isinstance(piece, ast.FormattedValue) else piece
        text += str(ctx.static(ctx.evaluate(inner), "a format specification"))
    return text


def _shown(ctx: Context, value: Abs, form: str) -> Text:
    """A value formatted by a specification."""
    if form == "!s":
        return text_of(ctx, value)
    if not form:
        own = special(ctx, value, "__format__")
        return text_of(ctx, value) if own is None else _own_text(ctx, value, Partial(own, (Static(""),), {}))
    if isinstance(value, Dyn | Ref):
        return Text(((form,),), (ctx.value(value),), _form(value, form))
    if form == "!r" and (own := special(ctx, value, "__repr__")) is not None:
        return _own_text(ctx, value, own)
    if not form.startswith("!") and (own := special(ctx, value, "__format__")) is not None:
        return _own_text(ctx, value, Partial(own, (Static(form[1:]),), {}))
    if is_instance(value):
        raise ctx.unsupported("AD184", f"{describe(value)} in the format {form}", "format what it holds")
    if not isinstance(value, Static):
        return text_of(ctx, value)
    try:
        return Text((f"{{{form}}}".format(value.obj),), ())
    except (TypeError, ValueError) as error:
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error


def has_text(value: Abs) -> bool:
    """Whether `print` shows this value as Python does."""
    if isinstance(value, Tup):
        return not value.keys and all(map(has_text, value.items))
    return isinstance(value, Text | Dyn | Ref | Static)


def text_of(ctx: Context, value: Abs) -> Text:
    """The text that is shown for a value."""
    own = special(ctx, value, "__str__") or special(ctx, value, "__repr__")
    if own is not None and not isinstance(value, Tup):
        return _own_text(ctx, value, own)
    if isinstance(value, Text):
        return value
    if isinstance(value, Dyn | Ref):
        return Text((None,), (ctx.value(value),), _form(value, ""))
    if isinstance(value, Tup) and not value.keys:
        return _tuple(ctx, value)
    if isinstance(value, Choice) and is_word(value):
        return Text((describe(value),), (), exact=False)
    if isinstance(value, Choice | OrNone):
        raise ctx.unsupported("AD152", f"the text of {describe(value)}", "use one name for each of them")
    if isinstance(value, Static):
        return Text((str(value.obj),), ())
    return Text((describe(value),), (), exact=False)


def _own_text(ctx: Context, value: Abs, method: Abs) -> Text:
    text = ctx.call(method, [], {})
    if isinstance(text, Text):
        return text
    if isinstance(text, Static) and isinstance(text.obj, str):
        return Text((text.obj,), ())
    raise ctx.wrong("AD171", f"TypeError: the text of {describe(value)} is {describe(text)}")


def _tuple(ctx: Context, value: Tup) -> Text:
    """A tuple, a shape for instance, as Python shows it: its items by their `repr`."""
    texts = [_shown(ctx, item, "!r") for item in value.items]
    between = [Text((", ",), ()) for _ in texts]
    inside = [text for pair in zip(between, texts) for text in pair][1:]
    return Text(*_joined([Text(("(",), ()), *inside, Text((",)" if len(texts) == 1 else ")",), ())]))


def message(ctx: Context, arguments: list[Abs]) -> tuple[tuple[Part, ...], tuple[Value, ...]]:
    """The arguments of an exception as parts of a text and its values; several are shown as a tuple."""
    if len(arguments) > 1:
        arguments = [Tup(tuple(arguments))]
    return _joined([text_of(ctx, argument) for argument in arguments])


def _joined(texts: list[Text]) -> tuple[tuple[Part, ...], tuple[Value, ...]]:
    return tuple(p for text in texts for p in text.parts), tuple(v for text in texts for v in text.values)

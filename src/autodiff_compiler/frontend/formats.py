"""`%` and `str.format` of run-time values: the same pieces as an f-string has."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.texts import Pieces, composed
from autodiff_compiler.frontend.values import Abs, Items, Static, Tup

_PERCENT = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ #0]*)(?P<width>\d*)(?P<precision>(?:\.\d*)?)(?P<kind>.?)", re.DOTALL
)
_WAY_OUT = 'write an f-string: f"x = {x:.3f}"'


def percent(ctx: Context, pattern: str, given: Abs) -> Abs:
    """`pattern % given`."""
    items = list(given.items) if isinstance(given, Tup) and given.cls is tuple else [given]
    pieces: Pieces = []
    end, used = 0, 0
    for field in _PERCENT.finditer(pattern):
        pieces.append((Static(pattern[end : field.start()]), ""))
        end = field.end()
        if field["kind"] == "%":
            pieces.append((Static("%"), ""))
            continue
        if field["key"] is not None:
            value = _item(ctx, given, field["key"])
        elif used < len(items):
            value, used = items[used], used + 1
        else:
            raise ctx.wrong("AD171", "TypeError: not enough arguments for format string")
        pieces.append(_converted(ctx, field, value))
    if used < len(items) and not _is_dict(given):
        raise ctx.wrong("AD171", "TypeError: not all arguments converted during string formatting")
    return composed(ctx, [*pieces, (Static(pattern[end:]), "")])


def _is_dict(given: Abs) -> bool:
    return isinstance(given, Box) and given.cls is dict


def _item(ctx: Context, given: Abs, key: str) -> Abs:
    content = ctx.state.content(given) if isinstance(given, Box) and given.cls is dict else None
    if not isinstance(content, Items) or key not in content.keys:
        raise ctx.unsupported("AD148", f"`%({key})` of something without that key", _WAY_OUT)
    return content.items[content.keys.index(key)]


def _converted(ctx: Context, field: re.Match[str], value: Abs) -> tuple[Abs, str]:
    """A value, and its format in the words of an f-string."""
    flags, width, precision, kind = field["flags"], field["width"], field["precision"], field["kind"]
    if isinstance(value, Static) and field["key"] is None:
        try:
            return Static(field[0] % (value.obj,)), ""
        except (TypeError, ValueError) as error:
            raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    if kind in "rs":
        aligned = ("<" if "-" in flags else ">") + width if width else ""
        return value, f"!{kind}" + (f":{aligned}{precision}" if aligned or precision else "")
    if kind in "diu" and not precision:
        value, kind = ctx.call(Static(int), [value], {}), "d"
    elif kind not in "eEfFgG":
        raise ctx.unsupported("AD148", f"`{field[0]}` of a run-time value", _WAY_OUT)
    sign = "+" if "+" in flags else " " if " " in flags else ""
    left, other = ("<", "") if "-" in flags else ("", "0" if "0" in flags else "")
    return value, f":{left}{sign}{'#' if '#' in flags else ''}{other}{width}{precision}{kind}"


def formatted(ctx: Context, pattern: str, args: Sequence[Abs], named: Mapping[str, Abs]) -> Abs:
    """`pattern.format(*args, **named)`."""
    pieces: Pieces = []
    for literal, name, spec, conversion in _fields(ctx, pattern):
        pieces.append((Static(literal), ""))
        if name is None:
            continue
        found = args[int(name)] if name.isdecimal() and int(name) < len(args) else named.get(name)
        if found is None or "{" in (spec or ""):
            raise ctx.unsupported("AD170", f"`{{{name}}}` in `format` of run-time values", _WAY_OUT)
        pieces.append((found, (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")))
    return composed(ctx, pieces)


def _fields(ctx: Context, pattern: str) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    """The fields of the pattern, those without a name numbered."""
    count = 0
    try:
        for literal, name, spec, conversion in string.Formatter().parse(pattern):
            if name == "":
                name, count = str(count), count + 1
            yield literal, name, spec, conversion
    except ValueError as error:
        raise ctx.wrong("AD171", f"ValueError: {error}") from error

"""Texts with values in them, which `print`, `check` and `raise` show to a person.

A text is a sequence of parts: a str stands for itself, None for the next value as `str` shows it, and a tuple `(form,)` for the
next value as `"{form}"` shows it: `(":.3f",)`, `("!r",)`.
"""

from __future__ import annotations

from collections.abc import Sequence

Part = str | None | tuple[str]

LINALG_ERROR = "np.linalg.LinAlgError"
"""The name of the exception class that is NumPy's own."""
STRETCHED = "Stretched"
"""The name of our own: an extent of 1 is stretched, and the program was made for calls in which none is (`passes/stretching.py`)."""
WITHOUT_ELEMENTS = "an array without elements has no largest or smallest one"
"""What `check_nonempty` says unless it has a `message` of its own."""


def places(parts: Sequence[Part]) -> int:
    """How many values the text has."""
    return sum(not isinstance(part, str) for part in parts)


def has_form(parts: Sequence[Part]) -> bool:
    """Whether a value is to be shown in a format of its own."""
    return any(isinstance(part, tuple) for part in parts)


def pattern(parts: Sequence[Part]) -> str:
    """The text for `str.format`."""
    return "".join(map(_pattern, parts))


def _pattern(part: Part) -> str:
    if isinstance(part, str):
        return part.replace("{", "{{").replace("}", "}}")
    return "{}" if part is None else f"{{{part[0]}}}"

"""Which versions of other packages are installed, where what their functions give depends on it."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

LINE = re.compile(r"""^(?:short_)?version\b.*?["'](\d+)\.(\d+)""", re.MULTILINE)


@cache
def installed(package: str) -> tuple[int, ...]:
    """Major and minor version as its `version.py` has them; nothing, which is before all others, if it is not installed.

    The package itself is not imported, nor `importlib.metadata`, which takes longer than all else that a start needs.
    """
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # it is hidden
        found = None
    if found is None or found.origin is None:
        return ()
    match = LINE.search((Path(found.origin).parent / "version.py").read_text(encoding="utf-8"))
    return tuple(map(int, match.groups())) if match is not None else ()

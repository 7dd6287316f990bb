"""Which versions of other packages are installed, where what their functions give depends on it."""

from __future__ import annotations

import importlib.metadata
from functools import cache


@cache
def installed(package: str) -> tuple[int, ...]:
    """Major and minor version; nothing, which is before all others, if it is not installed."""
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ()
    return tuple(int(part) for part in version.split(".")[:2])

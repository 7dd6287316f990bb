"""Small files beside the generated texts: what is needed to call a text again in another process.

They are trusted as Numba's compiled code is (`kernels.py`): by the folder, with a checksum for what is damaged.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from autodiff_compiler import lazy
from autodiff_compiler.backends.folders import lasting, read_own, write_whole

_DIGEST = 32


def find(stem: str) -> bytes | None:
    """What was kept under this name; None if there is nothing that can be used."""
    path = _file(stem)
    data = read_own(path) if path is not None else None
    if data is None or path is None:
        return None
    if _checksum(data[_DIGEST:]) == data[:_DIGEST]:
        return data[_DIGEST:]
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return None


def keep(stem: str, content: bytes) -> None:
    """Keep the content under a name.  If it cannot be kept, for lack of space or permissions, that is not an error."""
    path = _file(stem)
    if path is not None:
        with contextlib.suppress(OSError):
            write_whole(path, _checksum(content) + content)


def _file(stem: str) -> Path | None:
    folder = lasting()
    return None if folder is None else folder / f"{stem}.known"


def _checksum(content: bytes) -> bytes:
    digest: bytes = lazy.load("hashlib").sha256(content).digest()
    return digest

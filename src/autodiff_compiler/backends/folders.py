"""The folder for generated modules: one that only this user can write to, else a fresh one that is removed at exit.

Its files are trusted, because compiled code cannot be compared with anything.  So the folder must belong to the user, nobody
else may be able to write into it or to put another folder in its place, and no file of another user is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autodiff_compiler import lazy, log

VARIABLE = "AUTODIFF_COMPILER_CACHE"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_fresh: dict[int, Path] = {}
"""The temporary folder of each process: a forked one must not remove its parent's."""


def candidates() -> Iterator[Path]:
    """Folders to use, the best one first; making a temporary one may fail with an `OSError`."""
    chosen = lasting()
    if chosen is not None:
        yield chosen
    yield _temporary()


def lasting() -> Path | None:
    """The folder that later processes will find, too; None where there is none that can be trusted."""
    chosen = _chosen()
    if chosen is None:
        return None
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = is_private(chosen)
    except OSError:
        usable = False
    if not usable:
        log.say(f"{chosen} cannot be used, or others can write there: a temporary folder serves instead")
        return None
    return chosen


def _chosen() -> Path | None:
    """The variable, else the user's cache directory; None where there is no such place."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(os.path.abspath(os.path.expanduser(named)))
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the standard says to ignore such a value
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "autodiff_compiler") if os.path.isabs(base) else None


def is_private(folder: Path) -> bool:
    """Whether the folder is this user's, and nobody else can write into it or exchange it for another."""
    if not hasattr(os, "getuid"):  # on Windows a user's own folders are closed to others by their access lists
        return folder.is_dir()
    info = folder.stat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & _OTHERS_WRITE:
        return False
    places = [folder, *folder.parents]
    real = folder.resolve()
    return not any(_can_be_exchanged(place) for place in (*places, *real.parents))


def _can_be_exchanged(place: Path) -> bool:
    """Whether another user may decide what this name refers to: it is another user's link, or in a folder open to everybody in
    which users may rename what is not theirs (unlike in `/tmp`)."""
    info = place.lstat()
    if stat.S_ISLNK(info.st_mode):
        return info.st_uid not in (0, os.getuid())
    return bool(info.st_mode & stat.S_IWOTH) and not info.st_mode & stat.S_ISVTX


def read_own(path: Path) -> bytes | None:
    """The content of a file that nobody else can have written; None if there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        info = os.fstat(stream.fileno())
        own = not hasattr(os, "getuid") or (info.st_uid == os.getuid() and not info.st_mode & _OTHERS_WRITE)
        try:
            return stream.read() if own and stat.S_ISREG(info.st_mode) else None
        except OSError:
            return None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees only part of it."""
    handle, temporary = lazy.load("tempfile").mkstemp(dir=path.parent, prefix=f".{path.stem[:80]}_", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _temporary() -> Path:
    """A folder of this process alone."""
    known = _fresh.get(os.getpid())
    if known is None or not known.is_dir():
        known = _fresh[os.getpid()] = Path(lazy.load("tempfile").mkdtemp(prefix="autodiff_compiler_"))
        lazy.load("atexit").register(_remove, known, os.getpid())
    return known


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        lazy.load("shutil").rmtree(folder, ignore_errors=True)

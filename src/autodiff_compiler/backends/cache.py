"""Loads generated text through a file, so that Numba's disk cache, `pdb`, tracebacks and coverage work.

The file is `<name>_<hash of the text>.py` in the user's cache directory.  It is written under another name and renamed,
and used only if it holds exactly the text; where the directory cannot be written, a temporary one serves.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autodiff_compiler import lazy

VARIABLE = "AUTODIFF_COMPILER_CACHE"
_temporary: list[str] = []


def directory() -> Path:
    """Where generated modules live: the variable, else the user's cache directory."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "autodiff_compiler"


def load(text: str, name: str, constants: Mapping[str, object] | None = None) -> Callable[..., Any]:
    """The function `name` of the module with this text; `constants` are put into the module first.

    Each call gives a module of its own if there are constants, so that two functions with the same text and different
    constants do not meet.
    """
    digest = lazy.load("hashlib").sha256(text.encode()).hexdigest()[:20]
    stem = f"{name}_{digest}"
    module = sys.modules.get(stem)
    injected = dict(constants or {})
    if module is not None and all(getattr(module, key, None) is value for key, value in injected.items()):
        return getattr(module, name)
    path = _file(text, stem)
    spec = importlib.util.spec_from_file_location(stem, path)
    assert spec is not None and spec.loader is not None, "a .py file has a loader"  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    vars(module).update(injected)
    # Numba's disk cache finds the module of a function by its name.
    sys.modules[stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[stem]
        raise
    return getattr(module, name)


def _file(text: str, stem: str) -> Path:
    try:
        return _written(directory(), text, stem)
    except OSError:
        if not _temporary:
            _temporary.append(lazy.load("tempfile").mkdtemp(prefix="autodiff_compiler_"))
        return _written(Path(_temporary[0]), text, stem)


def _written(folder: Path, text: str, stem: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{stem}.py"
    data = text.encode()
    if path.is_file() and path.read_bytes() == data:
        return path
    handle, temporary = lazy.load("tempfile").mkstemp(dir=folder, prefix=f".{stem}_", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path

"""Objects in words that mean the same in every process, by which one process recognises what another has seen.

There are few kinds: numbers and texts; functions with their source; modules; functions and classes of NumPy, `math` and the builtins.
Equal words mean that a program which looked into one object would have found the same in the other, apart from what is
guarded by itself (`outside.py`).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from autodiff_compiler import lazy, namespaces
from autodiff_compiler.frontend.source import text_of

Words = tuple[Any, ...]

HOME = Path(__file__).parent.parent
PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "rocket_fft")
"""What the generated text may depend on, where it is installed."""
CLOCKS = 1.0
"""So many seconds the clock of a file system may be behind."""
_VALUES = (bool, int, float, complex, str, type(None))
_KNOWN = (BuiltinFunctionType, np.ufunc, type(np.sum), type)
_TRUSTED = ("builtins", "math", "cmath", "numpy")


def described(obj: Any) -> Words | None:
    """An object in words; None if there are none for it."""
    kind = type(obj)
    if kind in _VALUES:
        return "value", kind.__name__, repr(obj)
    if kind is tuple:
        items = tuple(map(described, obj))
        return ("values", *items) if all(item is not None and item[0].startswith("value") for item in items) else None
    if kind is CodeType:
        return "code", digest_of(_of_code(obj))
    if kind is FunctionType:
        return _of_function(obj)
    if isinstance(obj, ModuleType):
        is_plain = kind is ModuleType and sys.modules.get(obj.__name__) is obj
        return ("module", obj.__name__) if is_plain else None
    return _of_known(obj) if isinstance(obj, _KNOWN) else None


def digest_of(words: Any) -> str:
    """A hash of what is written the same way in every process."""
    found: str = lazy.load("hashlib").sha256(repr(words).encode("utf-8", "surrogatepass")).hexdigest()
    return found


def _of_function(function: FunctionType) -> Words | None:
    """A function of the user: its code, and the whole text of its file.  Nobody may have attached anything to it."""
    text = text_of(function.__code__.co_filename)
    if not text or not vars(function).keys() <= {"__autodiff__"}:
        return None
    names = function.__module__, function.__qualname__, function.__name__
    return "function", *names, digest_of((_of_code(function.__code__), text))


def _of_code(code: CodeType) -> Words:
    return (
        (code.co_filename, code.co_firstlineno, code.co_name, code.co_qualname, code.co_flags),
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
        (code.co_code, code.co_exceptiontable, tuple(code.co_positions())),
        tuple(map(_of_constant, code.co_consts)),
    )


def _of_constant(value: Any) -> Words:
    if isinstance(value, CodeType):
        return _of_code(value)
    if isinstance(value, tuple):
        return "tuple", *map(_of_constant, value)
    if isinstance(value, frozenset):  # whose order differs between processes
        return "frozenset", *sorted(map(repr, map(_of_constant, value)))
    return type(value).__name__, repr(value)


def _of_known(obj: Any) -> Words | None:
    """What is found in a trusted module under its own name, where it was put by nobody else."""
    module, name = getattr(obj, "__module__", None), getattr(obj, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module.partition(".")[0] not in _TRUSTED:
        return None
    if getattr(sys.modules.get(module), name, None) is not obj or namespaces.is_foreign(obj):
        return None
    return "known", type(obj).__name__, module, name


# -- what a process is ---------------------------------------------------------------------------------------------------


def environment() -> Words | None:
    """Everything besides the user's program that decides what is generated: the compiler's own files, the packages that are
    installed, Python and how it was started.

    None where these files cannot be found, or where one has changed since the first of them was loaded.
    """
    own = sorted(_states(HOME))
    if not own or any(changed > (lazy.STARTED - CLOCKS) * 1e9 for *_, changed, _ in own):
        return None
    packages = tuple((name, _installed(name)) for name in PACKAGES)
    return tuple(own), packages, sys.version, sys.prefix, sys.flags.optimize


def _states(folder: Path) -> Iterator[Words]:
    """The modules in a folder, with what changes when one is written: also where a time is set back, because that is a change, too."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    yield _state(entry.path)
                elif entry.name != "__pycache__" and entry.is_dir():
                    yield from _states(Path(entry.path))
    except OSError:  # in an archive
        return


def _installed(package: str) -> Words | None:
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # it is hidden
        return None
    return None if found is None or found.origin is None else _state(found.origin)


def _state(path: str) -> Words:
    """What says whether a file is the same; nobody can set the second time."""
    info = os.stat(path)
    return path, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino

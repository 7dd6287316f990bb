"""Heavy packages, and the compiler itself, imported when first used: `import autodiff_compiler` must cost little more than NumPy."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from autodiff_compiler.diagnostics import UserError

STARTED = time.time()
"""When the first modules of ours were loaded."""

# One thread at a time loads the compiler, or compiles: the frontend and the disk cache need not be told about threads.
LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A process forked meanwhile would wait forever for a thread that it does not have.
    os.register_at_fork(before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release)


def load(name: str, extra: str | None = None) -> ModuleType:
    """Import module `name`; a missing optional package gives a `UserError` that says how to install it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != name.split(".")[0]:
            raise
        hint = f"pip install 'autodiff-compiler[{extra}]'" if extra else f"pip install {name.split('.')[0]}"
        raise UserError("AD008", f"this needs the package {name.split('.')[0]!r}", help=hint) from error


class Module(ModuleType):
    """Stands for a module of ours that is imported when something in it is first asked for, after `before()`, if there is something to do before.

    Where it stands, type checkers are shown the module itself.  Threads that ask at the same time wait for one import.  What an import raises,
    whoever asked gets; the next one to ask tries again.
    """

    def __init__(self, name: str, before: Callable[[], object] | None = None) -> None:
        super().__init__(name)
        self._before = before

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # somebody is finding out what kind of object this is
        with LOCK, collector_paused():
            if self._before is not None:
                self._before()
            found = getattr(self._imported(), name)
        setattr(self, name, found)
        return found

    def _imported(self) -> ModuleType:
        try:
            return importlib.import_module(self.__name__)
        except BaseException as error:
            setattr(error, _LOADING, True)
            raise


_LOADING = "__autodiff_loading__"


def arose_in_loading(error: BaseException) -> bool:
    """Whether a module of ours could not be loaded: all frames say why."""
    return hasattr(error, _LOADING)


def names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package that gives names of its modules (`homes`), which are imported when a name is first asked for."""

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return found


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection of cycles while modules are loaded or programs compiled: next to nothing is garbage then, and each search
    would walk all of it again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()

"""Numba's compiled code on disk, in files of our own beside the text that it was made from.

Numba's own cache fails forever on a damaged file, and may be where others can write.  Here a file has a checksum
and says what it was compiled for; a file that does not match is removed, and the function compiled again.  The two methods
are those that Numba's dispatcher calls on its cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import sys
import time
from pathlib import Path
from typing import Any

from autodiff_compiler import frames, lazy, log
from autodiff_compiler.backends.folders import read_own, write_whole

# Settings of Numba, most of them from the environment, that change the code it makes.
_SETTINGS = ("BOUNDSCHECK", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT", "LLVM_FASTMATH")
_DIGEST = 32


class KernelCache:
    """The compiled versions of one function, a file for each signature."""

    def __init__(self, path: Path, function: str) -> None:
        """`path` is the file of the module's text, whose name holds the text's hash."""
        self._path = path
        self._function = function
        self._asked = 0.0
        self.cache_path = str(path.parent)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature; None if there is none that can be used."""
        self._asked = time.perf_counter()
        target_context.refresh()
        key = _key(sig, target_context.codegen())
        file = self._file(key)
        data = read_own(file)
        if data is None:
            return None
        try:
            if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                raise ValueError("damaged")
            made_for, signature, reduced = pickle.loads(data[_DIGEST:])
            if made_for != key or signature != sig:
                raise ValueError("made for something else")
            found = lazy.load("numba.core.compiler").CompileResult._rebuild(target_context, *reduced)
            log.say(lambda: f"{self._function}({', '.join(map(str, sig))}): compiled code read from {file}")
            return found
        except Exception:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
            return None

    def save_overload(self, sig: Any, compiled: Any) -> None:
        """Keep a compiled function.  If it cannot be kept, for lack of space or permissions, that is not an error."""
        log.say(lambda: f"{self._function}({', '.join(map(str, sig))}): compiled by Numba: {log.shown(self._asked)}")
        if compiled.library.has_dynamic_globals or any(not lifted.can_cache for lifted in compiled.lifted):
            return
        key = _key(sig, compiled.codegen)
        with contextlib.suppress(Exception):
            content = lazy.load("numba.core.serialize").dumps((key, sig, compiled._reduce()))
            write_whole(self._file(key), hashlib.sha256(content).digest() + content)

    def enable(self) -> None:
        pass

    def disable(self) -> None:
        pass

    def flush(self) -> None:
        """Forget what is on disk."""
        with contextlib.suppress(OSError):
            for file in self._path.parent.glob(f"{self._stem()}.*.nbc"):
                file.unlink(missing_ok=True)

    def _stem(self) -> str:
        return f"{self._path.stem}.{hashlib.sha256(self._function.encode()).hexdigest()[:8]}"

    def _file(self, key: tuple[str, ...]) -> Path:
        digest = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
        return self._path.with_name(f"{self._stem()}.{digest}.nbc")


def give_room(function: Any) -> None:
    """Let Numba compile a long function: its passes call themselves for each block of one."""
    if hasattr(function, "py_func"):  # not where Numba is told not to compile (NUMBA_DISABLE_JIT)
        function.compile = frames.room_for_recursion()(function.compile)


def _key(sig: Any, codegen: Any) -> tuple[str, ...]:
    """Everything besides the text that decides what the compiled code is."""
    numba = lazy.load("numba")
    settings = [f"{name}={getattr(numba.config, name, None)}" for name in _SETTINGS]
    versions = (sys.version, numba.__version__, lazy.load("llvmlite").__version__)
    return (str(sig), *map(str, codegen.magic_tuple()), *versions, *settings)

"""Loads generated text through a file, so that `pdb`, tracebacks and coverage work, and compiled code can be kept.

The file is `<name>_<hash of the text>.py` in a folder of the user's own (`folders.py`).  It is there to be looked at: what
runs is the text itself, compiled here, never a `.py` or a `.pyc` that is found.  Where no file can be written, the module
has none.
"""

from __future__ import annotations

import ast
import importlib.util
import linecache
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from autodiff_compiler import lazy
from autodiff_compiler.backends.folders import candidates, read_own, write_whole
from autodiff_compiler.backends.kernels import KernelCache, give_room
from autodiff_compiler.backends.syntax import names_read

_loaded: dict[str, tuple[str, ModuleType]] = {}
"""Texts and the modules made from them, by the modules' names."""


def load(text: str, name: str, constants: Mapping[str, object] | None = None) -> Callable[..., Any]:
    """The function `name` of the module with this text; `constants` are put into the module first.

    Each call makes a new module if there are constants, so that two functions with the same text and different constants
    do not get in each other's way.
    """
    digest = lazy.load("hashlib").sha256(text.encode()).hexdigest()[:20]
    # A file's name has at most 255 bytes.
    stem = f"{re.sub(r'[^0-9A-Za-z_]', '_', name)[:80]}_{digest}"
    injected = dict(constants or {})
    known_text, module = _loaded.get(stem, ("", None))
    known = module is not None and known_text == text and sys.modules.get(stem) is module
    if not known or any(vars(module).get(key) is not value for key, value in injected.items()):
        module = _executed(text, stem, name, injected)
        _loaded[stem] = text, module
    made: Callable[..., Any] = getattr(module, name)
    return made


def _executed(text: str, stem: str, name: str, constants: dict[str, object]) -> ModuleType:
    path = _file(text, stem)
    if path is None:
        module = ModuleType(stem)
        module.__file__ = file = f"<{stem}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    else:
        file = str(path)
        spec = importlib.util.spec_from_file_location(stem, path)
        assert spec is not None, "a .py file has a loader"
        module = importlib.util.module_from_spec(spec)
        linecache.checkcache(file)
    code, kept = _compiled(text, file, name)
    vars(module).update(constants)
    # Compiled code, when loaded, looks for its module by name.
    before = sys.modules.get(stem)
    sys.modules[stem] = module
    try:
        exec(code, vars(module))
    except BaseException:
        sys.modules.pop(stem, None)
        if before is not None:
            sys.modules[stem] = before
        raise
    for function in kept:
        give_room(getattr(module, function))
        if path is not None:
            _keep_compiled(getattr(module, function), path, function, constants)
    return module


def _compiled(text: str, file: str, name: str) -> tuple[CodeType, list[str]]:
    """The code of a text, which is entered at the function `name`, and the functions whose own compiled code is to be kept."""
    if "cache" not in text:
        return compile(text, file, "exec", dont_inherit=True), []
    tree = ast.parse(text, file)
    kept = _taken_from_numba(tree, name)
    return compile(tree, file, "exec", dont_inherit=True), kept


def _taken_from_numba(tree: ast.Module, name: str) -> list[str]:
    """The functions that ask Numba to keep their compiled code; they are made not to, because it is kept here instead, and to be compiled
    without entries that nobody uses: from C, and from Python for those that only compiled code calls.  An entry takes as long to
    compile as a short loop."""
    jitted = {node: call for node in tree.body if isinstance(node, ast.FunctionDef) if (call := _cached(node))}
    compiled = set(jitted)
    from_python = {name}.union(*(names_read(node) for node in tree.body if node not in compiled))
    for node, call in jitted.items():
        unused = ["no_cfunc_wrapper", *(["no_cpython_wrapper"] if node.name not in from_python else [])]
        settings = [keyword for keyword in call.keywords if keyword.arg != "cache"]
        call.keywords = [*settings, *(ast.keyword(entry, ast.Constant(True)) for entry in unused)]
    ast.fix_missing_locations(tree)
    return [node.name for node in jitted]


def _cached(node: ast.FunctionDef) -> ast.Call | None:
    """The decorator of a function that asks Numba to keep its compiled code."""
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    return next((one for one in calls if any(keyword.arg == "cache" for keyword in one.keywords)), None)


def _keep_compiled(function: Any, path: Path, name: str, constants: Mapping[str, object]) -> None:
    """Have a function's compiled code kept beside its text, unless it contains objects that cannot be imported, such as an
    exception class of a script: read back, it would raise another class of the same name."""
    py_func = getattr(function, "py_func", None)  # None where Numba is told not to compile (NUMBA_DISABLE_JIT)
    if py_func is not None and all(_importable(constants[n]) for n in py_func.__code__.co_names if n in constants):
        function._cache = KernelCache(path, name)


def _importable(obj: object) -> bool:
    module = getattr(obj, "__module__", None) or ""
    found = getattr(sys.modules.get(module), getattr(obj, "__qualname__", ""), None)
    return found is obj and module != "__main__"


def _file(text: str, stem: str) -> Path | None:
    """A file that holds the text; None where none can be written."""
    data = text.encode()
    try:
        for folder in candidates():
            path = folder / f"{stem}.py"
            try:
                if read_own(path) != data:
                    write_whole(path, data)
                return path
            except OSError:
                continue
    except OSError:
        pass
    return None

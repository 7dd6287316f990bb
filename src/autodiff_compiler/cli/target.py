"""What the command line names: a function in a file or a module, argument values, argument types, options."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import math
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Span, UserError, did_you_mean


def load_target(text: str) -> Callable[..., Any]:
    """The function that `FILE.py:func` or `package.module:func` names."""
    where, separator, name = text.rpartition(":")
    if not separator or not where or not name:
        raise UserError(
            "AD501", f"{text!r} does not name a function", help="write FILE.py:function or package.module:function"
        )
    module = _from_file(Path(where)) if where.endswith(".py") else _from_module(where)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
            way_out = did_you_mean(part, functions, f"it has {', '.join(functions) or 'no functions'}")
            raise UserError("AD503", f"{where} has no {name!r}", help=way_out)
        found = getattr(found, part)
    if not callable(found):
        raise UserError("AD503", f"{name!r} in {where} is not a function but of type {type(found).__name__}")
    # It has `@grad` already: the command line asks for the derivative of the function in the source.
    while hasattr(found, "primal"):
        found = found.primal
    function: Callable[..., Any] = found
    return function


def _from_file(path: Path) -> Any:
    try:
        path.read_bytes()
    except OSError as error:
        raise UserError("AD502", f"cannot read {path}: {error.strerror}") from error
    name = path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    loader = None if spec is None else spec.loader
    if spec is None or loader is None:
        raise UserError("AD502", f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # What the file imports from its own folder is found, as it is by `python FILE.py`.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(name, module)
    _run(lambda: loader.exec_module(module), str(path))
    return module


def _from_module(name: str) -> Any:
    sys.path.insert(0, "")
    try:
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(name)
    except (ImportError, ValueError) as error:
        what = f"{name!r} is a folder" if Path(name).is_dir() else f"there is no module {name!r}"
        raise UserError("AD502", what, help="for a function in a file write FILE.py:function") from error
    return _run(lambda: importlib.import_module(name), name)


def _run(load: Callable[[], Any], what: str) -> Any:
    """Run the user's module; what it raises is shown with the line of the module, not with our own frames, and what it
    prints goes to stderr."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return load()
    except (Exception, SystemExit) as error:
        shown = "".join(traceback.format_exception_only(error)).rstrip()
        gap = "\n" if isinstance(error, SyntaxError) else " "
        raise UserError("AD504", f"{what} cannot be imported:{gap}{shown}", _place(error)) from error


def _place(error: BaseException) -> Span | None:
    """The line of the user's module that failed; a syntax error shows its own."""
    for frame in traceback.extract_tb(error.__traceback__):
        ours = frame.filename in (__file__, importlib.__file__) or frame.filename.startswith("<")
        if not ours and frame.lineno is not None:
            col, end = frame.colno or 0, frame.end_colno or 0
            return Span(frame.filename, frame.lineno, col, frame.end_lineno or frame.lineno, end)
    return None


def parse_values(text: str) -> dict[str, Any]:
    """`x=[1.0, 2.0], n=3` as values by name: lists of numbers become arrays, and `np` and `math` may be used."""
    try:
        call = ast.parse(f"_({text})", mode="eval").body
    except SyntaxError as error:
        raise UserError("AD505", f"--at is not readable: {text!r}", help='write "x=[1.0, 2.0], n=3"') from error
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise UserError(
            "AD505", f"--at needs name=value for every argument: {text!r}", help='write "x=[1.0, 2.0], n=3"'
        )
    values = {}
    for keyword in call.keywords:
        code = compile(ast.Expression(keyword.value), "--at", "eval")
        try:
            value = eval(code, {"__builtins__": {}, "np": np, "math": math})
        except Exception as error:
            raise UserError("AD505", f"--at {keyword.arg}: {type(error).__name__}: {error}") from error
        values[str(keyword.arg)] = _as_array(value)
    return values


def _as_array(value: Any) -> Any:
    if isinstance(value, list):
        try:
            array = np.array(value)
        except ValueError:
            return value
        return array if array.dtype.kind in "fiub" else value
    if isinstance(value, dict):
        return {key: _as_array(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_as_array(item) for item in value)
    return value


def parse_types(text: str | None) -> dict[str, str]:
    """`x: f64[:, :], n: i64` as a dict of texts; commas in brackets do not separate."""
    parts: list[str] = [""]
    depth = 0
    for character in text or "":
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    types = {}
    for part in parts:
        if not part.strip():
            continue
        name, separator, type_ = part.partition(":")
        if not separator:
            raise UserError(
                "AD506", f"--types is not readable at {part.strip()!r}", help='write "x: f64[:, :], n: i64"'
            )
        types[name.strip()] = type_.strip()
    return types


def parse_wrt(text: str | None) -> int | str | tuple[int | str, ...]:
    """`x`, `x,y`, or positions."""
    if text is None:
        return 0
    parts: list[int | str] = [
        int(p) if p.strip().lstrip("-").isdigit() else p.strip() for p in text.split(",") if p.strip()
    ]
    if not parts:
        raise UserError("AD412", "--wrt is empty", help="write --wrt x,y")
    return parts[0] if len(parts) == 1 else tuple(parts)

"""The report of a mismatch found by `check="first"`: everything needed to reproduce it, except the data."""

from __future__ import annotations

import inspect
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.diagnostics import InternalError, Note
from autodiff_compiler.frontend import Place
from autodiff_compiler.ir.text import format_function

if TYPE_CHECKING:
    from autodiff_compiler.api.first_check import FirstCall

DATA = "AUTODIFF_CHECK_DATA"


def mismatch(call: FirstCall, what: str) -> InternalError:
    """The error, with the path of its report."""
    return InternalError(
        "AD906",
        f'check="first" of {call.signature.function}: {what}',
        call.found.lowered.function.span if call.found.lowered.function.span.line else None,
        help="please report it with the file; check=None calls the derivative without the check",
        notes=(Note(_written("\n".join(_sections(call, what)))),),
    )


def _written(text: str) -> str:
    try:
        handle, path = lazy.load("tempfile").mkstemp(prefix="autodiff_report_", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        return f"no report could be written: {error}"
    return f"report: {path} ({'with' if _with_data() else 'without'} the data)"


def _with_data() -> bool:
    return os.environ.get(DATA, "") not in ("", "0")


def _sections(call: FirstCall, what: str) -> Iterator[str]:
    found = call.found
    yield f"# {what}\n"
    yield f"function: {call.signature.function}{call.signature.signature}"
    yield f"types: {', '.join(f'{v.name}: {v.type}' for v in found.lowered.function.params)}"
    yield f"options: {found.compiled.options}"
    yield f"versions: {', '.join(_versions())}\n"
    for function in _functions(call):
        yield f"# {function.__qualname__}, {Path(function.__code__.co_filename).name}:{function.__code__.co_firstlineno}"
        yield f"{_source(function)}\n"
    for which, compiled in (("", found.compiled), ("second sweep, ", found.second)):
        if compiled is not None:
            for stage, made in compiled.stages.items():
                yield f"# {which}stage {stage}\n{format_function(made, spans=True)}\n"
            yield f"# {which}generated\n{compiled.text}"
    if _with_data():
        yield "# data"
        yield from (f"{name} = {value!r}" for name, value in call.arguments.items())
        yield from (f"{c.name} = {value!r}" for c, value in zip(found.lowered.captures, call.captured))


def _functions(call: FirstCall) -> list[FunctionType]:
    """The functions that were entered: for each there is a guard on its code."""
    roots = [guard.get.root for guard in call.found.lowered.guards if isinstance(guard.get, Place)]
    return list({id(root): root for root in roots if isinstance(root, FunctionType)}.values())


def _source(function: FunctionType) -> str:
    try:
        return inspect.getsource(function.__code__)
    except (OSError, TypeError) as error:
        return f"(no source: {error})"


def _versions() -> list[str]:
    package: Any = lazy.load("autodiff_compiler")
    numba = lazy.load("sys").modules.get("numba")
    return [
        f"autodiff_compiler {package.__version__}",
        f"python {platform.python_version()}",
        f"numpy {np.__version__}",
        f"numba {numba.__version__}" if numba is not None else "numba not loaded",
        platform.platform(),
    ]

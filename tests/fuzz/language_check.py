"""One program of the language: its value as we compile it against CPython's, with effects on arguments, and exceptions."""

from __future__ import annotations

import copy
import linecache
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import fuzz_oracle
import numpy as np
from fuzz_run import within
from language_programs import LanguageProgram

from autodiff_compiler import driver, frontend
from autodiff_compiler.diagnostics import AutodiffError, InternalError
from autodiff_compiler.frontend.whole_starts import REASON
from autodiff_compiler.ir.interp import run as interpret
from autodiff_compiler.ir.tree import flatten, rebuild
from autodiff_compiler.options import Options

FILE = "<fuzzed>"
SECONDS = 5.0
# Of the processor, for what CPython does in a moment: a program that takes longer to compile is taken for one that never ends.
PYTHON_SECONDS = 30.0
NUMBA_SECONDS = 120.0
TOLERANCE = 1e-9
NUMBERS = int | float | complex | np.generic
# What only the run can tell.
SAID_AT_RUN_TIME = (REASON, "the sum of arrays, of which there are none")
# Programs whose value moves so much when their floats move by 1e-12 decide at a tie.
UNSTABLE = 1e-7


@dataclass(frozen=True)
class Way:
    """How a program is run."""

    backend: str = "python"
    disable: tuple[str, ...] = ()
    interpreter: bool = False

    def __str__(self) -> str:
        return ", ".join([self.backend, *(f"without {name}" for name in self.disable), *["interpreter"] * self.interpreter])


@dataclass
class Outcome:
    """`kind`: ok, raises (both do), refused, rejected (no fair test), late (not compiled in time), failed."""

    kind: str
    detail: str = ""
    line: int = 0
    """Where the refusal points at."""


class Loaded:
    """The module of a program, and its arguments as often as they are needed."""

    def __init__(self, program: LanguageProgram, name: str = "f") -> None:
        linecache.cache[FILE] = (len(program.source), None, program.source.splitlines(True), FILE)
        self.scope: dict[str, Any] = {"__name__": "fuzzed"}
        exec(compile(program.source, FILE, "exec", dont_inherit=True), self.scope)
        self.function: Callable[..., Any] = self.scope[name]
        self.names = self.function.__code__.co_varnames[: self.function.__code__.co_argcount]
        self.texts = program.args

    def args(self) -> list[Any]:
        return [eval(text, self.scope) for text in self.texts]


def check(program: LanguageProgram, way: Way = Way()) -> Outcome:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _check(program, way)


def _check(program: LanguageProgram, way: Way) -> Outcome:
    loaded = Loaded(program)
    try:
        with within(SECONDS):
            expected: Any = loaded.function(*loaded.args())
    except TimeoutError:
        return Outcome("rejected", "it takes too long")
    except Exception as error:
        expected = error
    # What the program did to defaults and class attributes must not be seen by the second run.
    ours = Loaded(program)
    args, before = ours.args(), ours.args()
    try:
        with within(NUMBA_SECONDS if way.backend == "numba" else PYTHON_SECONDS):
            found = _run(ours, args, way)
    except InternalError as error:
        kind = "late" if isinstance(error.__cause__, TimeoutError) else "failed"
        return Outcome(kind, f"InternalError: {error}", placed(error))
    except AutodiffError as error:
        kind = "raises" if isinstance(expected, Exception) else "refused"
        return Outcome(kind, f"{error.code} {error.reason}", placed(error))
    except TimeoutError as error:
        return Outcome("late", f"TimeoutError: {error}")
    except Exception as error:
        return _both_raise(expected, error)
    if isinstance(expected, Exception):
        if isinstance(expected, OverflowError):
            return Outcome("rejected", "an overflow shows only where the operation is needed")
        return _fair(program, Outcome("failed", f"a value where CPython raises {type(expected).__name__}: {expected}"), expected)
    for name, old, new in zip(ours.names, before, args):
        if difference(new, old, exact=True):
            return Outcome("failed", f"argument changed: {name}: {difference(new, old, exact=True)}")
    what = difference(found, expected)
    if what and not difference(found, _with_float_sums(program)):
        return Outcome("ok", "a sum of nothing is a float")
    if what:
        return _fair(program, Outcome("failed", f"value: {what}"), expected)
    return Outcome("ok")


def _with_float_sums(program: LanguageProgram) -> Any:
    """What CPython gives where the builtin `sum` of nothing is 0.0 and not 0, as it is here: docs/frontend.md."""
    loaded = Loaded(program)
    loaded.scope["sum"] = lambda items, start=0.0: sum(items, start)
    try:
        with within(SECONDS):
            return loaded.function(*loaded.args())
    except Exception as error:
        return error


def placed(error: AutodiffError) -> int:
    """The line of the program that an error points at, or 0."""
    span = error.span
    return span.line if span is not None and span.file == FILE else 0


def _both_raise(expected: Any, error: Exception) -> Outcome:
    if not isinstance(expected, Exception):
        if any(text in str(error) for text in SAID_AT_RUN_TIME):
            return Outcome("refused", f"{type(error).__name__} {error}")
        return Outcome("failed", f"exception: {type(error).__name__}: {error} where CPython gives a value")
    if type(error) is not type(expected):
        # Where a call has two reasons to fail, either may show.
        return Outcome("raises", f"{type(error).__name__} for {type(expected).__name__}")
    return Outcome("raises")


def _run(loaded: Loaded, args: list[Any], way: Way) -> Any:
    described = [(name, *frontend.describe(arg, name)) for name, arg in zip(loaded.names, args)]
    values = [leaf for (_, tree, _), arg in zip(described, args) for leaf in flatten(tree, arg)]
    options = Options(backend=way.backend, disable=way.disable, verify=way.interpreter, fastmath=False)
    lowered = driver.lower(loaded.function, described, options, values)
    compiled = driver.primal(lowered, options)
    captured = [capture.get() for capture in lowered.captures]
    found = compiled.call(*args, *captured)
    if way.interpreter:
        _interpreted(compiled.stages, loaded, captured, found)
    return found


def _interpreted(stages: dict[str, Any], loaded: Loaded, captured: list[Any], found: Any) -> None:
    """The reference interpreter on the IR, by value and in place, gives what the backend gives."""
    for stage, mutable in (("primal", False), ("optimized", False), ("buffers", True)):
        fn = stages[stage]
        args = [*loaded.args(), *captured]
        values = [leaf for (_, tree), arg in zip(fn.param_trees, args) for leaf in flatten(tree, arg)]
        results = interpret(fn, values, mutable=mutable, out=lambda *parts, **how: None)
        what = difference(rebuild(fn.result_tree, iter(results)), found)
        if what:
            raise InternalError("AD900", f"the interpreter on stage {stage}: {what}")


# -- comparison --------------------------------------------------------------------------------------------------------


def difference(ours: Any, theirs: Any, exact: bool = False) -> str:
    """What differs, or nothing.  A Python number and a NumPy one of the same value are the same."""
    if isinstance(theirs, np.ndarray):
        if not isinstance(ours, np.ndarray):
            return f"{ours!r} is no array, expected {theirs!r}"
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return f"{ours.dtype}{ours.shape}, expected {theirs.dtype}{theirs.shape}"
        if exact:
            return "" if np.array_equal(ours, theirs, equal_nan=True) else f"{ours.tolist()}, expected {theirs.tolist()}"
        return "" if _close(ours, theirs) else f"{ours.tolist()}, expected {theirs.tolist()}"
    if isinstance(theirs, NUMBERS) and isinstance(ours, NUMBERS):
        if np.iscomplexobj(ours) != np.iscomplexobj(theirs):
            return f"{ours!r}, expected {theirs!r}"
        return "" if _close(ours, theirs) else f"{ours!r}, expected {theirs!r}"
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if list(ours) != list(theirs):
            return f"keys {list(ours)}, expected {list(theirs)}"
        ours, theirs = list(ours.values()), list(theirs.values())
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple):
        if len(ours) != len(theirs):
            return f"{len(ours)} items, expected {len(theirs)}: {ours!r}, expected {theirs!r}"
        for i, (a, b) in enumerate(zip(ours, theirs)):
            found = difference(a, b, exact)
            if found:
                return f"{found} in item {i}"
        return ""
    if type(ours) is not type(theirs) and type(ours).__name__ != type(theirs).__name__:
        return f"{ours!r}, expected {theirs!r}"
    if hasattr(theirs, "__dict__") and not isinstance(theirs, type):
        return difference(vars(ours), vars(theirs), exact)
    return "" if ours is theirs or ours == theirs else f"{ours!r}, expected {theirs!r}"


def _close(ours: Any, theirs: Any) -> bool:
    with np.errstate(all="ignore"):
        size = np.max(np.abs(theirs), initial=1.0, where=np.isfinite(theirs))
        return bool(np.allclose(ours, theirs, TOLERANCE, TOLERANCE * size, equal_nan=True))


# -- fair tests --------------------------------------------------------------------------------------------------------


def _fair(program: LanguageProgram, failure: Outcome, expected: Any) -> Outcome:
    """The failure, unless the program decides at a tie, or NumPy reads an overlapping slice after it was written."""
    loaded = Loaded(program)
    try:
        with within(SECONDS):
            careful: Any = fuzz_oracle.careful_function(program.source, "f")(*loaded.args())
    except Exception as error:
        careful = error
    if _apart(careful, expected, 1e-12):
        return Outcome("rejected", "NumPy reads an overlapping slice after it was written")
    for sign in (1e-12, -3e-12):
        loaded = Loaded(program)
        try:
            with within(SECONDS):
                moved: Any = loaded.function(*(_moved(arg, sign) for arg in loaded.args()))
        except Exception as error:
            moved = error
        if _apart(moved, expected, UNSTABLE):
            return Outcome("rejected", "a tie")
    return failure


def _apart(ours: Any, theirs: Any, tolerance: float) -> bool:
    if isinstance(ours, Exception) or isinstance(theirs, Exception):
        return type(ours) is not type(theirs)
    a, b = list(_numbers(ours)), list(_numbers(theirs))
    if len(a) != len(b):
        return True
    return any(x.shape != y.shape or not np.allclose(x, y, tolerance, tolerance, equal_nan=True) for x, y in zip(a, b))


def _numbers(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, np.ndarray | NUMBERS):
        yield np.asarray(value, complex)


def _moved(value: Any, by: float) -> Any:
    if isinstance(value, float | complex):
        return value * (1.0 + by) + by
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        value *= 1.0 + by
        value += by
        return value
    if isinstance(value, dict):
        return {key: _moved(item, by) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_moved(item, by) for item in value)
    return copy.copy(value)

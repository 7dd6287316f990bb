"""A wrong program must raise with us as well: in the backend and in the interpreter, at the value and at the gradient, each time."""

from __future__ import annotations

import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fuzz_run import within
from language_check import FILE, Loaded
from language_derivatives import direction_of, floats, with_loss
from language_programs import LanguageProgram

from autodiff_compiler import driver, frontend, value_and_grad
from autodiff_compiler.diagnostics import AutodiffError, InternalError
from autodiff_compiler.ir.interp import run as interpret
from autodiff_compiler.ir.tree import flatten
from autodiff_compiler.options import Options

SECONDS = {"python": 10.0, "numba": 120.0}
STAGES = (("primal", False), ("optimized", False), ("buffers", True))


@dataclass
class Verdict:
    """`kind`: raises, refused (an error of ours with a code), exempt, other class, number, failed (an internal error, a crash)."""

    kind: str
    detail: str = ""
    elsewhere: bool = False
    """The error bears a line, and CPython was on none of the kind."""


def check_wrong(program: LanguageProgram, expected: Exception, backend: str = "python") -> Verdict:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        verdicts = []
        for what, attempt in _attempts(program, backend):
            verdict = _judged(what, attempt, expected, backend)
            if verdict.kind != "raises":
                return verdict
            verdicts.append(verdict)
        return next((v for v in verdicts if v.elsewhere), verdicts[0])


def _attempts(program: LanguageProgram, backend: str) -> Any:
    """Names of what must raise, and functions that do it; made one after the other, for each needs what was compiled before."""
    options = Options(backend=backend, fastmath=False)
    loaded = Loaded(program)
    stages: dict[str, Any] = {}
    captured: list[Any] = []
    call: list[Callable[..., Any]] = []

    def value() -> Any:
        if not call:
            args = loaded.args()
            described = [(name, *frontend.describe(arg, name)) for name, arg in zip(loaded.names, args)]
            values = [leaf for (_, tree, _), arg in zip(described, args) for leaf in flatten(tree, arg)]
            lowered = driver.lower(loaded.function, described, options, values)
            compiled = driver.primal(lowered, options)
            captured.extend(capture.get() for capture in lowered.captures)
            stages.update(compiled.stages)
            call.append(compiled.call)
        return call[0](*loaded.args(), *captured)

    yield "the value", value
    yield "the value, again", value
    for stage, mutable in STAGES:
        if stage in stages:
            yield f"the interpreter on stage {stage}", lambda: _interpreted(stages[stage], loaded, captured, mutable)
    with_gradient = Loaded(with_loss(program), "loss")
    direction = [direction_of(arg, np.random.default_rng(0)) for arg in with_gradient.args()]
    varying = tuple(i for i, d in enumerate(direction) if floats(d))
    if varying:
        derivative = value_and_grad(with_gradient.function, argnums=varying, backend=backend)
        yield "the gradient", lambda: derivative(*with_gradient.args())
        yield "the gradient, again", lambda: derivative(*with_gradient.args())


def _interpreted(fn: Any, loaded: Loaded, captured: list[Any], mutable: bool) -> Any:
    args = [*loaded.args(), *captured]
    values = [leaf for (_, tree), arg in zip(fn.param_trees, args) for leaf in flatten(tree, arg)]
    return interpret(fn, values, mutable=mutable, out=lambda *parts, **how: None)


def _judged(what: str, attempt: Callable[[], Any], expected: Exception, backend: str) -> Verdict:
    try:
        with within(SECONDS[backend]):
            found = attempt()
    except InternalError as error:
        return Verdict("failed", f"{error.reason}: {what}: {error}")
    except AutodiffError as error:
        if what.startswith("the gradient") and error.code in NO_GRADIENT:
            return Verdict("raises")
        return Verdict("refused", f"{error.code} {error.reason}", _elsewhere(error, expected))
    except TimeoutError as error:
        return Verdict("failed", f"TimeoutError: {error}: {what}")
    except Exception as error:
        if not _same_class(error, expected):
            if exempt(expected, backend):
                return Verdict("exempt", _words(expected))
            return Verdict("other class", f"where CPython raises {_words(expected)}: {what} raises {_words(error)}")
        return Verdict("raises", "", _elsewhere(error, expected))
    if exempt(expected, backend):
        return Verdict("exempt", _words(expected))
    return Verdict("number", f"where CPython raises {_words(expected)}: {what} is {found!r}")


# The function has no float result, or no float varies: that it raises was seen at the value.
NO_GRADIENT = ("AD301", "AD302", "AD303", "AD413", "AD418", "AD419", "AD420")


def exempt(expected: Exception, backend: str) -> bool:
    """Documented deviations: overflows of floats show only where they are needed, and Numba's arithmetic follows IEEE."""
    text = str(expected)
    if isinstance(expected, OverflowError) and ("math range error" in text or "Numerical result" in text):
        return True
    if backend != "numba":
        return False
    if isinstance(expected, ZeroDivisionError):
        return "integer" not in text
    return isinstance(expected, ValueError) and ("math domain error" in text or text.startswith("expected a"))


def _same_class(ours: Exception, theirs: Exception) -> bool:
    if type(ours) is type(theirs) or (isinstance(theirs, OverflowError) and isinstance(ours, IndexError | OverflowError)):
        return True
    # A private subclass of NumPy's is known by the public class that it is one of.
    public = type(ours).__module__ == "builtins" and type(ours) is not Exception
    return public and isinstance(theirs, type(ours))


def _elsewhere(ours: Exception, theirs: Exception) -> bool:
    """Whether our error bears lines of the program, and CPython's traceback goes through none of them."""
    lines = {frame.lineno for frame in traceback.extract_tb(theirs.__traceback__) if frame.filename == FILE}
    text = str(ours) + "\n".join(getattr(ours, "__notes__", ()))
    own = {int(n) for n in re.findall(re.escape(FILE) + r":(\d+)", text)}
    own |= {frame.lineno for frame in traceback.extract_tb(ours.__traceback__) if frame.filename == FILE}
    return bool(own) and bool(lines) and not own & lines


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:120]}"

"""Functions that are called as they are: `external`, and `primitive` as its decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.markers import UNDECLARED, External, annotated


def external(fun: Callable[..., Any], *, result: Any = UNDECLARED, pure: bool = False) -> External:
    """`fun` as a function that programs call as it is: once, in order, at run time, and whatever it is made of.

    `result`: what it returns, as the type is written: `"float"`, `"f64[:]"`, `float`, a tuple of these for a tuple, None for None,
    or a function that gives it for the types of the arguments, as texts.  Without, the annotation of `fun` says it.  A result
    of another type is a TypeError.  `pure`: whether a call may be left out whose result nobody reads.

    It must not write into its arguments.  A derivative that reaches it is an error.

    >>> from autodiff_compiler import grad
    >>> measure = external(max, result="float")
    >>> grad(lambda x: x * measure(2.0, 3.0))(1.0)
    3.0
    """
    if result is UNDECLARED:
        result = annotated(fun)
    if result is UNDECLARED:
        name = getattr(fun, "__name__", "it")
        raise UserError("AD434", f"what `{name}` returns is not known", help='say it: external(fun, result="float")')
    return External(fun, result, pure)


def primitive(*, result: Any = UNDECLARED, pure: bool = False) -> Callable[[Callable[..., Any]], External]:
    """The decorator form of `external`.

    >>> @primitive(result="float")
    ... def now() -> float:
    ...     return 2.0
    >>> now()
    2.0
    """
    return lambda fun: external(fun, result=result, pure=pure)

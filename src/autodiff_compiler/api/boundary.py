"""Where our code ends and the user's begins: `boundary` wraps a public function.

The first call loads what derivatives are made of.  A method that is called often (`Derivative.__call__`) has the same `except` clause written out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from autodiff_compiler import lazy, namespaces

if TYPE_CHECKING:
    from autodiff_compiler.api import making
else:
    # Its modules keep functions of NumPy in tables, which must be NumPy's own.
    making = lazy.Module("autodiff_compiler.api.making", before=namespaces.check)

__all__ = ["boundary", "making", "named"]

F = TypeVar("F", bound=Callable[..., Any])


def boundary(function: F) -> F:
    """The function; tracebacks of exceptions that leave it are trimmed."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        trimmed = making.trimmed  # outside the `try`: if the compiler cannot be loaded, all frames are shown
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            __tracebackhide__ = True
            raise trimmed(error)

    # so that a traceback names the function that the user called
    return cast(F, named(called, function.__name__, function.__qualname__))


def named(function: Any, name: str, qualified: str) -> Any:
    """The function, under another name in tracebacks."""
    function.__code__ = function.__code__.replace(co_name=name, co_qualname=qualified)
    return function

"""Functions of installed packages: how far they are entered, their names, and what to write instead of them.

A function that is not in the library is entered, like any other, if it has Python source.  In a package with a compiled core (NumPy,
SciPy …) this goes no deeper than `DEPTH` calls, since such calls end in compiled code sooner or later.  Whatever goes wrong inside is
reported at the user's call of the function, because users cannot edit an installed package.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from autodiff_compiler import frames, library
from autodiff_compiler.diagnostics import AutodiffError, InternalError, Note, Span, UnsupportedError, UserError
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.public_names import has_compiled_core, is_installed, name_of
from autodiff_compiler.frontend.values import Abs, Dead
from autodiff_compiler.library.stand_ins import is_standard

DEPTH = 2
GENERAL = 'write it with functions that are supported (docs/library.md), or compute it outside and pass the result as an argument; if nothing of it varies, external(fun, result="float") leaves it alone'
RANDOM = "draw the random numbers outside, and pass them as arguments"

# Packages whose functions have the names, and the meanings, of NumPy's.
_LIKE_NUMPY = ("scipy", "numpy", "sympy", "cmath", "statistics", "jax", "torch", "autograd", "cupy", "mpmath")

# Wrappers around a function of the user's own.
_WRAPPERS: dict[str, str] = {
    "numpy.vectorize": "write the function for whole arrays, or call it for one element after the other in a loop",
    "numba.np.ufunc.dufunc.DUFunc": "write the function for whole arrays, or compile it with numba.njit",
}
_CLASSES: dict[str, str] = {
    "frozenset": "use a tuple, a list or a dict",
    "str": 'write an f-string: f"{x}"',
    "decimal.Decimal": "use floats",
    "fractions.Fraction": "use floats",
    "numpy.float16": "use np.float32",
    "numpy.longdouble": "use np.float64",
    "numpy.matrix": "use an array, and @ for products",
    "numpy.ma.MaskedArray": "use two arrays, the data and the mask",
    "numpy.ndenumerate": "loop over the indices: for i in range(len(a))",
    "numpy.ndindex": "loop over the indices: for i in range(len(a))",
    "numpy.vectorize": _WRAPPERS["numpy.vectorize"],
}


def entered(ctx: Context, obj: Any, function: FunctionType, enter: Callable[[], Abs]) -> Abs:
    """The result of `enter`, which runs the body of the function that a call of `obj` calls; what fails inside an installed package
    is reported at the call.  A function of ours that is not a verb is refused, unless a definition of the library calls it."""
    if frames.is_ours(function.__code__.co_filename):
        if is_standard(function.__module__) or (ctx.frame.source is not None and ctx.frame.source.ours):
            return enter()
        raise not_inside(ctx, function.__name__)
    if not _is_foreign(ctx, function):
        return enter()
    depth = _depth(ctx)
    if depth:
        if depth >= DEPTH and has_compiled_core(function):
            raise refusal(ctx, obj)
        return enter()
    try:
        return enter()
    except (Dead, InternalError):
        raise
    except AutodiffError as error:
        at_call = error.span == ctx.b.span
        if at_call and isinstance(error, UserError):
            raise  # arguments that do not fit
        if error.span is not None and not at_call and not frames.is_installed(error.span.file):
            raise  # in a function of the user's own that it was given
        raise refusal(ctx, obj, error) from error
    except Exception as error:
        # Such a package may contain things that the frontend does not expect in ordinary programs.
        raise refusal(ctx, obj) from error


def not_inside(ctx: Context, name: str) -> UnsupportedError:
    """The error for a call of one of our own functions."""
    return ctx.unsupported(
        "AD190",
        f"this call of `{name}` inside a differentiated function",
        "name the function, and write the options as literals: grad(g, argnums=1)(x)",
    )


def _is_foreign(ctx: Context, function: FunctionType) -> bool:
    """Whether a function is from an installed package, other than the package of the differentiated function itself."""
    package = frames.package(function.__code__.co_filename)
    chain = _chain(ctx.b.span)
    own = ctx.frame.source is None or frames.package(chain[-1].file) == package
    return bool(package) and not (own and not has_compiled_core(function))


def _chain(span: Span | None) -> list[Span]:
    """A place, and those of the calls that led there."""
    return [] if span is None else [span, *_chain(span.caller)]


def _depth(ctx: Context) -> int:
    """How many calls are between here and the user's own code."""
    if ctx.frame.source is None:
        return 0
    return len(list(itertools.takewhile(lambda place: frames.is_installed(place.file), _chain(ctx.b.span))))


def refusal(ctx: Context, obj: Any, inner: AutodiffError | None = None) -> UnsupportedError:
    """The error for a call of this object: its name, and the reason if the user can do something about it."""
    name = name_of(obj)
    notes: tuple[Note, ...] = ()
    if inner is not None and not has_compiled_core(obj):
        notes = (Note(inner.reason, inner.span),)
    span = ctx.b.span if ctx.frame.source is not None else None
    named = hasattr(obj, "__name__")
    reason = f"`{name}` is not supported" if named else f"a call of an object of class `{name}` is not supported"
    return UnsupportedError("AD177", reason, span, help=instead_of(obj, name), notes=notes)


def is_foreign_class(cls: type) -> bool:
    """Whether a class is from Python itself or an installed package, and not a plain record: such an object cannot be made inside."""
    module = sys.modules.get(cls.__module__)
    plain = dataclasses.is_dataclass(cls) or hasattr(cls, "_fields")
    return module is not None and not plain and not is_standard(cls.__module__) and is_installed(cls.__module__, module)


def is_closed(obj: Any) -> bool:
    """Whether the class of an object is from a package with a compiled core: calls of the object are not entered."""
    return is_foreign_class(type(obj)) and has_compiled_core(type(obj))


def refused_class(ctx: Context, cls: type) -> UnsupportedError:
    name = name_of(cls)
    return ctx.unsupported("AD180", f"making an object of class `{name}`", instead_of(cls, name))


def instead_of(obj: Any, name: str) -> str:
    """What to write instead of a function or class."""
    kind = obj if isinstance(obj, type) else type(obj)
    wrapper = _WRAPPERS.get(f"{kind.__module__}.{kind.__qualname__}")
    if wrapper is not None and kind is not obj:
        return wrapper
    if name in _CLASSES:
        return _CLASSES[name]
    package, _, last = name.rpartition(".")
    if package == "itertools":
        return "write it as ordinary loops"
    if "random" in name:
        return RANDOM
    if package.split(".")[0] in _LIKE_NUMPY and package in sys.modules:  # a method is no function of the same name
        candidates = [f"{home}.{last}" for home in ("np", "np.linalg", "math", "scipy.special")]
        same = [candidate for candidate in candidates if candidate != name and library.is_supported(candidate)]
        if same:
            return f"{same[0]} is supported"
    if isinstance(obj, type):
        return "make it outside, and pass the numbers and arrays that are needed as arguments"
    return GENERAL

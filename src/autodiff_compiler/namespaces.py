"""NumPy, `math` and the builtins as they were: what generated code calls there by name must not have been replaced.

`numpy.sin = mine` also affects generated code, which would then mean something other than what it was derived from, and
the compiler, which computes constants.  So nothing is compiled then, and compiled code checks at every call that its names
are what they were.
"""

from __future__ import annotations

import builtins
import cmath
import math
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError

_OURS = ("numpy", "math", "builtins", "scipy", "statistics", "uarray", "autodiff_compiler")
"""(`uarray` is how SciPy calls the class of the functions in `scipy.fft`.)"""


def _home(obj: Any) -> str:
    """The package that a function or a class comes from, "None" if it does not say."""
    module = obj.__globals__.get("__name__") if isinstance(obj, FunctionType) else getattr(obj, "__module__", None)
    return str(module).partition(".")[0]


def is_foreign(obj: Any) -> bool:
    """Whether something found in NumPy, `math` or the builtins was put there by other code: a Python function of another
    module, or an object of a class from elsewhere."""
    if isinstance(obj, FunctionType):
        return _home(obj) not in _OURS
    return callable(obj) and type(type(obj)) is type and type(obj).__module__.partition(".")[0] not in _OURS


BUILTINS = (
    "abs",
    "bool",
    "complex",
    "float",
    "int",
    "len",
    "list",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "round",
    "slice",
)
"""The builtins that generated code calls; it calls no variable by these names."""
_IN_HELPERS = ("all", "any", "enumerate", "isinstance", "sum", "tuple", "type", "zip")

_REPLACED_BY_TOOLS = ("print", "input", "open", "exec", "eval", "compile", "breakpoint", "help", "exit", "quit")

_MODULES: dict[str, ModuleType] = {
    "np.linalg.": np.linalg,
    "np.fft.": np.fft,
    "np.": np,
    "math.": math,
    "cmath.": cmath,
    "": builtins,
}
_MEANT: dict[str, dict[str, Any]] = {
    prefix: {name: obj for name, obj in vars(module).items() if callable(obj) and not is_foreign(obj)}
    for prefix, module in _MODULES.items()
}
_MEANT[""] = {name: obj for name, obj in _MEANT[""].items() if not name.startswith("_")}
# What the compiler itself uses to compute.
_ESSENTIAL = [
    (module, name, meant)
    for prefix, module in _MODULES.items()
    for name, meant in _MEANT[prefix].items()
    if (prefix == "" and name not in _REPLACED_BY_TOOLS) or prefix == "math." or isinstance(meant, np.ufunc)
]
_NAME = re.compile(r"(?<![\w.])(np\.linalg\.|np\.fft\.|np\.|math\.|cmath\.|special\.|)([A-Za-z_]\w*)")


def is_replaced(name: str, obj: Any) -> bool:
    """Whether a function, found under a name such as "np.median", is not NumPy's, nor one of this package's: somebody may have put it
    there before the rows of the library were made, which is when the first derivative is."""
    prefix, dot, last = name.rpartition(".")
    meant = _MEANT.get(prefix + dot, {}).get(last, obj)
    return is_foreign(obj) or (meant is not obj and _home(obj) != "autodiff_compiler")


def is_of_python(obj: Any) -> bool:
    """Whether something found in Python's own modules, or in NumPy, is theirs."""
    return _home(obj) in (*sys.stdlib_module_names, "numpy", "None")


def know(prefix: str, module: ModuleType) -> None:
    """What generated code calls by this prefix is in a module that was imported only now."""
    _MODULES[prefix] = module
    _MEANT[prefix] = {name: obj for name, obj in vars(module).items() if callable(obj) and not is_foreign(obj)}


def check() -> None:
    """Raise `UserError` (AD605) if a function that the compiler computes with was replaced."""
    for module, name, meant in _ESSENTIAL:
        if vars(module).get(name) is not meant:
            raise _replaced(module, name)


def used(text: str) -> Iterator[tuple[ModuleType, str, Any]]:
    """What a generated text refers to by name: the module, the name, and the object meant.

    Raises `UserError` (AD605) if there is something else under that name.
    """
    for prefix, name in _names_in(text):
        if prefix not in _MODULES:
            continue  # no module, but an attribute of a variable of this name
        module = _MODULES[prefix]
        meant = _MEANT[prefix].get(name)
        known = (
            name in BUILTINS or name in _IN_HELPERS or (isinstance(meant, type) and issubclass(meant, BaseException))
        )
        if meant is None or (prefix == "" and not known):
            continue  # a variable, a constant, or one of NumPy's names that is loaded when it is first asked for
        if vars(module).get(name) is not meant:
            raise _replaced(module, name)
        yield module, name, meant


@lru_cache(maxsize=8)
def _names_in(text: str) -> list[tuple[str, str]]:
    """The names in a text, with the prefixes of their modules."""
    return sorted(set(_NAME.findall(text)))


def _replaced(module: ModuleType, name: str) -> UserError:
    return UserError(
        "AD605",
        f"`{module.__name__}.{name}` was replaced, and the compiler and generated code call it by that name",
        help="put the original back, and call the other function by a name of its own",
    )

"""Classes as Python sees them: what an object's type defines, looked up along its MRO, and whether the user wrote it."""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, MethodDescriptorType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from autodiff_compiler import lazy, namespaces

if TYPE_CHECKING:
    from autodiff_compiler import library
else:
    # Arguments are described before it is known whether the compiler is needed.
    library = lazy.Module("autodiff_compiler.library", before=namespaces.check)

MISSING = object()
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that a class statement made


def find(cls: type, name: str, after: type | None = None) -> Any:
    """What the MRO of `cls` has for a name (after the class `after`, as `super()` looks it up), or MISSING."""
    order = cls.__mro__ if after is None else cls.__mro__[cls.__mro__.index(after) + 1 :]
    for owner in order:
        if name in vars(owner):
            return vars(owner)[name]
    return MISSING


def is_written_in_python(cls: type) -> bool:
    """Whether instances of a class hold attributes and nothing else, and Python code alone says what they do."""
    known = _written.get(cls)
    if known is None:
        known = cls is not object and all(base is object or _has_no_slots_in_c(base) for base in cls.__mro__)
        _written[cls] = known
    return known


_written: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


def _has_no_slots_in_c(cls: type) -> bool:
    if not cls.__flags__ & HEAP_TYPE or (cls.__module__.partition(".")[0] == "numpy" and not _is_defined(cls)):
        return False
    return cls.__module__ == "typing" or not (
        isinstance(vars(cls).get("__new__"), BuiltinFunctionType)
        or any(
            isinstance(member, WrapperDescriptorType | MethodDescriptorType) and member.__objclass__ is cls
            for member in vars(cls).values()
        )
    )


def _is_defined(cls: type) -> bool:
    """Whether the library says what a call of an object of a class does, and so what the object is: a polynomial."""
    return library.definition(find(cls, "__call__")) is not None


def is_standard(cls: type) -> bool:
    """Whether a class is one of the standard library's (a logger, a lock): its objects are not models to be differentiated."""
    return is_written_in_python(cls) and cls.__module__.partition(".")[0] in sys.stdlib_module_names

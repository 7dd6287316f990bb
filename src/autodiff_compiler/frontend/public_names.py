"""Objects of installed packages: the names by which they are imported, and what kind of package they are from."""

from __future__ import annotations

import importlib.machinery
import sys
from types import BuiltinFunctionType, MethodType, ModuleType
from typing import Any

from autodiff_compiler import frames

# What to write instead of helper objects that Python has.
INSTEAD: dict[str, str] = {
    "os.environ": "read it outside, and pass the value as an argument",
}


_METHODS = (BuiltinFunctionType, MethodType)


def name_of(obj: Any) -> str:
    """The name by which an object is imported: `scipy.special.erf`, `numpy.random.Generator.normal`, `open`."""
    name: str | None = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None)
    if name is None:
        return name_of(type(obj))
    owner = getattr(obj, "__self__", None)
    last = name.rpartition(".")[2]
    found = _public_home(obj, last)
    if found is not None:
        return last if found == "builtins" else f"{found}.{last}"
    if owner is not None and not isinstance(owner, ModuleType):
        return f"{name_of(owner if isinstance(owner, type) else type(owner))}.{last}"
    home = _module_of(obj)
    module = sys.modules.get(home)
    if module is None or not is_installed(home, module):
        return last  # the user's own
    if "." in name and "<locals>" not in name:
        cls = getattr(module, name.partition(".")[0], None)
        return f"{name_of(cls)}.{name.partition('.')[2]}" if isinstance(cls, type) else name
    return f"{home}.{last}"


def _module_of(obj: Any) -> str:
    """The module that an object says it is from; a ufunc does not say, and what its class says is the module of the class."""
    own = getattr(obj, "__module__", None)
    inherited = not isinstance(obj, type) and vars(type(obj)).get("__module__") == own
    return own if isinstance(own, str) and not inherited else ""


def _public_home(obj: Any, name: str) -> str | None:
    """The shortest public module of an installed package that has the object under this name."""
    holders = {key: module for key, module in list(sys.modules.items()) if _holds(key, module, name, obj)}
    home = _module_of(obj) or next(filter(_is_compiled, holders), "")  # compiled code made it
    public = [key for key in holders if not any(part.startswith("_") for part in key.split(".")) and key not in _SYSTEM]
    return min(public, key=lambda key: (package_of(key) != package_of(home), key.count("."), key), default=None)


_SYSTEM = ("posix", "nt")  # where `os` has them from


def _holds(key: str, module: Any, name: str, obj: Any) -> bool:
    return isinstance(module, ModuleType) and is_same(vars(module).get(name), obj) and is_installed(key, module)


def is_same(found: Any, obj: Any) -> bool:
    """Whether two objects are one: a method of an object is another object each time that it is asked for."""
    return found is obj or (type(found) is type(obj) and isinstance(obj, _METHODS) and bool(found == obj))


def is_installed(name: str, module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return name != "__main__" and (file is None or frames.is_installed(file))


def package_of(module: str) -> str:
    return module.partition(".")[0]


def _is_compiled(module: str) -> bool:
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))


def has_compiled_core(obj: Any) -> bool:
    """Whether compiled modules of the object's package are loaded; each of Python's own modules counts as a package."""
    package = package_of(getattr(obj, "__module__", None) or "")
    inside = [key for key in list(sys.modules) if key.startswith(f"{package}.")]
    return package not in sys.stdlib_module_names and any(map(_is_compiled, inside))


def object_name(obj: Any) -> str | None:
    """The name of an object that is known by one of `INSTEAD`."""
    for name in INSTEAD:
        package, _, attribute = name.partition(".")
        if getattr(sys.modules.get(package), attribute, None) is obj:
            return name
    return None

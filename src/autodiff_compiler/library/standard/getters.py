"""`operator.itemgetter` and its kin, and decorators that only say something about a function."""

from __future__ import annotations

import functools
import operator
import typing
import warnings
from typing import Any

from autodiff_compiler.library.stand_ins import stands_for


@stands_for(operator.itemgetter)
def itemgetter(*keys: Any) -> Any:
    if len(keys) == 1:
        return lambda obj: obj[keys[0]]
    return lambda obj: tuple([obj[key] for key in keys])


@stands_for(operator.attrgetter)
def attrgetter(*names: Any) -> Any:
    if len(names) == 1:
        return lambda obj: _attribute(obj, names[0])
    return lambda obj: tuple([_attribute(obj, name) for name in names])


def _attribute(obj: Any, name: str) -> Any:
    for part in name.split("."):
        obj = getattr(obj, part)
    return obj


@stands_for(operator.methodcaller)
def methodcaller(name: str, *args: Any, **kwargs: Any) -> Any:
    return lambda obj: getattr(obj, name)(*args, **kwargs)


@stands_for(functools.update_wrapper)
def update_wrapper(wrapper: Any, wrapped: Any, *words: Any, **more: Any) -> Any:
    return wrapper


@stands_for(typing.cast)
def cast(typ: Any, val: Any) -> Any:
    return val


@stands_for(warnings.simplefilter, warnings.filterwarnings)
def filterwarnings(*args: Any, **kwargs: Any) -> None:
    """Which warnings are shown is not a matter of the derivative."""

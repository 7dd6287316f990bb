"""Registers the programs of the modules beside this one, with the arguments they are run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CASES: dict[str, list[Any]] = {}


def case(*argument_sets: Any, loose: bool = False) -> Callable[[Any], Any]:
    """Run the decorated function on each of these tuples of arguments; a bare argument is a tuple of one."""

    def register(fun: Any) -> Any:
        for i, given in enumerate(argument_sets or ((),)):
            args = given if isinstance(given, tuple) else (given,)
            CASES.setdefault(fun.__module__, []).append(pytest.param(fun, args, loose, id=f"{fun.__name__}-{i}"))
        return fun

    return register

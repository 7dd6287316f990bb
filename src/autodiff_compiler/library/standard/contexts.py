"""`contextlib.ExitStack`: context managers that are entered one by one, and left together."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.stand_ins import entered, stands_for


@stands_for(contextlib.ExitStack)
class ExitStack:
    def __init__(self) -> None:
        self.exits: list[Any] = []

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *of_no_interest: Any) -> None:
        self.close()

    def enter_context(self, cm: Any) -> Any:
        leave, value = entered(cm)
        self.exits.append(leave)
        return value

    def callback(self, callback: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.exits.append(partial(callback, *args, **kwargs))
        return callback

    def pop_all(self) -> Any:
        other = ExitStack()
        self.exits, other.exits = [], self.exits
        return other

    def close(self) -> None:
        exits, self.exits = self.exits, []
        _leave(exits)
        if len(self.exits) > 0:
            unsupported("an ExitStack that is used while it is closed", "enter everything before")


def _leave(exits: Any) -> None:
    """The last first, and the others even if it raises."""
    if len(exits) > 0:
        try:
            exits[-1]()
        finally:
            _leave(exits[:-1])

"""The functions that a program calls, and their derivatives: each is made once for what varies of its arguments.

    y = call g(x)   ->   y, y_dot = call g_jvp(x, x_dot)                                      forward mode
                         y, r… = call g_forward(x)    …    x_bar = call g_reverse(r…, y_bar)    reverse mode
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.program import fresh_name

T = TypeVar("T")

ARGUMENT, RESULT, SAVED = "argument", "result", "saved"


@dataclass(frozen=True)
class Pullback:
    """Both sweeps of a callee.

    `forward` takes the arguments, and gives the results and what it saves; `reverse` takes the residuals and the cotangents of the
    float results, and gives the adjoints of the active arguments.  `residuals` says of each residual where the caller has it:
    among the arguments, the results or what is saved, and at which position.
    """

    forward: Function
    reverse: Function
    residuals: tuple[tuple[str, int], ...]


class Callees:
    """The functions of a program under differentiation, derivatives included."""

    def __init__(self, start: Function) -> None:
        self.functions = dict(start.callees)
        self._taken = {start.name, *self.functions}
        self._made: dict[tuple[str, str, tuple[bool, ...]], object] = {}

    def of(self, call: Op) -> Function:
        """The function that an op calls."""
        return self.functions[call.attrs["callee"]]

    def fresh_name(self, name: str) -> str:
        return fresh_name(name, self._taken)

    def add(self, function: Function) -> None:
        self.functions[function.name] = function

    def derivative(
        self, kind: str, call: Op, active: Sequence[bool], make: Callable[[Function, Sequence[bool]], T]
    ) -> T:
        """What `make` makes of the function that an op calls; made once for the same `active` arguments."""
        key = (kind, call.attrs["callee"], tuple(active))
        if key not in self._made:
            self._made[key] = make(self.of(call), active)
        made: T = self._made[key]  # type: ignore[assignment]  # the kind says what is made
        return made

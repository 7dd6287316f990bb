"""The functions that a program calls, and their derivatives: each is made once for every choice of varying arguments.

y = call g(x)   ->   y, y_dot = call g_jvp(x, x_dot)                                      forward mode
                     y, r… = call g_forward(x)    …    x_bar = call g_reverse(r…, y_bar)    reverse mode
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autodiff_compiler.ad.stack import Stack
from autodiff_compiler.analysis.signature import returned_shapes
from autodiff_compiler.ir.core import Function, Op, Value, VjpRule
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.program import Shapes, effect_of, recursive_names, strongest

Derived = tuple[str, str, tuple[bool, ...]]
"""What is made, from which function, and which of the arguments are active."""

ARGUMENT, RESULT, SAVED = "argument", "result", "saved"


@dataclass(frozen=True)
class CalleeSweeps:
    """Both sweeps of a callee, by name.

    `forward` takes the arguments, and returns the results and what is `saved`, with these types and names; `reverse` takes the residuals and
    the cotangents of the float results, and returns the adjoints of the active arguments.  `residuals` says for each residual where the
    caller has it: among the arguments, the results or what is saved, and at which position.  `given` says which of the active
    arguments have adjoints (None: all); with `checked` the adjoints are those of a user's rule, and their shapes are compared.
    To the adjoints of the arguments at the positions `added_to` among these, `reverse` adds in place: it takes them after the cotangents.
    Where it runs the function once more it also returns the results, `again`, with these types and names.
    """

    forward: str
    reverse: str
    saved: tuple[Value, ...]
    residuals: tuple[tuple[str, int], ...]
    given: tuple[bool, ...] | None = None
    checked: bool = False
    added_to: tuple[int, ...] = ()
    again: tuple[Value, ...] = ()


class Callees:
    """The functions of a program under differentiation, derivatives included."""

    def __init__(self, start: Function, name: str) -> None:
        """`name`: what the derivative of `start` will be called."""
        self.functions = dict(start.callees)
        self.shapes: dict[str, Shapes] = {}
        """What is known about the results of derivatives (`analysis/signature.py`)."""
        self._taken = {start.name, name, *self.functions}
        self.recursive = recursive_names(self.functions)
        self.stack = Stack(start.compiled)
        self.apart: set[str] = set()
        """Reverse sweeps that run a function again: they have lists of their own for its stack."""
        rules = [fn.rule for fn in self.functions.values() if isinstance(fn.rule, VjpRule)]
        self.reverse_effect = strongest(effect_of(self.functions[rule.reverse].body) for rule in rules)
        """The effect of reverse sweeps: that of the user's rules, because ours have none."""
        self.has_io = IO in (effect_of(fn.body) for fn in (start, *self.functions.values()))
        """Whether errors have to come before what is printed later."""
        self.made: dict[Derived, Any] = {}
        """What has been made from the functions of the program so far."""

    def state(self) -> tuple[dict[str, Function], dict[str, Shapes], set[str], dict[Derived, Any]]:
        """What has been made so far."""
        return dict(self.functions), dict(self.shapes), set(self._taken), dict(self.made)

    def go_back(self, state: tuple[dict[str, Function], dict[str, Shapes], set[str], dict[Derived, Any]]) -> None:
        """Forget what has been made since."""
        functions, shapes, taken, made = state
        self.functions, self.shapes = dict(functions), dict(shapes)
        self._taken, self.made = set(taken), dict(made)

    def of(self, call: Op) -> Function:
        """The function that an op calls."""
        return self.functions[call.attrs["callee"]]

    def known_shapes(self, name: str) -> Shapes:
        """What is known about the results of a function."""
        if name not in self.shapes:
            self.shapes[name] = returned_shapes(self.functions[name])
        return self.shapes[name]

    def fresh_name(self, name: str) -> str:
        return fresh_name(name, self._taken)

    def add(self, function: Function) -> None:
        self.functions[function.name] = function
        self.shapes[function.name] = returned_shapes(function)

"""The reference interpreter: runs a function op by op.  It is the oracle for passes and backends and shares nothing
with printers.

Values are immutable unless `mutable` is given: a `store` copies.  With `mutable=True` (the form after the buffers
stage) writes change the array or list itself, and views alias, so that a missing copy shows in the results.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.evaluate import evaluate
from autodiff_compiler.ir.loop import Loop
from autodiff_compiler.ir.message import pattern
from autodiff_compiler.ir.objects import UNDEFINED, exception_class, has_type, message, scalar
from autodiff_compiler.ir.types import ListOf, Scalar, Type


def run(fn: Function, args: Sequence[Any], *, mutable: bool = False, out: Callable[..., Any] = print) -> list[Any]:
    """The flat list of results for the flat list of leaf arguments.

    Numbers are converted to the scalar types of the parameters; arrays must have the right dtype and rank.  `out` is
    called as `print` is.  Exceptions are those of the program; `InternalError` means that the IR is wrong.
    """
    if len(args) != len(fn.params):
        raise InternalError("AD903", f"{fn.name} takes {len(fn.params)} leaf arguments, got {len(args)}", fn.span)
    interpreter = _Interpreter(fn, fn.callees, mutable, out)
    with np.errstate(all="ignore"):
        results = interpreter.region(fn.body, [argument(arg, param) for arg, param in zip(args, fn.params)])
    # Without `mutable`, results may share memory with arguments here; values have no identity, so this cannot be observed.
    return results if mutable else [_fresh(result) for result in results]


def argument(value: Any, param: Value) -> Any:
    """An argument, converted to the parameter's type; an undefined residual is passed on."""
    if isinstance(param.type, Scalar) and isinstance(value, bool | int | float | complex | np.generic):
        return scalar(value, param.type)
    if value is not UNDEFINED and not _fits(value, param.type):
        raise InternalError("AD903", f"the argument for %{param.name}: {param.type} is {value!r}")
    return value


def _fits(value: Any, type_: Type) -> bool:
    if not has_type(value, type_):
        return False
    return not isinstance(type_, ListOf) or all(has_type(item, type_.element) for item in value)


def _fresh(value: Any) -> Any:
    if isinstance(value, list):
        return [_fresh(item) for item in value]
    return np.array(value) if isinstance(value, np.ndarray) else value


class _Interpreter:
    def __init__(self, fn: Function, callees: Mapping[str, Function], mutable: bool, out: Callable[..., Any]) -> None:
        self.fn = fn
        self.callees = callees
        self.mutable = mutable
        self.out = out
        # One scope for all regions: every value has one definition, and a new iteration overwrites the last one's.
        self.env: dict[Value, Any] = {}

    def region(self, region: Region, args: Sequence[Any]) -> list[Any]:
        """Run the ops and return what the terminator yields."""
        self.bind(region.params, args)
        for op in region.ops[:-1]:
            self.op(op)
        return [self.env[value] for value in region.terminator.operands]

    def bind(self, targets: Sequence[Value], values: Sequence[Any]) -> None:
        if len(targets) != len(values):
            raise InternalError("AD903", f"{len(values)} values for {len(targets)} places")
        for target, value in zip(targets, values):
            if value is not UNDEFINED and not has_type(value, target.type):
                raise InternalError("AD903", f"%{target.name}: {target.type} bound to a {type(value).__name__}")
            self.env[target] = value

    def op(self, op: Op) -> None:
        values = [self.env[operand] for operand in op.operands]
        special = _SPECIAL.get(op.kind)
        if special is not None:
            self.bind(op.results, special(self, op, values))
            return
        self.env.update(zip(op.results, evaluate(op, values, mutable=self.mutable)))

    # -- structure -------------------------------------------------------------------------------------------------

    def if_(self, op: Op, values: list[Any]) -> list[Any]:
        (condition,) = self.defined(op, values)
        return self.region(op.regions[0] if condition else op.regions[1], ())

    def for_(self, op: Op, values: list[Any]) -> list[Any]:
        loop = Loop(op)
        index = loop.index
        assert index is not None
        assert isinstance(index.type, Scalar)
        bounds, carried = values[: len(loop.bounds)], values[len(loop.bounds) :]
        trips, code = 0, 0
        for i in range(*self.defined(op, bounds)):
            carried, code = self.iteration(loop, [scalar(i, index.type), *carried])
            trips += 1
            if code:
                break
        return self.loop_results(loop, carried, trips, code)

    def while_(self, op: Op, values: list[Any]) -> list[Any]:
        test, _ = op.regions
        carried, trips, code = values, 0, 0
        while not code and self.defined(op, self.region(test, carried))[0]:
            carried, code = self.iteration(Loop(op), carried)
            trips += 1
        return self.loop_results(Loop(op), carried, trips, code)

    def iteration(self, loop: Loop, args: list[Any]) -> tuple[list[Any], int]:
        """Run a loop body; the carried values and the exit code."""
        yielded = self.region(loop.body, args)
        if not loop.exits:
            return yielded, 0
        self.defined(loop.op, yielded[-1:])
        return yielded[:-1], yielded[-1]

    def loop_results(self, loop: Loop, carried: list[Any], trips: int, code: int) -> list[Any]:
        return [*carried, trips, code] if loop.exits else [*carried, trips]

    def defined(self, op: Op, values: Sequence[Any]) -> Sequence[Any]:
        if any(value is UNDEFINED for value in values):
            raise InternalError("AD903", f"{op.kind} depends on an undefined value", op.span)
        return values

    def call(self, op: Op, values: list[Any]) -> list[Any]:
        callee = self.callees[op.attrs["callee"]]
        scope = _Interpreter(callee, self.callees, self.mutable, self.out)
        return scope.region(callee.body, values)

    def external(self, op: Op, values: list[Any]) -> list[Any]:
        types = [result.type for result in op.results]
        return external.run(op.attrs["call"], self.fn.constants, self.defined(op, values), types)

    # -- effects ---------------------------------------------------------------------------------------------------

    def check(self, op: Op, values: list[Any]) -> list[Any]:
        if not self.defined(op, values[:1])[0]:
            raise self.exception(op, values[1:])
        return []

    def raise_(self, op: Op, values: list[Any]) -> list[Any]:
        raise self.exception(op, values)

    def exception(self, op: Op, values: list[Any]) -> BaseException:
        name, parts = op.attrs["error"], op.attrs.get("message", ())
        kind = self.fn.constants.get(name, exception_class(name))
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise InternalError("AD903", f"{name} is not an exception class", op.span)
        return kind(message(parts, self.defined(op, values))) if parts else kind()

    def print_(self, op: Op, values: list[Any]) -> list[Any]:
        taken = iter(self.defined(op, values))
        parts = [
            part if isinstance(part, str) else next(taken) if part is None else pattern([part]).format(next(taken))
            for part in op.attrs["parts"]
        ]
        file = {"file": sys.stderr} if op.attrs.get("errors") else {}
        self.out(*parts, sep=op.attrs.get("sep", " "), end=op.attrs.get("end", "\n"), **file)
        return []


# Ops that need more than their operands: regions, the function's constants, somewhere to print.
_SPECIAL: dict[str, Callable[[_Interpreter, Op, list[Any]], list[Any]]] = {
    "if": _Interpreter.if_,
    "for": _Interpreter.for_,
    "while": _Interpreter.while_,
    "call": _Interpreter.call,
    "external": _Interpreter.external,
    "check": _Interpreter.check,
    "raise": _Interpreter.raise_,
    "print": _Interpreter.print_,
}

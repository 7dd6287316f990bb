"""A float32 on one path and a Python number on the other: where the difference would show, the program is refused.

The IR holds such a scalar as a float32.  In arithmetic with a float32 a Python number counts as one, and among Python numbers
the results agree to the precision of float32.  But a NumPy function makes a float64 of a Python float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autodiff_compiler.diagnostics import Span, UnsupportedError
from autodiff_compiler.frontend.mixed_kinds import MixedKinds
from autodiff_compiler.frontend.real_starts import RealStarts
from autodiff_compiler.frontend.scalars import scalar_type, scalar_value
from autodiff_compiler.frontend.values import Abs, Static
from autodiff_compiler.frontend.whole_starts import WholeStarts
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.dtype import FLOAT32
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import Array, Scalar, is_py
from autodiff_compiler.library import Chosen
from autodiff_compiler.library.builtins import fits_float32

# Python's operators and builtins turn a Python number into a Python number, and a float32 into a float32.
EXACT = ("neg", "abs", "select", "stop_gradient", "list_new", "list_append", "list_set", "list_get")
OPERATORS = ("add", "sub", "mul", "div", "pow", "floordiv", "mod")
# The value goes where its type is known already, is only shown, or is only tested.
HARMLESS = ("store", "accum", "return", "yield", "print", "check", "raise", "list_len")


class MixedScalars:
    """Those met while a program is lowered."""

    def __init__(self) -> None:
        self._numbers: dict[Value, bool] = {}
        """Python numbers that are a float32 on another path, and whether a float32 can hold each exactly."""
        self._calls: list[tuple[Span, list[Any]]] = []
        """Calls of NumPy functions, for which that makes a difference, with their arguments."""
        self._real_starts = RealStarts()
        self._whole_starts = WholeStarts()
        self.kinds = MixedKinds()

    def joined(self, b: Builder, value: Abs, joined: Scalar) -> Value:
        """What one path brings to a join, in the type of the join."""
        found = scalar_value(b, value, joined)
        if joined.dtype.is_complex and not scalar_type(value).dtype.is_complex:
            self._real_starts.add(found)
        if joined.dtype.inexact and not scalar_type(value).dtype.inexact:
            self._whole_starts.add(found)
        if joined.kind == "np" and scalar_type(value).kind == "py":
            self.kinds.start(found)
        if joined == Scalar(FLOAT32) and scalar_type(value).kind == "py":
            self._numbers[found] = isinstance(value, Static) and fits_float32(float(value.obj))
        return found

    def made(self, b: Builder, name: str, args: Sequence[Any], made: Any) -> Any:
        """What an entry of the library made of these arguments."""
        if isinstance(made, Chosen):
            return self.chosen(made)
        self._whole_starts.called(name, args, made)
        return self.kinds.called(name, made)

    def chosen(self, chosen: Chosen) -> Value:
        """The result of `max` or `min` of numbers of NumPy's and of Python's, all of which a float32 can hold exactly if it has to."""
        if chosen.numbers:
            self.kinds.add(chosen.value)
        for number in chosen.numbers:
            self.kinds.start(number)
        self._numbers |= dict.fromkeys((n for n in chosen.numbers if n.type == Scalar(FLOAT32)), True)
        return chosen.value

    def checked(self, body: Region) -> Region:
        """The program with checks of what only the run can tell."""
        return self.kinds.checked(self._whole_starts.checked(body))

    def call(self, b: Builder, name: str, args: Sequence[Any]) -> None:
        """Remember a call of a NumPy function, which makes a float64 of Python floats."""
        if name.startswith("np.") and name not in ("np.float32", "np.float64"):
            self._calls.append((b.span, list(args)))

    def refuse(self, body: Region) -> None:
        """Raise `UnsupportedError` where a type depends on the path on which a scalar came."""
        self._real_starts.refuse(body)
        self.kinds.refuse(body)
        if not self._numbers:
            return
        search = _PythonNumbers(self._numbers)
        search.region(body)
        for span, args in self._calls:
            search.call(span, args)


class _PythonNumbers:
    def __init__(self, numbers: dict[Value, bool]) -> None:
        self.exact = dict(numbers)
        """The scalars that are a Python number on some path, and whether a float32 can hold that number exactly."""
        self.defs: dict[Value, Op] = {}

    def region(self, region: Region) -> None:
        for op in region.ops:
            self.defs.update(dict.fromkeys(op.results, op))
            if op.kind == "if":
                self.branches(op)
            elif is_loop(op):
                self.loop(Loop(op))
            else:
                self.use(op)

    def add(self, to: Value, *sources: Value, exact: bool = True) -> None:
        found = [self.exact[source] for source in (*sources, to) if source in self.exact]
        if found:
            self.exact[to] = exact and all(found)

    def branches(self, op: Op) -> None:
        for region in op.regions:
            self.region(region)
            for result, value in zip(op.results, region.terminator.operands):
                self.add(result, value)

    def loop(self, loop: Loop) -> None:
        """Round by round, until the same slots are mixed.  A loop counts as run: its results are what its body ends with."""
        while True:
            before = dict(self.exact)
            for slot in loop.slots:
                self.add(slot.result, slot.yielded)
                for param in slot.params:
                    self.add(param, slot.init, slot.yielded)
            for region in loop.op.regions:
                self.region(region)
            if self.exact == before:
                return

    def use(self, op: Op) -> None:
        used = [value for value in op.operands if value in self.exact]
        if not used or op.kind in HARMLESS or TABLE[op.kind].compares:
            return
        scalar = bool(op.results) and not isinstance(op.result.type, Array)
        known = TABLE[op.kind].elementwise and op.kind != "select" and any(map(self.is_float32, op.operands))
        if op.kind == "cast":
            if op.result.type == op.operands[0].type:
                self.add(op.result, *used)
            elif not self.exact[used[0]]:
                raise _refused(op.span)
        elif scalar and op.kind in EXACT:
            self.add(op.result, *used)
        elif scalar and op.kind in OPERATORS and not known:
            self.add(op.result, *used, exact=False)
        elif not known:
            raise _refused(op.span)

    def call(self, span: Span, args: Sequence[Any]) -> None:
        """A NumPy function: what is in a list counts by itself, and beside a float32 a number becomes one."""
        inside = [item for arg in args if isinstance(arg, list | tuple) for item in arg]
        values = [arg for arg in args if isinstance(arg, Value)]
        alone = any(value in self.exact for value in values) and not any(map(self.is_float32, values))
        if alone or any(isinstance(item, Value) and item in self.exact for item in inside):
            raise _refused(span)

    def is_float32(self, value: Value) -> bool:
        """Whether a value is a float32 in CPython, too: an array, or a NumPy scalar that was not made from a Python number."""
        if isinstance(value.type, Array):
            return True
        op = self.defs.get(value)
        made = op is not None and (op.kind == "const" or (op.kind == "cast" and _is_python(op.operands[0])))
        return value not in self.exact and not made and not _is_python(value)


def _is_python(value: Value) -> bool:
    return is_py(value.type)


def _refused(span: Span) -> UnsupportedError:
    return UnsupportedError(
        "AD102",
        "this number is a float32 on one path and a Python number on another, and what is made of it here would be a "
        "float32 or a float64",
        span,
        help="make it a float32 on both paths: np.float32(...)",
    )

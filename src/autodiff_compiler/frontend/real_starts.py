"""A real number that a loop makes a complex one of: `z = 0.0`, then `z = z * z + c`.

The IR holds it as a complex number from the start.  Arithmetic does not tell them apart, but functions that are not defined for all real
numbers do: NumPy's root of -1.0 is NaN, and of -1.0 + 0.0j it is 1j.  Where one of them would be given the number that is real in
CPython, the program is refused.
"""

from __future__ import annotations

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE, is_constant
from autodiff_compiler.ir.types import is_complex


class RealStarts:
    """The numbers of a program that are real in CPython, and complex in the IR."""

    def __init__(self) -> None:
        self._values: set[Value] = set()

    def add(self, value: Value) -> None:
        self._values.add(value)

    def refuse(self, body: Region) -> None:
        """Raise `UnsupportedError` where it makes a difference."""
        if self._values:
            _RealInCPython(self._values).region(body)


class _RealInCPython:
    def __init__(self, values: set[Value]) -> None:
        self.real = set(values)
        """What may be real in CPython because a number that the search began with was."""
        self.given: set[Value] = set()
        """What is real in CPython in any case: constants, and real numbers that were made complex for an operation."""

    def region(self, region: Region) -> None:
        for op in region.ops:
            if is_loop(op):
                self.loop(Loop(op))
            elif op.regions:
                for inner in op.regions:
                    self.region(inner)
                    self.real.update(r for r, v in zip(op.results, inner.terminator.operands) if v in self.real)
            else:
                self.plain(op)

    def loop(self, loop: Loop) -> None:
        size = -1
        while size != (size := len(self.real)):
            for slot in loop.slots:
                if slot.init in self.real or slot.yielded in self.real:
                    self.real.update(slot.defined)
            for region in loop.op.regions:
                self.region(region)

    def plain(self, op: Op) -> None:
        if not op.results or not is_complex(op.results[0].type):
            return
        row = TABLE[op.kind]
        if is_constant(op):
            if op.attrs["value"].imag == 0:
                self.given.update(op.results)
        elif row.converts and not is_complex(op.operands[0].type):
            self.given.update(op.results)
        elif row.elementwise and all(v in self.real or v in self.given for v in op.operands):
            if self.real.isdisjoint(op.operands):
                self.given.update(op.results)
                return
            if row.extended:
                raise UnsupportedError(
                    "AD212",
                    "this number is real before the loop and complex in it, and the function may have another value for the real one",
                    op.span,
                    help="begin with a complex number: z = 0j",
                )
            self.real.update(op.results)

"""Which values may be undefined: a variable bound on one path only, before the check that it is bound.

Nothing may compute with them where the program would not: code that moves ops asks here.
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opset import is_undefined, opdef
from autodiff_compiler.ir.walk import all_ops


def possibly_undefined(body: Region) -> set[Value]:
    """The values that are `undef`, or may be, as control flow and copies pass them on."""
    ops = list(all_ops(body))
    found = {op.result for op in ops if is_undefined(op)}
    size = 0 if found else -1
    while size >= 0 and size != len(found):
        size = len(found)
        for op in ops:
            for defined, sources in merges(op):
                if any(source in found for source in sources):
                    found.update(defined)
            if opdef(op).moves_undefined and any(operand in found for operand in op.operands):
                found.update(op.results)
    return found

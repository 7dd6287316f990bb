"""The parts of the compiler that the API asks to make a derivative: they are imported when one has to be made.

A derivative whose text is known (`kept.py`) is called without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler import lazy, namespaces

if TYPE_CHECKING:
    from autodiff_compiler import driver
    from autodiff_compiler.api import explanation, first_check, standalone
    from autodiff_compiler.ir import interp
    from autodiff_compiler.transforms import table, transform
else:

    def _later(name: str) -> lazy.Module:
        # Modules keep functions of NumPy in tables, which must be NumPy's own.
        return lazy.Module(f"autodiff_compiler.{name}", before=namespaces.check)

    driver = _later("driver")
    explanation, first_check, standalone = map(_later, ("api.explanation", "api.first_check", "api.standalone"))
    interp = _later("ir.interp")
    table, transform = map(_later, ("transforms.table", "transforms.transform"))

__all__ = ["driver", "explanation", "first_check", "interp", "standalone", "table", "transform"]

"""Backends: from a function after the buffers stage to the text of a Python module, and from there to a callable.

Loading a text that is known loads no backend.
"""

from typing import TYPE_CHECKING

from autodiff_compiler import lazy

if TYPE_CHECKING:
    from autodiff_compiler.backends.ahead import compile_ahead, examples
    from autodiff_compiler.backends.cache import load
    from autodiff_compiler.backends.containers import is_importable, named_objects
    from autodiff_compiler.backends.integers import bounded, widened
    from autodiff_compiler.backends.lines import LINES, Lines
    from autodiff_compiler.backends.printing import BACKENDS, distinct, emit, printed
    from autodiff_compiler.backends.source import Printed
    from autodiff_compiler.backends.spelling import Backend

__all__ = [
    "BACKENDS",
    "LINES",
    "Backend",
    "Lines",
    "Printed",
    "bounded",
    "compile_ahead",
    "distinct",
    "emit",
    "examples",
    "is_importable",
    "load",
    "named_objects",
    "printed",
    "widened",
]

_HOMES = {
    "BACKENDS": "printing",
    "Backend": "spelling",
    "LINES": "lines",
    "Lines": "lines",
    "Printed": "source",
    "bounded": "integers",
    "compile_ahead": "ahead",
    "distinct": "printing",
    "emit": "printing",
    "examples": "ahead",
    "is_importable": "containers",
    "load": "cache",
    "named_objects": "containers",
    "printed": "printing",
    "widened": "integers",
}

__getattr__ = lazy.names(__name__, _HOMES)

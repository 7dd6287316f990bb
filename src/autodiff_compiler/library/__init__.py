"""The library: what functions of NumPy, `math` and the builtins are made of.

`lookup(obj)` finds the entry of a function object, `method(name)` and `attribute(name)` those of arrays; calling an
entry with a builder and the arguments builds the IR.  A new function is a row in one of the modules here.
"""

from autodiff_compiler.library import (
    arguments,
    arith,
    builtins,
    choosing,
    complex_numbers,
    create,
    definitions,
    einsum,
    elementwise,
    factorisations,
    fourier,
    grids,
    joins,
    linear,
    mathematics,
    norms,
    picking,
    reductions,
    shapes,
    special,
    standard,
    systems,
)
from autodiff_compiler.library.defined import Definition, defined_method, definition
from autodiff_compiler.library.registry import Chosen, Entry, View, attribute, lookup, method
from autodiff_compiler.library.supported import is_supported, names

__all__ = [
    "Chosen",
    "Definition",
    "Entry",
    "View",
    "arguments",
    "arith",
    "attribute",
    "builtins",
    "choosing",
    "complex_numbers",
    "create",
    "defined_method",
    "definition",
    "definitions",
    "einsum",
    "elementwise",
    "factorisations",
    "fourier",
    "grids",
    "is_supported",
    "joins",
    "linear",
    "lookup",
    "mathematics",
    "method",
    "names",
    "norms",
    "padding",
    "picking",
    "reductions",
    "shapes",
    "special",
    "standard",
    "systems",
]

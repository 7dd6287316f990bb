"""Functions and classes of Python's standard library, and classes of NumPy, written in Python, with what is supported: what they do is what they say here.

The frontend enters them as it enters functions of the user.  `@stands_for(itertools.accumulate)` registers one.
"""

from autodiff_compiler.library.standard import (
    containers,
    contexts,
    flat,
    generators,
    getters,
    growing,
    heaps,
    iterators,
    kept,
    keyed,
    operators,
    ordering,
    pieces,
    polynomials,
)

__all__ = [
    "containers",
    "contexts",
    "flat",
    "generators",
    "getters",
    "growing",
    "heaps",
    "iterators",
    "kept",
    "keyed",
    "operators",
    "ordering",
    "pieces",
    "polynomials",
]

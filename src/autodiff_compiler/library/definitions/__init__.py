"""Functions of NumPy and SciPy written in Python, with functions that are supported: what they do is what they say here.

The frontend enters a definition as it enters functions of the user, so that views, writes, functions among the arguments, loops and
shapes that depend on data mean what they mean there.  `@define(np.median, "np.median", "axis")` registers one; the names that follow
are parameters that must be known when compiling.
"""

from autodiff_compiler.library.definitions import (
    arranging,
    callables,
    comparing,
    correlations,
    curves,
    distances,
    filters,
    histograms,
    images,
    indexing,
    interpolants,
    matrices,
    missing_values,
    objectives,
    polynomials,
    products,
    quadrature,
    quantiles,
    sequences,
    sliding,
    sorting,
    whole_numbers,
    windows,
    writing,
)

__all__ = [
    "arranging",
    "callables",
    "comparing",
    "correlations",
    "curves",
    "distances",
    "filters",
    "histograms",
    "images",
    "indexing",
    "interpolants",
    "matrices",
    "missing_values",
    "objectives",
    "polynomials",
    "products",
    "quadrature",
    "quantiles",
    "sequences",
    "sliding",
    "sorting",
    "whole_numbers",
    "windows",
    "writing",
]

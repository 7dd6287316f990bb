"""What the library builds has the checks that the op table asks for."""

from __future__ import annotations

from typing import Any

import library_harness
import pytest
from library_samples import METHODS
from test_library_rows import NAMES, resolve, samples_of

from autodiff_compiler import library
from autodiff_compiler.diagnostics import AutodiffError
from autodiff_compiler.ir.core import Function, Region
from autodiff_compiler.passes.missing_checks import missing_checks

# What is right by construction, in a way that no analysis of ours sees.
BUILT_RIGHT = {
    "np.broadcast_arrays": "the extents are merged from those that are stretched to them",
    "np.convolve": "m + n - 1 is not negative where m and n are positive",
    "np.diag": "a diagonal of a square has the length of the vector",
    "np.eye": "a diagonal lies inside",
    "np.roll": "two parts that were one",
    "np.nonzero": "a mask of a vector has its length",
    "ndarray.nonzero": "a mask of a vector has its length",
    "np.flatnonzero": "a mask of a vector has its length",
    "np.sort": "the order that sorts is a permutation",
    "np.tri": "a row number per row",
    "np.repeat": "each place is below the last of the running totals",
    "ndarray.item": "the one element of an array of one",
}


def _entries() -> list[tuple[str, Any, list[Any]]]:
    functions = [(name, library.lookup(resolve(name)), samples_of(name)) for name in NAMES["functions"]]
    methods = [(f"ndarray.{name}", library.method(name), samples) for name, samples in METHODS.items()]
    return [row for row in functions + methods if row[1] is not None]


def test_what_the_library_builds_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    missed: set[str] = set()
    current = ""

    def finish(call: Any, results: list[Any]) -> list[Any]:
        call.b.return_(*results)
        if missing_checks(Function("f", Region(tuple(call.params), tuple(call.b.top.ops)))):
            missed.add(current)
        return results

    monkeypatch.setattr(library_harness.Call, "finish", finish)
    for current, entry, samples in _entries():
        for args, kwargs in samples:
            try:
                library_harness.outcome(entry, args, kwargs)
            except AutodiffError:
                continue
    assert missed == set(BUILT_RIGHT)

"""What is known of the extents of a load with index arrays is what NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import INT, Array

x = np.zeros((4, 5, 3))
i, j, k = 1, np.array([2, 0, 1, 1]), np.array([[0], [2]])

SUBSCRIPTS = [
    (j,), (k,), (ALL, j), (j, ALL, j), (j, j), (k, j), (ALL, k, j), (k, ALL, j), (i, j), (j, i), (i, ALL, j), (ALL, i, j), (ALL, j, i), (None, j), (j, None),
    (j, ALL, None, j), (None, i, ALL, j), (i, None, j), (ALL, ALL, k), (j, ALL, i), (k, None, ALL, i),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SUBSCRIPTS)))
def test_extents(number: int) -> None:
    subscripts = SUBSCRIPTS[number]
    params = {
        "x": Value(Array(FLOAT64, 3), "x"),
        "i": Value(INT, "i"),
        "j": Value(Array(INT64, 1), "j"),
        "k": Value(Array(INT64, 2), "k"),
    }
    given: dict[str, Any] = {"x": x, "i": i, "j": j, "k": k}
    b = Builder()
    parts = [next((params[name] for name, v in given.items() if v is s), s) for s in subscripts]
    loaded = b.load(params["x"], *at(*parts))
    b.return_(loaded)
    region = Function("f", Region(tuple(params.values()), tuple(b.top.ops))).body
    shapes = Shapes(region)

    def number_of(extent: Any) -> int:
        if isinstance(extent, int):
            return extent
        if extent[0] == "bc":
            return max(map(number_of, extent[1:]))
        _, value, axis = extent
        assert value is not loaded, "nothing is known"
        return int(given[value.name].shape[axis])

    index = tuple(slice(None) if s is ALL else s for s in subscripts)
    assert tuple(map(number_of, shapes.extents(loaded))) == x[index].shape

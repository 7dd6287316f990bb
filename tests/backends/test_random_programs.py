"""Random programs: what is printed computes what the interpreter computes by value."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scalar_programs

from autodiff_compiler import backends
from autodiff_compiler.ir import interp
from autodiff_compiler.passes import buffers

sys.path.append(str(Path(__file__).parents[1] / "buffers"))
import buffer_programs  # random programs that share, view and overwrite arrays


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(tmp_path))


def same(left: Any, right: Any) -> bool:
    if isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right))
    return np.shape(left) == np.shape(right) and bool(np.allclose(left, right, rtol=1e-12, equal_nan=True))


def check(function, arguments: list[Any], backend: str) -> None:
    expected = interp.run(function, copy.deepcopy(arguments))
    text = backends.emit(buffers.run(function), backend)
    given = copy.deepcopy(arguments)
    got = backends.load(text, "f")(*given)
    got = [got] if len(expected) == 1 else list(got)
    assert all(same(g, e) for g, e in zip(got, expected)), text
    assert same(given, arguments), f"writes its arguments\n{text}"


SCALARS = [0.7, -0.4, 3, np.array([0.5, -1.0, 2.0])]


@pytest.mark.parametrize("block", range(6))
def test_scalars_and_exits(block):
    for seed in range(50 * block, 50 * (block + 1)):
        check(scalar_programs.Generator(seed).function(), SCALARS, "python")


@pytest.mark.parametrize("block", range(4))
def test_arrays_and_lists(block):
    for seed in range(50 * block, 50 * (block + 1)):
        generator = buffer_programs.Generator(seed)
        check(generator.function(), generator.arguments(), "python")


@pytest.mark.parametrize("seed", range(4))
def test_numba(seed):
    check(scalar_programs.Generator(seed).function(), SCALARS, "numba")

"""Every op kind of the table is printed and computes what the interpreter computes, in value and in type."""

from __future__ import annotations

import copy
import operator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from op_case import Case
from op_cases import all_cases
from scipy import special

from autodiff_compiler import backends, options
from autodiff_compiler.backends import BACKENDS
from autodiff_compiler.backends.python import PYTHON
from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.driver import LOWERING
from autodiff_compiler.ir import interp
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.transforms.targets import TARGETS

CASES = all_cases()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(tmp_path))


def assert_same(got: Any, expected: Any, exact_kind: bool) -> None:
    if exact_kind:
        assert type(got) is type(expected)
    if isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype
        assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-6 if np.asarray(expected).dtype in (np.float32, np.complex64) else 1e-13)


def run_both(case: Case, backend: str) -> tuple[Any, list[Any]]:
    expected = interp.run(case.function, copy.deepcopy(case.arguments), mutable=True)
    text = backends.emit(case.function, backend)
    function = backends.load(text, case.function.name, case.function.constants)
    got = function(*copy.deepcopy(case.arguments))
    return got, expected


@pytest.mark.parametrize("backend", [name for name, target in TARGETS.items() if not target.compiled])
@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.kind}: {c.label}")
def test_interpreted(case, backend):
    got, expected = run_both(case, backend)
    got = list(got) if len(expected) > 1 else [got]
    assert len(got) == len(expected)
    for g, e in zip(got, expected):
        assert_same(g, e, exact_kind=True)


def to_compile() -> list[Case]:
    """Compiling takes its time: of each elementwise kind the case of an array and of a scalar, of others that of each rank, and every way to index."""
    chosen: dict[tuple[str, str], Case] = {}
    for case in CASES:
        indexing = case.kind in ("load", "store", "accum")
        if indexing and case.kind == "store" and "idx" not in case.label and "mask" not in case.label:
            continue
        if TABLE[case.kind].elementwise and case.label in ("broadcast", "f64", "bool_", "i64", "c128"):
            chosen.setdefault((case.kind, "array" if case.label == "broadcast" else "scalar"), case)
        elif not TABLE[case.kind].elementwise:
            ranks = str([getattr(param.type, "rank", None) for param in case.function.params])
            label = case.label.split(" = ")[0] if indexing else ranks
            chosen.setdefault((case.kind, label), case)
    return list(chosen.values())


@pytest.mark.parametrize("backend", [name for name, target in TARGETS.items() if target.compiled])
@pytest.mark.parametrize("case", to_compile(), ids=lambda c: f"{c.kind}: {c.label}")
def test_compiled(case, backend):
    if TABLE[case.kind].numpy.startswith("np.fft."):
        pytest.importorskip("rocket_fft")
    got, expected = run_both(case, backend)
    got = list(got) if len(expected) > 1 else [got]
    for g, e in zip(got, expected):
        assert_same(g, e, exact_kind=isinstance(e, np.ndarray))


def test_no_op_is_forgotten():
    assert {case.kind for case in CASES} >= set(TABLE)


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=lambda backend: backend.name)
def test_each_op_has_a_spelling(backend):
    for kind, row in TABLE.items():
        tables = [backend.expressions, backend.statements]
        written = sum(kind in table for table in tables)
        if row.regions and kind != "if" or row.terminator or row.marks or kind in ("undef", "boundary"):
            assert written == 0, f"{kind} is written by the printer"
        elif not written:
            assert row.numpy, f"{kind} has no row, and its page names no function of NumPy"
            home, _, name = row.numpy.partition(".")
            operator.attrgetter(name)({"np": np, "special": special}[home])
        else:
            assert written == 1
            assert (kind in backend.statements) == (row.writes or not row.results)


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=lambda backend: backend.name)
def test_each_row_is_that_of_an_op(backend):
    assert {*backend.expressions, *backend.statements} <= set(TABLE)


def test_an_op_without_a_spelling_is_refused_by_its_name(monkeypatch):
    case = next(case for case in CASES if case.kind == "matmul")
    rows = {kind: write for kind, write in PYTHON.expressions.items() if kind != "matmul"}
    monkeypatch.setitem(BACKENDS, "python", replace(PYTHON, expressions=rows))
    with pytest.raises(InternalError, match="AD602.*matmul"):
        backends.emit(case.function, "python")


@pytest.mark.parametrize("names", [options.BACKENDS, LOWERING, TARGETS], ids=["options", "driver", "targets"])
def test_a_backend_is_known_everywhere(names):
    assert set(BACKENDS) == set(names)

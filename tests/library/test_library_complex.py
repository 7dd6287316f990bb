"""Functions of complex numbers: those that take them agree with NumPy and Python, and all others refuse them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from complex_samples import COMPLEX_SAMPLES
from library_harness import WRITING_METHODS, R, changed, outcome, plain
from library_samples import ATTRIBUTES, METHODS, Sample
from test_library_rows import ELSEWHERE, NAMES, compare, resolve, samples_of

from autodiff_compiler import library
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.library.defined import complex_definitions
from autodiff_compiler.library.registry import complex_names

OF_COMPLEX = {found.name: found for found in complex_definitions()}
TAKES = complex_names() | OF_COMPLEX.keys()
# Most of the samples are to a real dtype, by another driver, of orders that are known only at run time, the largest of numbers, complete factors, or places to interpolate at.
MOSTLY_REFUSED = {"np.interp", "ndarray.astype", "np.astype", "np.ufunc.reduce", "scipy.linalg.eigh", "scipy.linalg.qr", *(f"scipy.special.{name}" for name in ("iv", "jv", "kv", "yv"))}


def turned(x: Any, position: float = 0.7) -> Any:
    """The floats in an argument as complex numbers, no two of them alike."""
    if isinstance(x, R) and type(x.value) is float:
        return R(complex(x.value, position))
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return (x + 1j * np.cos(position * np.arange(1.0, x.size + 1.0)).reshape(x.shape)).astype(
            np.result_type(x, np.complex64)
        )
    if isinstance(x, np.floating):
        return np.result_type(x, np.complex64).type(complex(x, position))
    if isinstance(x, tuple | list):
        return type(x)(turned(item, position + k + 1) for k, item in enumerate(x))
    return x


def turned_samples(samples: list[Sample]) -> list[Sample]:
    """The samples with complex numbers in all places, and in the first one only."""
    all_places = [(tuple(turned(x, 0.7 + k) for k, x in enumerate(args)), kwargs) for args, kwargs in samples]
    first = [((turned(args[0]), *args[1:]), kwargs) for args, kwargs in samples if len(args) > 1]
    return [s for s in (*all_places, *first) if library.registry._hold_complex(_plain(s))]


def _plain(sample: Sample) -> list[Any]:
    args, kwargs = sample
    return [plain(x) for x in (*args, *kwargs.values())]


def _method(name: str) -> Any:
    """A definition is called in a program, as a method."""
    found = library.defined_method(name)
    return library.method(name) if found is None else replace(found, name=name)


def _called(name: str) -> Any:
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, name)(*args, **kwargs)

    return changed(call) if name in WRITING_METHODS else call


ROWS: dict[str, tuple[Any, Any, list[Sample]]] = {
    **{
        name: (OF_COMPLEX.get(name) or library.lookup(resolve(name)) or library.definition(resolve(name)), resolve(name), samples_of(name))
        for name in NAMES["functions"]
        if not name.startswith(ELSEWHERE)
    },
    **{
        f"ndarray.{name}": (_method(name), _called(name), METHODS[name])
        for name in NAMES["methods"]
    },
    **{
        f"ndarray.{name}": (
            library.attribute(name),
            lambda x, name=name: getattr(x, name),
            [((x,), {}) for x in ATTRIBUTES],
        )
        for name in NAMES["attributes"]
    },
}


def test_the_names_are_those_of_rows() -> None:
    assert TAKES <= set(ROWS)


@pytest.mark.parametrize("name", sorted(TAKES))
def test_what_takes_complex_numbers(name: str) -> None:
    entry, target, samples = ROWS[name]
    if name == "np.polyval":  # a loop of no trips leaves a complex zero (docs/limitations.md)
        samples = [sample for sample in samples if np.size(sample[0][0])]
    verdicts = [compare(name, entry, target, sample) for sample in (*turned_samples(samples), *COMPLEX_SAMPLES.get(name, ()))]
    assert "same" in verdicts
    assert verdicts.count("refused") <= len(verdicts) / 2 or name in MOSTLY_REFUSED, verdicts


@pytest.mark.parametrize("name", sorted(set(ROWS) - TAKES))
def test_what_does_not(name: str) -> None:
    entry, _, samples = ROWS[name]
    for args, kwargs in turned_samples(samples):
        with pytest.raises((UnsupportedError, UserError)):
            outcome(entry, args, kwargs)

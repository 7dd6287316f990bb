"""Every row of the library against NumPy and Python themselves: value, dtype, shape, kind, and what is refused."""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import statistics
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.special
import scipy.stats
from average_samples import AVERAGES
from fourier_samples import FOURIER_SAMPLES
from library_harness import WRITES, WRITING_METHODS, R, assert_same, changed, outcome, plain
from library_samples import ATTRIBUTES, KIND_MAY_DIFFER, METHODS, SAMPLES, VALUELESS, Sample, elementwise_samples
from scipy_samples import SCIPY_SAMPLES
from special_samples import SPECIAL_SAMPLES

from autodiff_compiler import library
from autodiff_compiler.diagnostics import UnsupportedError, UserError

NAMES = library.names()


def resolve(name: str) -> Any:
    """The function a row is named for."""
    parts = name.split(".")
    # SciPy has no public names for the classes of frozen distributions.
    if "multi_rv_frozen" in parts:
        return getattr(type(scipy.stats.multivariate_normal()), parts[-1])
    if "rv_frozen" in parts:
        frozen = scipy.stats.poisson(1.0) if "pmf" in parts[-1] else scipy.stats.norm()
        return getattr(type(frozen), parts[-1])
    modules = {"np": np, "math": math, "cmath": cmath, "operator": operator, "scipy": scipy, "statistics": statistics}
    place: Any = modules.get(parts[0])
    if place is None:
        return getattr(builtins, name)
    for part in parts[1:]:
        place = getattr(place, part)
    return place


def samples_of(name: str) -> list[Sample]:
    for samples in (SAMPLES, SPECIAL_SAMPLES, SCIPY_SAMPLES, FOURIER_SAMPLES, AVERAGES):
        if name in samples:
            return samples[name]
    target = resolve(name)
    if name.startswith("math."):
        arity = 2 if name in ("math.atan2", "math.copysign", "math.fmod") else 1
        numbers = [R(0.3), R(-0.4), R(1), R(True), np.float64(1.25), 0.5, R(float("nan")), R(float("inf")), np.ones(2)]
        return (
            [((x,), {}) for x in numbers]
            if arity == 1
            else [((x, y), {}) for x in numbers for y in (R(0.7), R(-2), 0.5)]
        )
    if isinstance(target, np.ufunc):
        return elementwise_samples(target.nin)
    if name in ("np.real", "np.imag"):
        return elementwise_samples(1)
    return []


def reference(target: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The result, or None where Python or NumPy raise."""
    with np.errstate(all="ignore"):
        try:
            return target(*plain(args), **{key: plain(x) for key, x in kwargs.items()})
        except (TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError, RuntimeError):
            return None


def compare(name: str, entry: Any, target: Any, sample: Sample) -> str:
    """Compare one sample; says "same", "raises" (both do) or "refused" (we say that we do not do it)."""
    args, kwargs = sample
    what = f"{name}{plain(args)}{kwargs or ''}"
    expected = reference(target, args, kwargs)
    try:
        got = outcome(entry, args, kwargs)
    except UnsupportedError:
        return "refused"
    except (UserError, ValueError, TypeError, ZeroDivisionError, OverflowError, IndexError, RuntimeError) as error:
        if expected is not None:
            raise AssertionError(f"{what} raised, and gives {expected!r}") from error
        return "raises"
    assert expected is not None, f"{what} gave {got!r}, and should raise"
    if name in VALUELESS:
        assert (np.shape(got), np.asarray(got).dtype) == (expected.shape, expected.dtype), what
    else:
        assert_same(got, expected, what, exact_type=name not in KIND_MAY_DIFFER)
    return "same"


VALUELESS_CALLS = ("np.ndindex", "np.ndenumerate", "np.nditer", "np.ufunc.at")
"""They give no value; `test_library_places.py` runs over them."""
OF_FUNCTIONS = tuple(
    f"scipy.interpolate.{name}" for name in ("CubicSpline", "CubicHermiteSpline", "PchipInterpolator", "interp1d")
)
"""They give a function; `test_splines.py` calls it."""
ELSEWHERE = ("np.random.", "scipy.stats.", "np.poly1d.", "np.polynomial.Polynomial.")
"""Their samples are in `test_library_drawing.py`, `test_polynomial_objects.py`, `test_several_variables.py` and in `tests/api/test_distributions.py`."""


@pytest.mark.parametrize("name", [n for n in NAMES["functions"] if not n.startswith(ELSEWHERE) and n not in (*VALUELESS_CALLS, *OF_FUNCTIONS)])
def test_function(name: str) -> None:
    samples = samples_of(name)
    assert samples, f"no samples for {name}"
    entry = library.lookup(resolve(name)) or library.definition(resolve(name))
    assert entry is not None
    target = changed(resolve(name)) if name in WRITES else resolve(name)
    verdicts = [compare(name, entry, target, sample) for sample in samples]
    assert "same" in verdicts
    # A row is not refusals in disguise.
    assert verdicts.count("refused") <= len(verdicts) / 2, verdicts


@pytest.mark.parametrize("name", NAMES["methods"])
def test_method(name: str) -> None:
    assert METHODS.get(name), f"no samples for the method {name}"
    definition = library.defined_method(name)
    # A definition is called in a program, as a method.
    entry = library.method(name) if definition is None else replace(definition, name=name)
    assert entry is not None

    def called(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, name)(*args, **kwargs)

    target = changed(called) if name in WRITING_METHODS else called
    verdicts = [compare(name, entry, target, sample) for sample in METHODS[name]]
    assert "same" in verdicts
    assert "refused" not in verdicts


@pytest.mark.parametrize("name", NAMES["attributes"])
def test_attribute(name: str) -> None:
    entry = library.attribute(name)
    assert entry is not None
    for x in ATTRIBUTES:
        assert compare(name, entry, lambda x: getattr(x, name), ((x,), {})) == ("raises" if name == "mT" and x.ndim < 2 else "same")


def test_names_lists_no_refused_row() -> None:
    assert "input" not in NAMES["functions"]
    assert "resize" not in NAMES["methods"]
    entry = library.lookup(input)
    assert entry is not None
    with pytest.raises(UnsupportedError, match="AD208"):
        outcome(entry, (), {})


def test_lookup_is_by_identity() -> None:
    assert library.lookup(np.sin) is not None
    assert library.lookup([1]) is None
    assert library.lookup(np.dtype(np.float64)) is None
    assert library.lookup(np.abs) is library.lookup(np.absolute)


def test_versions_are_those_of_the_packages():
    import scipy

    from autodiff_compiler.library.versions import installed

    assert installed("scipy") == tuple(map(int, scipy.__version__.split(".")[:2]))
    assert installed("a_package_that_is_not_there") == () < (1, 0)

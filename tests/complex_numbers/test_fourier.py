"""Derivatives of Fourier transforms: every function with its lengths, axes and norms, in both modes and both backends."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import scipy.fft
from complex_programs import plane, real

from autodiff_compiler import UnsupportedError, grad, jvp, value_and_grad, vjp
from autodiff_compiler.api.making import function_of
from autodiff_compiler.backends import numba as numba_backend
from autodiff_compiler.testing import check_grads

needs_rocket_fft = pytest.mark.skipif(importlib.util.find_spec("rocket_fft") is None, reason="rocket-fft is not installed")

FORMS = ("", ", norm='ortho'", ", norm='forward'", ", 7", ", n=3")
OF_REAL, OF_COMPLEX = ("rfft", "ihfft"), ("irfft", "hfft")
ONE_AXIS = [
    pytest.param(f"np.fft.{name}(x{form})", points, id=f"{name}{form}-{points}")
    for name in ("fft", "ifft", *OF_REAL, *OF_COMPLEX)
    for form, points in zip((*FORMS, ", norm='ortho'", ""), (4, 5, 4, 5, 4, 4, 1))
    if not (name in OF_COMPLEX and points == 1 and not form)
]


def loss(call: str):
    """A number that depends on all parts of a transform, and not linearly."""
    source = f"def f(x, w):\n    y = {call}\n    return np.sum((np.real(y) + 2.0 * np.imag(y) ** 2) * np.cos(np.abs(y) + w))"
    return function_of(f"import scipy.fft\n\n{source}")


@pytest.mark.parametrize(("call", "points"), ONE_AXIS)
def test_along_one_axis(call, points):
    x = real(points) if any(f".{name}(" in call for name in OF_REAL) else plane(points)
    check_grads(loss(call), (x, 0.3), order=1, verify=True)


@pytest.mark.parametrize("name", ["fft", "ifft"])
def test_of_real_numbers(name):
    check_grads(loss(f"np.fft.{name}(x, axis=0)"), (real(4, 3), 0.3), order=1)


SEVERAL_AXES = [
    ("np.fft.fft2(x)", plane(2, 3, 2)), ("np.fft.ifft2(x, s=(3, 2), axes=(2, 0))", plane(2, 3, 2)), ("np.fft.rfft2(x, norm='ortho')", real(3, 4)),
    ("np.fft.irfft2(x)", plane(3, 3)), ("np.fft.irfft2(x, (4, 5), (-2, -1), 'forward')", plane(3, 3)), ("np.fft.fftn(x, axes=(0, 2))", plane(2, 3, 2)),
    ("np.fft.ifftn(x)", plane(2, 2, 2)), ("np.fft.rfftn(x)", real(2, 3, 4)), ("np.fft.irfftn(x, axes=(1, 0))", plane(3, 2)),
    ("np.fft.fftshift(np.fft.ifftshift(x, 0) ** 2)", plane(3, 4)), ("x * np.fft.fftfreq(5, x[0].real)", plane(5)),
    ("x * np.fft.rfftfreq(len(x), w)", plane(3)[:2]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "x"), SEVERAL_AXES, ids=[call for call, _ in SEVERAL_AXES])
def test_along_several_axes(call, x):
    check_grads(loss(call), (x, 0.3), order=1)


@pytest.mark.parametrize("name", ["dct", "idct", "dst", "idst"])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_cosine_and_sine_transforms(name, kind):
    check_grads(loss(f"scipy.fft.{name}(x, {kind}, 5, 0, 'ortho')"), (real(4, 2), 0.3), order=1)


def filtered(x, gain):
    """A low-pass filter: what is above a frequency is weighed down."""
    spectrum = np.fft.rfft(x)
    frequencies = np.fft.rfftfreq(len(x), 0.1)
    return np.fft.irfft(spectrum / (1.0 + gain * frequencies**2), len(x))


def misfit(x, gain):
    return np.sum((filtered(x, gain) - np.sin(x)) ** 2)


def test_a_filter_to_second_order():
    check_grads(misfit, (real(5), 0.7), order=2)
    check_grads(misfit, (real(6), 0.7), order=2)


def test_axes_in_a_list_from_outside():
    points, axes = [5, 2], [0, 2]

    def fun(x):
        return np.fft.fft2(x, s=points, axes=axes)

    check_grads(fun, (plane(4, 2, 3),), order=1)


@pytest.mark.parametrize("function", [np.fft.fft, np.fft.ifft, np.fft.irfft, scipy.fft.fft])
def test_complex64(function):
    def fun(z):
        return function(z)

    z = plane(4).astype(np.complex64)
    out, pullback = vjp(fun, z)
    (z_bar,) = pullback(np.ones_like(out))
    assert (out.dtype, z_bar.dtype) == (function(z).dtype, np.complex64)
    _, along = jvp(fun, (z,), (z,))
    np.testing.assert_allclose(along, function(z), rtol=1e-5, atol=1e-6)


def test_the_transform_is_the_one_that_the_program_calls():
    text = grad(misfit).source(real(4), 0.7)
    assert "np.fft.rfft(x)" in text
    assert text.count("np.fft.irfft(") >= 1


def test_without_points():
    def fun(x):
        return np.sum(np.abs(np.fft.fft(x)))

    with pytest.raises(ValueError, match="Invalid number of FFT data points"):
        grad(fun)(np.zeros(0))
    empty = grad(lambda x: np.sum(np.abs(np.fft.fft(x, axis=0))))(np.zeros((2, 0)))
    assert (empty.shape, empty.dtype) == ((2, 0), np.float64)


def test_numba_without_the_extension(monkeypatch):
    monkeypatch.setattr(numba_backend, "find_spec", lambda name: None)
    with pytest.raises(UnsupportedError, match="AD609") as caught:
        grad(misfit, backend="numba")(real(4), 0.7)
    assert "rocket-fft" in str(caught.value)


@needs_rocket_fft
@pytest.mark.parametrize(
    ("call", "x"),
    [
        ("np.fft.fft2(x)", plane(2, 3, 2)), ("np.fft.ifft(x, 5, 0, 'forward')", plane(4, 2)), ("np.fft.irfft(np.fft.rfft(x, norm='ortho'), 5)", real(4)),
        ("np.fft.fft(x.T, axis=0)", plane(3, 2).astype(np.complex64)), ("scipy.fft.dct(x, 3)", real(4)), ("np.fft.fft(x, axis=0)", np.zeros((2, 0), complex)),
    ],
)  # fmt: skip
def test_numba(call, x):
    fun = loss(call)
    expected, found = (value_and_grad(fun, argnums=(0, 1), backend=backend)(x, 0.3) for backend in ("python", "numba"))
    tolerance = 1e-5 if x.dtype == np.complex64 else 1e-12
    np.testing.assert_allclose(found[0], expected[0], rtol=tolerance)
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
        assert np.asarray(a).dtype == np.asarray(b).dtype

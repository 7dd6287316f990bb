"""Bins of equal width: each value falls where NumPy puts it, on the edges too, where a division alone may miss the bin."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad

RNG = np.random.default_rng(5)
FACTORS = RNG.normal(size=64)
SPANS = [(0.0, 1.0), (-0.3, 0.7), (1e6, 1e6 + 1.0), (1e-9, 3e-9), (-2.5e8, 1.1e9)]


def on_the_edges(span, bins):
    """The edges, their neighbours, and values outside."""
    edges = np.linspace(*span, bins + 1)
    width = span[1] - span[0]
    return np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf), [span[0] - width, span[1] + width]])


def compare(loss, x, weights):
    for backend in ("python", "numba"):
        value, slope = value_and_grad(loss, argnums=1, backend=backend)(x, weights)
        np.testing.assert_allclose(value, loss(x, weights), rtol=1e-12)
        step = np.zeros_like(weights)
        for k in (0, len(x) // 2, len(x) - 1):
            step[k] = 1.0
            np.testing.assert_allclose(slope[k], loss(x, weights + step) - loss(x, weights), rtol=1e-6, atol=1e-9)
            step[k] = 0.0


def weighted(x, weights, bins, low, high):
    counts, edges = np.histogram(x, bins, range=(low, high), weights=weights)
    return np.sum(counts * FACTORS[: len(counts)])


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_values_on_edges(kind):
    # Otherwise compiled code may round the edges themselves differently.
    losses = {backend: value_and_grad(weighted, argnums=1, backend=backend, fastmath=False) for backend in ("python", "numba")}
    for span in SPANS:
        for bins in (1, 3, 10, 49):
            if np.any(np.diff(np.linspace(*span, bins + 1).astype(kind)) <= 0.0):
                continue  # NumPy refuses, see below
            x = on_the_edges(span, bins).astype(kind)
            weights = RNG.normal(size=len(x))
            for backend, derivative in losses.items():
                value, _ = derivative(x, weights, bins, *span)
                np.testing.assert_allclose(value, weighted(x, weights, bins, *span), rtol=1e-9, err_msg=f"{backend} {span} {bins}")


def test_the_range_of_the_values():
    def loss(x, weights):
        return np.sum(np.histogram(x, 7, weights=weights)[0] * FACTORS[:7])

    compare(loss, np.concatenate([RNG.normal(size=40), [-3.0, 3.0]]), RNG.normal(size=42))
    compare(loss, np.full(5, 2.5), RNG.normal(size=5))


def test_nan_falls_into_no_bin():
    def loss(x, weights):
        return np.sum(np.histogram(x, 5, range=(0.0, 1.0), weights=weights)[0] * FACTORS[:5])

    compare(loss, np.array([0.1, np.nan, 0.9, -np.inf, np.inf, 1.0]), RNG.normal(size=6))


def test_whole_numbers():
    def loss(x, weights):
        return np.sum(np.histogram(x, 4, weights=weights)[0] * FACTORS[:4])

    compare(loss, np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]), RNG.normal(size=10))


def test_more_bins_than_numbers():
    x = np.array([1e6, 1e6 + 1.0], np.float32)
    for function in (weighted, value_and_grad(weighted, argnums=1), value_and_grad(weighted, argnums=1, backend="numba")):
        with pytest.raises(ValueError, match="Too many bins for data range"):
            function(x, np.ones(2), 49, 1e6, 1e6 + 1.0)

"""Filters, windows and quadrature rules designed inside: the values of SciPy, as numbers of the program."""

import numpy as np
import pytest
from scipy import signal, special

from autodiff_compiler import UnsupportedError, UserError, check_grads, grad, value_and_grad
from autodiff_compiler.frontend.designs import NAMES

X = np.random.default_rng(0).normal(size=12)


def filtered(x):
    b, a = signal.butter(2, 0.2)
    return np.sum(signal.lfilter(b, a, x) ** 2)


def in_sections(x):
    sections = signal.cheby1(4, 0.5, [0.2, 0.4], btype="bandpass", output="sos")
    return np.sum(signal.sosfilt(sections, x) ** 2)


def windowed(x):
    return np.sum((x * signal.get_window(("kaiser", 4.0), len(x))) ** 2) + np.sum(x * signal.windows.hann(12, sym=False))


def of_taps(x):
    return np.sum(np.convolve(x, signal.firwin(5, 0.3), mode="same") ** 2)


def integrated(x):
    nodes, weights = special.roots_legendre(5)
    return np.sum(weights * np.exp(x[0] * nodes)) * x[1]


@pytest.mark.parametrize("fun", [filtered, in_sections, windowed, of_taps, integrated])
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_value_and_its_derivatives(fun, backend):
    assert value_and_grad(fun, backend=backend)(X)[0] == pytest.approx(fun(X), rel=1e-12)
    check_grads(fun, (X,), order=2 if backend == "python" else 1, backend=backend)


def test_the_names_are_those_of_scipy():
    for name in NAMES - {"logging.getLogger"}:
        owner = signal.windows if ".windows." in name else signal if ".signal." in name else special
        assert callable(getattr(owner, name.rpartition(".")[2], None)), name


def test_an_order_that_only_the_run_knows():
    with pytest.raises(UnsupportedError) as caught:
        grad(lambda x, w: np.sum(signal.lfilter(*signal.butter(2, w), x)))(X, 0.2)
    assert caught.value.code == "AD106"
    assert "scipy.signal.butter" in str(caught.value)


def test_what_scipy_refuses():
    with pytest.raises(UserError, match="Digital filter critical frequencies"):
        grad(lambda x: np.sum(signal.lfilter(*signal.butter(2, 1.5), x)))(X)

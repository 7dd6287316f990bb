"""Distributions on the circle."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.definitions.families import Solved

_CONCENTRATED = 50.0
"""From here on SciPy takes the normal distribution instead of the series."""
_TERMS = 53


class VonMises(Solved):
    shapes = ("kappa",)

    def valid(self, kappa: Any) -> Any:
        return kappa >= 0

    def logpdf(self, z: Any, kappa: Any) -> Any:
        return kappa * families.special.cosm1(z) - np.log(2.0 * np.pi) - np.log(families.special.i0e(kappa))

    def cdf(self, z: Any, kappa: Any) -> Any:
        """As SciPy computes it, after G. W. Hill, "Algorithm 518: Incomplete Bessel Function I0", ACM Transactions on Mathematical
        Software 3 (1977): a backward recurrence for the Fourier series, where the distribution is not close to a normal one."""
        turns = np.round(z / (2.0 * np.pi))
        x = z - turns * (2.0 * np.pi)
        few = kappa < _CONCENTRATED
        k = np.where(few, kappa, 1.0)
        ratio, series = 0.0 * (k + x), 0.0 * (k + x)
        for n in range(_TERMS - 1, 0, -1):
            ratio = k / (2.0 * n + k * ratio)
            series = ratio * (np.sin(n * x) / n + series)
        of_series = 0.5 + x / (2.0 * np.pi) + series / np.pi
        width = np.sqrt(2.0 / np.pi) / families.special.i0e(np.where(few, _CONCENTRATED, kappa))
        found = np.where(few, of_series, families.special.ndtr(width * np.sin(0.5 * x)))
        return np.where(found < 0.0, 0.0, np.where(found > 1.0, 1.0, found)) + turns

    def slopes(self, z: Any, kappa: Any) -> Any:
        """Of what `cdf` computes, term by term."""
        x = z - np.round(z / (2.0 * np.pi)) * (2.0 * np.pi)
        few = kappa < _CONCENTRATED
        k = np.where(few, kappa, 1.0)
        ratio, series = 0.0 * (k + x), 0.0 * (k + x)
        ratio_slope, series_slope = ratio, series
        for n in range(_TERMS - 1, 0, -1):
            below, wave = 2.0 * n + k * ratio, np.sin(n * x) / n + series
            ratio, ratio_slope = k / below, (2.0 * n - k * k * ratio_slope) / below**2
            series, series_slope = ratio * wave, ratio_slope * wave + ratio * series_slope
        many = np.where(few, _CONCENTRATED, kappa)
        i0e, i1e = families.special.i0e(many), families.special.i1e(many)
        width, sine = np.sqrt(2.0 / np.pi) / i0e, np.sin(0.5 * x)
        density = width * np.exp(-0.5 * (width * sine) ** 2 - families.LOG_ROOT_2_PI)
        by_point = np.where(few, self.pdf(x, k), density * 0.5 * np.cos(0.5 * x))
        return by_point, np.where(few, series_slope / np.pi, density * sine * (1.0 - i1e / i0e))

    def entropy(self, kappa: Any) -> Any:
        ratio = families.special.i1e(kappa) / families.special.i0e(kappa)
        return -kappa * ratio + np.log(2.0 * np.pi * families.special.i0e(kappa)) + kappa

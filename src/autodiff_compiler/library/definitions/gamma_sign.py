"""The sign of the gamma function, which has no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define_in
from autodiff_compiler.library.registry import when_imported

MODULE = "scipy.special"


class Poles:
    """What SciPy, which has changed this, says at a pole; set when it is imported."""

    at_poles = float("nan")


@when_imported(MODULE)
def ask() -> None:
    Poles.at_poles = float(lazy.load(MODULE).gammasgn(-1.0))


@define_in(MODULE, "gammasgn")
def gammasgn(x: Any) -> Any:
    given = np.asarray(x)
    at = given if given.dtype == np.float32 else given.astype(np.float64)
    whole = np.floor(at)
    sign = np.where((at < 0.0) & (np.fmod(whole, 2.0) != 0.0), -1.0, 1.0)
    sign = np.where(at == 0.0, np.copysign(1.0, at), sign)
    sign = np.where((at < 0.0) & (whole == at), Poles.at_poles, sign)
    return np.where(np.isnan(at), np.nan, sign).astype(at.dtype)[()]

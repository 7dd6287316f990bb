"""The scalar helper `sign` gets NumPy scalars as well: where kinds make no other difference, conversions are not printed."""

import math

import numpy as np
import pytest

from autodiff_compiler.backends.prelude import numpy_helpers


@pytest.mark.parametrize("kind", [float, int, np.float64, np.float32, np.int64])
@pytest.mark.parametrize("value", [-3, 0, 5])
def test_sign_of_any_kind_of_number(kind, value):
    found = numpy_helpers.sign(kind(value))
    assert type(found) is kind
    assert found == np.sign(value)


def test_sign_of_nan():
    assert math.isnan(numpy_helpers.sign(float("nan")))

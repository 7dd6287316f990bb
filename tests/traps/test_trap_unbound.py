"""Variables that are bound on one path only, as residuals of `vjp` and of functions that stay functions."""

import numpy as np
import pytest
import unbound_programs as programs

from autodiff_compiler import vjp


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(("x", "n"), [(1.0, 0), (11.0, 2)])
@pytest.mark.parametrize(
    "fun", [programs.unbound_before_a_loop_that_is_not_run, programs.unbound_array_before_a_loop_that_is_not_run]
)
def test_pullback(fun, x, n, backend):
    out, pullback = vjp(fun, x, n, backend=backend)
    np.testing.assert_allclose(out, fun(x, n))
    ends = [fun(x + h, n) for h in (1e-5, -1e-5)]
    np.testing.assert_allclose(pullback(1.0)[0], (ends[0] - ends[1]) / 2e-5, rtol=1e-6)

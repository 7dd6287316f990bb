"""Functions to be minimised (`scipy.optimize`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define_in
from autodiff_compiler.library.definitions.sliding import floats
from autodiff_compiler.library.registry import refuse_in

MODULE = "scipy.optimize"

refuse_in(
    MODULE,
    "minimize minimize_scalar least_squares curve_fit root root_scalar newton brentq brenth bisect ridder toms748 fsolve leastsq fixed_point "
    "fmin fmin_bfgs fmin_l_bfgs_b fmin_cg linprog milp nnls lsq_linear linear_sum_assignment differential_evolution basinhopping shgo",
    "write the iteration as a loop, which is differentiated as it is, or give the solution a rule (custom_jvp) by the implicit function theorem",
)


@define_in(MODULE, "rosen")
def rosen(x: Any) -> Any:
    at = floats(x)
    first, second = at[:-1], at[1:]
    return np.sum(100.0 * (second - first**2.0) ** 2.0 + (1 - first) ** 2.0, axis=0)


@define_in(MODULE, "rosen_der")
def rosen_der(x: Any) -> Any:
    at = floats(x)
    found = np.zeros_like(at)
    inner, before, behind = at[1:-1], at[:-2], at[2:]
    found[1:-1] = 200 * (inner - before**2) - 400 * (behind - inner**2) * inner - 2 * (1 - inner)
    found[0] = -400 * at[0] * (at[1] - at[0] ** 2) - 2 * (1 - at[0])
    found[-1] = 200 * (at[-1] - at[-2] ** 2)
    return found

"""The public functions, with JAX's names and meanings."""

from autodiff_compiler.api.derivative import Derivative
from autodiff_compiler.api.explanation import Explanation, explain
from autodiff_compiler.api.externals import external, primitive
from autodiff_compiler.api.functions import (
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)

__all__ = [
    "Derivative",
    "Explanation",
    "explain",
    "external",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "primitive",
    "value_and_grad",
    "vjp",
]

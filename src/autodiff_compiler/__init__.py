"""Turns an ordinary Python function into ordinary Python source that computes its derivative."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autodiff_compiler.api.derivative import Derivative
    from autodiff_compiler.api.explanation import Explanation
    from autodiff_compiler.api.externals import external, primitive
    from autodiff_compiler.api.functions import (
        explain,
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
    from autodiff_compiler.custom_rules import checkpoint, custom_jvp, custom_vjp, remat
    from autodiff_compiler.diagnostics import AutodiffError, InternalError, UnsupportedError, UserError
    from autodiff_compiler.markers import stop_gradient
    from autodiff_compiler.testing import check_grads

__version__ = "0.1.0"

__all__ = [
    "AutodiffError",
    "Derivative",
    "Explanation",
    "InternalError",
    "UnsupportedError",
    "UserError",
    "check_grads",
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
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
    "remat",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

_HOMES = {
    "Derivative": "api.derivative",
    "Explanation": "api.explanation",
    "explain": "api.functions",
    "grad": "api.functions",
    "jvp": "api.functions",
    "hessian": "api.functions",
    "hvp": "api.functions",
    "jacfwd": "api.functions",
    "jacobian": "api.functions",
    "jacrev": "api.functions",
    "linearize": "api.functions",
    "value_and_grad": "api.functions",
    "vjp": "api.functions",
    "AutodiffError": "diagnostics",
    "InternalError": "diagnostics",
    "UnsupportedError": "diagnostics",
    "UserError": "diagnostics",
    "checkpoint": "custom_rules",
    "custom_jvp": "custom_rules",
    "custom_vjp": "custom_rules",
    "remat": "custom_rules",
    "external": "api.externals",
    "primitive": "api.externals",
    "stop_gradient": "markers",
    "check_grads": "testing",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used, so that using the IR alone does not load the compiler."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

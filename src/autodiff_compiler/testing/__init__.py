"""What users test derivatives with."""

from autodiff_compiler.testing.check import check_grads
from autodiff_compiler.testing.numeric import numeric_gradient, numeric_jvp

__all__ = ["check_grads", "numeric_gradient", "numeric_jvp"]

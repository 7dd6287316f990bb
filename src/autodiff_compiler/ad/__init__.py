"""Derivatives of IR functions: `forward`, `reverse`, `vjp`.  The results are plain IR."""

from autodiff_compiler.ad.batches import NoBatchError, batched
from autodiff_compiler.ad.forward import forward
from autodiff_compiler.ad.holomorphic import check_holomorphic
from autodiff_compiler.ad.plan import Provision, ResidualPlan
from autodiff_compiler.ad.reverse import residual_plans, reverse
from autodiff_compiler.ad.vjp import vjp

__all__ = [
    "NoBatchError",
    "Provision",
    "ResidualPlan",
    "batched",
    "check_holomorphic",
    "forward",
    "residual_plans",
    "reverse",
    "vjp",
]

"""The derivatives there are: a row for each."""

from __future__ import annotations

from autodiff_compiler.transforms import gradients, jacobians, products
from autodiff_compiler.transforms.transform import Transform

TABLE = {
    row.name: row
    for row in (
        Transform("grad", gradients.grad, ("reverse",), ("Gradient",), into=gradients.grad_into),
        Transform(
            "value_and_grad",
            gradients.value_and_grad,
            ("reverse",),
            ("Value and gradient",),
            into=gradients.value_and_grad_into,
        ),
        Transform("jvp", products.jvp, ("forward",), ("Value and directional derivative",)),
        Transform(
            "vjp",
            products.vjp,
            ("forward", "reverse"),
            ("Result of {} and what its reverse sweep needs.", "Reverse sweep"),
        ),
        Transform("hvp", products.hvp, ("forward",), ("Product of the Hessian with a direction",), of="_grad"),
        Transform("jacfwd", jacobians.jacfwd, ("forward",), ("Jacobian",)),
        Transform("jacrev", jacobians.jacrev, ("reverse",), ("Jacobian",)),
        Transform("hessian", jacobians.hessian, ("forward",), ("Hessian",), of="_jacrev"),
    )
}

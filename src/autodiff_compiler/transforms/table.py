"""The derivatives there are: a row for each."""

from __future__ import annotations

from autodiff_compiler.transforms import gradients, products
from autodiff_compiler.transforms.transform import Transform

TABLE = {
    row.name: row
    for row in (
        Transform("grad", gradients.grad, ("reverse",), ("Gradient",)),
        Transform("value_and_grad", gradients.value_and_grad, ("reverse",), ("Value and gradient",)),
        Transform("jvp", products.jvp, ("forward",), ("Value and directional derivative",)),
        Transform(
            "vjp",
            products.vjp,
            ("forward", "reverse"),
            ("Result of {} and what its reverse sweep needs.", "Reverse sweep"),
        ),
    )
}

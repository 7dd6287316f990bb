"""Conversions from and to other systems."""

from autodiff_compiler.interop.symbolic import from_sympy, to_sympy

__all__ = ["from_sympy", "to_sympy"]

"""The frontend: Python source to primal IR, by abstract interpretation of the syntax tree."""

from autodiff_compiler.frontend.captures import Capture
from autodiff_compiler.frontend.classes import is_written_in_python
from autodiff_compiler.frontend.guards import Guard, Place, all_hold, first_broken, same
from autodiff_compiler.frontend.lower import Argument, lower
from autodiff_compiler.frontend.lowered import Lowered
from autodiff_compiler.frontend.signature import annotated, describe
from autodiff_compiler.frontend.source import find_source, from_text, plain_function

__all__ = [
    "Argument",
    "Capture",
    "Guard",
    "Lowered",
    "Place",
    "all_hold",
    "annotated",
    "describe",
    "find_source",
    "first_broken",
    "from_text",
    "is_written_in_python",
    "lower",
    "plain_function",
    "same",
]

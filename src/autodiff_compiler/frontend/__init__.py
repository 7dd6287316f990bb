"""The frontend: Python source to primal IR, by abstract interpretation of the syntax tree."""

from autodiff_compiler.frontend.captures import Capture, Guard
from autodiff_compiler.frontend.classes import is_written_in_python
from autodiff_compiler.frontend.lower import Argument, Lowered, lower
from autodiff_compiler.frontend.signature import annotated, describe
from autodiff_compiler.frontend.source import find_source, from_text, plain_function

__all__ = [
    "Argument",
    "Capture",
    "Guard",
    "Lowered",
    "annotated",
    "describe",
    "find_source",
    "from_text",
    "is_written_in_python",
    "lower",
    "plain_function",
]

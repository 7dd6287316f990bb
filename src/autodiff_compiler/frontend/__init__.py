"""The frontend: Python source to primal IR, by abstract interpretation of the syntax tree.

What describes arguments, and what was read outside a function, is used at every call, and loads nothing else.
"""

from typing import TYPE_CHECKING

from autodiff_compiler import lazy

if TYPE_CHECKING:
    from autodiff_compiler.frontend.guards import Guard, Place, all_hold, first_broken, same
    from autodiff_compiler.frontend.layout import of_array
    from autodiff_compiler.frontend.lowered import Capture, Lowered, Needs
    from autodiff_compiler.frontend.lowering import Argument, lower
    from autodiff_compiler.frontend.mro import is_written_in_python
    from autodiff_compiler.frontend.signature import annotated, describe
    from autodiff_compiler.frontend.source import find_source, from_text, plain_function

__all__ = [
    "Argument",
    "Capture",
    "Guard",
    "Lowered",
    "Needs",
    "Place",
    "all_hold",
    "annotated",
    "describe",
    "find_source",
    "first_broken",
    "from_text",
    "is_written_in_python",
    "lower",
    "of_array",
    "plain_function",
    "same",
]

_HOMES = {
    "Argument": "lowering",
    "Capture": "lowered",
    "Guard": "guards",
    "Lowered": "lowered",
    "Needs": "lowered",
    "Place": "guards",
    "all_hold": "guards",
    "annotated": "signature",
    "describe": "signature",
    "find_source": "source",
    "first_broken": "guards",
    "from_text": "source",
    "is_written_in_python": "mro",
    "lower": "lowering",
    "of_array": "layout",
    "plain_function": "source",
    "same": "guards",
}

__getattr__ = lazy.names(__name__, _HOMES)

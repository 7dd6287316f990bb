"""The parameters of a saved derivative: the user's own, with their defaults and annotations, and the captures behind them."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autodiff_compiler import frontend
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.tree import Tree, leaves
from autodiff_compiler.ir.types import FLOAT, Type


def with_header(text: str, name: str, specialisation: Specialisation) -> str:
    """The text, with a new parameter list for its main function.

    What the function found outside comes after a `*`, numbers and lists of them with their present value as default.  A function under
    `@njit` cannot have that: there all are ordinary parameters, and the last of them have defaults.
    """
    match = re.search(rf"^def {name}\(([^)]*)\):", text, re.MULTILINE)
    assert match is not None, "the main function has the derivative's name"
    written = [param.strip() for param in match[1].split(",") if param.strip()]
    captures = specialisation.lowered.captures
    own = written[: len(written) - len(captures)]
    compiled = text[: match.start()].rstrip().rpartition("\n")[2].startswith("@njit")
    has_numpy = "import numpy as np" in text
    parameters = [_parameter(p, *described) for p, described in zip(own, _described(specialisation, has_numpy))]
    parameters += [_Parameter(p) for p in own[len(parameters) :]]  # tangents
    for param, capture in zip(written[len(own) :], captures):
        value, default = capture.get(), None
        if isinstance(value, float | int | complex | np.generic):
            default = _number(value, has_numpy)
        elif capture.column and not compiled:  # compiled code has no defaults that are arrays
            default = _column(value, has_numpy)
        parameters.append(_Parameter(param, "", default, inspect.Parameter.KEYWORD_ONLY))
    header = f"def {name}({', '.join(_listed(parameters, plain=compiled))}):"
    return text[: match.start()] + header + text[match.end() :]


class _Parameter:
    def __init__(
        self,
        name: str,
        annotation: str = "",
        default: str | None = None,
        kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ) -> None:
        self.name, self.annotation, self.default, self.kind = name, annotation, default, kind

    def __str__(self) -> str:
        head = f"{self.name}: {self.annotation}" if self.annotation else self.name
        if self.default is None:
            return head
        return f"{head} = {self.default}" if self.annotation else f"{head}={self.default}"


def _listed(parameters: Sequence[_Parameter], plain: bool) -> list[str]:
    """The parameters as Python allows them: no positional one with a default comes before one without."""
    named = [] if plain else [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    positional = [p for p in parameters if p not in named]
    for i, parameter in enumerate(positional):
        if any(p.default is None for p in positional[i:]):
            parameter.default = None
    shown = [str(p) for p in positional]
    only = sum(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in positional)
    if only and not plain:
        shown.insert(only, "/")
    return [*shown, *(["*"] if named else []), *map(str, named)]


def _described(
    specialisation: Specialisation, has_numpy: bool
) -> list[tuple[inspect.Parameter | None, Tree, list[Type], bool]]:
    """For each of the user's parameters: the parameter (None for what `*args` takes), and what it was compiled for."""
    lowered = specialisation.lowered
    hidden = {capture.name for capture in lowered.captures}
    known: Mapping[str, inspect.Parameter] = specialisation.signature.parameters if specialisation.signature else {}
    values = iter(lowered.function.params)
    found = []
    for name, tree in lowered.function.param_trees:
        types = [next(values).type for _ in range(leaves(tree))]
        if name not in hidden:
            found.append((known.get(name), tree, types, has_numpy))
    return found


def _parameter(name: str, own: inspect.Parameter | None, tree: Tree, types: list[Type], has_numpy: bool) -> _Parameter:
    if own is None:
        return _Parameter(name)
    annotation = "" if own.annotation is own.empty else _annotation(own.annotation, has_numpy)
    default = None if own.default is own.empty else _default(own.default, tree, types, has_numpy)
    return _Parameter(name, annotation, default, own.kind)


def _annotation(annotation: Any, has_numpy: bool) -> str:
    """An annotation as text; in quotes where names in it may be missing."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\bnumpy\.", "np.", text)
    names = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text))
    known = {"None", *dir(builtins), *(["np"] if has_numpy else [])}
    return text if names <= known and not isinstance(annotation, str) else repr(text)


def _default(value: Any, tree: Tree, types: list[Type], has_numpy: bool) -> str | None:
    """A default as text, if it is of the types that the derivative was compiled for and can be written."""
    if type(value) is int and types == [FLOAT]:
        value = float(value)  # as at a call: an int that is differentiated counts as a float
    try:
        found_tree, found_types = frontend.describe(value)
    except UserError:
        return None
    return _literal(value, has_numpy) if found_tree == tree and list(found_types) == types else None


def _literal(value: Any, has_numpy: bool) -> str | None:
    if value is None or type(value) in (bool, str):
        return repr(value)
    if isinstance(value, float | int | complex | np.generic):
        return _number(value, has_numpy)
    if type(value) is tuple:
        parts = [_literal(item, has_numpy) for item in value]
        written = [part for part in parts if part is not None]
        return f"({', '.join(written)}{',' if len(written) == 1 else ''})" if len(written) == len(parts) else None
    return None


def _column(array: np.ndarray, has_numpy: bool) -> str:
    """An array as text; where the file does without NumPy, its elements are only read by their index."""
    shown = ", ".join(str(_number(value, has_numpy)) for value in array.tolist())
    return f"np.array([{shown}], np.{array.dtype})" if has_numpy else f"({shown},)"


def _number(value: Any, has_numpy: bool) -> str | None:
    """A number as text; infinities and NaN have no literal."""
    if isinstance(value, np.generic):
        inner = _number(value.item(), has_numpy)
        return f"np.{type(value).__name__}({inner})" if has_numpy else None
    if isinstance(value, complex):
        return f"complex({_number(value.real, has_numpy)}, {_number(value.imag, has_numpy)})"
    return repr(value) if np.isfinite(value) else f"float({str(value)!r})"

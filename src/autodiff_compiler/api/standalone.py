"""A derivative as a module of its own, which imports nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autodiff_compiler import backends
from autodiff_compiler.api.binding import places
from autodiff_compiler.api.header import with_header
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.tree import Const, Leaf
from autodiff_compiler.ir.types import rank


def standalone(specialisation: Specialisation) -> str:
    """The generated text, complete without the function that it was made from.

    Exception classes that the program raises and classes of its result are imported, or, where they cannot be imported (made in
    a function, or in a session), defined again: those of the result as plain namespaces.  Parameters keep their defaults and
    annotations; what the function found outside becomes keyword parameters, numbers with their present value as default.
    Parameters for whose values the derivative was made are checked.
    """
    compiled = specialisation.compiled
    fixed = [(_differs(place, value), f"{place} = {value}") for place, value in _fixed(specialisation)]
    text = _with_checks(
        compiled.text, compiled.function.name, [*fixed, *_shaped(specialisation), *_laid_out(specialisation)]
    )
    named = backends.named_objects(compiled.function).items()
    _check_importable(compiled.text, {name: o for name, o in named if not isinstance(o, type)})
    head = [_class(name, o) for name, o in named if isinstance(o, type) and not backends.is_importable(name, o)]
    return "".join(head) + with_header(text, compiled.function.name, specialisation)


def _check_importable(text: str, named: Mapping[str, object]) -> None:
    """Refuse objects that the text calls and that exist only in this process."""
    for name, obj in named.items():
        if not backends.is_importable(name, obj) and re.search(rf"\b{name}\b", text):
            raise UserError(
                "AD436",
                f"the generated code calls `{name}`, an object of class `{type(obj).__name__}` that cannot be imported",
                help="make it a global of that name in a module",
            )


def _class(name: str, cls: type) -> str:
    """A class that cannot be imported, with what the generated code needs from it."""
    if cls.__module__ == "builtins":
        return ""
    if issubclass(cls, tuple):
        return f"from collections import namedtuple\n\n{name} = namedtuple({name!r}, {list(cls._fields)!r})\n\n\n"  # type: ignore[attr-defined]  # a named tuple
    base = next(c.__name__ for c in cls.__mro__ if c.__module__ == "builtins")
    if base != "object":
        return f"class {name}({base}):\n    pass\n\n\n"
    return f"class {name}:\n    def __init__(self, **held):\n        self.__dict__.update(held)\n\n\n"


def _fixed(specialisation: Specialisation) -> list[tuple[str, str]]:
    """What was known when compiling: places in the parameters, and the values that they must have, as texts."""
    lowered = specialisation.lowered
    static = dict(lowered.static_leaves)
    leaf = 0
    found: list[tuple[str, Any]] = []
    for name, tree in lowered.function.param_trees:
        for place, part in places(name, tree):
            if isinstance(part, Const):
                found.append((place, part.value))
                continue
            if leaf in static:
                found.append((place, static[leaf]))
            leaf += 1
    guarded = [guard.get for guard in lowered.guards]
    found += [(c.name, c.get()) for c in lowered.captures if any(get is c.get for get in guarded)]
    texts = []
    for place, value in found:
        if value is None or isinstance(value, str | bool | int):
            texts.append((place, repr(value)))
        elif hasattr(value, "__name__"):
            texts.append((f"{place}.__name__", repr(value.__name__)))
    return texts


def _places(lowered: Lowered) -> list[str]:
    """How the generated code gets at each leaf of the arguments."""
    return [place for name, tree in lowered.function.param_trees for place, p in places(name, tree) if p == Leaf()]


def _shaped(specialisation: Specialisation) -> list[tuple[str, str]]:
    """The shapes of arrays that the derivative is made for: the condition that something differs, and what they are."""
    lowered = specialisation.lowered
    names = _places(lowered)
    return [
        (f"{names[leaf]}.shape != {shape}", f"{names[leaf]}.shape = {shape}") for leaf, shape in lowered.shapes.items()
    ]


def _laid_out(specialisation: Specialisation) -> list[tuple[str, str]]:
    """The memory orders of arrays that the derivative is made for: the condition that something differs, and their names."""
    lowered = specialisation.lowered
    names = _places(lowered)
    found = []
    for leaf, layout in lowered.layouts.items():
        if layout is None:
            continue
        place, value = names[leaf], lowered.function.params[leaf]
        if not layout.dense or not (layout.ordered or layout.reversed):
            raise UserError(
                "AD433",
                f"the derivative depends on the memory order of {place}, which is neither C nor Fortran order",
                help=f"save it for a contiguous array: np.ascontiguousarray({place})",
            )
        flag = "c_contiguous" if layout.ordered else "f_contiguous"
        extents = [
            f"{place}.shape[{k}] {'<' if k in layout.order else '!='} {1 + (k in layout.order)}"
            for k in range(rank(value.type))
        ]
        order = "C order" if layout.ordered else "Fortran order"
        said = f"{place} in {order}" + (" with extents of 2 or more" if rank(value.type) > 1 else "")
        if rank(value.type) == 1:
            extents = []
        found.append((" or ".join([f"not {place}.flags.{flag}", *extents]), said))
    return found


def _with_checks(text: str, name: str, fixed: list[tuple[str, str]]) -> str:
    """The text with a check, behind the function's docstring, of what it is made for: (what is wrong, how it is called)."""
    if not fixed:
        return text
    match = re.search(rf'^def {name}\([^)]*\):\n    """.*?"""\n', text, re.MULTILINE | re.DOTALL)
    assert match is not None
    wrong = " or ".join(differs for differs, _ in fixed)
    message = f"this derivative is made for {', '.join(said for _, said in fixed)}"
    check = f"    if {wrong}:\n        raise ValueError({message!r})\n"
    return text[: match.end()] + check + text[match.end() :]


def _differs(place: str, value: str) -> str:
    special = {"None": f"{place} is not None", "True": f"not {place}", "False": place}
    return special.get(value, f"{place} != {value}")

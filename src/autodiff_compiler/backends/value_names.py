"""Names for values that neither the user nor the derivative has named, from what they are and where they go.

An element is named after its array and index (`x_i`, `A_ij_bar`), a tape after what it saves, an extent after its
axis; anything else by a noun for the op that computes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import loop_slots
from autodiff_compiler.ir.opdef import OPERAND
from autodiff_compiler.ir.opset import TABLE, constant_of, extent_of, noun_of, reads_path, sets_path
from autodiff_compiler.ir.path import Path, Slice, element, indexing, path_of
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, rank

BAR, SAVED = "_bar", "_saved"
# By which ends are given: `x[1:]`, `x[:-1]`, `x[1:-1]`.
SLICES = {
    indexing(Slice(start=True)): "tail",
    indexing(Slice(stop=True)): "head",
    indexing(Slice(start=True, stop=True)): "inner",
}
NUMBERED = re.compile(f"({BAR}|{SAVED})_?[0-9]+$")
DEPTH = 8


class Hints:
    """`bound(value)` is the variable a value already has, or ""."""

    def __init__(self, nesting: Nesting, bound: Callable[[Value], str]) -> None:
        self.nesting = nesting
        self.bound = bound
        self.carried: dict[Value, Value] = {}
        """What the parameters and results of loops start with."""
        for op in nesting.live_ops(nesting.function.body):
            for slot in loop_slots(op):
                self.carried.update(dict.fromkeys(slot.defined, slot.init))

    def hint(self, value: Value, depth: int = DEPTH) -> str:
        """A name for the value, or "" where nothing better than its type is known."""
        if value.name == "_" and value in self.nesting.indices:
            # The value is read after all, by code that the derivative adds.
            return "t"
        if value.name or depth == 0:
            return value.name
        op = self.nesting.defs.get(value)
        if op is not None and reads_path(op):
            return self._by_definition(value, depth - 1)
        return self._by_use(value, depth - 1) or self._by_definition(value, depth - 1)

    def _stem(self, value: Value, depth: int) -> str:
        """The name without the number that distinguishes it from others."""
        return NUMBERED.sub(r"\1", self.bound(value) or self.hint(value, depth))

    # -- where it goes ---------------------------------------------------------------------------------------------

    def _by_use(self, value: Value, depth: int) -> str:
        users = self.nesting.users.get(value, [])
        if any(user.kind == "if" and user.operands[0] is value for user in users):
            return "taken"
        for user in users:
            if sets_path(user) and user.operands[-1] is value and isinstance(value.type, Scalar):
                array, *indices, _ = user.operands
                if not self.bound(array) and not array.name:
                    # The array is named after its elements.
                    continue
                name = self._element(array, path_of(user), indices, depth)
                if name:
                    return name
        if isinstance(value.type, Array | ListOf):
            return self._tape(value, depth)
        return ""

    def _tape(self, value: Value, depth: int) -> str:
        """What an empty array, or a list, is filled with."""
        made = self.nesting.defs.get(value)
        if made is None or not TABLE[made.kind].starts_empty:
            return ""
        for later in self._versions(value):
            for user in self.nesting.users.get(later, []):
                appended = TABLE[user.kind].appends
                if (appended or sets_path(user)) and user.operands[0] is later:
                    item = user.operands[-1]
                    name = self._stem(item, depth) or default(item.type)
                    if name.endswith(SAVED):
                        return f"all_{name}"
                    # A value with no other use is computed for the array, not saved in it.
                    saved = appended or self.nesting.uses[item] > 1
                    return f"{name}{SAVED}" if name and saved else name
        return ""

    def _versions(self, value: Value) -> list[Value]:
        """The value, and what it becomes inside the loops it is carried into."""
        found = [value]
        for version in found:
            for user in self.nesting.users.get(version, []):
                for slot in loop_slots(user):
                    found += [v for v in slot.defined if slot.init is version and v not in found]
                if TABLE[user.kind].writes and user.operands[0] is version and user.result not in found:
                    found.append(user.result)
        return found

    # -- what it is ------------------------------------------------------------------------------------------------

    def _by_definition(self, value: Value, depth: int) -> str:
        op = self.nesting.defs.get(value)
        if value in self.carried:
            return self._stem(self.carried[value], depth)
        if op is None:
            return ""
        row, extent = TABLE[op.kind], extent_of(op)
        noun = noun_of(op, value)
        if row.reads:
            array, *indices = op.operands
            return self._element(array, element() if row.by_index else path_of(op), indices, depth)
        if extent is not None:
            array, axis = extent
            return ("rows", "columns")[axis] if rank(array.type) == 2 else "n"
        if not noun:
            return f"part{BAR}" if row.spreads is not None and op.span.phase == ADJOINT else ""
        if noun == OPERAND or row.moves:
            return f"{self._stem(op.operands[0], depth)}{'_T' if 'perm' in op.attrs else ''}"
        if _is_integer(value.type):
            return self._integer(op)
        if isinstance(value.type, Array) and value.type.dtype.is_bool:
            return "mask"
        return f"{op.kind}_value" if noun == op.kind else noun

    def _integer(self, op: Op) -> str:
        signs = TABLE[op.kind].signs
        if len(signs) == 2 and self._constant(op.operands[1]) == 1:
            return "last" if signs[1] < 0 else "after"
        return {"mul": "size", "list_len": "count", "maximum": "count"}.get(op.kind, "")

    def _unsaved(self, name: str) -> str:
        if name.startswith("all_"):
            return name.removeprefix("all_")
        return name.removesuffix(SAVED) if name.endswith(SAVED) else ""

    def _element(self, array: Value, path: Path, indices: list[Value], depth: int) -> str:
        """`x_i` for `x[i]`; in the reverse sweep `x_i_bar` for `x_bar[i]`, and `new_bar` for a part of `x_bar`."""
        name = self._stem(array, depth)
        if not name or not path.is_subscript:
            return "part" if name else ""
        if name.endswith(SAVED):
            return self._unsaved(name)
        bar = BAR if name.endswith(BAR) else ""
        base = name.removesuffix(BAR)
        if not indices or path != element(len(indices)):
            return f"new{bar}" if bar else f"{base}_{SLICES.get(path, 'part')}"
        labels = [self._label(index, depth) for index in indices]
        if "" in labels:
            return f"{base}_item{bar}"
        joint = "" if all(len(label) == 1 for label in labels) else "_"
        return f"{base}_{joint.join(labels)}{bar}"

    def _label(self, index: Value, depth: int) -> str:
        """How an index is written in a name."""
        constant = self._constant(index)
        if constant is not None:
            return str(constant) if constant >= 0 else "last" if constant == -1 else ""
        op = self.nesting.defs.get(index)
        signs = () if op is None else TABLE[op.kind].signs
        if op is not None and len(signs) == 2 and op.operands[0] in self.nesting.indices:
            neighbour = self._constant(op.operands[1]) == 1
            return ("next" if signs[1] > 0 else "before") if neighbour else ""
        name = self._stem(index, depth)
        return name if len(name) <= 4 else ""

    def _constant(self, value: Value) -> int | None:
        number: int | None = constant_of(self.nesting.defs.get(value))
        return number


def default(type_: Type) -> str:
    """A name where nothing but the type is known."""
    if isinstance(type_, Scalar):
        return "test" if type_.dtype.is_bool else "value" if type_.dtype.inexact else "k"
    if isinstance(type_, Array):
        return "a" if type_.rank == 1 else "A"
    return "items"


def _is_integer(type_: Type) -> bool:
    return isinstance(type_, Scalar) and type_.dtype.is_integer

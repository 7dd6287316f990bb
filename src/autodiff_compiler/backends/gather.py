"""Functions that read, write or add through integer arrays and masks, as loops: for Numba, which cannot index in this way.

The source is made per signature (kind, items, ranks); the text of one looks like

    def take_s_a(a, i0):
        v = a
        n0 = len(i0)
        out = np.empty((v.shape[0], n0), a.dtype)
        for k0 in range(v.shape[0]):
            for j0 in range(n0):
                out[k0, j0] = v[k0, i0[j0]]
        return out

A mask that stands alone is run over where it lies: a list of its places takes longer to make, and as long to compile as all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import Subscript, is_array, is_mask
from autodiff_compiler.ir.types import rank

DECORATOR = '@njit(cache=True, error_model="numpy", nogil=True)'


def function_name(kind: str, subscripts: Sequence[Subscript], array_rank: int, value_rank: int) -> str:
    verb = {"load": "take", "store": "put", "accum": "add_at"}[kind]
    shown = "".join(f"_{_sort(subscript)}" for subscript in subscripts)
    return f"{verb}{shown}_{array_rank}" + ("" if kind == "load" else f"_{value_rank}")


def _sort(subscript: Subscript) -> str:
    if subscript is None or isinstance(subscript, slice):
        return "n" if subscript is None else "s"
    return f"{'b' if is_mask(subscript) else 'a'}{rank(subscript.type)}" if is_array(subscript) else "i"


def function_source(kind: str, subscripts: Sequence[Subscript], array_rank: int, value_rank: int) -> str:
    """`subscripts` belong to an array whose slices have been taken: those that are left keep whole axes."""
    name = function_name(kind, subscripts, array_rank, value_rank)
    params = [f"i{k}" for k, subscript in enumerate(subscripts) if isinstance(subscript, Value)]
    head = ", ".join(["a", *params, *(["value"] if kind != "load" else [])])
    masks, advanced, axes = _axes(subscripts, array_rank)
    alone = len(params) == 1 and bool(masks)
    if alone:
        masks = _counted(advanced, params[0], needed=kind == "load" or value_rank > 0)
    joint = max(1 if is_mask(s) else rank(s.type) for s in subscripts if isinstance(s, Value))
    order = _result_axes(axes, joint)
    extents = ["1" if a == "0" else f"n{a[1:]}" if a[0] == "j" else f"a.shape[{a[1:]}]" for a in order]
    shape, target = f"({', '.join(extents)},)", ", ".join(order)
    lines = [
        DECORATOR,
        f"def {name}({head}):",
        f"    {DOCSTRINGS[kind]}",
        *masks,
        *([] if alone else _joint_extents(advanced, joint)),
    ]
    if kind == "load":
        lines.append(f"    out = np.empty({shape}, a.dtype)")
    elif value_rank:
        lines.append(f"    wide = np.broadcast_to(value, {shape})")
    index = [name for name, _ in advanced] if alone else _joint_indices(advanced, joint)
    place = f"a[{', '.join(index[int(axis[1:])] if axis[0] == '@' else axis for axis in axes if axis != '0')}]"
    new = f"wide[{target}]" if value_rank else "value"
    act = {"load": f"out[{target}] = {place}", "store": f"{place} = {new}", "accum": f"{place} += {new}"}[kind]
    loops = [(variable, extent) for variable, extent in zip(order, extents) if variable != "0"]
    lines += _indented(_nest(loops, act, params[0] if alone else None, advanced))
    return "\n".join([*lines, *(["    return out"] if kind == "load" else [])])


def _axes(subscripts: Sequence[Subscript], array_rank: int) -> tuple[list[str], list[tuple[str, int]], list[str]]:
    """Statements that take masks apart; the integer arrays, with their ranks; and what each axis is: `k0` a whole axis, `0` a new
    one, `@0` one through the first of the integer arrays.
    """
    masks: list[str] = []
    advanced: list[tuple[str, int]] = []
    axes: list[str] = []
    whole = 0
    for k, subscript in enumerate(subscripts):
        if subscript is None:
            axes.append("0")
            continue
        arrays: list[tuple[str, int]] = []
        if isinstance(subscript, Value) and is_mask(subscript):
            arrays = [(f"m{k}_{part}", 1) for part in range(rank(subscript.type))]
            masks += [f"    m{k} = np.nonzero(i{k})"]
            masks += [f"    {name} = m{k}[{part}]" for part, (name, _) in enumerate(arrays)]
        elif isinstance(subscript, Value):
            arrays = [(f"i{k}", rank(subscript.type))]
        axes += [f"@{len(advanced) + n}" for n in range(len(arrays))] or [f"k{whole}"]
        advanced += arrays
        whole += len(arrays) or 1
    return masks, advanced, [*axes, *(f"k{axis}" for axis in range(whole, array_rank))]


def _joint_indices(advanced: Sequence[tuple[str, int]], joint: int) -> list[str]:
    """The index that each of the integer arrays has at a place."""
    return [_advanced_index(name, rank, joint, len(advanced)) for name, rank in advanced]


def _counted(parts: Sequence[tuple[str, int]], mask: str, *, needed: bool) -> list[str]:
    """Statements that count what a mask picks."""
    return ["    n0 = 0", *_indented(_over_mask(parts, mask, [f"n0 += {_element(parts, mask)}"]))] if needed else []


def _over_mask(parts: Sequence[tuple[str, int]], mask: str, body: list[str]) -> list[str]:
    for axis, (name, _) in reversed(list(enumerate(parts))):
        body = [f"for {name} in range({mask}.shape[{axis}]):", *_indented(body)]
    return body


def _element(parts: Sequence[tuple[str, int]], mask: str) -> str:
    return f"{mask}[{', '.join(name for name, _ in parts)}]"


def _nest(loops: Sequence[tuple[str, str]], act: str, mask: str | None, parts: Sequence[tuple[str, int]]) -> list[str]:
    """Loops, one in the other; `j0` counts what a mask picks, where there is one."""
    body = [act]
    for variable, extent in reversed(loops):
        if mask is None or variable != "j0":
            body = [f"for {variable} in range({extent}):", *_indented(body)]
        else:
            first, then = (["j0 = 0"], ["j0 += 1"]) if "j0" in act else ([], [])
            picked = [f"if {_element(parts, mask)}:", *_indented([*body, *then])]
            body = [*first, *_over_mask(parts, mask, picked)]
    return body


def _indented(lines: Sequence[str]) -> list[str]:
    return ["    " + line for line in lines]


DOCSTRINGS = {
    "load": '"""The elements that a subscript with integer arrays reaches."""',
    "store": '"""Assigns to what a subscript with integer arrays reaches; the last of several wins."""',
    "accum": '"""Adds to what a subscript with integer arrays reaches, as often as it reaches it."""',
}


def _joint_extents(advanced: Sequence[tuple[str, int]], joint: int) -> list[str]:
    """The extents to which the integer arrays broadcast."""
    lines = []
    for j in range(joint):
        extents = [f"{name}.shape[{j - joint + rank}]" for name, rank in advanced if j - joint + rank >= 0]
        text = extents[0]
        for other in extents[1:]:
            text = f"extent({text}, {other})"
        lines.append(f"    n{j} = {text}")
    return lines


def _advanced_index(name: str, rank: int, joint: int, count: int) -> str:
    if rank == 0:
        return name
    parts = []
    for axis in range(rank):
        j = f"j{joint - rank + axis}"
        parts.append(j if count == 1 else f"{j} if {name}.shape[{axis}] != 1 else 0")
    return f"{name}[{', '.join(parts)}]"


def _result_axes(axes: Sequence[str], joint: int) -> list[str]:
    """The axes of the result: the joint axes are where the integer arrays were if those were neighbours, else first."""
    places = [p for p, a in enumerate(axes) if a[0] == "@"]
    together = [f"j{j}" for j in range(joint)]
    if places[-1] - places[0] + 1 != len(places):
        return [*together, *(a for a in axes if a[0] != "@")]
    before = [a for a in axes[: places[0]] if a[0] != "@"]
    after = [a for a in axes[places[-1] :] if a[0] != "@"]
    return [*before, *together, *after]

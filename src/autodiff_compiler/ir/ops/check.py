"""The pages of checks: they raise or do nothing.

Attributes of all of them: `access`, the name of what tests the same in NumPy (`ir/required_checks.py`), if anything does, and `error`, the
name of the exception's class where that is not ValueError; `ours`, whether it is a limit of this compiler that raises, and no
`except` of the program's is meant.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.message import WITHOUT_ELEMENTS
from autodiff_compiler.ir.objects import Values, exception_class, message
from autodiff_compiler.ir.opdef import CHECK, CONDITION, INDEX, SHAPE, WIDTH, Attrs, Evaluate, Infer, OpDef, no_array
from autodiff_compiler.ir.ops.scalar import SCALAR_OPS
from autodiff_compiler.ir.types import Scalar, Type, dtype_of

ARGUMENT = "argument"
"""The `of` of a `check_width` that checks an int argument, which has to fit into 32 bits."""
SMALL = 2**31

# -- types -------------------------------------------------------------------------------------------------------------


def _check_ints(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    for type_ in operands:
        if not dtype_of(type_).is_integer:
            raise TypeError(f"integers are needed, not {type_}")
    return ()


def _check_numbers(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    for type_ in operands:
        if not isinstance(type_, Scalar):
            raise TypeError(f"numbers are needed, not {type_}")
    return ()


def _check_bool(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if not (isinstance(operands[0], Scalar) and operands[0].dtype.is_bool):
        raise TypeError(f"a boolean scalar is needed, not {operands[0]}")
    return ()


# -- evaluation --------------------------------------------------------------------------------------------------------


def _is_there(op: Op, values: Values, mutable: bool) -> None:
    indices, extent = np.asarray(values[0]), int(values[1])
    below = False if op.attrs.get("upper") else indices < -extent
    for index in indices[below | (indices >= extent)].flat:
        raise IndexError(f"index {index} is out of bounds for axis with size {extent}")


def _error(op: Op) -> type[BaseException]:
    """The error that the check of a shape raises."""
    found = exception_class(op.attrs.get("error", "ValueError"))
    assert found is not None
    return found


def _alike(op: Op, values: Values, mutable: bool) -> None:
    if values[0] != values[1] and 1 not in values:
        raise _error(op)(f"operands could not be broadcast together: extents {values[0]} and {values[1]}")


def _fitting(op: Op, values: Values, mutable: bool) -> None:
    if values[0] not in (1, values[1]):
        raise _error(op)(f"could not broadcast an extent of {values[0]} into one of {values[1]}")


def _equal(op: Op, values: Values, mutable: bool) -> None:
    if values[0] != values[1]:
        raise _error(op)(message(op.attrs["message"], values))


def _some(op: Op, values: Values, mutable: bool) -> None:
    if 0 in values:
        raise _error(op)(op.attrs.get("message", WITHOUT_ELEMENTS))


WIDTHS: dict[str, Callable[..., int]] = {
    **{row.kind: row.py_eval for row in SCALAR_OPS if row.grows and row.py_eval is not None},
    "cast": int,
    ARGUMENT: lambda value: value,
}
"""The result of the op whose width is checked."""


def _narrow(op: Op, values: Values, mutable: bool) -> None:
    kind = op.attrs["of"]
    limit = SMALL if kind == ARGUMENT else 2**63
    if not -limit <= WIDTHS[kind](*values) < limit:
        raise OverflowError(f"{kind} gives an integer of more than 64 bits")


def _page(
    kind: str,
    meaning: str,
    operands: tuple[str, ...],
    evaluate: Evaluate | None,
    infer: Infer = _check_ints,
    attrs: tuple[str, ...] = (),
    *,
    tests: str = SHAPE,
    commutative: bool = False,
    stretches: tuple[int, ...] = (),
) -> OpDef:
    return OpDef(
        kind,
        meaning,
        infer,
        operands,
        (),
        attrs,
        extents=no_array,
        evaluate=evaluate,
        noun="",
        effect=CHECK,
        tests=tests,
        commutative=commutative,
        stretches=stretches,
    )


CHECKS: tuple[OpDef, ...] = (
    # With `upper` only `index < extent` is tested, where the other bound is known to hold; `axis`: which of the indexed array's,
    # for the message.
    _page(
        "check_index",
        "`-extent <= i < extent` of an index or an array of them, else IndexError",
        ("i", "extent"),
        _is_there,
        tests=INDEX,
    ),
    _page(
        "check_broadcast",
        "the extents are equal, or one of them is 1",
        ("m", "n"),
        _alike,
        commutative=True,
        stretches=(0, 1),
    ),
    _page("check_fits", "the extent of a value is that of its place, or 1", ("m", "n"), _fitting, stretches=(0,)),
    # The message is a text that is shown with what differs, or a tuple of parts with a place for each extent, or with none.
    _page("check_equal", "the extents are equal", ("m", "n"), _equal, attrs=("message",), commutative=True),
    _page("check_nonempty", "none of the extents is 0", ("extents…",), _some),
    _page(
        "check_width",
        "what the op `of` gives of these operands has at most 64 bits, else OverflowError; "
        "of `argument`: an int has at most 32",
        ("operands…",),
        _narrow,
        _check_numbers,
        ("of",),
        tests=WIDTH,
    ),
    _page(
        "check",
        "the condition holds, else `error` with a message of the values",
        ("condition", "values…"),
        None,
        _check_bool,
        ("error",),
        tests=CONDITION,
    ),
)

"""`np.einsum` with a subscript string known at compile time: diagonals, sums, and pairwise products."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, static_int
from autodiff_compiler.library.linear import contracted, diagonal
from autodiff_compiler.library.registry import function
from autodiff_compiler.library.shapes import transposed

Term = tuple[Value, str]

ELLIPSIS = "..."
_DIGITS = frozenset(digits)


@function(np.einsum, "np.einsum")
def einsum(b: Builder, *operands: Any, optimize: Any = False) -> Value:
    subscripts, given = _spelled(b, operands)
    values = arith.promoted(b, *(as_array(b, x) for x in given), strong=True)
    inputs, output = _parsed(b, subscripts, [rank(value.type) for value in values])
    for value, labels in zip(values, inputs):
        if rank(value.type) != len(labels):
            raise UserError(
                "AD204", f"np.einsum: {labels!r} does not fit an array of {rank(value.type)} dimensions", b.span
            )
    _check_extents(b, list(zip(values, inputs)))
    terms = [
        _simplified(b, term, "".join(inputs[:k] + inputs[k + 1 :]) + output)
        for k, term in enumerate(zip(values, inputs))
    ]
    result = terms[0]
    for k, term in enumerate(terms[1:], start=2):
        result = _pair(b, result, term, output + "".join(labels for _, labels in terms[k:]))
    value, labels = _simplified(b, result, output)
    return transposed(b, value, tuple(labels.index(label) for label in output))


def _spelled(b: Builder, operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The subscripts as a string, and the arrays: they may also be lists of numbers, one behind each array."""
    if not operands:
        raise UserError("AD201", "np.einsum: must specify the subscripts and at least one operand", b.span)
    first, *rest = operands
    if isinstance(first, str):
        return first, rest
    if len(operands) < 2 or not isinstance(operands[1], tuple | list):
        raise UnsupportedError(
            "AD207",
            "np.einsum needs subscripts that are known when the function is compiled",
            b.span,
            help='write a string, "ij,jk->ik"',
        )
    pairs = len(operands) // 2
    texts = [_letters(b, labels) for labels in operands[1 : 2 * pairs : 2]]
    output = "->" + _letters(b, operands[-1]) if len(operands) % 2 else ""
    return ",".join(texts) + output, list(operands[: 2 * pairs : 2])


def _letters(b: Builder, labels: Any) -> str:
    """A list of numbers as subscripts."""
    given = labels if isinstance(labels, tuple | list) else (labels,)
    numbers = [... if label is ... else static_int(b, label, "a subscript of np.einsum") for label in given]
    if any(label is not ... and not 0 <= label < len(ascii_letters) for label in numbers):
        raise UserError("AD209", f"np.einsum: subscripts must be from 0 to {len(ascii_letters) - 1}", b.span)
    return "".join(ELLIPSIS if label is ... else ascii_letters[label] for label in numbers)


def _parsed(b: Builder, subscripts: str, ranks: list[int]) -> tuple[list[str], str]:
    """The labels of each operand and of the result; an axis that an ellipsis stands for is labelled by a digit, counted from the
    last one."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ranks):
        raise UserError("AD209", "np.einsum: the number of operands does not match the subscripts", b.span)
    inputs = [_expanded(text, count) for text, count in zip(inputs, ranks)]
    most = max((len(_DIGITS & set(text)) for text in inputs), default=0)
    several = "".join(reversed(sorted(_DIGITS)[:most]))
    if not arrow:
        names = set(left) - {",", "."}
        output = ELLIPSIS * bool(several) + "".join(sorted(label for label in names if left.count(label) == 1))
    lost = several and ELLIPSIS not in output
    output = output.replace(ELLIPSIS, several, 1)
    fine = all(label.isalpha() or label in _DIGITS for label in "".join(inputs) + output) and not lost
    if not fine or len(set(output)) != len(output) or set(output) - set("".join(inputs)):
        raise UserError("AD209", f"np.einsum: invalid subscripts {subscripts!r}", b.span)
    return inputs, output


def _expanded(labels: str, count: int) -> str:
    """The labels of an operand of `count` axes, with those that its ellipsis stands for."""
    if ELLIPSIS not in labels or _DIGITS & set(labels):
        return labels
    missing = max(count - len(labels) + len(ELLIPSIS), 0)
    return labels.replace(ELLIPSIS, "".join(str(k) for k in reversed(range(missing))), 1)


def _check_extents(b: Builder, terms: list[Term]) -> None:
    first: dict[str, Value] = {}
    for value, labels in terms:
        for axis, label in enumerate(labels):
            extent = b.dim(value, axis)
            check_equal(
                b,
                first.setdefault(label, extent),
                extent,
                f"np.einsum: the extents of {label!r} differ; write x[:, 0] or np.broadcast_to for an extent of 1",
            )


def _simplified(b: Builder, term: Term, needed: str) -> Term:
    """Repeated labels become diagonals; labels that no other operand has are summed over."""
    value, labels = term
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            m = labels.index(label)
            n = labels.index(label, m + 1)
            value = diagonal(b, value, 0, m, n)
            labels = labels[:m] + labels[m + 1 : n] + labels[n + 1 :] + label
    lone = tuple(axis for axis, label in enumerate(labels) if label not in needed)
    return b.sum(value, lone), "".join(label for label in labels if label in needed)


def _pair(b: Builder, left: Term, right: Term, needed: str) -> Term:
    """Two terms as one: a matrix product where that is what it is, else a product and a sum."""
    (x, xs), (y, ys) = left, right
    shared = [label for label in xs if label in ys]
    summed = [label for label in shared if label not in needed]
    rows, columns = ([k for k in labels if k not in shared] for labels in (xs, ys))
    if summed and len(summed) == len(shared):
        axes = [xs.index(k) for k in summed], [ys.index(k) for k in summed]
        return contracted(b, x, y, *axes), "".join((*rows, *columns))
    if len(summed) == len(rows) == len(columns) == 1:
        batch = [label for label in shared if label in needed]
        stack = transposed(b, x, tuple(xs.index(k) for k in (*batch, *rows, *summed)))
        other = transposed(b, y, tuple(ys.index(k) for k in (*batch, *summed, *columns)))
        return arith.matmul(b, stack, other), "".join((*batch, *rows, *columns))
    return _summed_product(b, left, right, summed)


def _summed_product(b: Builder, left: Term, right: Term, summed: list[str]) -> Term:
    (x, xs), (y, ys) = left, right
    labels = "".join(dict.fromkeys(xs + ys))
    product = arith.binary(b, "*", _aligned(b, x, xs, labels), _aligned(b, y, ys, labels))
    axes = tuple(sorted(labels.index(k) for k in summed))
    return b.sum(product, axes), "".join(k for k in labels if k not in summed)


def _aligned(b: Builder, x: Value, own: str, labels: str) -> Value:
    """`x` with its axes in the order of `labels`, and new axes for those it lacks."""
    if not own:
        return x
    ordered = transposed(b, x, tuple(own.index(k) for k in labels if k in own))
    lacking = [axis for axis, k in enumerate(labels) if k not in own]
    return b.insert_axes(ordered, *lacking) if lacking else ordered

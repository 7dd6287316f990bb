"""`np.einsum` with a subscript string known at compile time: diagonals, sums, and pairwise products."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array
from autodiff_compiler.library.linear import contracted, diagonal
from autodiff_compiler.library.registry import function
from autodiff_compiler.library.shapes import transposed

Term = tuple[Value, str]


@function(np.einsum, "np.einsum")
def einsum(b: Builder, subscripts: Any, *operands: Any, optimize: Any = False) -> Value:
    if not isinstance(subscripts, str):
        raise UnsupportedError(
            "AD207", "np.einsum needs subscripts that are known when the function is compiled", b.span
        )
    inputs, output = _parsed(b, subscripts)
    if len(inputs) != len(operands):
        raise UserError("AD209", "np.einsum: the number of operands does not match the subscripts", b.span)
    values = arith.promoted(b, *(as_array(b, x) for x in operands), strong=True)
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


def _parsed(b: Builder, subscripts: str) -> tuple[list[str], str]:
    text = subscripts.replace(" ", "")
    if "." in text:
        raise UnsupportedError("AD208", "np.einsum with an ellipsis", b.span, help="name all the axes")
    left, arrow, output = text.partition("->")
    if not arrow:
        output = "".join(sorted(label for label in set(left) - {","} if left.count(label) == 1))
    inputs = left.split(",")
    fine = all(label.isalpha() for label in "".join(inputs) + output)
    if not fine or len(set(output)) != len(output) or set(output) - set("".join(inputs)):
        raise UserError("AD209", f"np.einsum: invalid subscripts {subscripts!r}", b.span)
    return inputs, output


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
    """Repeated labels become diagonals; labels nobody else has are summed."""
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

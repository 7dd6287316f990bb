"""Functions that have no derivative here, and are called as they are where none is asked for: what they return.

A row tells it from the arguments: the types of run-time values, and objects that are known (`Known`).  None: it is unknown.
A function that is missing here can be declared by `external`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler.ir.dtype import FLOAT64, INT64, from_numpy_dtype
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array, Scalar, Type, is_py, rank


@dataclass(frozen=True)
class Known:
    """An argument whose value is known."""

    value: Any


Argument = Type | Known | tuple[Any, ...]
"""A run-time value by its type, what is known, or a tuple or list of these."""
Returned = tuple[Type, ...] | Type | None


@dataclass(frozen=True)
class Result:
    """What a call returns: one value of a type, a tuple, or None."""

    types: Returned


Row = Callable[[Sequence[Argument], Mapping[str, Argument]], Result | None]


def always(types: Returned) -> Row:
    return lambda args, named: Result(types)


def drawn(single: Scalar, size: int, *others: str) -> Row:
    """Random numbers: one, or as many as the argument `size`, which is also the one at this position, says."""

    def row(args: Sequence[Argument], named: Mapping[str, Argument]) -> Result | None:
        if not named.keys() <= {"size", *others}:
            return None
        shape = named.get("size", args[size] if len(args) > size else Known(None))
        rest = [one for i, one in enumerate(args) if i != size] + [one for key, one in named.items() if key != "size"]
        if any(isinstance(one, tuple) or (isinstance(one, Array) and shape == Known(None)) for one in rest):
            return None
        return _shaped(single, shape)

    return row


def drawn_rows(single: Scalar, size: int, *others: str) -> Row:
    """Random vectors, of parameters that are arrays: one, or as many as `size` says."""

    def row(args: Sequence[Argument], named: Mapping[str, Argument]) -> Result | None:
        if not named.keys() <= {"size", *others}:
            return None
        shape = named.get("size", args[size] if len(args) > size else Known(None))
        many = single if shape == Known(None) else getattr(_shaped(single, shape), "types", None)
        return None if many is None else Result(Array(single.dtype, rank(many) + 1))

    return row


def drawn_in(single: Scalar) -> Row:
    """Random numbers, as many as the arguments say, one for each axis."""
    return lambda args, named: None if named else _shaped(single, tuple(args) or Known(None))


def _shaped(single: Scalar, shape: Argument) -> Result | None:
    if shape == Known(None):
        return Result(single)
    if isinstance(shape, tuple):
        return Result(Array(single.dtype, len(shape))) if shape else None
    known = isinstance(shape, Known) and type(shape.value) is int
    counted = isinstance(shape, Scalar) and shape.dtype.is_integer
    return Result(Array(single.dtype, 1)) if known or counted else None


def permuted(args: Sequence[Argument], named: Mapping[str, Argument]) -> Result | None:
    """The numbers below one, in any order."""
    (count,) = args
    known = isinstance(count, Known) and type(count.value) is int
    counted = isinstance(count, Scalar) and count.dtype.is_integer
    return Result(Array(INT64, 1)) if (known or counted) and not named else None


def chosen(args: Sequence[Argument], named: Mapping[str, Argument]) -> Result | None:
    """Numbers below one, of which some may be likelier than others."""
    rest = {name: x for name, x in named.items() if name != "p"}
    return drawn(INT, 1, "replace")(args, rest) if permuted(args[:1], {}) else None


RANDOM_NUMBERS: dict[str, Row] = {
    **{
        f"numpy.random.{kind}{name}": row
        for kind in ("", "RandomState.")
        for name, row in {
            "seed": always(None),
            "rand": drawn_in(FLOAT),
            "randn": drawn_in(FLOAT),
            "random_sample": drawn(FLOAT, 0),
            "randint": drawn(INT, 2, "low", "high"),
        }.items()
    },
    "numpy.random.Generator.integers": drawn(Scalar(INT64), 2, "low", "high", "endpoint"),
    **{
        f"numpy.random.{kind}{name}": row
        for kind in ("", "RandomState.", "Generator.")
        for name, row in {
            "random": drawn(FLOAT, 0),
            "standard_normal": drawn(FLOAT, 0),
            "standard_exponential": drawn(FLOAT, 0),
            "standard_cauchy": drawn(FLOAT, 0),
            "normal": drawn(FLOAT, 2, "loc", "scale"),
            "lognormal": drawn(FLOAT, 2, "mean", "sigma"),
            "uniform": drawn(FLOAT, 2, "low", "high"),
            "laplace": drawn(FLOAT, 2, "loc", "scale"),
            "logistic": drawn(FLOAT, 2, "loc", "scale"),
            "gumbel": drawn(FLOAT, 2, "loc", "scale"),
            "exponential": drawn(FLOAT, 1, "scale"),
            "rayleigh": drawn(FLOAT, 1, "scale"),
            "weibull": drawn(FLOAT, 1, "a"),
            "pareto": drawn(FLOAT, 1, "a"),
            "poisson": drawn(INT, 1, "lam"),
            "binomial": drawn(INT, 2, "n", "p"),
            "gamma": drawn(FLOAT, 2, "shape", "scale"),
            "standard_gamma": drawn(FLOAT, 1, "shape"),
            "beta": drawn(FLOAT, 2, "a", "b"),
            "chisquare": drawn(FLOAT, 1, "df"),
            "standard_t": drawn(FLOAT, 1, "df"),
            "vonmises": drawn(FLOAT, 2, "mu", "kappa"),
            "triangular": drawn(FLOAT, 3, "left", "mode", "right"),
            "geometric": drawn(INT, 1, "p"),
            "dirichlet": drawn_rows(FLOAT, 1, "alpha"),
            "multinomial": drawn_rows(Scalar(INT64), 2, "n", "pvals"),
            "multivariate_normal": drawn_rows(FLOAT, 2, "mean", "cov"),
            "permutation": permuted,
            "choice": chosen,
        }.items()
    },
}

ROWS: dict[str, Row] = {
    "time.perf_counter": always(FLOAT),
    "time.time": always(FLOAT),
    "time.monotonic": always(FLOAT),
    "time.process_time": always(FLOAT),
    "time.perf_counter_ns": always(INT),
    "time.sleep": always(None),
    **{
        f"logging.{owner}{name}": always(None)
        for owner in ("", "Logger.", "RootLogger.")
        for name in ("debug", "info", "warning", "error", "exception", "critical", "log")
    },
    **{f"logging.{owner}.isEnabledFor": always(BOOL) for owner in ("Logger", "RootLogger")},
    "warnings.warn": always(None),
    **{f"random.{name}": always(FLOAT) for name in ("random", "gauss", "normalvariate", "expovariate", "uniform")},
    "random.randint": always(INT),
    "random.seed": always(None),
    **RANDOM_NUMBERS,
    **{
        f"numpy.polynomial.{family}.{short}gauss": always((Array(FLOAT64, 1), Array(FLOAT64, 1)))
        for family, short in (
            ("legendre", "leg"), ("hermite", "herm"), ("hermite_e", "herme"), ("chebyshev", "cheb"), ("laguerre", "lag"),
        )
    },
}  # fmt: skip

_LAST = frozenset(name.rpartition(".")[2] for name in ROWS)


def may_be_known(obj: Any) -> bool:
    """Whether the object may have a row: for a start, by the last part of its name."""
    return isinstance(obj, np.ufunc) or getattr(obj, "__name__", None) in _LAST


def result_of(obj: Any, name: str, args: Sequence[Argument], named: Mapping[str, Argument]) -> Result | None:
    """What a call of the function of this name returns; None where that is not known."""
    if isinstance(obj, np.ufunc):
        return _of_ufunc(obj, args) if not named else None
    row = ROWS.get(name)
    return None if row is None else row(args, named)


def _of_ufunc(ufunc: np.ufunc, args: Sequence[Argument]) -> Result | None:
    """A ufunc says itself which dtypes it gives."""
    if len(args) != ufunc.nin or ufunc.signature is not None:
        return None
    types = [_type_of(one) for one in args]
    given = [t.dtype.number if is_py(t) else t.dtype.numpy for t in types if isinstance(t, Scalar | Array)]
    if len(given) < len(types):
        return None
    try:
        dtypes = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))[ufunc.nin :]
    except TypeError:
        return None
    found = [from_numpy_dtype(dtype) for dtype in dtypes]
    most = max(rank(t) for t in types if t is not None)
    results = tuple((Array(d, most) if most else Scalar(d)) for d in found if d is not None)
    if len(results) < len(found):
        return None
    return Result(results[0] if len(results) == 1 else results)


def _type_of(one: Argument) -> Type | None:
    if isinstance(one, Known):
        kind = type(one.value)
        if isinstance(one.value, np.generic):
            dtype = from_numpy_dtype(one.value.dtype)
            return None if dtype is None else Scalar(dtype)
        return {float: FLOAT, int: INT}.get(kind)
    return None if isinstance(one, tuple) else one

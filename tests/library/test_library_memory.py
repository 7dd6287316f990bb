"""What the tables of `library/memory.py` promise of the memory of results, against NumPy: for every sample of every row, with
its arrays in C and in Fortran order, reversed and strided."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from library_harness import WRITES, Written, assert_same, lowered_and_run, plain
from library_samples import KIND_MAY_DIFFER, METHODS
from test_library_rows import NAMES, resolve, samples_of

from autodiff_compiler import library
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend.layout import c_order, fortran_order, of_array, of_result
from autodiff_compiler.library import memory

# Functions whose results may share memory with an argument: the frontend knows each of them.
MAY_SHARE = {
    *("np.asarray", "np.asanyarray", "np.ascontiguousarray", "np.asfortranarray", "np.atleast_1d", "np.atleast_2d"),
    *("np.broadcast_arrays", "np.broadcast_to", "np.diag", "np.diagonal", "np.diff", "np.einsum", "np.expand_dims"),
    *("np.flip", "np.fliplr", "np.flipud", "np.hsplit", "np.vsplit", "np.split", "np.array_split", "np.moveaxis"),
    *("np.where", "np.ravel", "np.real", "np.real_if_close", "np.reshape", "np.squeeze", "np.swapaxes", "np.transpose", "np.matrix_transpose", "np.linalg.matrix_transpose", "np.bool_"),
    *(f"np.{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
    *(
        "np.float32",
        "np.float64",
        "np.complex64",
        "np.complex128",
        "conj",
        "conjugate",
        "diagonal",
        "ravel",
        "reshape",
        "squeeze",
        "swapaxes",
        "transpose",
    ),
}


def arranged(x: Any, order: str) -> Any:
    if isinstance(x, tuple | list):
        return type(x)(arranged(item, order) for item in x)
    if not isinstance(x, np.ndarray) or order == "C":
        return x
    if order == "F":
        return np.asfortranarray(x)
    step = slice(None, None, -1 if order == "negative" else 2)
    room = np.zeros([n if order == "negative" else 2 * n for n in x.shape], x.dtype)
    room[(step,) * x.ndim] = x
    return room[(step,) * x.ndim]


def arrays(x: Any) -> list[np.ndarray]:
    if isinstance(x, tuple | list):
        return [array for item in x for array in arrays(item)]
    return [x] if isinstance(x, np.ndarray) else []


def results(x: Any) -> list[Any]:
    return [part for item in x for part in results(item)] if isinstance(x, tuple | list) else [x]


def check(name: str, key: Any, call: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    given = [*args, *kwargs.values()]
    try:
        with np.errstate(all="ignore"):
            found = results(call(*args, **kwargs))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError):
        return
    order = memory.order_of_result(key)
    operands = arrays(given[:1] if memory.first_alone(key) else given)
    if order == memory.KEEPS and any(isinstance(x, tuple | list) for x in given):
        order = memory.FOLLOWS
    for result in found:
        what = f"{name}{args}{kwargs}"
        if isinstance(result, np.ndarray | np.generic) and result.ndim == 0:
            first = "array" if isinstance(given[0], np.ndarray) and not given[0].ndim else ""
            first = "numpy" if isinstance(given[0], np.generic) else first
            array = memory.gives_array(key, first)
            assert array is None or array == isinstance(result, np.ndarray), what
        if not isinstance(result, np.ndarray) or result.size == 0:
            continue
        if any(np.shares_memory(result, array) for array in arrays(given)):
            assert name in MAY_SHARE or "copy" in kwargs, what
            assert order is None or key is np.diff or "copy" in kwargs, what
        promised = None
        if not {"shape", "copy"} & set(kwargs) and not (key is np.diff and result is given[0]):
            promised = of_result(order, result.ndim, [(of_array(a), a.ndim) for a in operands])
        asked = memory.asked_order(key, args, kwargs)
        if asked is not None:
            promised = {"C": c_order, "F": fortran_order}.get(asked, lambda count: None)(result.ndim)
        if promised is None:
            continue
        actual = of_array(result)
        assert actual is not None
        assert actual.spacing == promised.spacing, what
        assert actual.order == tuple(axis for axis in promised.order if result.shape[axis] > 1), what
        assert not promised.wide or min(result.shape[axis] for axis in promised.order) > 1, what


DEFINED = [name for name in NAMES["functions"] if library.definition(resolve(name))]


@pytest.mark.parametrize("name", DEFINED)
def test_definitions(name):
    """What a definition gives shares memory with its argument if what NumPy gives does, or it is refused to look at what was
    made before a write; and without dimensions it is an array if NumPy's is."""
    target = resolve(name)
    for args, kwargs in samples_of(name)[:5]:
        if name in WRITES or not isinstance(args[0], np.ndarray):
            continue
        w = Written()
        parts = [*map(w.text, args), *(f"{key}={w.text(x)}" for key, x in kwargs.items())]
        made = f"y = {name}({', '.join(parts)})"
        fun = w.function(made, "x1[...] = 1", "return y")
        kind = w.function(made, "return isinstance(y, np.ndarray)")
        for order in ("C", "F"):
            given = [arranged(x, order) for x in w.given]
            with np.errstate(all="ignore"):
                try:
                    expected, array = fun(*copy.deepcopy(given)), kind(*given)
                except (TypeError, ValueError, ZeroDivisionError, IndexError):
                    continue
                try:
                    got, ours = lowered_and_run(fun, given), lowered_and_run(kind, given)
                except UnsupportedError:
                    continue
            what = f"{name}{args}{kwargs} {order}"
            assert_same(got, expected, what, exact_type=name not in KIND_MAY_DIFFER)
            assert bool(ours) == array, what


@pytest.mark.parametrize("name", [n for n in NAMES["functions"] if n.startswith("np.") and n not in DEFINED])
def test_functions(name):
    target = resolve(name)
    for args, kwargs in samples_of(name):
        for order in ("C", "F", "negative", "strided"):
            check(
                name,
                target,
                target,
                arranged(plain(args), order),
                {k: arranged(plain(v), order) for k, v in kwargs.items()},
            )


@pytest.mark.parametrize("name", METHODS)
def test_methods(name):
    for args, kwargs in METHODS[name]:
        for order in ("C", "F", "negative", "strided"):
            receiver, *rest = arranged(plain(args), order)
            check(name, name, lambda x, *a, **k: getattr(x, name)(*a, **k), (receiver, *rest), kwargs)

"""Lowers a plain Python function, runs its primal IR, and compares with CPython: values, types, output, exceptions."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import io
import warnings
from typing import Any

import numpy as np

from autodiff_compiler import frontend
from autodiff_compiler.api.binding import Signature
from autodiff_compiler.diagnostics import AutodiffError
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.tree import Leaf, flatten, rebuild
from autodiff_compiler.ir.verify import verify


def lowered(fun: Any, *args: Any, **kwargs: Any) -> frontend.Lowered:
    """The verified primal IR of a call."""
    given = Signature.of(fun).bind(args, kwargs)
    described = [(name, *frontend.describe(value, name)) for name, value in given.items()]
    leaves = [leaf for name, tree, _ in described for leaf in flatten(tree, given[name])]
    result = frontend.lower(fun, [(n, t, list(ts)) for n, t, ts in described], leaves)
    verify(result.function)
    return result


def interpret(fun: Any, *args: Any, **kwargs: Any) -> Any:
    """What the primal IR computes: the result as a Python object, and what it printed."""
    low = lowered(fun, *args, **kwargs)
    given = Signature.of(fun).bind(args, kwargs)
    described = [(name, frontend.describe(value, name)[0]) for name, value in given.items()]
    leaves = [leaf for name, tree in described for leaf in flatten(tree, given[name])]
    assert all(guard.holds() for guard in low.guards)
    hidden = [capture.get() for capture in low.captures]
    results = run(low.function, [copy.deepcopy(x) for x in (*leaves, *hidden)])
    return rebuild(low.function.result_tree or Leaf(), iter(results))


def outcome(call: Any) -> tuple[Any, str, type | None]:
    """Result, printed text and the class of the exception that the program itself raised."""
    out = io.StringIO()
    result, error = None, None
    with contextlib.redirect_stdout(out), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of ~True, from Python 3.12 on
        try:
            result = call()
        except AutodiffError:
            raise
        except Exception as problem:
            error = type(problem)
    return result, out.getvalue(), error


def agree(fun: Any, *args: Any, loose: bool = False, **kwargs: Any) -> Any:
    """Check that the lowered function does what CPython does; `loose` ignores Python against NumPy scalars."""
    ours = outcome(lambda: interpret(fun, *args, **kwargs))
    expected = outcome(lambda: fun(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
    assert ours[2] is expected[2], f"ours {ours[2]} ({ours[0]!r}), CPython {expected[2]} ({expected[0]!r})"
    assert ours[1] == expected[1]
    if expected[2] is None:
        compare(ours[0], expected[0], loose)
    return expected[0]


def compare(ours: Any, expected: Any, loose: bool = False, where: str = "result") -> None:
    """Equal in structure, type and every bit (NaN equals NaN)."""
    if isinstance(expected, np.ndarray) and expected.ndim:
        assert isinstance(ours, np.ndarray), f"{where}: {ours!r}, not {expected!r}"
        assert ours.dtype == expected.dtype, f"{where}: {ours.dtype}, not {expected.dtype}"
        np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=0, err_msg=where)
        return
    if isinstance(expected, bool | int | float | np.generic | np.ndarray):
        if isinstance(expected, np.ndarray):
            expected = expected[()]
        assert isinstance(ours, bool | int | float | np.generic), f"{where}: {ours!r}, not {expected!r}"
        if not loose:
            assert type(ours) is type(expected), f"{where}: {type(ours)}, not {type(expected)}"
        np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=0, err_msg=where)
        assert np.signbit(ours) == np.signbit(expected), where
        return
    assert type(ours) is type(expected), f"{where}: {ours!r}, not {expected!r}"
    if isinstance(expected, dict):
        assert list(ours) == list(expected), where
        for key in expected:
            compare(ours[key], expected[key], loose, f"{where}[{key!r}]")
    elif isinstance(expected, list | tuple):
        assert len(ours) == len(expected), f"{where}: {ours!r}, not {expected!r}"
        for i, (x, y) in enumerate(zip(ours, expected)):
            compare(x, y, loose, f"{where}[{i}]")
    elif dataclasses.is_dataclass(expected):
        for field in dataclasses.fields(expected):
            compare(getattr(ours, field.name), getattr(expected, field.name), loose, f"{where}.{field.name}")
    else:
        assert ours == expected, where

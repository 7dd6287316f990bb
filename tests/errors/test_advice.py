"""The `help:` of every error of the page is tried: the advised program compiles, and gives what CPython gives."""

import copy
import runpy

import numpy as np
import pytest
from advised import CALLS, LANGUAGE
from call_errors import HEAD, PROGRAMS
from error_page import call_error, language_error
from language_errors import CASES

from autodiff_compiler import driver, frontend
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.options import Options
from autodiff_compiler.testing.numeric import float_leaves

# The example that the page shows is the first of its code.
FIRST = {code: (text, args) for code, _, text, args in reversed(CASES)}


@pytest.mark.parametrize("code", FIRST)
def test_language(code, capsys):
    text, args = FIRST[code]
    error = language_error(text, args)
    assert (error.help is not None) == (code in LANGUAGE), error
    if error.help is None:
        return
    program, *given = LANGUAGE[code]
    args = given[0] if given else args
    fun = from_text(program, "f")
    named = [(name, *frontend.describe(value, name)) for name, value in zip(fun.__code__.co_varnames, args)]
    known = None if any(isinstance(value, dict | list | tuple) for value in args) else list(args)
    lowered = driver.lower(fun, [(name, tree, list(types)) for name, tree, types in named], Options(), known)
    got = driver.primal(lowered, Options()).call(
        *copy.deepcopy(args), *(capture.get() for capture in lowered.captures)
    )
    expected = fun(*copy.deepcopy(args))
    for a, b in zip(float_leaves(got), float_leaves(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("code", PROGRAMS)
def test_calls(code, tmp_path):
    error = call_error(PROGRAMS[code])
    assert (error.help is not None) == (code in CALLS), error
    if code in CALLS:
        file = tmp_path / "example.py"
        file.write_text(HEAD + CALLS[code] + "\n", encoding="utf-8")
        runpy.run_path(str(file))

"""Every refusal of the frontend: its code, its kind, the line it shows with a caret, and what to write instead."""

import re

import pytest
from language_errors import CASES

from autodiff_compiler import diagnostics, frontend
from autodiff_compiler.frontend.source import from_text


def refusal(text, args):
    fun = from_text(text, "f")
    described = [(name, *frontend.describe(value, name)) for name, value in zip(fun.__code__.co_varnames, args)]
    leaves = [value for value in args if not isinstance(value, dict | list | tuple)]
    known = leaves if len(leaves) == len(args) else None
    with pytest.raises(diagnostics.AutodiffError) as caught:
        frontend.lower(fun, [(n, t, list(ts)) for n, t, ts in described], known)
    return caught.value


@pytest.mark.parametrize(("code", "kind", "text", "args"), [pytest.param(*c, id=f"{c[0]}-{i}") for i, c in enumerate(CASES)])
def test_refused(code, kind, text, args):
    error = refusal(text, args)
    assert (error.code, type(error).__name__) == (code, kind), str(error)
    (line,) = [i for i, row in enumerate(text.splitlines(), 1) if "# here" in row]
    assert error.span.line == line, str(error)
    shown = str(error).splitlines()
    assert re.match(r".+:\d+:\d+: (error|unsupported)\[AD\d{3}\]: \S", shown[0])
    caret = next(i for i, row in enumerate(shown) if re.fullmatch(r"\s+\| \s*\^+", row))
    assert text.splitlines()[line - 1] in shown[caret - 1]
    if kind == "UnsupportedError":
        assert "  help: " in str(error), str(error)

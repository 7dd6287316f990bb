"""Errors of calls, and the page that shows every error by an example."""

import re

import pytest
from call_errors import HEAD, PROGRAMS
from error_page import DOCS, call_error, page


@pytest.mark.parametrize("code", PROGRAMS)
def test_refused(code):
    error = call_error(PROGRAMS[code])
    assert error is not None
    assert error.code == code, str(error)
    if error.span is None:
        return
    _, line, caret = str(error).splitlines()[:3]
    assert re.fullmatch(r"\s+\| \s*\^+", caret)
    # The caret is under the column that the error names.
    assert caret.index("^") - caret.index("|") - 2 == error.span.col
    if error.span.file.endswith("example.py"):
        assert (HEAD + PROGRAMS[code]).splitlines()[error.span.line - 1] in line


def test_the_page_is_true():
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == page()

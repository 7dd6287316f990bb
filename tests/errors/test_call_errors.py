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


ELSEWHERE = {
    "AD008": "a package that is missing",
    "AD009": "an installation without sources",
    "AD141": "a file that changes",
    "AD162": "no program is known: types that do not settle",
    "AD301": "AD413 comes first",
    "AD302": "AD418 comes first",
    "AD303": "AD419 comes first",
    "AD310": "no program is known",
    "AD405": "the command line",
    "AD425": "SymPy",
    "AD426": "SymPy",
    "AD601": "a bug",
    "AD609": "a package that is missing",
    "AD602": "a bug",
}


def test_every_code_is_on_the_page():
    rows = (DOCS / "limitations.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"^\| (AD\d{3}) \|", rows, re.MULTILINE))
    shown = set(re.findall(r"^## (AD\d{3})$", page(), re.MULTILINE))
    missing = {code for code in codes - shown if code[2] not in "589"}  # the command line, the IR, bugs of ours
    assert missing == set(ELSEWHERE), "give it a program in call_errors.py or language_errors.py, or a reason here"


def test_the_page_is_true():
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == page()

"""Where a rule of a linter or of the type checker is waived, the line says why."""

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [path for folder in ("src", "tests", "benchmarks", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]
WAIVER = re.compile(r"\b(noqa(:\s*[A-Z]+\d+(\s*,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w\s,-]*\])?|pragma:?\s*no\s*(cover|branch))")
REASON = re.compile(r"[^\W\d_]{2,}")
"""A word, at least."""


def without_reason(path):
    """The lines of waivers that say nothing else."""
    with tokenize.open(path) as file:
        comments = [t for t in tokenize.generate_tokens(file.readline) if t.type == tokenize.COMMENT]
    return [t.start[0] for t in comments if (found := WAIVER.search(t.string)) and not REASON.search(t.string[found.end() :])]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_waiver_has_a_reason(path):
    assert not without_reason(path)


@pytest.mark.parametrize(
    ("comment", "lacks"),
    [
        ("# noqa", True),
        ("# noqa: E731", True),
        ("# noqa: E731, F821  #", True),
        ("# type: ignore[arg-type,misc]", True),
        ("# pragma: no cover", True),
        ("# noqa: E731  # it is shorter", False),
        ("# ruff: noqa  (as people write them)", False),
        ("# type: ignore[arg-type]  # a pair", False),
        ("# nothing is waived", False),
    ],
)
def test_what_counts_as_a_reason(tmp_path, comment, lacks):
    path = tmp_path / "some.py"
    path.write_text(f"x = 1  {comment}\ny = '# noqa'\n")
    assert without_reason(path) == ([1] if lacks else [])

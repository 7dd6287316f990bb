"""Every error code is documented, and every documented one exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = re.compile(r"\bAD\d{3}\b")


def in_source():
    found = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        if path.name == "diagnostics.py":  # its docstring has examples
            continue
        for code in CODE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(code, path)
    return found


def documented():
    rows = (ROOT / "docs" / "limitations.md").read_text(encoding="utf-8").splitlines()
    return [
        row.split("|")[1].strip() for row in rows if CODE.fullmatch(row.split("|")[1].strip() if "|" in row else "")
    ]


def test_every_code_is_documented():
    missing = {code: str(path) for code, path in in_source().items() if code not in documented()}
    assert not missing


def test_every_documented_code_exists_once():
    rows = documented()
    assert len(rows) == len(set(rows))
    assert set(rows) <= set(in_source())

"""Writes docs/errors.md: for each code that a program can provoke, the smallest such program, the text one gets, and the program that
takes the advice.

python tests/errors/error_page.py
"""

from __future__ import annotations

import re
import runpy
import tempfile
from pathlib import Path

import numpy as np
from advised import CALLS, LANGUAGE
from call_errors import HEAD, PROGRAMS
from language_errors import CASES

from autodiff_compiler import frontend
from autodiff_compiler.diagnostics import AutodiffError
from autodiff_compiler.frontend.source import from_text

DOCS = Path(__file__).parents[2] / "docs"
TITLE = """# Every error by an example

Written by `python tests/errors/error_page.py`; a test compares. What to do about each: [limitations](limitations.md).
Codes that need a file, the command line or a bug of ours to show are not here. Where the call is not shown, `f` is called
with the arguments in the comment; `np` and `math` are imported. Where an error has a `help:`, a program follows that takes the
advice: tests compile and run it.
"""


def language_error(text: str, args: tuple) -> AutodiffError | None:
    """What the frontend says of a source string and arguments."""
    fun = from_text(text, "f")
    named = [(name, *frontend.describe(value, name)) for name, value in zip(fun.__code__.co_varnames, args)]
    known = None if any(isinstance(value, dict | list | tuple) for value in args) else list(args)
    try:
        frontend.lower(fun, [(name, tree, list(types)) for name, tree, types in named], known)
    except AutodiffError as error:
        return error
    return None


def call_error(text: str) -> AutodiffError | None:
    """What running a program as a file says."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "example.py"
        file.write_text(HEAD + text + "\n", encoding="utf-8")
        try:
            runpy.run_path(str(file))
        except AutodiffError as error:
            return error
    return None


def shown(error: AutodiffError) -> str:
    """The text of an error, with `example.py` for its file and without marks of the tests."""
    text = re.sub(r"<source \w+>|\S*/example\.py", "example.py", str(error))
    return text.replace("  # here", "")


def entry(code: str, program: str, error: AutodiffError, instead: str | None) -> str:
    text = f"\n## {code}\n\n```python\n{program}\n```\n\n```text\n{shown(error)}\n```\n"
    return text if instead is None else f"{text}\nAs advised:\n\n```python\n{instead}\n```\n"


def written(args: tuple) -> str:
    """The arguments; the long ones are arrays of ones."""
    return ", ".join(f"np.ones({len(x)})" if np.size(x) > 20 else re.sub(r"\s+", " ", repr(x)) for x in args)


def page() -> str:
    """The first example of each code, in the order of the codes."""
    entries: dict[str, str] = {}
    for code, _, text, args in CASES:
        error = None if code in entries else language_error(text, args)
        if error is not None:
            advice = LANGUAGE.get(code)
            instead = None if advice is None else f"{advice[0]}\n\n# f({written(*advice[1:] or (args,))})"
            entries[code] = entry(code, f"{text.replace('  # here', '')}\n\n# f({written(args)})", error, instead)
    for code, text in PROGRAMS.items():
        error = call_error(text)
        if error is not None:
            entries[code] = entry(code, text, error, CALLS.get(code))
    return TITLE + "".join(entries[code] for code in sorted(entries))


if __name__ == "__main__":
    (DOCS / "errors.md").write_text(page(), encoding="utf-8")

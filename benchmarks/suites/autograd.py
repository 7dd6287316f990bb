"""autograd's tests, with plain NumPy and SciPy in place of its wrappers and our derivatives in place of its own.

pytest collects and runs them; `autograd_names` answers their imports.  Left out are the tests of autograd's own insides:
boxes, graphs, vector spaces, and its wrappers of builtins.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.suites import autograd_names
from benchmarks.suites.runs import Run

INSIDES = (
    "test_builtins.py",
    "test_core.py",
    "test_graphs.py",
    "test_performance.py",
    "test_tests.py",
    "test_ufunc_dispatch.py",
    "test_vspaces.py",
)
ROOT = Path(__file__).parents[2]
OPTIONS = ("-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".")


class FirstFailure:
    """A pytest plugin that keeps the exception of the first test that fails."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    @pytest.hookimpl
    def pytest_exception_interact(self, call: Any) -> None:
        self.error = self.error or call.excinfo.value


def runs(repo: Path, backends: Iterable[str], only: str) -> list[Run]:
    folder = repo / "tests"
    names = [name for name in collected(folder) if only in name]
    return [Run(name, backend, check, (folder, name, backend)) for name in names for backend in backends]


def collected(folder: Path) -> list[str]:
    """The names of the tests, from a process of its own: collecting imports them."""
    if not (folder / "test_numpy.py").exists():
        raise FileNotFoundError(f"no tests in {folder}: is it a checkout of HIPS/autograd?")
    ignored = [f"--ignore={name}" for name in INSIDES]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", "pytest", "-p", autograd_names.__name__, *OPTIONS, "--collect-only", *ignored]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    names = [line for line in done.stdout.splitlines() if "::" in line]
    if done.returncode or not names:
        raise RuntimeError(f"pytest could not collect the tests:\n{done.stdout}{done.stderr}")
    return names


def check(folder: Path, name: str, backend: str) -> None:
    """Run one test, in this process."""
    autograd_names.BACKEND = backend
    autograd_names.install()
    os.chdir(folder)
    kept = FirstFailure()
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
        code = pytest.main([*OPTIONS, name], plugins=[kept])
    if kept.error is not None:
        raise kept.error
    if code:
        raise RuntimeError(output.getvalue()[-300:])

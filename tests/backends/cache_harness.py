"""What tests of the cache need: new processes, or what looks like them from inside."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from autodiff_compiler.backends import cache

SQUARE = "def f(x):\n    return x * x\n"
posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of files")


def forget():
    """As a new process would find things."""
    for stem in cache._loaded:
        sys.modules.pop(stem, None)
    cache._loaded.clear()


def where(function):
    return Path(function.__code__.co_filename)


def run(code, *flags, **variables):
    """What a process of its own prints; a variable that is None is not set."""
    environment = {**os.environ, **variables}
    for name in [name for name, value in variables.items() if value is None]:
        del environment[name]
    done = subprocess.run(
        [sys.executable, *flags, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()

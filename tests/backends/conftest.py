"""What tests of several files here begin with."""

import pytest

from autodiff_compiler.backends import cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own for generated text and compiled code."""
    chosen = tmp_path / "cache"
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(chosen))
    monkeypatch.setattr(cache, "_loaded", {})
    return chosen

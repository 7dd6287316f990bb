"""How errors read."""

import pytest

from autodiff_compiler import UnsupportedError, grad


def countdown(x, n):
    return x if n == 0 else x * len("a" * n) * countdown(x, n - 1)


def from_far(x):
    return countdown(x, 100)


def test_a_long_chain_of_callers_is_shown_from_both_ends():
    with pytest.raises(UnsupportedError, match="AD179") as caught:
        grad(from_far)(2.0)
    text = str(caught.value)
    assert text.count("called from") == 2
    assert "more calls" in text
    assert text.splitlines()[1].strip().endswith('return x if n == 0 else x * len("a" * n) * countdown(x, n - 1)')
    assert text.splitlines()[2].endswith("^" * len("countdown(x, n - 1)"))

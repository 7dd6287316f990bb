"""Looks at what Numba has compiled for a derivative."""

from __future__ import annotations

from typing import Any


def kernels_of(derivative: Any) -> list[Any]:
    """The dispatchers that the derivative's function for calls names."""
    loaded = next(iter(derivative._table._by_key.values()))[0].made(readable=False).compiled.loaded
    if hasattr(loaded, "signatures"):
        return [loaded]
    named = (loaded.__globals__.get(name) for name in loaded.__code__.co_names)
    return [one for one in named if hasattr(one, "signatures")]

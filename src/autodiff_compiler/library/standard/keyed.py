"""Dicts whose keys the run decides, as lists of pairs in the order in which they were put in: every access looks through them."""

from __future__ import annotations

from typing import Any


def found(pairs: Any, key: Any) -> Any:
    for k, value in pairs:
        if k == key:
            return value
    raise KeyError("the dict does not have this key")


def got(pairs: Any, key: Any, default: Any) -> Any:
    for k, value in pairs:
        if k == key:
            return value
    return default


def has(pairs: Any, key: Any) -> bool:
    for k, _ in pairs:  # noqa: SIM110  (a loop that ends at once)
        if k == key:
            return True
    return False


def put(pairs: Any, key: Any, value: Any) -> None:
    """Replace the value of a key, which stays the one that it is, or add a pair."""
    for i in range(len(pairs)):
        if pairs[i][0] == key:
            pairs[i] = (pairs[i][0], value)
            return
    pairs.append((key, value))


def put_all(held: Any, others: Any) -> None:
    """`held.update(others)` of two dicts."""
    for key, value in others.items():
        held[key] = value


def take_out(pairs: Any, key: Any) -> None:
    for i in range(len(pairs)):
        if pairs[i][0] == key:
            pairs.pop(i)
            return
    raise KeyError("the dict does not have this key")

"""Methods of lists whose length the run decides: what they leave is a new list."""

from __future__ import annotations

from typing import Any


def taken_out(items: Any, place: int) -> Any:
    """The item that `pop` gives, and the list without it."""
    n = len(items)
    if n == 0:
        raise IndexError("pop from empty list")
    k = place + n if place < 0 else place
    if k < 0 or k >= n:
        raise IndexError("pop index out of range")
    return items[k], _without(items, k)


def deleted(items: Any, place: int) -> Any:
    n = len(items)
    k = place + n if place < 0 else place
    if k < 0 or k >= n:
        raise IndexError("list assignment index out of range")
    return _without(items, k)


def removed(items: Any, value: Any) -> Any:
    for k in range(len(items)):
        if items[k] == value:
            return _without(items, k)
    raise ValueError("list.remove(x): x not in list")


def found(items: Any, value: Any, start: int = 0, stop: Any = None) -> int:
    """`items.index(value, start, stop)`."""
    n = len(items)
    first = max(start + n if start < 0 else start, 0)
    last = n if stop is None else min(stop + n if stop < 0 else stop, n)
    for k in range(first, last):
        if items[k] == value:
            return k
    raise ValueError("list.index(x): x not in list")


def inserted(items: Any, place: int, item: Any) -> Any:
    n = len(items)
    k = min(max(place + n if place < 0 else place, 0), n)
    made = [items[i] for i in range(k)]
    made.append(item)
    for i in range(k, n):
        made.append(items[i])
    return made


def turned_round(items: Any) -> Any:
    return [items[len(items) - 1 - i] for i in range(len(items))]


def _without(items: Any, k: int) -> Any:
    made = [items[i] for i in range(k)]
    for i in range(k + 1, len(items)):
        made.append(items[i])
    return made

"""Names that nothing else has yet."""

from __future__ import annotations


def fresh_name(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken; from then on it counts as taken."""
    free, count = name, 2
    while free in taken:
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    return free

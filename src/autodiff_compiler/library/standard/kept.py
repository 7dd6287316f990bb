"""Functions of `itertools` that look at items before they are asked for, or more than once: they keep a list of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.stand_ins import check_kept, is_known, kept_items, known_key, stands_for


class Kept:
    """An iterator over items `at`, …, `end - 1` of a list that was kept; a `for` loop over it uses it up."""

    def __init__(self, source: Any, items: Any, at: int, end: Any) -> None:
        self.source = source
        self.items = items
        self.at: Any = at
        self.end = end

    def __iter__(self) -> Any:
        check_kept(self.source, self.items)
        at, self.at = self.at, None
        if at is None:
            unsupported("an iterator that another loop has run over", "make a list of it first: list(...)")
        return iter(self.items[at : self.end])

    def __next__(self) -> Any:
        check_kept(self.source, self.items)
        if self.at is None:
            unsupported("an iterator that a loop has run over", "make a list of it first: list(...)")
        if self.at >= self.end:
            raise StopIteration
        self.at = self.at + 1
        return self.items[self.at - 1]


def over(iterable: Any) -> Any:
    """`iter(iterable)` of an array, list, tuple or range, which is given a name."""
    items = kept_items(iterable)
    return Kept(iterable, items, 0, len(items))


@stands_for(itertools.tee)
def tee(iterable: Any, n: int = 2) -> Any:
    items = kept_items(iterable)
    return tuple([Kept(iterable, items, 0, len(items)) for _ in range(n)])


@stands_for(itertools.zip_longest)
def zip_longest(*iterables: Any, fillvalue: Any = None) -> Iterator[Any]:
    if len(iterables) == 0:
        return
    kept = [kept_items(iterable) for iterable in iterables]
    count = max(0, *[len(items) for items in kept])
    for k in tuple(range(count)) if is_known(count) else range(count):
        for source, items in zip(iterables, kept):
            check_kept(source, items)
        yield tuple([items[k] if k < len(items) else fillvalue for items in kept])


@stands_for(itertools.groupby)
def groupby(iterable: Any, key: Any = None) -> Iterator[Any]:
    items = kept_items(iterable, known=True)
    groups: list[Any] = []
    for k, item in enumerate(items):
        found = known_key(key, item)
        if k == 0 or found != groups[-1][0]:
            groups.append((found, k))
    for k, (wanted, start) in enumerate(groups):
        after = groups[k + 1 : k + 2]
        end = after[0][1] if after else len(items)
        yield wanted, Kept(iterable, items, start, end)
        check_kept(iterable, items)
        for now, item in [*[(wanted, item) for item in items[start:end]], *[(then, items[at]) for then, at in after]]:
            if known_key(key, item) != now:
                unsupported("groupby by a key that changes meanwhile", "compute the keys first, in a list")

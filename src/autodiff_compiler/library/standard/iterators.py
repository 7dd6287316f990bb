"""Iterators of `itertools`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from autodiff_compiler.library.stand_ins import stands_for


def from_next(iterator: Any) -> Iterator[Any]:
    """The items of an object with a `__next__`."""
    while True:
        try:
            item = iterator.__next__()
        except StopIteration:
            return
        yield item


@stands_for(itertools.accumulate)
def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Iterator[Any]:
    total = initial
    if initial is not None:
        yield total
    for item in iterable:
        total = item if total is None else total + item if func is None else func(total, item)
        yield total


@stands_for(itertools.chain)
def chain(*iterables: Any) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


@stands_for(itertools.chain.from_iterable)
def chained(iterable: Any) -> Iterator[Any]:
    for inner in iterable:
        yield from inner


@stands_for(itertools.islice)
def islice(iterable: Any, *bounds: Any) -> Iterator[Any]:
    start = 0 if len(bounds) == 1 or bounds[0] is None else bounds[0]
    stop = bounds[0] if len(bounds) == 1 else bounds[1]
    step = 1 if len(bounds) < 3 or bounds[2] is None else bounds[2]
    if stop is not None and stop <= 0:
        return
    k = 0
    for item in iterable:
        if k >= start and (k - start) % step == 0:
            yield item
        k += 1  # noqa: SIM113  (no item is asked for only to be numbered)
        if stop is not None and k >= stop:
            return


@stands_for(itertools.pairwise)
def pairwise(iterable: Any) -> Iterator[Any]:
    before = None
    for item in iterable:
        if before is not None:
            yield before, item
        before = item


@stands_for(itertools.product)
def product(*iterables: Any, repeat: int = 1) -> Iterator[Any]:
    yield from _product([list(iterable) for iterable in iterables] * repeat, ())


def _product(pools: Any, row: Any) -> Iterator[Any]:
    if len(row) == len(pools):
        yield row
        return
    for item in pools[len(row)]:
        yield from _product(pools, (*row, item))


@stands_for(itertools.combinations)
def combinations(iterable: Any, r: int) -> Iterator[Any]:
    yield from _combinations(list(iterable), 0, 1, r, ())


@stands_for(itertools.combinations_with_replacement)
def combinations_with_replacement(iterable: Any, r: int) -> Iterator[Any]:
    yield from _combinations(list(iterable), 0, 0, r, ())


def _combinations(pool: Any, first: Any, step: int, r: int, row: Any) -> Iterator[Any]:
    if len(row) == r:
        yield row
        return
    for i in range(first, len(pool)):
        yield from _combinations(pool, i + step, step, r, (*row, pool[i]))


@stands_for(itertools.permutations)
def permutations(iterable: Any, r: int | None = None) -> Iterator[Any]:
    pool = list(iterable)
    yield from _permutations(pool, len(pool) if r is None else r, ())


def _permutations(pool: Any, r: int, taken: Any) -> Iterator[Any]:
    if len(taken) == r:
        yield tuple([pool[i] for i in taken])
        return
    for i in range(len(pool)):
        if i not in taken:
            yield from _permutations(pool, r, (*taken, i))


@stands_for(itertools.starmap)
def starmap(function: Any, iterable: Any) -> Iterator[Any]:
    for args in iterable:
        yield function(*args)


@stands_for(itertools.takewhile)
def takewhile(predicate: Any, iterable: Any) -> Iterator[Any]:
    for item in iterable:
        if not predicate(item):
            return
        yield item


@stands_for(itertools.dropwhile)
def dropwhile(predicate: Any, iterable: Any) -> Iterator[Any]:
    dropping = True
    for item in iterable:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


@stands_for(itertools.filterfalse)
def filterfalse(function: Any, iterable: Any) -> Iterator[Any]:
    for item in iterable:
        if not (item if function is None else function(item)):
            yield item


@stands_for(itertools.compress)
def compress(data: Any, selectors: Any) -> Iterator[Any]:
    for item, selected in zip(data, selectors):
        if selected:
            yield item


@stands_for(itertools.count)
def count(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    n = start
    while True:
        yield n
        n = n + step


@stands_for(itertools.repeat)
def repeat(item: Any, times: Any = None) -> Iterator[Any]:
    if times is None:
        while True:
            yield item
    for _ in range(times):
        yield item


@stands_for(itertools.cycle)
def cycle(iterable: Any) -> Iterator[Any]:
    kept = list(iterable)
    if len(kept) == 0:
        return
    while True:
        yield from kept

"""Lists whose length the run decides: in order, in parts; `min`, `max`, `sum` and `functools.reduce` of what is in them."""

from __future__ import annotations

from typing import Any

import numpy as np


def sorted_numbers(items: Any, key: Any, reverse: bool) -> Any:
    """A list of numbers or arrays in order."""
    made = []
    if len(items) > 0:
        for i in _order([item if key is None else key(item) for item in items], reverse):
            made.append(items[i])
    return made


def sorted_rows(items: Any, key: Any, reverse: bool) -> Any:
    """A list of tuples in order."""
    made = []
    if len(items) > 0:
        order = _order([item if key is None else key(item) for item in items], reverse)
        for k in range(len(items)):
            made.append(items[order[k]])
    return made


def _order(keys: Any, reverse: bool) -> Any:
    """The places of the items, of which there is one at least, in order; equal ones stay in theirs."""
    if isinstance(keys, list) and isinstance(keys[0], tuple):
        columns = tuple(np.array([row[c] for row in keys]) for c in range(len(keys[0])))
    else:
        columns = (np.array(keys),)
    for column in columns:
        if np.isnan(column).any():
            raise ValueError("the order of what is not a number")
    if not reverse:
        return np.lexsort(columns[::-1])
    return len(columns[0]) - 1 - np.lexsort(tuple(column[::-1] for column in columns[::-1]))[::-1]


def largest(items: Any, key: Any) -> Any:
    """The first item whose key no other exceeds; None if there is none."""
    best = None
    top = None
    for item in items:
        this = item if key is None else key(item)
        if best is None or this > top:
            best = item
            top = this
    return best


def smallest(items: Any, key: Any) -> Any:
    """The first item whose key exceeds no other; None if there is none."""
    best = None
    top = None
    for item in items:
        this = item if key is None else key(item)
        if best is None or this < top:
            best = item
            top = this
    return best


def max_by(items: Any, key: Any) -> Any:
    best = largest(items, key)
    if best is None:
        raise ValueError("max() arg is an empty sequence")
    return best


def min_by(items: Any, key: Any) -> Any:
    best = smallest(items, key)
    if best is None:
        raise ValueError("min() arg is an empty sequence")
    return best


def max_or(items: Any, key: Any, default: Any) -> Any:
    best = largest(items, key)
    return default if best is None else best


def min_or(items: Any, key: Any, default: Any) -> Any:
    best = smallest(items, key)
    return default if best is None else best


def sliced(items: Any, start: Any, stop: Any, step: Any) -> Any:
    """A slice of a list whose length is known when the program runs."""
    return [items[i] for i in np.arange(len(items))[start:stop:step]]


def summed(iterable: Any, start: Any) -> Any:
    """The sum of arrays, of which there is one at least: without any it would be the number `start`."""
    total = None
    for item in iterable:
        total = start + item if total is None else total + item
    if total is None:
        raise ValueError("the sum of arrays, of which there are none")
    return total


def reduced(function: Any, iterable: Any) -> Any:
    total = None
    for item in iterable:
        total = item if total is None else function(total, item)
    if total is None:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total

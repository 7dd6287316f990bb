"""`bisect` and `heapq`: lists kept in order, or in the order of a heap, item by item as CPython leaves them."""

from __future__ import annotations

import bisect
import heapq
from typing import Any

from autodiff_compiler.library.stand_ins import stands_for


@stands_for(bisect.bisect_left)
def bisect_left(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> int:
    if lo < 0:
        raise ValueError("lo must be non-negative")
    first, last = lo, len(a) if hi is None else hi
    while first < last:
        middle = (first + last) // 2
        if (a[middle] if key is None else key(a[middle])) < x:
            first = middle + 1
        else:
            last = middle
    return first


@stands_for(bisect.bisect_right, bisect.bisect)
def bisect_right(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> int:
    if lo < 0:
        raise ValueError("lo must be non-negative")
    first, last = lo, len(a) if hi is None else hi
    while first < last:
        middle = (first + last) // 2
        if x < (a[middle] if key is None else key(a[middle])):
            last = middle
        else:
            first = middle + 1
    return first


@stands_for(bisect.insort_left)
def insort_left(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> None:
    a.insert(bisect_left(a, x if key is None else key(x), lo, hi, key=key), x)


@stands_for(bisect.insort_right, bisect.insort)
def insort_right(a: Any, x: Any, lo: int = 0, hi: Any = None, *, key: Any = None) -> None:
    a.insert(bisect_right(a, x if key is None else key(x), lo, hi, key=key), x)


@stands_for(heapq.heappush)
def heappush(heap: Any, item: Any) -> None:
    heap.append(item)
    _rise(heap, 0, len(heap) - 1)


@stands_for(heapq.heappop)
def heappop(heap: Any) -> Any:
    if len(heap) == 0:
        raise IndexError("index out of range")
    last = heap.pop()
    if len(heap) == 0:
        return last
    first = heap[0]
    heap[0] = last
    _sink(heap, 0)
    return first


@stands_for(heapq.heapreplace)
def heapreplace(heap: Any, item: Any) -> Any:
    first = heap[0]
    heap[0] = item
    _sink(heap, 0)
    return first


@stands_for(heapq.heappushpop)
def heappushpop(heap: Any, item: Any) -> Any:
    if len(heap) > 0 and heap[0] < item:
        return heapreplace(heap, item)
    return item


@stands_for(heapq.heapify)
def heapify(heap: Any) -> None:
    for place in range(len(heap) // 2 - 1, -1, -1):
        _sink(heap, place)


@stands_for(heapq.nsmallest)
def nsmallest(n: int, iterable: Any, key: Any = None) -> Any:
    return sorted(iterable, key=key)[: max(n, 0)]


@stands_for(heapq.nlargest)
def nlargest(n: int, iterable: Any, key: Any = None) -> Any:
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


def _rise(heap: Any, top: int, place: int) -> None:
    """Move an item towards the top, past those that are larger."""
    item = heap[place]
    k = place
    while k > top:
        above = (k - 1) // 2
        if item < heap[above]:
            heap[k] = heap[above]
            k = above
        else:
            break
    heap[k] = item


def _sink(heap: Any, top: int) -> None:
    """Move an item down to a leaf, by way of the smaller ones, and from there to where it belongs."""
    end = len(heap)
    item = heap[top]
    k = top
    below = 2 * top + 1
    while below < end:
        if below + 1 < end and not heap[below] < heap[below + 1]:
            below = below + 1
        heap[k] = heap[below]
        k = below
        below = 2 * k + 1
    heap[k] = item
    _rise(heap, top, k)

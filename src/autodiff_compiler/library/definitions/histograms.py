"""Counting: which values fall where, and how many of them, or what they weigh together."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.bincount, "np.bincount")
def bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    places = np.asarray(x)
    if places.ndim != 1:
        raise ValueError("object too deep, or not deep enough, for desired array")
    length = minlength
    if len(places) > 0:
        if np.min(places) < 0:
            raise ValueError("'list' argument must have no negative elements")
        length = max(minlength, int(np.max(places)) + 1)
    if weights is None:
        counts = np.zeros(length, np.int64)
        np.add.at(counts, places, 1)
        return counts
    given = np.asarray(weights).astype(np.float64)
    if len(given) != len(places):
        raise ValueError("The weights and list don't have the same length.")
    totals = np.zeros(length)
    np.add.at(totals, places, given)
    return totals


@define(np.digitize, "np.digitize", "right")
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    edges = np.asarray(bins)
    steps = np.diff(edges)
    side: Any = "left" if right else "right"
    if np.all(steps >= 0):
        return np.searchsorted(edges, x, side)
    if np.all(steps <= 0):
        return len(edges) - np.searchsorted(edges[::-1], x, side)
    raise ValueError("bins must be monotonically increasing or decreasing")


def _edges(a: Any, bins: Any, range: Any) -> Any:
    """The borders of the bins: as given, or so many of equal width."""
    if isinstance(bins, str):
        unsupported("a number of bins chosen by a rule", "give the number of bins, or their edges")
    if np.ndim(bins) > 0:
        edges = np.asarray(bins)
        if np.any(edges[:-1] > edges[1:]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    if bins < 1:
        raise ValueError("`bins` must be positive, when an integer")
    kind = np.result_type(a) if range is None else np.result_type(a, range[0], range[1])
    kind = kind if kind.kind == "f" else np.dtype(float)
    if range is not None:
        first, last = range[0] + 0.0, range[1] + 0.0
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
    elif a.size == 0:
        first, last = kind.type(0), kind.type(1)
    else:
        first, last = kind.type(np.min(a)), kind.type(np.max(a))
    if first == last:
        first, last = first - 0.5, last + 0.5
    return np.linspace(first, last, bins + 1, dtype=kind)


def _bin_of(values: Any, edges: Any) -> tuple[Any, Any]:
    """Into which bin each value falls, and whether it falls into any; the last bin contains both its edges."""
    place = np.searchsorted(edges, values, "right") - 1
    place = np.where(values == edges[-1], len(edges) - 2, place)
    inside = (values >= edges[0]) & (values <= edges[-1])
    return np.clip(place, 0, len(edges) - 2), inside


def _bin_of_equal_width(values: Any, edges: Any) -> tuple[Any, Any]:
    """The same where all bins are equally wide: by the distance from the first edge, put right where rounding missed the bin, as NumPy does
    it.  A search takes ten times as long."""
    count = len(edges) - 1
    if np.any(edges[:-1] >= edges[1:]):
        raise ValueError(f"Too many bins for data range. Cannot create {count} finite-sized bins.")
    inside = (values >= edges[0]) & (values <= edges[-1])
    known = values if values.dtype == edges.dtype else values.astype(edges.dtype)
    widths = (known - edges[0]) / (edges[-1] - edges[0]) * count
    place = np.minimum(np.where(inside, widths, 0.0).astype(np.int64), count - 1)
    place = place - (inside & (known < edges[place])).astype(np.int64)
    above = inside & (place < count - 1) & (known >= edges[place + 1])
    return place + above.astype(np.int64), inside


@define(np.histogram_bin_edges, "np.histogram_bin_edges")
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    return _edges(np.asarray(a), bins, range)


@define(np.histogram, "np.histogram", "density")
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    values = np.ravel(np.asarray(a))
    edges = _edges(values, bins, range)
    place, inside = _bin_of(values, edges) if np.ndim(bins) > 0 else _bin_of_equal_width(values, edges)
    if weights is None:
        counts = np.zeros(len(edges) - 1, np.int64)
        np.add.at(counts, place, inside.astype(np.int64))
    else:
        given = np.asarray(weights)
        if np.shape(given) != np.shape(a):
            raise ValueError("weights should have the same shape as a.")
        row = np.ravel(given)
        counts = np.zeros(len(edges) - 1, row.dtype)
        np.add.at(counts, place, np.where(inside, row, 0))
    if density:
        return counts / np.diff(edges) / np.sum(counts), edges
    return counts, edges


@define(np.histogram2d, "np.histogram2d", "density")
def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """`bins` is a number, or one for each axis: a number or edges."""
    first, second = np.asarray(x), np.asarray(y)
    if len(first) != len(second):
        raise ValueError("x and y must have the same length.")
    each = bins if isinstance(bins, (tuple, list)) and len(bins) == 2 else (bins, bins)
    limits = (None, None) if range is None else (range[0], range[1])
    rows, columns = _edges(first, each[0], limits[0]), _edges(second, each[1], limits[1])
    (i, above), (j, beside) = _bin_of(first, rows), _bin_of(second, columns)
    given = np.ones(len(first)) if weights is None else np.asarray(weights) + 0.0
    counts = np.zeros((len(rows) - 1, len(columns) - 1))
    np.add.at(counts, (i, j), np.where(above & beside, given, 0.0))
    if density:
        counts = counts / np.diff(rows)[:, None] / np.diff(columns) / np.sum(counts)
    return counts, rows, columns


@define(np.histogramdd, "np.histogramdd", "density")
def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    if isinstance(sample, (list, tuple)):
        columns = [np.asarray(column) for column in sample]
    elif isinstance(bins, (list, tuple)):
        columns = [sample[:, k] for k, _ in enumerate(bins)]
    else:
        unsupported("np.histogramdd of a matrix with one number of bins", "give the bins of each axis")
    each = bins if isinstance(bins, (list, tuple)) else [bins for _ in columns]
    if len(each) != len(columns):
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    limits = [None for _ in columns] if range is None else range
    edges = [_edges(columns[k], each[k], limits[k]) for k, _ in enumerate(columns)]
    places: Any = ()
    there = np.ones(len(columns[0]), bool)
    for k, column in enumerate(columns):
        place, inside = _bin_of(column, edges[k])
        places = (*places, place)
        there = there & inside
    given = np.ones(len(columns[0])) if weights is None else np.asarray(weights) + 0.0
    counts = np.zeros(tuple([len(edge) - 1 for edge in edges]))
    np.add.at(counts, places, np.where(there, given, 0.0))
    if density:
        counts = counts / np.sum(counts)
        for k, edge in enumerate(edges):
            counts = np.moveaxis(np.moveaxis(counts, k, -1) / np.diff(edge), -1, k)
    return counts, edges

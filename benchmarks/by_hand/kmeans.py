"""kmeans: distances to all centroids side by side; of a point's minimum nothing is kept but which centroid it belongs to."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import kernel


@kernel
def direction(points, centroids):
    n, d = points.shape
    k = len(centroids)
    by_coordinate = np.ascontiguousarray(centroids.T)
    distances = np.empty(k)
    first, second = np.zeros_like(centroids), np.zeros(k)
    for i in range(n):
        for j in range(k):
            distances[j] = (points[i, 0] - by_coordinate[0, j]) ** 2
        for c in range(1, d - 1, 2):
            here, next_ = points[i, c], points[i, c + 1]
            for j in range(k):
                distances[j] += (here - by_coordinate[c, j]) ** 2 + (next_ - by_coordinate[c + 1, j]) ** 2
        if d % 2 == 0:
            for j in range(k):
                distances[j] += (points[i, d - 1] - by_coordinate[d - 1, j]) ** 2
        nearest, closest = 0, distances[0]
        for j in range(1, k):
            if distances[j] < closest:
                nearest, closest = j, distances[j]
        second[nearest] += 2.0
        for c in range(d):
            first[nearest, c] += 2.0 * (centroids[nearest, c] - points[i, c])
    for j in range(k):
        for c in range(d):
            first[j, c] /= second[j]
    return first

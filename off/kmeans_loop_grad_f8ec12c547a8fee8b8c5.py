import numpy as np


def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def kmeans_loop_grad(centroids, X):
    """Gradient of kmeans_loop (prog_learning.py:106) with respect to centroids, X: float64[:, :], float64[:, :]."""
    taken_saved = np.empty((len(X), len(centroids)), np.bool_)
    for k in range(len(X)):
        X_k = X[k]
        best = np.inf
        for k2 in range(len(centroids)):
            d = np.sum((X_k - centroids[k2]) ** 2)
            taken = d < best
            taken_saved[k, k2] = taken
            best = d if taken else best
    X_bar = np.zeros_like(X)
    centroids_bar = np.zeros_like(centroids)
    # line 111: d = np.sum((x - c) ** 2)
    test = centroids.shape[1] == 1
    for k in range(len(X) - 1, -1, -1):
        taken2 = taken_saved[k]
        X_k = X[k]
        part_bar = np.zeros(X.shape[1])
        best_bar = 1.0
        for k2 in range(len(centroids) - 1, -1, -1):
            if taken2[k2]:
                d_bar = best_bar
                best_bar = 0.0
            else:
                d_bar = 0.0
            difference_bar = 2.0 * (X_k - centroids[k2]) * np.broadcast_to(d_bar, X.shape[1] if test else centroids.shape[1])
            part_bar += unbroadcast(difference_bar, (X.shape[1],))
            centroids_bar[k2] += unbroadcast(-difference_bar, (centroids.shape[1],))
        X_bar[k] += part_bar
    return centroids_bar, X_bar

import numpy as np


def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def bubble_sort_loss_grad(x, w):
    """Gradient of bubble_sort_loss (programs.py:82) with respect to x, w: float64[:], float64[:]."""
    x = x.copy()
    n = len(x)
    all_taken_saved = []
    for i in range(n):
        k = n - 1 - i
        taken_saved = np.empty(k, np.bool_)
        for j in range(k):
            x_j = x[j]
            x_next = x[j + 1]
            taken = x_j > x_next
            taken_saved[j] = taken
            if taken:
                x[j] = x_next
                x[j + 1] = x_j
        all_taken_saved.append(taken_saved)
    # line 83: return np.sum(w * bubble_sort(x))
    product_bar = np.broadcast_to(1.0, len(w * x))
    x_bar = unbroadcast(product_bar * w, (n,))
    last = n - 1
    for i in range(last, -1, -1):
        taken_saved = all_taken_saved[i]
        for j in range(last - i - 1, -1, -1):
            if taken_saved[j]:
                # line 127: x[j], x[j + 1] = x[j + 1], x[j]
                chosen = x_bar[j + 1]
                x_bar[j + 1] = 0.0
                chosen2 = x_bar[j]
                x_bar[j] = 0.0
            else:
                chosen2 = 0.0
                chosen = 0.0
            x_bar[j + 1] += chosen2
            x_bar[j] += chosen
    return x_bar, unbroadcast(product_bar * x, w.shape)

"""lse: the maximum drops out of the gradient, which is one vectorised sweep of exponentials and a scaling."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import exponential, kernel


@kernel
def gradient(x):
    largest = x[0]
    for i in range(1, len(x)):
        largest = max(largest, x[i])
    result = np.empty_like(x)
    total = 0.0
    for i in range(len(x)):
        term = exponential(x[i] - largest)
        result[i] = term
        total += term
    scale = 1.0 / total
    for i in range(len(x)):
        result[i] *= scale
    return result

"""gmm: in few dimensions a block of points at a time with a tape of that block alone; in many, products of matrices for each component."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import exponential, kernel

# From so many dimensions on, BLAS outweighs the zeros above the diagonal.
MANY = 48
BLOCK = 64


@kernel
def softmax(terms, weights):
    """The weights are the derivatives of the logarithm of the sum of exponentials."""
    largest = terms[0]
    for j in range(1, len(terms)):
        largest = max(largest, terms[j])
    total = 0.0
    for j in range(len(terms)):
        weights[j] = exponential(terms[j] - largest)
        total += weights[j]
    scale = 1.0 / total
    for j in range(len(terms)):
        weights[j] *= scale


@kernel
def offsets(alpha, q):
    result = alpha.copy()
    for j in range(len(alpha)):
        for c in range(q.shape[1]):
            result[j] += q[j, c]
    return result


@kernel
def distances(across, mu, diagonal, below, offset, centred, scaled, terms):
    """The terms of one component for a block of points, which lie side by side."""
    d = len(mu)
    for c in range(d):
        for i in range(BLOCK):
            centred[c, i] = across[c, i] - mu[c]
    for r in range(d):
        for i in range(BLOCK):
            scaled[r, i] = diagonal[r] * centred[r, i]
        at = r - 1
        for c in range(r):
            for i in range(BLOCK):
                scaled[r, i] += below[at] * centred[c, i]
            at += d - c - 2
    for i in range(BLOCK):
        terms[i] = offset
    for r in range(d):
        for i in range(BLOCK):
            terms[i] -= 0.5 * scaled[r, i] ** 2


@kernel
def distances_back(weights, diagonal, below, centred, scaled, mu_bar, diagonal_bar, below_bar):
    """Adds the adjoints of the terms times weights; the result is the sum of the weights."""
    d = len(mu_bar)
    for r in range(d):
        total = 0.0
        for i in range(BLOCK):
            scaled[r, i] *= weights[i]
            total += scaled[r, i]
        mu_bar[r] += diagonal[r] * total
        at = r - 1
        for c in range(r):
            product = 0.0
            for i in range(BLOCK):
                product += scaled[r, i] * centred[c, i]
            below_bar[at] -= product
            mu_bar[c] += below[at] * total
            at += d - c - 2
        product = 0.0
        for i in range(BLOCK):
            product += scaled[r, i] * centred[r, i]
        diagonal_bar[r] -= product
    total = 0.0
    for i in range(BLOCK):
        total += weights[i]
    return total


@kernel
def block_softmax(terms, count):
    """Of each point, over the components, in place; points beyond the count weigh nothing."""
    k = len(terms)
    largest, total = terms[0].copy(), np.zeros(BLOCK)
    for j in range(1, k):
        for i in range(BLOCK):
            largest[i] = max(largest[i], terms[j, i])
    for j in range(k):
        for i in range(BLOCK):
            terms[j, i] = exponential(terms[j, i] - largest[i])
            total[i] += terms[j, i]
    for i in range(BLOCK):
        total[i] = 1.0 / total[i] if i < count else 0.0
    for j in range(k):
        for i in range(BLOCK):
            terms[j, i] *= total[i]


@kernel
def few_dimensions(alpha, mu, q, below, x, diagonal, mu_bar, diagonal_bar, below_bar):
    """The likelihood's adjoints are added to those given; the result is the sum of the weights of each component."""
    n, d = x.shape
    k = len(alpha)
    offset, totals = offsets(alpha, q), np.zeros(k)
    across, terms = np.zeros((d, BLOCK)), np.empty((k, BLOCK))
    centred, scaled = np.empty((k, d, BLOCK)), np.empty((k, d, BLOCK))
    for start in range(0, n, BLOCK):
        count = min(BLOCK, n - start)
        for i in range(count):
            for c in range(d):
                across[c, i] = x[start + i, c]
        for j in range(k):
            distances(across, mu[j], diagonal[j], below[j], offset[j], centred[j], scaled[j], terms[j])
        block_softmax(terms, count)
        for j in range(k):
            totals[j] += distances_back(
                terms[j], diagonal[j], below[j], centred[j], scaled[j], mu_bar[j], diagonal_bar[j], below_bar[j]
            )
    return totals


@kernel
def many_dimensions(alpha, mu, q, below, x, diagonal, mu_bar, diagonal_bar, below_bar):
    n, d = x.shape
    k = len(alpha)
    offset, totals = offsets(alpha, q), np.zeros(k)
    terms, weights = np.empty((n, k)), np.empty((n, k))
    scaled, factors = np.empty((k, n, d)), np.zeros((k, d, d))
    centred = np.empty((n, d))
    for j in range(k):
        at = 0
        for c in range(d):
            factors[j, c, c] = diagonal[j, c]
            for r in range(c + 1, d):
                factors[j, r, c] = below[j, at]
                at += 1
        for i in range(n):
            for c in range(d):
                centred[i, c] = x[i, c] - mu[j, c]
        np.dot(centred, factors[j].T, scaled[j])
        for i in range(n):
            square = 0.0
            for c in range(d):
                square += scaled[j, i, c] ** 2
            terms[i, j] = offset[j] - 0.5 * square
    for i in range(n):
        softmax(terms[i], weights[i])
    factor_bar = np.empty((d, d))
    for j in range(k):
        sums = np.zeros(d)
        for i in range(n):
            weight = weights[i, j]
            totals[j] += weight
            for c in range(d):
                scaled[j, i, c] *= weight
                sums[c] += scaled[j, i, c]
                centred[i, c] = x[i, c] - mu[j, c]
        np.dot(scaled[j].T, centred, factor_bar)
        at = 0
        for c in range(d):
            diagonal_bar[j, c] -= factor_bar[c, c]
            mu_bar[j, c] += sums[c] * diagonal[j, c]
            for r in range(c + 1, d):
                below_bar[j, at] -= factor_bar[r, c]
                mu_bar[j, c] += sums[r] * below[j, at]
                at += 1
    return totals


@kernel
def jacobian(alpha, mu, q, below, x, m, gamma):
    n, d = x.shape
    mu_bar, diagonal = np.zeros_like(mu), np.empty_like(q)
    diagonal_bar, below_bar = np.empty_like(q), np.empty_like(below)
    for j in range(len(alpha)):
        for c in range(d):
            diagonal[j, c] = exponential(q[j, c])
            diagonal_bar[j, c] = -(gamma**2) * diagonal[j, c]
        for at in range(below.shape[1]):
            below_bar[j, at] = -(gamma**2) * below[j, at]
    if d < MANY:
        totals = few_dimensions(alpha, mu, q, below, x, diagonal, mu_bar, diagonal_bar, below_bar)
    else:
        totals = many_dimensions(alpha, mu, q, below, x, diagonal, mu_bar, diagonal_bar, below_bar)
    alpha_bar = np.empty_like(alpha)
    softmax(alpha, alpha_bar)
    for j in range(len(alpha)):
        alpha_bar[j] = totals[j] - n * alpha_bar[j]
        for c in range(d):
            diagonal_bar[j, c] = totals[j] + m + diagonal_bar[j, c] * diagonal[j, c]
    return alpha_bar, mu_bar, diagonal_bar, below_bar

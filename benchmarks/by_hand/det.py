"""det: of the expansion, each entry's adjoint is the product of the entries above times the minor below, found on one walk."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import kernel


@kernel
def expansion(A):
    """Every product of the expansion is formed, as in the programs by recursion and by levels."""
    n = len(A)
    A_bar = np.zeros((n, n))
    column = np.zeros(n, dtype=np.int64)
    minor, above, sign = np.zeros(n), np.ones(n + 1), np.ones(n)
    used, row = 0, 0
    while True:
        c = column[row]
        if c == n:
            if row == 0:
                return A_bar
            below = minor[row]
            row -= 1
            c = column[row]
            entry = sign[row] * below
            minor[row] += entry * A[row, c]
            A_bar[row, c] += entry * above[row]
            sign[row] = -sign[row]
            used &= ~(1 << c)
            column[row] = c + 1
        elif (used >> c) & 1:
            column[row] = c + 1
        elif row == n - 1:
            minor[row] = A[row, c]
            A_bar[row, c] += above[row]
            column[row] = n
        else:
            used |= 1 << c
            above[row + 1] = above[row] * sign[row] * A[row, c]
            row += 1
            column[row] = 0
            minor[row] = 0.0
            sign[row] = 1.0


@kernel
def subsets(A):
    """Every minor once, and its adjoint once."""
    n = len(A)
    minors, bars = np.empty(2**n), np.zeros(2**n)
    minors[0] = 1.0
    rows = np.empty(2**n, dtype=np.int64)
    rows[0] = n
    for columns in range(1, 2**n):
        row = rows[columns & (columns - 1)] - 1
        rows[columns] = row
        total, sign = 0.0, 1.0
        for c in range(n):
            if (columns >> c) & 1:
                total += sign * A[row, c] * minors[columns ^ (1 << c)]
                sign = -sign
        minors[columns] = total
    A_bar = np.zeros((n, n))
    bars[2**n - 1] = 1.0
    for columns in range(2**n - 1, 0, -1):
        row, bar = rows[columns], bars[columns]
        for c in range(n):
            if (columns >> c) & 1:
                A_bar[row, c] += bar * minors[columns ^ (1 << c)]
                bars[columns ^ (1 << c)] += bar * A[row, c]
                bar = -bar
    return A_bar

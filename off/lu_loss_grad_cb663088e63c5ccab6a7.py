def mul0(a, b):
    """a * b, but 0 where a is 0."""
    return a if a == 0.0 else a * b


def lu_loss_grad(A):
    """Gradient of lu_loss (programs.py:94) with respect to A: float64[:, :]."""
    A = A.copy()
    n = len(A)
    last = n - 1
    for k in range(last):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    # line 95: return np.sum(lu(A) ** 2)
    A_bar = 2.0 * A
    for k in range(n - 2, -1, -1):
        # line 53: A[i, k] /= A[k, k]
        A_kk = A[k, k]
        A_bar_sum = 0.0
        for i in range(last, k, -1):
            A_ik = A[i, k]
            A_bar_sum2 = 0.0
            for j in range(last, k, -1):
                # line 55: A[i, j] -= A[i, k] * A[k, j]
                A_ij_bar = A_bar[i, j]
                A_bar[k, j] -= A_ij_bar * A_ik
                A_bar_sum2 -= A_ij_bar * A[k, j]
            A_bar[i, k] += A_bar_sum2
            # line 53: A[i, k] /= A[k, k]
            A_ik_bar = A_bar[i, k] / A_kk
            A_bar[i, k] = A_ik_bar
            A_bar_sum -= mul0(A_ik_bar, A_ik)
        A_bar[k, k] += A_bar_sum
    return A_bar

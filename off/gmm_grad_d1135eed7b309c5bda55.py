import numpy as np


def multiply0(a, b):
    """a * b, but 0 where a is 0, element by element."""
    with np.errstate(all='ignore'):
        product = np.asarray(np.multiply(a, b))
    np.copyto(product, 0.0, where=np.equal(a, 0.0))
    return product[()]


def divide0(a, b):
    """a / b, but 0 where a is 0, element by element."""
    with np.errstate(all='ignore'):
        quotient = np.asarray(np.divide(a, b))
    np.copyto(quotient, 0.0, where=np.equal(a, 0.0))
    return quotient[()]


def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def gmm_grad(alphas, means, icf, X):
    """Gradient of gmm (prog_objectives.py:40) with respect to alphas, means, icf: float64[:], float64[:, :], float64[:, :]."""
    n = len(X)
    d = X.shape[1]
    k = len(alphas)
    q = np.exp(icf)
    logdets = np.sum(icf, axis=1)
    terms_saved = np.empty((n, k))
    m_saved = np.empty(n)
    exp_value_saved = np.empty((n, k))
    total = np.empty(n)
    for i in range(n):
        terms = np.zeros(k)
        for j in range(k):
            diff = q[j] * (X[i] - means[j])
            terms[j] = alphas[j] + logdets[j] - 0.5 * np.sum(diff ** 2)
        terms_saved[i] = terms
        m = np.max(terms)
        m_saved[i] = m
        exp_value = np.exp(terms - m)
        exp_value_saved[i] = exp_value
        total[i] = np.sum(exp_value)
    m = np.max(alphas)
    exp_value = np.exp(alphas - m)
    # line 53: return total - n * logsumexp(alphas)
    total_bar = -1.0 * n
    # line 37: return m + np.log(np.sum(np.exp(x - m)))
    difference_bar = multiply0(divide0(total_bar, np.sum(exp_value)), exp_value)
    # line 36: m = np.max(x)
    mask = alphas == m
    alphas_bar = np.where(mask, (total_bar + np.sum(-difference_bar)) / np.sum(mask.astype(np.float64)), 0.0)
    alphas_bar = difference_bar + alphas_bar
    q_bar = np.zeros_like(icf)
    means_bar = np.zeros_like(means)
    logdets_bar = np.zeros(len(icf))
    # line 51: terms[j] = alphas[j] + logdets[j] - 0.5 * np.sum(diff**2)
    test = means.shape[1] == 1
    k2 = icf.shape[1] if test else means.shape[1]
    test2 = k2 == 1
    for i in range(n - 1, -1, -1):
        # line 37: return m + np.log(np.sum(np.exp(x - m)))
        difference_bar = multiply0(1.0 / total[i], exp_value_saved[i])
        # line 36: m = np.max(x)
        mask = terms_saved[i] == m_saved[i]
        terms_bar = np.where(mask, (1.0 + np.sum(-difference_bar)) / np.sum(mask.astype(np.float64)), 0.0)
        terms_bar = difference_bar + terms_bar
        # line 50: diff = q[j] * (X[i] - means[j])
        X_i = X[i]
        for j in range(k - 1, -1, -1):
            q_j = q[j]
            difference = X_i - means[j]
            # line 51: terms[j] = alphas[j] + logdets[j] - 0.5 * np.sum(diff**2)
            terms_j_bar = terms_bar[j]
            terms_bar[j] = 0.0
            diff_bar = 2.0 * (q_j * difference) * np.broadcast_to(-0.5 * terms_j_bar, d if test2 else k2)
            logdets_bar[j] += terms_j_bar
            alphas_bar[j] += terms_j_bar
            # line 50: diff = q[j] * (X[i] - means[j])
            means_bar[j] += unbroadcast(-unbroadcast(diff_bar * q_j, (d if test else means.shape[1],)), (means.shape[1],))
            q_bar[j] += unbroadcast(diff_bar * difference, (icf.shape[1],))
    return alphas_bar, means_bar, logdets_bar[:, None] + multiply0(q_bar, q)

import numpy as np


def divide0(a, b):
    """a / b, but 0 where a is 0, element by element."""
    with np.errstate(all='ignore'):
        quotient = np.asarray(np.divide(a, b))
    np.copyto(quotient, 0.0, where=np.equal(a, 0.0))
    return quotient[()]


def multiply0(a, b):
    """a * b, but 0 where a is 0, element by element."""
    with np.errstate(all='ignore'):
        product = np.asarray(np.multiply(a, b))
    np.copyto(product, 0.0, where=np.equal(a, 0.0))
    return product[()]


def attention_loss_grad(X, Wq, Wk, Wv):
    """Gradient of attention_loss (prog_learning.py:58) with respect to X, Wq, Wk, Wv: float64[:, :], float64[:, :], float64[:, :], float64[:, :]."""
    product = X @ Wq
    product2 = X @ Wk
    product3 = X @ Wv
    root = np.sqrt(np.float64(Wq.shape[1]))
    ratio = product @ product2.T / root
    largest = np.max(ratio, axis=1)
    e = np.exp(ratio - largest[:, None])
    total = np.sum(e, axis=1)
    ratio2 = e / total[:, None]
    # line 59: return np.sum(attention(X @ Wq, X @ Wk, X @ Wv) ** 2)
    product4 = 2.0 * (ratio2 @ product3)
    # line 55: return softmax(Q @ K.T / np.sqrt(K.shape[1])) @ V
    product5 = ratio2.T @ product4
    # line 51: return e / np.sum(e, axis=-1, keepdims=True)
    ratio2 = divide0(product4 @ product3.T, total[:, None])
    # line 50: e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    difference_bar = multiply0(ratio2 + np.sum(-divide0(ratio2 * e, total[:, None]), axis=1, keepdims=True), e)
    mask = ratio == largest[:, None]
    ratio_bar = difference_bar + np.where(mask, (np.sum(-difference_bar, axis=1) / np.sum(mask.astype(np.float64), axis=1))[:, None], 0.0)
    # line 55: return softmax(Q @ K.T / np.sqrt(K.shape[1])) @ V
    product_bar = divide0(ratio_bar, root)
    product_bar2 = product_bar @ product2
    part_bar = np.zeros((len(X), Wq.shape[1]))
    part_bar.T[:] = product.T @ product_bar
    # line 59: return np.sum(attention(X @ Wq, X @ Wk, X @ Wv) ** 2)
    X_T = X.T
    X_bar = product5 @ Wv.T + part_bar @ Wk.T + product_bar2 @ Wq.T
    return X_bar, X_T @ product_bar2, X_T @ part_bar, X_T @ product5

"""Models: an LSTM, attention, convolution, clustering."""

import numpy as np
from prog_corpus import Program, numbers, signed


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm_step(W, b, x, h, c):
    n = h.shape[0]
    z = W @ np.concatenate((x, h)) + b
    i = sigmoid(z[:n])
    f = sigmoid(z[n : 2 * n])
    o = sigmoid(z[2 * n : 3 * n])
    g = np.tanh(z[3 * n :])
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


def lstm(W, b, xs, ys):
    """A cell over a sequence; the state is carried."""
    n = b.shape[0] // 4
    h = np.zeros(n)
    c = np.zeros(n)
    loss = 0.0
    for t in range(len(xs)):
        h, c = lstm_step(W, b, xs[t], h, c)
        loss += np.sum((h - ys[t]) ** 2)
    return loss


def lstm_zip(params, xs, ys):
    """The same with a dict of parameters, zip, and the states kept in a list."""
    n = len(params["b"]) // 4
    h, c = np.zeros(n), np.zeros(n)
    states = []
    for x, _ in zip(xs, ys):
        h, c = lstm_step(params["W"], params["b"], x, h, c)
        states.append(h)
    loss = 0.0
    for t, y in enumerate(ys):
        loss += ((states[t] - y) ** 2).sum()
    return loss


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def attention(Q, K, V):
    return softmax(Q @ K.T / np.sqrt(K.shape[1])) @ V


def attention_loss(X, Wq, Wk, Wv):
    return np.sum(attention(X @ Wq, X @ Wk, X @ Wv) ** 2)


def causal_attention(Q, K, V):
    n = Q.shape[0]
    out = np.zeros_like(V)
    for i in range(n):
        w = softmax(K[: i + 1] @ Q[i])
        out[i] = w @ V[: i + 1]
    return out


def convolution(image, kernel):
    """Two-dimensional, by window slices."""
    kh, kw = kernel.shape
    oh = image.shape[0] - kh + 1
    ow = image.shape[1] - kw + 1
    out = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return out


def convolution_shifted(image, kernel):
    """The same by shifting the image."""
    kh, kw = kernel.shape
    oh, ow = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    out = np.zeros((oh, ow))
    for a in range(kh):
        for b in range(kw):
            out += kernel[a, b] * image[a : a + oh, b : b + ow]
    return np.sum(np.tanh(out) ** 2)


def relu_pool(image, kernel):
    y = np.maximum(convolution(image, kernel), 0.0)
    pooled = y[: y.shape[0] // 2 * 2, : y.shape[1] // 2 * 2]
    pooled = pooled.reshape(y.shape[0] // 2, 2, y.shape[1] // 2, 2).max(axis=(1, 3))
    return pooled.sum()


def kmeans(centroids, X):
    d = ((X[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    return np.min(d, axis=1).sum()


def kmeans_loop(centroids, X):
    cost = 0.0
    for x in X:
        best = np.inf
        for c in centroids:
            d = np.sum((x - c) ** 2)
            if d < best:
                best = d
        cost += best
    return cost


def batch_norm(X, gamma, beta):
    mu = X.mean(axis=0)
    var = X.var(axis=0)
    return gamma * (X - mu) / np.sqrt(var + 1e-5) + beta


XS = signed(3, 2, seed=1)
YS = signed(3, 2, seed=2)
CELL = (0.5 * signed(8, 4), 0.1 * signed(8, seed=3))

PROGRAMS = [
    Program(lstm, ((*CELL, XS, YS), (*CELL, XS[:0], YS[:0]))),
    Program(lstm_zip, (({"W": CELL[0], "b": CELL[1]}, XS, YS),)),
    Program(attention, ((signed(3, 2), signed(4, 2, seed=1), signed(4, 3, seed=2)),)),
    Program(attention_loss, ((signed(3, 2), signed(2, 2, seed=1), signed(2, 2, seed=2), signed(2, 3, seed=3)),)),
    Program(causal_attention, ((signed(3, 2), signed(3, 2, seed=1), signed(3, 2, seed=2)),)),
    Program(convolution, ((signed(4, 5), signed(2, 3, seed=1)),)),
    Program(convolution_shifted, ((signed(4, 4), signed(2, 2, seed=1)),)),
    Program(relu_pool, ((signed(5, 5), signed(2, 2, seed=1)),), analytic=False),
    Program(kmeans, ((signed(3, 2), signed(5, 2, seed=1)),), analytic=False),
    Program(kmeans_loop, ((signed(3, 2), signed(5, 2, seed=1)),), analytic=False),
    Program(batch_norm, ((signed(4, 3), numbers(3), signed(3)),), analytic=False),
]

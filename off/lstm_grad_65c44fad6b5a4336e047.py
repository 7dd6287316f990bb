import numpy as np


def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


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


def lstm_grad(W, b, xs, ys):
    """Gradient of lstm (prog_learning.py:23) with respect to W, b: float64[:, :], float64[:]."""
    n = len(b) // 4
    h = np.zeros(n)
    c = np.zeros(n)
    c_saved = []
    n_saved = np.empty(len(xs), np.int64)
    joined_saved = []
    n2 = np.empty(len(xs), np.int64)
    exp_value_saved = []
    n3 = np.empty(len(xs), np.int64)
    exp_value_saved2 = []
    n4 = np.empty(len(xs), np.int64)
    exp_value_saved3 = []
    n5 = np.empty(len(xs), np.int64)
    g_saved = []
    tanh_value_saved = []
    for t in range(len(xs)):
        c_saved.append(c)
        n_saved[t] = len(h)
        joined = np.concatenate((xs[t], h))
        joined_saved.append(joined)
        z = W @ joined + b
        z_head = z[:len(h)]
        n2[t] = len(z_head)
        exp_value = np.exp(-z_head)
        exp_value_saved.append(exp_value)
        i = 1.0 / (1.0 + exp_value)
        size = 2 * len(h)
        z_inner = z[len(h):size]
        n3[t] = len(z_inner)
        exp_value = np.exp(-z_inner)
        exp_value_saved2.append(exp_value)
        f = 1.0 / (1.0 + exp_value)
        size2 = 3 * len(h)
        z_inner = z[size:size2]
        n4[t] = len(z_inner)
        exp_value = np.exp(-z_inner)
        exp_value_saved3.append(exp_value)
        o = 1.0 / (1.0 + exp_value)
        z_tail = z[size2:]
        n5[t] = len(z_tail)
        g = np.tanh(z_tail)
        g_saved.append(g)
        c = f * c + i * g
        tanh_value = np.tanh(c)
        tanh_value_saved.append(tanh_value)
        h = o * tanh_value
        if t >= len(ys):
            raise IndexError('index {} is out of bounds for axis 0 with size {}'.format(t, len(ys)))
        if len(h) != ys.shape[1] and len(h) != 1 and ys.shape[1] != 1:
            raise ValueError('operands could not be broadcast together with shapes {} {}'.format((len(h),), (ys.shape[1],)))
    h_bar = np.zeros_like(h)
    c_bar = np.zeros_like(c)
    W_bar = np.zeros_like(W)
    b_bar = np.zeros_like(b)
    # line 31: loss += np.sum((h - ys[t]) ** 2)
    test = ys.shape[1] == 1
    # line 17: g = np.tanh(z[3 * n :])
    test2 = len(W) == 1
    for t in range(len(xs) - 1, -1, -1):
        c = c_saved[t]
        n = n_saved[t]
        n2_t = int(n2[t])
        exp_value = exp_value_saved[t]
        n3_t = int(n3[t])
        exp_value2 = exp_value_saved2[t]
        n4_t = int(n4[t])
        exp_value3 = exp_value_saved3[t]
        n5_t = n5[t]
        g = g_saved[t]
        tanh_value = tanh_value_saved[t]
        # line 8: return 1.0 / (1.0 + np.exp(-x))
        total = 1.0 + exp_value
        # line 15: f = sigmoid(z[n : 2 * n])
        size = 2 * n
        # line 8: return 1.0 / (1.0 + np.exp(-x))
        total2 = 1.0 + exp_value2
        # line 16: o = sigmoid(z[2 * n : 3 * n])
        size2 = 3 * n
        # line 8: return 1.0 / (1.0 + np.exp(-x))
        total3 = 1.0 + exp_value3
        o = 1.0 / total3
        # line 31: loss += np.sum((h - ys[t]) ** 2)
        k = len(c) if test else ys.shape[1]
        k = n2_t if k == 1 else k
        k = n3_t if k == 1 else k
        k = n4_t if k == 1 else k
        difference_bar = 2.0 * (o * tanh_value - ys[t]) * np.broadcast_to(1.0, n5_t if k == 1 else k)
        test3 = len(c) == 1
        k = n2_t if test3 else len(c)
        k = n3_t if k == 1 else k
        test4 = k == 1
        k2 = n4_t if test4 else k
        h_bar = h_bar + unbroadcast(difference_bar, (n5_t if k2 == 1 else k2,))
        # line 19: h = o * np.tanh(c)
        c_bar = c_bar + unbroadcast(h_bar * o, (n5_t if test4 else k,)) * (1.0 - tanh_value * tanh_value)
        # line 18: c = f * c + i * g
        c_bar2 = unbroadcast(c_bar, (n3_t if test3 else len(c),))
        c_bar3 = unbroadcast(c_bar, (n5_t if n2_t == 1 else n2_t,))
        c_bar = unbroadcast(c_bar2 * (1.0 / total2), c.shape)
        # line 17: g = np.tanh(z[3 * n :])
        z_bar = np.zeros(len(b) if test2 else len(W))
        z_bar[size2:] = unbroadcast(c_bar3 * (1.0 / total), (n5_t,)) * (1.0 - g * g)
        # line 16: o = sigmoid(z[2 * n : 3 * n])
        z_bar[size:size2] += multiply0(divide0(divide0(unbroadcast(h_bar * tanh_value, (n4_t,)), total3), total3), exp_value3)
        # line 15: f = sigmoid(z[n : 2 * n])
        z_bar[n:size] += multiply0(divide0(divide0(unbroadcast(c_bar2 * c, (n3_t,)), total2), total2), exp_value2)
        # line 14: i = sigmoid(z[:n])
        z_bar[:n] += multiply0(divide0(divide0(unbroadcast(c_bar3 * g, (n2_t,)), total), total), exp_value)
        # line 13: z = W @ np.concatenate((x, h)) + b
        z_bar2 = unbroadcast(z_bar, (len(W),))
        b_bar += unbroadcast(z_bar, b.shape)
        W_bar += z_bar2[:, None] * joined_saved[t]
        h_bar = (W.T @ z_bar2)[xs.shape[1]:]
    return W_bar, b_bar

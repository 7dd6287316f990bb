"""lstm: the gates are saved, and nothing that they follow from; the loops over a row are vectorised, exponentials included."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import exponential, kernel, sigmoid, tangent

# What is saved of a cell: its gates, its state before, the hyperbolic tangent of its state after, its output before, its signal.
FORGET, INGATE, OUTGATE, CHANGE, BEFORE, BENT, HIDDEN, SIGNAL = range(8)


@kernel
def layer(w, bias, hidden, cell, signal, saved):
    """One step of one layer; `hidden`, `cell` and `signal` are overwritten."""
    b = len(signal)
    for j in range(b):
        forget = sigmoid(signal[j] * w[j] + bias[j])
        ingate = sigmoid(hidden[j] * w[b + j] + bias[b + j])
        outgate = sigmoid(signal[j] * w[2 * b + j] + bias[2 * b + j])
        change = tangent(hidden[j] * w[3 * b + j] + bias[3 * b + j])
        saved[BEFORE, j], saved[HIDDEN, j], saved[SIGNAL, j] = cell[j], hidden[j], signal[j]
        after = cell[j] * forget + ingate * change
        bent = tangent(after)
        saved[FORGET, j], saved[INGATE, j], saved[OUTGATE, j], saved[CHANGE, j] = forget, ingate, outgate, change
        saved[BENT, j] = bent
        cell[j] = after
        hidden[j] = outgate * bent
        signal[j] = outgate * bent


@kernel
def layer_back(w, w_bar, bias_bar, hidden_bar, cell_bar, signal_bar, saved):
    """The adjoints of state and signal before it, in place of those after it."""
    b = len(signal_bar)
    for j in range(b):
        forget, ingate, outgate, change = saved[FORGET, j], saved[INGATE, j], saved[OUTGATE, j], saved[CHANGE, j]
        bent, hidden, signal = saved[BENT, j], saved[HIDDEN, j], saved[SIGNAL, j]
        out_bar = hidden_bar[j] + signal_bar[j]
        after_bar = cell_bar[j] + out_bar * outgate * (1.0 - bent * bent)
        forget_bar = after_bar * saved[BEFORE, j] * forget * (1.0 - forget)
        ingate_bar = after_bar * change * ingate * (1.0 - ingate)
        outgate_bar = out_bar * bent * outgate * (1.0 - outgate)
        change_bar = after_bar * ingate * (1.0 - change * change)
        cell_bar[j] = after_bar * forget
        signal_bar[j] = forget_bar * w[j] + outgate_bar * w[2 * b + j]
        hidden_bar[j] = ingate_bar * w[b + j] + change_bar * w[3 * b + j]
        bias_bar[j] += forget_bar
        bias_bar[b + j] += ingate_bar
        bias_bar[2 * b + j] += outgate_bar
        bias_bar[3 * b + j] += change_bar
        w_bar[j] += forget_bar * signal
        w_bar[b + j] += ingate_bar * hidden
        w_bar[2 * b + j] += outgate_bar * signal
        w_bar[3 * b + j] += change_bar * hidden


@kernel
def prediction(signal, extra, shares):
    """The derivatives of the normaliser with respect to the predictions."""
    total = 2.0
    for j in range(len(signal)):
        shares[j] = exponential(signal[j] * extra[1, j] + extra[2, j])
        total += shares[j]
    scale = 1.0 / total
    for j in range(len(signal)):
        shares[j] *= scale


@kernel
def jacobian(main, extra, state, sequence):
    steps, b = sequence.shape
    layers = len(main) // 2
    saved = np.empty((steps - 1, layers, 8, b))
    shares, signals = np.empty((steps - 1, b)), np.empty((steps - 1, b))
    state = state.copy()
    for t in range(steps - 1):
        signal = signals[t]
        for j in range(b):
            signal[j] = sequence[t, j] * extra[0, j]
        for i in range(layers):
            layer(main[2 * i], main[2 * i + 1], state[2 * i], state[2 * i + 1], signal, saved[t, i])
        prediction(signal, extra, shares[t])
    main_bar, extra_bar, state_bar = np.zeros_like(main), np.zeros_like(extra), np.zeros_like(state)
    signal_bar = np.empty(b)
    loss_bar = -1.0 / ((steps - 1) * b)
    for t in range(steps - 2, -1, -1):
        total = 0.0
        for j in range(b):
            total += sequence[t + 1, j]
        for j in range(b):
            predicted_bar = loss_bar * (sequence[t + 1, j] - total * shares[t, j])
            extra_bar[1, j] += predicted_bar * signals[t, j]
            extra_bar[2, j] += predicted_bar
            signal_bar[j] = predicted_bar * extra[1, j]
        for i in range(layers - 1, -1, -1):
            w, bias = 2 * i, 2 * i + 1
            layer_back(main[w], main_bar[w], main_bar[bias], state_bar[w], state_bar[bias], signal_bar, saved[t, i])
        for j in range(b):
            extra_bar[0, j] += signal_bar[j] * sequence[t, j]
    return main_bar, extra_bar

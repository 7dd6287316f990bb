"""lstm: the loss of a network of long short-term memory, whose weights all act element by element."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, directions, floats, primal, slope

# -- loops -------------------------------------------------------------------------------------------------------------


def sigmoid(v):
    return 1.0 / (1.0 + math.exp(-v))


def loss_loops(main, extra, state, sequence):
    layers = len(main) // 2
    steps, b = sequence.shape
    state = state.copy()
    signal = np.zeros(b)
    total = 0.0
    for t in range(steps - 1):
        for j in range(b):
            signal[j] = sequence[t, j] * extra[0, j]
        for i in range(layers):
            w, h = 2 * i, 2 * i + 1
            for j in range(b):
                forget = sigmoid(signal[j] * main[w, j] + main[h, j])
                ingate = sigmoid(state[w, j] * main[w, b + j] + main[h, b + j])
                outgate = sigmoid(signal[j] * main[w, 2 * b + j] + main[h, 2 * b + j])
                change = math.tanh(state[w, j] * main[w, 3 * b + j] + main[h, 3 * b + j])
                state[h, j] = state[h, j] * forget + ingate * change
                state[w, j] = outgate * math.tanh(state[h, j])
                signal[j] = state[w, j]
        normaliser = 2.0
        for j in range(b):
            normaliser += math.exp(signal[j] * extra[1, j] + extra[2, j])
        for j in range(b):
            predicted = signal[j] * extra[1, j] + extra[2, j] - math.log(normaliser)
            total += sequence[t + 1, j] * predicted
    return -total / ((steps - 1) * b)


# -- NumPy -------------------------------------------------------------------------------------------------------------


def logistic(v):
    return 1.0 / (1.0 + np.exp(-v))


def loss_numpy(main, extra, state, sequence):
    steps, b = sequence.shape
    layers = len(main) // 2
    hidden = state[0::2].copy()
    cell = state[1::2].copy()
    total = 0.0
    for t in range(steps - 1):
        signal = sequence[t] * extra[0]
        for i in range(layers):
            weight = main[2 * i].reshape(4, b)
            bias = main[2 * i + 1].reshape(4, b)
            forget = logistic(signal * weight[0] + bias[0])
            ingate = logistic(hidden[i] * weight[1] + bias[1])
            outgate = logistic(signal * weight[2] + bias[2])
            change = np.tanh(hidden[i] * weight[3] + bias[3])
            cell[i] = cell[i] * forget + ingate * change
            hidden[i] = outgate * np.tanh(cell[i])
            signal = hidden[i]
        predicted = signal * extra[1] + extra[2]
        predicted = predicted - np.log(2.0 + np.sum(np.exp(predicted)))
        total += np.sum(sequence[t + 1] * predicted)
    return -total / ((steps - 1) * b)


# -- the eval ----------------------------------------------------------------------------------------------------------

PROGRAMS = {"loops": loss_loops, "numpy": loss_numpy}


def arguments(given: Input) -> tuple[np.ndarray, ...]:
    return tuple(floats(given[name]) for name in ("main_params", "extra_params", "state", "sequence"))


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    for layers, steps, b in [(2, 5, 3)] if quick else [(2, 1024, 14), (4, 4096, 14)]:
        rng = np.random.default_rng(layers)
        shapes = {"main_params": (2 * layers, 4 * b), "extra_params": (3, b), "state": (2 * layers, b)}
        drawn = {name: rng.uniform(size=shape).tolist() for name, shape in shapes.items()}
        bits = rng.integers(0, 2, size=(steps, b)).astype(float)
        yield f"l={layers},c={steps}", {**drawn, "sequence": bits.tolist()}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    main, extra, state, sequence = args
    if name == "objective":
        assert_close(result, loss_numpy(*args), 1e-9)
        return
    along = next(directions(0, main, extra, count=1))
    expected = slope(lambda t: loss_numpy(main + t * along[0], extra + t * along[1], state, sequence), 1e-4)
    assert_close(sum(float(np.sum(g * unit)) for g, unit in zip(result, along)), expected)


EVAL = Eval(
    "lstm",
    tuple(PROGRAMS),
    {
        "objective": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "jacobian": Function(
            lambda style, backend: grad(PROGRAMS[style], (0, 1), backend=backend),
            lambda result: np.concatenate([part.ravel() for part in result]).tolist(),
        ),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy"},
    value="objective",
    derivatives=("jacobian",),
)

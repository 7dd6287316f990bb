import numpy as np


def rosenbrock_loop_grad(x):
    """Gradient of rosenbrock_loop (prog_objectives.py:9) with respect to x: float64[:]."""
    x_bar = np.zeros_like(x)
    for i in range(len(x) - 2, -1, -1):
        # line 12: total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        x_i = x[i]
        difference_bar = 200.0 * (x[i + 1] - x_i ** 2)
        x_bar[i] -= 2.0 * (1.0 - x_i) + 2.0 * x_i * difference_bar
        x_bar[i + 1] += difference_bar
    return x_bar

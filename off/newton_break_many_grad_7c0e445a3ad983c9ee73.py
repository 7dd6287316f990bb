import numpy as np


def mul0(a, b):
    """a * b, but 0 where a is 0."""
    return a if a == 0.0 else a * b


def newton_break_many_grad(a):
    """Gradient of newton_break_many (programs.py:67) with respect to a: float64[:]."""
    x_saved = np.empty((len(a), 50))
    trips_saved = np.empty(len(a), np.int64)
    for i in range(len(a)):
        a_i = a[i]
        x = np.float64(1.0)
        trips = 0
        for t in range(50):
            trips += 1
            x_saved[i, t] = x
            step = (x ** 3 - a_i) / (3.0 * x ** 2)
            x -= step
            if abs(step) < 1e-10:
                break
        trips_saved[i] = trips
    a_bar = np.zeros_like(a)
    for i in range(len(a) - 1, -1, -1):
        x_saved2 = x_saved[i]
        # line 70: total += newton_break(a[i], 50)
        a_i = a[i]
        x_bar = 1.0
        total = 0.0
        for t in range(trips_saved[i] - 1, -1, -1):
            x = x_saved2[t]
            # line 59: step = (x**3 - a) / (3.0 * x**2)
            product = 3.0 * x ** 2
            ratio = x_bar / product
            x_bar += 2.0 * x * (mul0(ratio, (x ** 3 - a_i) / product) * 3.0)
            total += ratio
            x_bar -= mul0(ratio, 3.0 * (x * x))
        # line 70: total += newton_break(a[i], 50)
        a_bar[i] += total
    return a_bar

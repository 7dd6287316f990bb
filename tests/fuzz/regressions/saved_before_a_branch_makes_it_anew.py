"""An array is left by `break` as it is, or saved and made anew, in place or not, by inner branches."""

import math

import numpy as np


def change(a, x):
    a[1:] += 0.5 * a[:-1]
    a *= np.cos(x)
    return a


def f(a):
    t = max(a[0], 0.1)
    if t > 0.2:
        for l in range(len(a)):
            a[l] = np.exp(np.sin(t))
            if a[l] / (1.5 + np.cos(t)) >= 5.0:
                break
            for i in range(len(a)):
                change(a, math.sin(0.1 * l))
            if np.all(a > 0.41):
                a = 0.5 * (t - np.where(a[::-1] > 0.17, a, a))
                a[l] -= math.sin(a[l % len(a)])
            else:
                a[:] += np.linspace(-1.0, 1.0, 2)
    return a[-2] + t + np.sum(a * a)


ARGS = (np.array([0.41, -0.462], np.float64),)

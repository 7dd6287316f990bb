"""The heat equation, in place.  It is linear in the initial state, so its gradient needs no saved states."""

import numpy as np


def heat(u: "f64[:]", nu: float, steps: int):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_swapped(u: "f64[:]", nu: float, steps: int):
    """The same with two buffers that change places."""
    old, new = u.copy(), u.copy()
    for _ in range(steps):
        new[1:-1] = old[1:-1] + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
        old, new = new, old
    return np.sum(old**2)


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(heat).source())
    print(grad(heat)(np.sin(np.linspace(0.0, np.pi, 9)), 0.1, 20))

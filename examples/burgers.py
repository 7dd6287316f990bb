"""A nonlinear stencil in place: what a time step overwrites has to be saved for the way back."""

import numpy as np


def burgers(u: "f64[:]", nu: float, steps: int):
    u = u.copy()
    for t in range(steps):
        u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(burgers).source())
    print(grad(burgers)(np.sin(np.linspace(0.0, np.pi, 9)), 0.1, 20))

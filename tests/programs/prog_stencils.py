"""Arrays written in place: stencils, recurrences, sorting."""

import numpy as np
from prog_corpus import Program, numbers, signed


def heat_in_place(u, nu, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def heat_add_in_place(u, nu, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_argument(u, nu, steps):
    """Writes into its argument and returns it."""
    for _ in range(steps):
        u[1:-1] = u[1:-1] + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def heat_swapped(u, nu, steps):
    a = u.copy()
    b = u.copy()
    for _ in range(steps):
        b[1:-1] = a[1:-1] + nu * (a[2:] - 2.0 * a[1:-1] + a[:-2])
        a, b = b, a
    return a


def heat_loops(u, nu, steps):
    n = len(u)
    old = u.copy()
    new = np.empty_like(u)
    for t in range(steps):
        new[0] = old[0]
        new[n - 1] = old[n - 1]
        for i in range(1, n - 1):
            new[i] = old[i] + nu * (old[i + 1] - 2.0 * old[i] + old[i - 1])
        old, new = new, old
    return np.sum(old**2)


def heat_2d(u, nu, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] = u[1:-1, 1:-1] + nu * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
    return np.sum(u**2)


def gauss_seidel(u, f, sweeps):
    u = u.copy()
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - f[i] * u[i] ** 2)
    return np.sum(u**2)


def burgers_in_place(u, nu, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def burgers_swapped(u, nu, steps):
    a = u.copy()
    b = np.zeros_like(u)
    b[0], b[-1] = a[0], a[-1]
    for _ in range(steps):
        b[1:-1] = a[1:-1] - 0.1 * a[1:-1] * (a[2:] - a[:-2]) + nu * (a[2:] - 2.0 * a[1:-1] + a[:-2])
        a, b = b, a
    return np.sum(a**2)


def burgers_loops(u, nu, steps):
    u = u.copy()
    n = u.size
    for _ in range(steps):
        left = u[0]
        for i in range(1, n - 1):
            here = u[i]
            u[i] = here - 0.1 * here * (u[i + 1] - left) + nu * (u[i + 1] - 2.0 * here + left)
            left = here
    return np.sum(u**2)


def recurrence(x, y):
    y = y.copy()
    for i in range(1, len(y)):
        y[i] = y[i - 1] * x[i] + y[i]
    return y


def recurrence_backwards(x, y):
    y = y.copy()
    for i in range(len(y) - 2, -1, -1):
        y[i] = y[i + 1] * x[i] + y[i] ** 2
    return y.sum()


def prefix_products(x):
    p = x.copy()
    for i in range(1, p.shape[0]):
        p[i] *= p[i - 1]
    return p


def prefix_products_loss(x):
    return np.sum(prefix_products(x) ** 2)


def bubble_sort(x):
    x = x.copy()
    n = len(x)
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return x


def bubble_sort_while(x, w):
    x = x.copy()
    swapped = True
    while swapped:
        swapped = False
        for j in range(len(x) - 1):
            if x[j] > x[j + 1]:
                t = x[j]
                x[j] = x[j + 1]
                x[j + 1] = t
                swapped = True
    return (x * x * w).sum()


U = numbers(7)
GRID = numbers(4, 5)

PROGRAMS = [
    Program(heat_in_place, ((U, 0.1, 3), (U, 0.1, 0), (U[:2], 0.1, 2))),
    Program(heat_add_in_place, ((U, 0.1, 3),)),
    Program(heat_argument, ((U, 0.1, 3),)),
    Program(heat_swapped, ((U, 0.1, 3), (U, 0.1, 2), (U, 0.1, 0))),
    Program(heat_loops, ((U, 0.1, 3), (U, 0.1, 0))),
    Program(heat_2d, ((GRID, 0.1, 2),)),
    Program(gauss_seidel, ((U, 0.3 * U[::-1], 2),)),
    Program(burgers_in_place, ((U, 0.1, 3), (U, 0.1, 0))),
    Program(burgers_swapped, ((U, 0.1, 3), (U, 0.1, 2))),
    Program(burgers_loops, ((U, 0.1, 3),)),
    Program(recurrence, ((numbers(5), numbers(5, seed=1)), (numbers(1), numbers(1, seed=1)))),
    Program(recurrence_backwards, ((numbers(5), numbers(5, seed=1)),)),
    Program(prefix_products, ((signed(5),), (signed(1),))),
    Program(prefix_products_loss, ((signed(4),),)),
    Program(bubble_sort, ((signed(5),), (np.array([3.0, 2.0, 1.0]),), (np.array([]),)), analytic=False),
    Program(bubble_sort_while, ((signed(5), signed(5, seed=1)), (np.array([1.0, 2.0, 3.0]), signed(3))), analytic=False),
]

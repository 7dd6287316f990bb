"""Arrays without dimensions: `+=` writes them in place, where a NumPy scalar is only bound anew.  `x` is 2 by 3."""

import numpy as np

CAPTURED = np.array(2.0)


def view_of_an_element(x):
    a = x[0] * 1.0
    v = a[..., 0]
    b = v
    v *= 3.0
    a[0] += 1.0
    return b * np.sum(a * a) + v


def element_through_a_view(x):
    v = x[0, 1, ...]
    x[0, 1] = 5.0 * x[0, 0]
    return v * 2.0


def array_is_written(x):
    t = np.zeros(())
    u = t
    t += x[0, 0]
    t[()] = t * x[0, 1]
    t[...] -= 1.0
    return u + t


def number_is_bound(x):
    t = np.sum(x)
    u = t
    t += 1.0
    w = np.float64(3.0)
    w += x[0, 0]
    return u * t * w


def bound_anew(x):
    t = np.array(3.0)
    u = t
    t = t + x[0, 0]
    return u * t


def arrays_of_numbers(x):
    total = 0.0
    for made in (
        np.array(x[0, 0]),
        np.asarray(x[0, 0]),
        np.copy(x[0, 0]),
        np.full((), x[0, 0]),
        np.zeros_like(x[0, 0]),
    ):
        alias = made
        made += 1.0
        total = total + alias * x[1, 0]
    return total


def arrays_by_choice(x):
    t = np.where(x[0, 0] > 0.0, x[0, 0], 2.0)
    u = t
    t *= 2.0
    s = np.select([x[0, 0] > 0.0], [x[0, 1]], 3.0)
    w = s
    s += 1.0
    return u * t * w


def numbers_that_stay_numbers(x):
    total = 0.0
    for made in (
        np.transpose(x[0, 0]),
        np.squeeze(x[0, 0]),
        np.reshape(x[0, 0], ()),
        x[0, 0].copy(),
        np.clip(x[0, 0], 0.0, 1.0),
    ):
        alias = made
        made += 1.0
        total = total + alias * x[1, 0]
    return total


def squeezed(x):
    a = x[0:1, 0:1] * 1.0
    t = a.squeeze((0, 1))
    t += 4.0
    r = a[0].reshape(())
    r *= 2.0
    return np.sum(a) * t


def products(x):
    t = np.tensordot(x, x, 2)
    u = t
    t *= 2.0
    d = np.einsum("ij,ij->", x, x)
    e = d
    d += 1.0
    return u + e


def filled_and_given_out(x):
    t = np.empty(())
    t.fill(x[0, 0])
    r = np.multiply(t, x[0, 1], out=t)
    r += 1.0
    return t + np.sin(r)


def in_containers(x):
    t = np.zeros(())
    items, table = [t, t], {"t": t}
    items[0] += x[0, 0]
    table["t"] *= 3.0
    return items[1] * t


def in_a_helper(x):
    t, s = np.zeros(()), np.sum(x)
    return added(t, x[0, 0]) * t + added(s, x[0, 0]) * s


def added(t, v):
    t += v
    return t * 1.0


def all_names_of_one(x):
    t = np.array(2.0)
    b, c, d, e = t.T, np.asarray(t), t[...], t[()]
    t += x[0, 0]
    return b * c * d * e


def accumulated(x):
    t, s = np.zeros(()), np.array(1.0)
    for i in range(3):
        t += x[0, i]
        s = s * x[1, i]
    return t * s


def swapped_in_a_loop(x):
    t, u = np.zeros(()), np.ones(())
    for i in range(3):
        t, u = u, t
        t += x[0, i]
    return t * 3.0 + u


def in_a_condition(x):
    t = np.array(x[0, 0])
    if t > 0.0 and t:
        t *= 2.0
    while t < 3.0:
        t += 1.0
    return t * x[0, 1]


def seen_by_a_closure(x):
    t = np.array(1.0)

    def doubled():
        t[...] = 5.0 * x[0, 0]
        return 2.0

    return t * doubled()


def as_an_index(x):
    a = x * 1.0
    k = np.array(0)
    u = a[k]
    a[0] = 4.0
    k += 1
    return np.sum(u) * np.sum(a[k] * a[k, 0])


def is_an_array(x):
    t = np.array(x[0, 0])
    return (1.0 if isinstance(t, np.ndarray) else 2.0) * t + float(t) + t.item() + max(t, 0.0) + t.sum() + t.ndim


def number_on_one_path(x):
    t = np.zeros(())
    if x[0, 0] > 0.0:
        t = x[0, 0]
    t += 1.0
    return t * 2.0


def number_after_a_loop(x):
    t = np.zeros(())
    u = t
    for i in range(3):
        t = t + x[0, i]
    u += 1.0
    return t * u


def more_dimensions(x):
    t = np.array(2.0)
    w = np.atleast_1d(t)
    t += x[0, 0]
    return w[0]


def in_a_growing_list(x, n):
    t = np.zeros(())
    items = []
    for i in range(n):
        items.append(t)
        t += x[0, i]
    return items[0] + items[1]


def items_of_a_growing_list(x, n):
    items = []
    for i in range(n):
        items.append(np.where(x[0, i] > 0.0, x[0, i], 0.5))
    for item in items:
        item += 1.0
    return items[0] * items[1]


def optimized_einsum(x):
    t = np.einsum("ij,ij->", x, x, optimize=True)
    u = t
    t += 1.0
    return u * t


def captured(x):
    t = CAPTURED * 1.0
    u = CAPTURED.copy()
    w = u
    u += x[0, 0]
    return CAPTURED * t * w


def captured_is_written(x):
    t = CAPTURED
    t += x[0, 0]
    return t * 1.0


# What may be refused, and by which code.
REFUSED = {
    "number_on_one_path": "AD111",
    "more_dimensions": "AD110",
    "items_of_a_growing_list": "AD113",
    "optimized_einsum": "AD114",
    "captured_is_written": "AD112",
}

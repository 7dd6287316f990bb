"""Programs in which NumPy decides by memory order what is a view and what is a copy.  `x` is 2 by 3, in any order."""

import numpy as np


def write_through_reshape(x):
    a = x.T * 2.0
    v = a.reshape(-1)
    v[0] = 7.0
    return np.sum(a * a) + np.sum(v)


def write_base_of_ravel(x):
    v = x.T.ravel()
    x[0] = 0.0
    return np.sum(v * v * np.arange(6.0))


def ravel_of_what_keeps_order(x):
    a = np.sin(x)
    v = a.ravel()
    a *= 3.0
    return np.sum(v * np.arange(6.0))


def diff_of_order_zero(x):
    a = x[0] * 1.0
    v = np.diff(a, n=0)
    v[0] = 7.0
    return np.sum(a * a)


def ravel_of_a_strided_vector(x):
    a = x[0] * 1.0
    v = a[::2].ravel()
    w = a[::2].reshape(-1)
    v[0] = 7.0
    w[1] = 5.0
    return np.sum(a * a) + np.sum(v)


def method_copy_is_in_c_order(x):
    a = x.T.copy()
    v = a.reshape(-1)
    v[1] = 7.0
    return np.sum(a * a * np.arange(6.0).reshape(3, 2))


def function_copy_keeps_order(x):
    a = np.copy(x)
    v = a.ravel()
    v += 1.0
    return np.sum(a * a) + np.sum(v)


def zeros_like_keep_order(x):
    a = np.zeros_like(x)
    np.multiply(x, x, out=a)
    v = a.ravel()
    v += 1.0
    return np.sum(a * a * a) + np.sum(v)


def transposed_back(x):
    a = (x.T * 2.0).T
    v = a.ravel()
    v[2] = 5.0
    return np.sum(a * a) + np.sum(v)


def asarray_with_an_order(x):
    a = x * 1.0
    v, w = np.asarray(a, order="C"), np.asarray(a, order="F")
    a[0, 1] = 4.0
    return np.sum(v * v) + np.sum(w)


def contiguous_or_not(x):
    a = np.ascontiguousarray(x)
    b = np.asfortranarray(a)
    a[1, 2] = 3.0
    return np.sum(a * a) + np.sum(b)


def elements_by_order(x):
    v, w, u = x.ravel(order="F"), x.flatten("F"), np.reshape(x, (3, 2), order="F")
    return np.sum(v * np.arange(6.0)) + w[1] * w[2] + u[2, 0] * u[0, 1] ** 2


def elements_as_they_lie(x):
    k, a = x.ravel("K"), x.flatten("A")
    return k[1] * k[2] ** 2 + a[1] * a[3] ** 2


def fortran_reshape_is_written(x):
    a = np.asfortranarray(x * 1.0)
    v = a.reshape(-1, order="F")
    v[1] = 7.0
    return np.sum(a * a * np.arange(6.0).reshape(2, 3))


def conj_is_the_array_itself(x):
    a = x * 1.0
    v = a.conj()
    v[0] = 4.0
    return np.sum(a * a)


def einsum_without_an_arrow(x):
    a = x * 1.0
    v = np.einsum("ij", a)
    w = np.einsum("ba", a) * 1.0
    return np.sum(v * v) + np.sum(w * np.arange(6.0).reshape(3, 2))


def einsum_base_is_written(x):
    a = x * 1.0
    v = np.einsum("ij", a)
    a[0] = 2.0
    return np.sum(v * v)


def fortran_and_rows(x):
    a = x.T * x[0, 0]
    v = a[1:].ravel()
    v[0] = 9.0
    a[2] = 1.0
    return np.sum(a * a) + np.sum(v * v)


def sum_of_orders(x):
    a = x + x.T.copy().T
    v = a.ravel()
    a[0, 0] = 4.0
    return np.sum(v) + np.sum(a * a)


def written_in_a_loop(x, n):
    a = x * 2.0
    for i in range(n):
        v = a.reshape(-1)
        v[i] = v[i + 1] * 3.0
        a[1, 2] += 1.0
    return np.sum(a * a) + np.sum(v)


def layout_changes_in_a_loop(x, n):
    a = x.copy()
    for i in range(n):
        a = a.T * 1.5
        v = a.ravel()
        v[0] = 2.0 * i
    return np.sum(a * a) + np.sum(v)


def layout_by_a_branch(x):
    if x[0, 0] > 0.0:
        a = x.copy()
    else:
        a = x.T.copy().T
    v = a.ravel()
    v[1] = 8.0
    return np.sum(a * a) + np.sum(v)


def helper_flattens(x):
    a = x * 1.0
    scale(a, 3.0)
    return np.sum(a * a)


def scale(m, factor):
    v = m.reshape(-1)
    for i in range(len(v)):
        v[i] = v[i] * factor


def argument_is_scaled(x):
    scale(x, 2.0)
    return np.sum(x * x * x)


def rows_are_views(x):
    a = x * x[0, 1]
    for row in a:
        v = row.ravel()
        v *= row[0]
    a.T[0] = x[:, 1]
    return np.sum(a**2)


def stencil_on_a_transpose(x):
    a = np.sin(x)
    b = a.T
    b[1:] = b[:-1] * 2.0
    c = b.ravel()
    a[0, 0] = 5.0
    return np.sum(c * np.arange(6.0)) + np.sum(a)


def joined_and_flattened(x):
    a = np.concatenate((x, x * 2.0))
    v = a.ravel()
    v[3] = 6.0
    return np.sum(a * a) + np.sum(v)


def only_read(x):
    v = x.T.reshape(2, 3)
    w = x.reshape(3, 2).ravel()
    return np.sum(v * v * np.arange(6.0).reshape(2, 3)) + w[2] * w[4]


def reshaped_before_a_copy_is_written(x):
    v = x.T.reshape(2, 3)
    a = x.copy()
    a[0] = v[1] * 2.0
    return np.sum(a * a * v)


def snapshots_in_a_growing_list(x, n):
    items = []
    for i in range(n):
        a = x * (i + 1.0)
        items.append(a.T.reshape(2, 3))
        a[0] = 5.0
    return np.sum(items[0] * items[1])


def tiled_once(x):
    a = np.tile(x, (1, 1))
    v = a.ravel()
    v[0] = 3.0
    return np.sum(a) * v[1]


def filled_and_flattened(x):
    a = np.empty((3, 2))
    a[:] = x.T * 2.0
    a.reshape(-1)[1:3] += 4.0
    a.ravel()[0] = x[0, 0] ** 2
    a.flatten()[1] = 9.0
    return np.sum(a * a * np.arange(6.0).reshape(3, 2))


def products_are_in_c_order(x):
    b = np.dot(x.T, x)
    v, w = b.ravel(), (x @ x.T).ravel()
    v[1] = w[2] * 3.0
    return np.sum(b * b)


def default_is_a_copy(x):
    def weighted(m=x.T.ravel()):
        return np.sum(m * np.arange(6.0))

    x[0] = 1.0
    return weighted() + np.sum(x)


def copied_only_if_needed(x):
    a, b = np.array(x, copy=None), np.array(x, copy=None, order="C")
    c = x.astype(float, order="F", copy=False)
    a[0, 1] = 4.0
    v = np.array(x, order="C").ravel()
    v[2] = 3.0
    return np.sum(x * x) + np.sum(b) + np.sum(c * c) + np.sum(v)


# What may be refused, by which code and in which memory orders; anything else has to be right.
REFUSED = {
    "einsum_base_is_written": ("AD110", ("C", "F", "strided", "negative")),
    "fortran_and_rows": ("AD114", ("C", "strided", "negative")),
    "joined_and_flattened": ("AD114", ("F",)),
    "layout_by_a_branch": ("AD114", ("C", "F", "strided", "negative")),
    "layout_changes_in_a_loop": ("AD114", ("C", "F", "strided", "negative")),
    "snapshots_in_a_growing_list": ("AD110", ("C", "strided", "negative")),
    "tiled_once": ("AD114", ("F",)),
    "ravel_of_a_strided_vector": ("AD114", ("C", "F", "strided", "negative")),
}

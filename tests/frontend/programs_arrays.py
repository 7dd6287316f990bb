"""Arrays: subscripts in all forms, stores, promotion, what copies and what is a view."""

import numpy as np
from frontend_cases import case

A5 = np.array([3.0, -1.0, 2.0, 5.0, -4.0])
M34 = np.arange(12.0).reshape(3, 4)
T234 = np.arange(24.0).reshape(2, 3, 4)
I3 = np.array([2, 0, 2])
F32 = A5.astype(np.float32)


@case((A5, 1, 4), (A5, -4, -1), (A5, 3, 1), (A5, 0, 100), (A5, -100, 2))
def slices(a, i, j):
    return a[i:j], a[i:], a[:j], a[::2], a[::-1], a[j:i:-1], a[i:j:2], a[-1], a[:], a[...], a[i:][:1]


@case((M34, 1, -1))
def two_dimensions(m, i, j):
    return m[i], m[i, j], m[:, j], m[i:, :j], m[::-1, ::2], m[..., j], m[i][j], m[i, ...], m[-1, 1:3], m[(i, j)]


@case(T234, T234.transpose(2, 0, 1), np.asfortranarray(T234), T234[::-1, :, ::2])
def three_dimensions(t):
    return t[0], t[:, 1], t[..., 0], t[0, ..., 1], t[1, 2], t[:, :, None, 1:], t[None, 0], t.T, t[..., None].shape


@case((M34, I3))
def integer_arrays(m, idx):
    return m[idx], m[:, idx], m[idx, idx], m[idx, 1], m[1, idx], m[idx[:, None], idx], m[[0, 2]], m[1:, idx], m[idx, 1:]


@case(M34)
def sequences_within_an_index(m):
    a = m.copy()
    a[(0, 1), (1, 1)] *= 2.0
    a[[0, 0], (2, 2)] += 1.0
    return m[(0, 1, 0), (3, 3, 2)], m[[(0, 1), (1, 0)]], m[[[0, 1], [2, 2]], 1], m[(1, 2), :], m[((0, 1),)], a


@case((T234, np.array([1, 0])))
def integer_arrays_apart(t, idx):
    return t[idx, :, idx], t[0, :, idx], t[:, idx, idx], t[idx, 0], t[idx, None, 1]


@case((A5, A5 > 0), (A5, A5 > 100))
def masks(a, mask):
    return a[mask], a[~mask], a[a > 1].sum(), a[mask][::-1]


@case((M34, M34 > 5))
def masks_of_two_dimensions(m, mask):
    return m[mask], m[mask[:, 0]], m[mask[:, 0], 1:], m[:, mask[2]]


@case(A5, F32)
def new_axes(a):
    return a[:, None] * a[None, :], a[np.newaxis].shape, a[:, np.newaxis, None].shape, (a[:, None] + a).sum(axis=1)


@case((A5, 5), (A5, -6), (A5, 4), (A5, -5))
def out_of_bounds(a, i):
    return a[i]


@case((M34, np.array([0, 3])), (M34, np.array([-4])))
def integer_array_out_of_bounds(m, idx):
    return m[idx]


@case((A5, 2.5), (F32, 2.5), (F32, np.float64(0.1)), (A5, np.float32(0.1)), (np.arange(5), 7))
def stores(a, v):
    a[0] = v
    a[1:3] = v * 2
    a[::-2] += v
    a[-1] -= 1
    a[a > 100] = 0
    return a


@case((np.arange(5),))
def float_into_an_int_array(a):
    a[0] = 2.9
    a[1:3] = -1.5
    return a


@case((np.arange(5.0), 2.5), (np.arange(5), 2))
def in_place_operators_of_slices(a, v):
    a[1:] *= v
    return a


@case((np.arange(5.0), 2.5), (np.arange(5), 2))
def in_place_operators_of_arrays(a, v):
    a *= v
    return a


@case((np.arange(5.0), 2.5))
def in_place_addition(a, v):
    a[1:] += v
    return a


@case((np.arange(1, 6), 2.5), (np.arange(1, 6), 2), (np.arange(1.0, 6.0), 2))
def in_place_operators_of_elements(a, v):
    a[1] *= v
    a[2] /= v
    a[3] //= 2
    a[0] **= 2
    a[4] %= 3
    return a


@case((np.arange(1, 6), 2.5))
def in_place_addition_to_an_element_of_an_int_array(a, v):
    a[1] += v
    return a


@case((F32, A5), (F32, np.float64(0.1)), (A5, F32))
def in_place_mixed_precision(a, b):
    a = a.copy()
    a += b * 1.1
    a *= b
    a -= b
    a[1:] += b[1:] if b.ndim else b
    return a


@case((np.array([True, False, True]),))
def boolean_arrays_in_place(m):
    m &= m[::-1]
    m |= ~m
    m ^= m
    return m


@case((np.zeros(4), np.array([1, 1, 2]), np.array([1.0, 2.0, 3.0])))
def repeated_indices(y, idx, v):
    y[idx] += v
    y[idx] = y[idx] * 2 + v
    np.add.at(y, idx, v)
    np.subtract.at(y, idx[1:], 1.0)
    y[[0, 0]] = [5.0, 7.0]
    return y


@case(A5)
def overlapping_slices(a):
    a[1:] = a[:-1] * 2
    a[:-1] = a[1:]
    a[1:] += a[:-1]
    a[::2] = a[::-2]
    return a


@case(M34)
def broadcasting_stores(m):
    m[:, 1] = m[0, :3]
    m[1] = 5
    m[:2] = m[2]
    m[:, :2] += m[:, 2:3]
    m[1:, 0] = [7, 8]
    m[0, :] = np.ones((1, 4))
    return m


@case((M34, A5), (M34, np.zeros((3, 5))))
def shapes_that_do_not_fit(m, a):
    m[:] = a
    return m


@case(A5)
def element_swaps(a):
    a[0], a[1] = a[1], a[0]
    a[2], a[3], a[4] = a[4], a[2], a[3]
    a[[0, 4]] = a[[4, 0]]
    return a


@case(M34)
def row_swaps(m):
    m[0], m[1] = m[1], m[0].copy()
    m[[0, 2]] = m[[2, 0]]
    return m


@case(M34)
def row_swap_through_views(m):
    m[0], m[1] = m[1], m[0]
    return m


@case((A5, 2))
def chained_targets(a, i):
    b = c = a[i:] = 7.0
    i = a[i] = 1
    x, a[0], (y, *z) = 1.0, 2.0, (3.0, 4.0, 5.0)
    return a, b, c, i, x, y, z


@case(A5)
def unpacking(a):
    p, q, r, s, t = a
    (u, v), w = a[:2], a[2]
    first, *middle, last = (p, q, r, s)
    return p + q * r - s / t, u, v, w, first, middle, last


@case((A5,), (A5[:3],))
def unpacking_a_wrong_count(a):
    p, q, r = a
    return p + q + r


@case((np.arange(6.0), 2, 3), (np.arange(6.0), 3, 2))
def sizes(a, n, m):
    b = a.reshape(n, m)
    rows, cols = b.shape
    return b, rows * 10 + cols, b.size, b.ndim, len(b), np.zeros((n, m)), np.ones(n), np.full((m,), 2.5), b.shape[-1]


@case(M34, F32, np.arange(4))
def flip_is_a_view(a):
    b = np.flip(a, 0)
    a[0] = 9
    return b * 1, a


@case(M34)
def other_views(a):
    views = (
        np.flipud(a),
        np.fliplr(a),
        np.swapaxes(a, 0, 1),
        np.moveaxis(a, 0, 1),
        np.atleast_1d(a),
        np.ravel(a),
        np.expand_dims(a, 0),
        np.transpose(a),
        a.T,
        np.ravel(a),
        a.reshape(-1),
        a[None],
        a.swapaxes(0, 1),
        np.atleast_2d(a),
    )
    a[0, 0] = 99.0
    return tuple(v * 1.0 for v in views)


@case(M34, M34.astype(np.float32))
def copies(a):
    made = (
        np.array(a),
        a.copy(),
        np.copy(a),
        a.astype(np.float64),
        a.flatten(),
        +a,
        abs(a),
        np.abs(a),
        a[[0, 1, 2]],
        a * 1,
        np.clip(a, 0, 100),
        np.where(a > 0, a, a),
        np.concatenate([a]),
        np.stack([a]),
        np.positive(a),
        a[a > -1],
        np.roll(a, 0),
        np.maximum(a, a),
        np.full_like(a, 1.0),
        a.repeat(1),
        np.tile(a, 1),
        np.vstack([a]),
        a.take([0, 1], 0),
    )
    a[:] = -5.0
    return made


@case(M34)
def not_copies(a):
    same = np.asarray(a)
    same[0] = 1.0
    np.asarray(a[1:])[1, 1] = 8.0
    other = np.asarray(a, dtype=np.float64)
    other[1] = 2.0
    third = np.asarray(a, dtype=np.float32)
    third[2] = 3.0
    fourth = np.array(a, copy=False) if False else a
    fourth[2, 2] = 4.0
    return a


@case(M34)
def diagonal_is_read(a):
    return np.diag(a[:, :3]), np.diagonal(a), a.diagonal(1), np.trace(a[:, :3]), np.diag(a[0])


@case(M34)
def contiguous_or_not(a):
    b = np.ascontiguousarray(a)
    a[0, 0] = 99.0
    return b * 1.0


@case(np.float64(2.5), np.float32(2.5))
def zero_dimensional(x):
    y = x * 2
    y += 1
    return y


@case(A5)
def full_reductions_are_scalars(a):
    s = a.sum()
    t = s
    s += 1.0
    m = a[1]
    m *= 2
    return s, t, m, a


@case(A5)
def real_part_is_the_array(a):
    b = np.real(a)
    b[0] = 7.0
    return a


@case((A5, 3))
def index_arithmetic(a, n):
    s = 0.0
    for i in range(n):
        s += a[-i - 1] * a[i // 2] - a[(i * 7) % len(a)]
        a[i % 2] += s
    return s, a


@case(A5)
def empty_index(a):
    return a[()], a[...] * 2, a[1:1].sum(), a[1:1].shape


@case((M34, 1), (M34, 2))
def view_through_a_view(m, i):
    row = m[i]
    part = row[1:][::-1]
    part[0] = 50.0
    part[1:] += row[:2]
    block = m[1:].T[1]
    block *= 3
    m.T[0, 0] = -1.0
    return m, row, part, block


@case(np.arange(6.0))
def reshape_through(a):
    b = np.zeros(6)
    c = b.reshape(2, 3)
    c[1, 2] = 7.0
    c.T[0, 0] = 3.0
    b[1] = 4.0
    return b + a, c


@case(M34)
def fill_and_friends(m):
    m.fill(2.0)
    m[0].fill(3.0)
    m[..., 1:3] = m[..., :2] + 1
    return m, m.sum(axis=0), m.mean(axis=(0, 1)), m.max(axis=-1, keepdims=True)


@case((M34, 0), (M34, 1), (M34, -1))
def axis_as_an_argument(m, axis):
    return m.sum(axis=axis), np.cumsum(m, axis), np.concatenate([m, m], axis=axis).shape


@case((np.arange(12.0).reshape(2, 6), 3))
def split_is_a_list_of_views(a, n):
    q, k, v = np.split(a, n, axis=1)
    a[0, 0] = 50.0
    k[:, 1] = -1.0
    top, rest = np.array_split(v, 2)
    return q + k, np.hsplit(a, [1])[0], top, rest, a, len(np.split(a, n, axis=-1))


@case((np.arange(6.0).reshape(3, 2), 3))
def ranges_as_arrays(a, n):
    b = a.copy()
    b[range(n), 0] += 1.0
    b[range(-1, 2), 1] += 1.0  # the last row twice, added once
    return b, a[range(2, -1, -2)], np.array(range(1, n)), np.sum(range(n)), np.pad(a, n - 2)


@case((A5, np.array([True, False, True, True, False])))
def written_into_out(a, chosen):
    b = a.copy()
    again = np.multiply(b, 2.0, out=b)
    again[0] = 7.0
    np.add(b[1:], b[:-1], b[1:])
    m = np.ones((3, 5))
    np.exp(a, out=m[0])
    np.add(a, 1, out=(m[1:],))
    np.sqrt(np.abs(a), out=m[2], where=chosen)
    less = np.zeros(5, dtype=bool)
    np.less(a, b, out=less)
    small = np.zeros(5, dtype=np.float32)
    np.subtract(a, b, out=small)
    return b, again, m, less, small


@case(M34)
def reduced_into_out(m):
    sums, squares, running = np.zeros(4), np.zeros((3, 3)), np.empty_like(m)
    np.sum(m, axis=0, out=sums, initial=2.0)
    np.matmul(m, m.T, out=squares)
    np.cumsum(m, axis=1, out=running)
    np.multiply(m, 2.0, out=m)
    return sums, squares, running, m


@case((A5, np.zeros(4)), (A5, np.zeros(1)))
def out_of_another_shape(a, out):
    return np.add(a, 1.0, out=out)


@case(2.0, A5)
def indexed_by_nothing(x):
    value = np.sum(x)
    return value[()] * 2.0, np.float64(value[...])

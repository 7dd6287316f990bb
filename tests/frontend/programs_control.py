"""Statements: if, for, while, break, continue, return, else clauses, names bound on some paths."""



import numpy as np
from frontend_cases import case

A5 = np.array([3.0, -1.0, 2.0, 5.0, -4.0])
E0 = np.zeros(0)


SCALE = 2.5


@case(1.5)
def global_that_is_only_read(x):
    global SCALE
    return x * SCALE


@case((0, 5, 1), (5, 0, -1), (0, 10, 3), (10, 0, -3), (3, 3, 1), (5, 1, 2), (-3, 4, 2))
def ranges(start, stop, step):
    s = 0.0
    for i in range(start, stop, step):
        s = s * 2.0 + i
    for i in reversed(range(start, stop, step)):
        s = s * 0.5 + i
    return s, len(range(start, stop, step))


@case((1, 5, 0))
def range_with_step_zero(start, stop, step):
    s = 0.0
    for i in range(start, stop, step):
        s += i
    return s


@case(4, 0)
def changed_bound(n):
    s = 0
    for i in range(n):
        n = n - 1
        i = i + 10
        s += i
    return s, n


@case(A5, E0, loose=True)
def over_an_array(a):
    s = 0.0
    for x in a:
        s = s * 2 + x
    return s


@case(A5)
def over_an_array_that_is_written(a):
    s = 0.0
    k = 0
    for x in a:
        if k + 1 < len(a):
            a[k + 1] = x + 1.0
        k += 1
        s += x
    return s, a


@case(A5)
def over_an_array_whose_name_is_rebound(a):
    s = 0.0
    for x in a:
        a = a * 2.0
        s += x + a[0]
    return s


@case(np.arange(6.0).reshape(3, 2))
def over_rows_that_are_written(a):
    s = 0.0
    for row in a:
        row[0] = row[1] * 2
        row += 1.0
    for row in a:
        s += row[0] * row[1]
    return s, a


@case((A5, A5 * 2), (A5, A5[:3]), (E0, A5), loose=True)
def zip_enumerate(a, b):
    s = 0.0
    for i, (x, y) in enumerate(zip(a, b), 1):
        s += i * x * y
    for i, x in enumerate(a):
        s -= i * x
    for x, y, k in zip(a, b, range(10)):
        s += x * y * k
    for x in reversed(a):
        s = s * 0.5 + x
    return s


@case(2.0)
def static_sequences(x):
    s = 0.0
    for k in (1, 2, 3):
        s += k * x
    for k, name in enumerate(["a", "bb"]):
        s += len(name) * k
    for a, b in zip([1.0, 2.0], (x, x * x)):
        s += a * b
    for c in "abc":
        s += ord(c)
    for k in reversed([1.0, 2.0]):
        s = s * 2 + k
    return s


@case(2.0)
def dict_views(x):
    d = {"b": x, "a": x * 2}
    s = 0.0
    for key in d:
        s = s * 2 + len(key)
    for key, value in d.items():
        s = s * 3 + value
    for value in d.values():
        s = s * 5 + value
    for i, key in enumerate(d.keys()):
        s += i * d[key]
    return s


@case((10, 3.0), (3, 30.0), (0, 1.0))
def for_else(n, limit):
    s = 0.0
    for i in range(n):
        s += i
        if s > limit:
            break
    else:
        s = -s - 1.0
    return s


@case((10, 3.0), (3, 30.0), (0, 1.0))
def return_inside_for_else(n, limit):
    s = 0.0
    for i in range(n):
        s += i
        if s > limit:
            return s
    if n > 2:
        return -1.0
    return -2.0


@case(1.0, 20.0, 1e9)
def while_else(x):
    n = 0
    while x > 0.5:
        x = x / 3
        n += 1
        if n > 6:
            break
    else:
        x = x + 100.0
    return x, n


@case((12, 1.5), (0, 1.5), (7, -2.0))
def power_by_squaring(n, x):
    r = 1.0
    while n:
        if n % 2:
            r = r * x
        x = x * x
        n //= 2
    return r


@case(3.0, 100.0)
def while_with_walrus(x):
    n = 0
    while (y := x / 2) > 1.0:
        x = y
        n += 1
    return x, y, n


@case(3)
def while_with_effects(n):
    def test(k):
        print("test", k)
        return k > 0

    while test(n):
        n -= 1
    print("done")
    return n


@case(5, 0)
def while_condition_changed_by_a_helper(n):
    left = [n]

    def more():
        left[0] = left[0] - 1
        return left[0] >= 0

    s = 0
    while more():
        s += left[0]
    return s


@case(A5, E0, loose=True)
def breaks_and_continues(a):
    s = 0.0
    for i in range(len(a)):
        if a[i] < -3:
            break
        if a[i] < 0:
            continue
        for j in range(len(a)):
            if j == i:
                continue
            if a[j] * a[i] < -2:
                break
            s += a[i] * a[j]
        else:
            s += 100.0
    return s


@case(A5, E0, -A5, loose=True)
def what_a_break_in_a_branch_leaves(a):
    c, d = 1.0, a
    for x in a:
        if x < 2.5:
            if c < 2.0 or d[0] < 0:
                break
        elif x > 4:
            if c > 0:
                continue
        c = x * x
        d = np.flip(a)
    return c, d * 2


@case((4, 4.0), (4, 100.0), (0, 1.0))
def three_deep(n, limit):
    s = 0.0
    for i in range(n):
        for j in range(i):
            for k in range(j + 1):
                if (i + j + k) % 3 == 0:
                    continue
                s += i * j + k
                if s > limit:
                    return s, i, j, k
            if s > limit / 2 and j > 1:
                break
    return s, -1, -1, -1


@case(A5, E0, np.array([1.0]))
def early_return_of_arrays(a):
    b = a * 2
    for i in range(len(a)):
        if a[i] < 0:
            return b[:i]
        b[i] = 0.0
    return b


@case(4, 0)
def late_loop_variable(n):
    i = -1
    for i in range(n):
        pass
    return i


@case(3, 0)
def unbound_after_no_trip(n):
    for i in range(n):
        last = i * 2.0
    return last


@case(1.0, -1.0)
def unbound_on_a_path(x):
    if x > 0:
        y = x * 2
    return y


@case((1.0, 2), (-1.0, 2), (-1.0, 0))
def unbound_in_a_loop(x, n):
    s = 0.0
    for i in range(n):
        if x > 0 or i > 0:
            s += y  # noqa: F821  # bound in the iteration before
        y = x + i
    return s


@case(1.0, -1.0)
def deleted_names(x):
    y = x
    if x > 0:
        del y
    z = 1.0
    del z
    z = 2.0
    return y + z


@case(0, 1, 2, 5)
def exit_codes_of_siblings(n):
    if n == 0:
        return 1.0
    elif n == 1:
        x = 2.0
    else:
        if n > 4:
            return 3.0
        x = 4.0
    return x * 10


@case((0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0))
def break_codes_in_unrolled_loops(n, x):
    for k in (1, 2, 3):
        if k > n:
            break
        if k == 2:
            continue
        x = x * 10 + k
    else:
        x = -x
    return x


@case((A5, 2), (A5, 9))
def loop_carried_swaps(a, n):
    x, y = 0.0, 1.0
    for _ in range(n):
        x, y = y, x + y
    return x, y


@case((1, 2.0), (4, 2.0))
def type_changes_at_the_first_trip(n, x):
    s = 0
    for _ in range(n):
        s = s + x
    return s


@case((4, np.float32(0.5)), (4, np.float64(0.5)), (4, 0.5))
def accumulators_join(n, x):
    s = x
    t = 0.0
    for _ in range(n):
        s = s * 1.5 + 1
        t = t + s
    return s, t


@case(5.0, 0.1)
def forever_until_return(x):
    while True:
        x = x / 2
        if x < 0.2:
            return x


@case(5.0)
def forever_until_break(x):
    n = 0
    while 1:
        n += 1
        x = x / 2
        if x < 0.2:
            break
        if n > 10:
            return -1.0
    return x * n


@case(0.3, 7.0)
def return_none_or_nothing(x):
    def show(v):
        if v > 1:
            print("big")
            return
        print("small")

    show(x)
    return x


@case((3, 4), (0, 0))
def loop_index_types(n, m):
    total = 0
    for i in range(n):
        for j in range(i, m):
            total += i * j
            last = j
        last = -1
    return total + last if n else total

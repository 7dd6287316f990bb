"""Lists whose length the run decides, changed in every way; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import collections
import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, 0.7, 0.11, 0.4, 0.95, 0.2, 0.62, 0.13, 0.51, 0.08, 0.77]) + 0.003


@case(A)
def a_stack(x):
    stack, out = [0], 0.0
    while stack:
        i = stack.pop()
        out += x[i] ** 2 * math.sin(x[0])
        if 2 * i + 1 < len(x):
            stack.append(2 * i + 1)
        if 2 * i + 2 < len(x):
            stack.append(2 * i + 2)
    return out


@case(A, backends=python)
def a_stack_of_values(x):
    stack = []
    for k, v in enumerate(x):
        stack.append(v)
        if k % 3 == 2:
            a = stack.pop()
            b = stack.pop()
            stack.append(a * b if k % 2 else a - b)
    while len(stack) > 1:
        stack.append(stack.pop() * stack.pop() + stack.pop(0) if len(stack) > 2 else stack.pop() - stack.pop())
    return stack[0]


@case(A)
def a_window(x):
    last, out = collections.deque(maxlen=3), 0.0
    for v in x:
        last.append(v)
        out += max(last) * sum(last) ** 2 / len(last)
    return out


@case(A, 4, backends=python)
def a_window_of_run_time(x, n):
    last, out = collections.deque([0.1] * 2, maxlen=n), 0.0
    for v in x:
        last.appendleft(v)
        out += last[0] * last[-1] * len(last)
    return out


@case(A, -1, backends=python)
def a_window_of_negative_length(x, n):
    return sum(collections.deque(x, maxlen=n))


@case(A, 0, backends=python)
def a_window_of_no_length(x, n):
    return sum(collections.deque([1.0, 2.0], maxlen=n)) + x[0] ** 2


@case(A, backends=python)
def a_queue(x):
    queue, out, seen = collections.deque([0]), 0.0, [False] * len(x)
    while queue:
        i = queue.popleft()
        if seen[i]:
            continue
        seen[i] = True
        out += x[i] * len(queue)
        for j in (2 * i + 1, 3 * i + 2):
            if j < len(x):
                queue.append(j)
    return out


@case(A, backends=python)
def every_change(x):
    items = []
    for v in x:
        if v > 0.4:
            items.append(v * v)
        else:
            items.insert(0, v)
    items.reverse()
    a, b = items.pop(0), items.pop()
    del items[1]
    items.insert(-1, a * b)
    items.insert(100, a)
    items.insert(-100, b)
    items.remove(a)
    out = 0.0
    for i, v in enumerate(items):
        out += v * (i + 1)
    return out


@case(A, backends=python)
def seen_under_another_name(x):
    items = []
    other = items
    for v in x:
        if v > 0.4:
            items.append(v)
    other.pop(0)
    other.reverse()
    return items[0] * 2 + items[-1] ** 2 + len(items)


@case(A)
def popped_when_empty(x):
    items = []
    for v in x:
        if v > 2.0:
            items.append(v)
    return items.pop() + x[0]


@case(A, backends=python)
def popped_out_of_range(x):
    items = [v for v in x if v > 0.5]
    return items.pop(7) + x[0]


@case(A, backends=python)
def deleted_out_of_range(x):
    items = [v for v in x if v > 0.5]
    del items[-9]
    return items[0]


@case(A, backends=python)
def removed_what_is_not_there(x):
    items = [v for v in x if v > 0.5]
    items.remove(3.0)
    return items[0]


@case(A, 2, backends=python)
def parts_of_a_known_list(x, n):
    items = [x[0], x[1] ** 2, x[2] ** 3, 4.0]
    m = 0
    for v in x:
        if v > 0.5:
            m += 1
    m = m % 4
    return sum(items[m:]) + sum(items[:n]) + sum(items[::-1][m - 1 : n]) + x[0]


@case(A, backends=python)
def pairs_in_a_comprehension_with_a_condition(x):
    n = 3
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    out = 0.0
    for i, j in pairs:
        out += x[i] ** j
    return out


def turned(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


@case(1.5, 0.7)
def popped_where_there_are_some(x, y):
    """The loop is not entered while the list is empty, and makes sense only then."""
    hull = []
    for point in [(0.0, 0.0), (1.0, -x), (2.0, y), (3.0, x * y + 3.0), (-1.0, 1.0 + x)]:
        while len(hull) >= 2 and turned(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    else:
        y = y * 2.0
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(hull, hull[1:] + hull[:1])) * y


@case(1.5, 3)
def not_entered(x, n):
    items = []
    while n < 2 and items:
        x = items.pop()
    else:
        x = x * x
    while len(items) > 1:
        items.pop()
    return x


@case(1.5, 3)
def conditions_of_all_kinds(x, n):
    """Only the truth of the parts is asked for, which need have nothing in common."""
    items, name, found = [x, 2.0 * x], "", None
    while x < 3.0 and items and not (name and n):
        x = x + 0.3 * items.pop()
    y = x if not (items or n > 5) else 2.0
    assert n and (y or items or name)
    s = sum(v for v in (x, y, 0.0) if v and n)
    if found or (n and name) or (items and x):
        s = s * 3.0
    return s * x if (x and n) and not (found and items) else x

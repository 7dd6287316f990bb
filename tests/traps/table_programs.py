"""Lists of lists whose extents are known only when the program runs, and long lists; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import copy

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1, 0.4])


@case(A)
def warped(a):
    n = len(a)
    cost = [[float("inf")] * (n + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        cost[i][0] = 0.1 * i
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            cost[i][j] = (a[i - 1] - 0.5 * a[j - 1]) ** 2 + min(cost[i - 1][j], cost[i][j - 1], cost[i - 1][j - 1])
    return cost[n][n] + cost[-1][-2]


@case(A, 3, 5)
@case(A, 40, 2)
@case(A, 0, 2)
def known_by_an_argument(a, n, m):
    table = [[0.0] * m for _ in range(n)]
    for i in range(n):
        for j in range(m):
            table[i][j] = a[j % 4] * (i + 1)
    total = 0.0
    for row in table:
        for v in row:
            total += v**2
    return total + (table[n - 1][m - 1] if n else 0.0)


@case(A)
def products(a):
    table = [[u * v for v in a] for u in a]
    again = [[u + 1.0 for u in row] for row in table]
    table[1][2] += a[0]
    table[-1][-1] *= 2.0
    return table[0][1] * table[1][2] + table[3][3] + sum(table[2]) + max(again[0]) + sum(sum(row) for row in again)


@case(A)
def rows_are_seen_under_their_names(a):
    table = [[0.0] * len(a) for _ in range(len(a))]
    row = table[1]
    row[2] = a[0]
    table[1][0] = a[1]
    copied = table[1][:]
    row[2] = row[2] * 3.0
    kept = copy.deepcopy(table)
    table[1][2] += 5.0
    for other in table:
        other[3] = a[2] * len(other)
    return row[0] * row[2] * copied[2] + kept[1][2] + sum(table[0]) * len(table)


@case(A)
def given_to_functions(a):
    def fill(table, k):
        for j in range(len(table[k])):
            table[k][j] = a[j] * k
        return table[k]

    table = [[1.0] * len(a) for _ in range(len(a))]
    row = fill(table, 2)
    row[0] = a[1]
    m = np.array(table)
    m[0, 0] = 100.0
    return np.sum(m * m) + table[0][0] + np.dot(table[2], a) + sorted(table[2])[0] + isinstance(table, list) + isinstance(row, list)


@case(A)
def counted_in_a_table(a):
    counts = [[0] * 3 for _ in range(len(a))]
    for i in range(len(a)):
        counts[i][i % 3] += 1 + i
    return sum(a[i] * counts[i][i % 3] for i in range(len(a))) + (1.0 if counts[1] else 2.0)


@case(A, 4)
def rows_are_replaced_where_their_number_is_known(a, n):
    table = [[0.0] * 2 for _ in range(n)]
    table[0] = [a[0], a[1]]
    table[1], table[2] = table[2], table[1]
    table[1].append(a[2])
    table[0][1] *= a[3]
    return sum(table[0]) * table[1][2] + len(table[1])


@case(A)
def rows_are_replaced(a):
    table = [[0.0] * 2 for _ in range(len(a))]
    table[0] = [a[0], a[1]]
    return sum(table[0])


@case(A)
def rows_are_repeated(a):
    table = [[1.0] * 2 for _ in range(len(a))]
    return sum(table[0] * 2) * a[0]


@case(A)
def floats_among_integers(a):
    table = [[0] * 2 for _ in range(len(a))]
    table[0][0] = a[0]
    return table[0][0] * a[1]


@case(A, backends=("python",))
def division_is_pythons(a):
    table = [[0.0] * 2 for _ in range(len(a))]
    return a[0] / table[0][0] if a[0] < 0 else 1.0 / table[1][1]


@case(A)
def outside_of_its_rows(a):
    table = [[0.0] * 2 for _ in range(len(a))]
    return table[0][int(a[2]) + 1] * a[0]


@case(A)
def long_list(a):
    values = [0.0] * 800
    for i in range(800):
        values[i] = a[i % 4] * i
    return sum(values) / 1000.0 + values[799] * values[-2]


@case(A)
def long_list_of_many_things(a):
    values = [0] * 40
    values[3] = a[0]
    values[4] = "a word"
    first, second, *rest = values
    return values[3] * len(values[4]) + len(rest)


@case(A)
def long_list_whose_numbers_are_numpys(a):
    values = [1.0] * 40
    values[0] = a[0] - a[0]
    try:
        y = 1.0 / values[0]
    except ZeroDivisionError:
        y = 5.0
    return a[0] * (3.0 if y == 5.0 else 4.0)

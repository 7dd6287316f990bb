"""Lists and tuples of known length: loops over items that are alike, or nearly, and places of items; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import math
from collections import namedtuple

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, -0.7, 1.1, 0.4, 0.9, -0.2, 0.6, 1.3, -1.1, 0.8])
Peak = namedtuple("Peak", "height width")

ROWS = [(1.0 + 0.1 * k, 0.3 / (k + 1), k) for k in range(12)]
LISTS = [[0.1 * k, 1.5 - 0.1 * k] for k in range(12)]
PEAKS = tuple(Peak(1.0 / (k + 1), 0.2 * k) for k in range(12))
RECORDS = [{"w": 0.1 * k, "at": k % 10} for k in range(12)]
WEIGHTS = [0.05 * k - 0.2 for k in range(12)]
POWERS = tuple(range(10))
NESTED = [((0.1 * k, 0.2), k) for k in range(10)]
KEYED = [("sin" if k % 2 else "cos", 0.1 * k) for k in range(10)]
MIXED = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
SINGLE = [np.float32(0.1 * k) for k in range(10)]
SHUFFLED = [3, 1, 0, 2, 5, 4, 7, 6, 9, 8]
AXES = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
TABLE = np.array([[0.3, -0.7, 1.1], [0.5, 0.2, -0.4]])


@case(0.7)
def rows_of_a_global(x):
    total = 0.0
    for a, b, c in ROWS:
        total += a * np.exp(-b * x) + c * x
    return total


@case(0.7, backends=python)
def rows_written_here(x):
    data = [(1.0, 2), (2.0, 3), (0.5, 1), (0.3, 0), (1.2, 2), (0.9, 3), (0.1, 4), (0.7, 1), (2.2, 2), (0.4, 5)]
    total = 0.0
    for a, n in data:
        total += a * x**n
    return total


@case(0.7, backends=python)
def rows_that_are_lists(x):
    total = 0.0
    for row in LISTS:
        total += row[0] * x + sum(row) * x**2 + len(row)
    return total


@case(0.7, backends=python)
def rows_that_are_named_tuples(x):
    total = 0.0
    for peak in PEAKS:
        height, width = peak
        total += height * np.exp(-((x - peak.width) ** 2)) + width * peak[0]
    return total


@case(A, backends=python)
def rows_that_are_dicts(a):
    total = 0.0
    for record in RECORDS:
        total += record["w"] * a[record["at"]] ** 2
    return total


@case(0.7, backends=python)
def tuples_in_rows(x):
    total = 0.0
    for (a, b), k in NESTED:
        total += a * x**2 + b * k * x
    return total


@case(0.7, backends=python)
def integers_stay_integers(x):
    total, digits = 0.0, 0
    for k in SHUFFLED:
        assert isinstance(k, int)
        digits = digits + k // 2 * (k % 3)
        total += x * k
    return total * digits


@case(A)
def integers_as_indices(a):
    total = 0.0
    for k, w in zip(SHUFFLED, WEIGHTS):
        total += a[k] * w * a[k - 1]
    return total


@case(0.7, backends=python)
def numbers_of_two_types(x):
    total, integers = 0.0, 0
    for v in MIXED:
        integers += isinstance(v, int)
        total += v * x * integers
    return total


@case(0.7, backends=python)
def numbers_of_numpy(x):
    total = 0.0
    for w in SINGLE:
        total += float(w * w + (w == np.float32(0.1))) * x
    return total


@case(0.7, backends=python)
def keys_are_known(x):
    total = 0.0
    for name, w in KEYED:
        total += w * {"sin": np.sin, "cos": np.cos}[name](x * w)
    return total


@case(TABLE, backends=python)
def an_axis_is_known(m):
    total = 0.0
    for axis in AXES:
        total += np.sum(np.sum(m**2, axis=axis) ** 2)
    return total


@case(0.7, backends=python)
def a_branch_by_the_item(x):
    total = 0.0
    for a, b, k in ROWS:
        if k % 3 == 0:
            continue
        if a > 1.9:
            total += x * b
        elif b * x > 0.05:
            total += math.sin(a * x)
    return total


@case(0.7)
@case(0.1, backends=python)
def left_by_break(x):
    total = 0.0
    for a, b, k in ROWS:
        total += a * x**2
        if total > 3.0:
            break
    else:
        total += 10.0 * x
    return total + a * b * k * x


@case(0.72, backends=python)
@case(0.12, backends=python)
def left_by_return(x):
    for w in WEIGHTS:
        if w > x - 0.4:
            return w * x**2
    return x**3


@case(0.7, backends=python)
def the_last_item(x):
    y = 0.0
    for a, b, k in ROWS:
        y = a * x
    return y * a * b + k * x


@case(TABLE, backends=python)
def the_last_item_is_an_axis(m):
    total = 0.0
    for axis in AXES:
        total += np.sum(m * (axis + 1))
    return total * np.sum(np.sum(m, axis=axis) ** 2)


@case(0.7, backends=python)
def numbered(x):
    total = 0.0
    for i, (a, b, k) in enumerate(ROWS, 1):
        total += a * x**2 * i + b * k
    return total


@case(0.7, backends=python)
def zipped_with_a_shorter_one(x):
    total = 0.0
    for (a, b, _), w, k in zip(ROWS, WEIGHTS[:10], POWERS):
        total += a * w * x * k - b
    return total


@case(A, backends=python)
@case(A[:3], backends=python)
@case(np.ones(20), backends=python)
def zipped_with_an_array(a):
    total = 0.0
    for v, w in zip(a, WEIGHTS):
        total += v**2 * w
    return total


@case(A, backends=python)
@case(A[:3], backends=python)
def zipped_strictly_with_an_array(a):
    total = 0.0
    for v, w in zip(a, SINGLE, strict=True):
        total += v**2 * float(w)
    return total


@case(0.7, backends=python)
def from_its_end(x):
    total = 1.0
    for w in reversed(WEIGHTS):
        total = total * x + w
    for w in reversed((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)):
        total = 0.1 * total * x + w
    return total


@case(0.7, backends=python)
def in_a_sum(x):
    return sum(w * math.sin(x + w) for w in WEIGHTS) + max(w * x for w in WEIGHTS) + sum(w * x for w in WEIGHTS if w > 0)


@case(0.7, backends=python)
def in_a_list(x):
    short = [w * x for w in WEIGHTS]
    first, *rest = short
    long = [w * x + k for k in range(4) for w in WEIGHTS]
    return first * len(rest) + np.sum(np.array(long) ** 2) + short[-1]


@case(0.7, backends=python)
def a_loop_in_a_loop(x):
    total = 0.0
    for a, b, _ in ROWS:
        for w in WEIGHTS:
            total += a * w * x**2
        total *= 1.0 - 0.1 * b
    for _ in range(3):
        for k, p in enumerate(POWERS):
            total += p * x / (k + 1)
    return total


@case(0.7, backends=python)
def a_list_that_grows_meanwhile(x):
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    total = 0.0
    for v in values:
        total += v * x
        if len(values) < 13:
            values.append(v + 1.0)
    return total


@case(0.7, backends=python)
def a_list_that_is_written_meanwhile(x):
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    total = 0.0
    for i, v in enumerate(values):
        if i < 9:
            values[i + 1] = values[i + 1] + v * x
        total += v * x
    return total


@case(0.7, backends=python)
def rows_that_are_written_meanwhile(x):
    rows = [[0.1, 1.0], [0.2, 2.0], [0.3, 3.0], [0.4, 4.0], [0.5, 5.0], [0.6, 6.0], [0.7, 7.0], [0.8, 8.0], [0.9, 9.0]]
    for row in rows:
        row[0] = row[1] * x
    total = 0.0
    for row in rows:
        rows[8][1] = 2.0
        total += row[0] * row[1]
    return total


@case(0.7, backends=python)
def another_list_under_its_name(x):
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    others = [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0]
    total = 0.0
    for v in values:
        values, others = others, values
        total += v * values[0] * x
    return total


@case(0.7, backends=python)
def items_that_are_one_object(x):
    rows = [[0.1 * k, 1.0] for k in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    third = rows[3]
    total = 0.0
    for row in rows:
        if row is third:
            total += 5.0 * x
        total += row[0] * x
    return total


@case(0.7, backends=python)
def a_nan_is_itself(x):
    values = [math.nan, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    found = 0
    for v in values:
        found += v in values
    return x * found


@case(0.7, backends=python)
def functions_made_in_the_loop(x):
    functions = []
    for w in WEIGHTS:
        functions.append(lambda y: w * y)
    return sum(f(x) for f in functions)


@case(0.7, backends=python)
@case(-1.0, backends=python)
def errors_in_the_loop(x):
    total = 0.0
    for w in WEIGHTS:
        assert w + x > -0.5, f"{w} is too small"
        try:
            total += math.sqrt(w + 0.1) * x
        except ValueError:
            total += 0.5 * x
    return total


@case(0.7, backends=python)
def a_list_by_default(x, weights=[0.1, 0.3, 0.2, 0.7, 0.9, 1.1, 0.4, 0.6, 0.8, 0.5]):
    total = 0.0
    for w in weights:
        total += w * x**2
    return total


@case(0.7, backends=python)
def what_it_needs_is_chosen(x):
    best, label = None, "none"
    for k, w in enumerate(WEIGHTS):
        if best is None or w * x > best:
            best, label = w * x, k
    return best + label


@case(0.7, backends=python)
def a_row_is_known_under_two_names(x):
    rows = [[0.1 * k, 1.0] for k in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    total = 0.0
    for row in rows:
        total += row[0] * x
    rows[-1][0] = 5.0
    return total * row[0]


@case(0.7, -0.2, 2)
@case(0.7, 3.5, 1)
def a_place_that_only_the_run_tells(x, y, i):
    xs = [y, x, 3.0]
    return xs.index(min(xs)) * x + [3, 1, 2, 1].index(i) * 10.0 * y + xs.index(x)


@case(0.7, 2)
@case(0.7, 3)
def a_number_that_is_not_there(x, i):
    try:
        place = [1, i + 1, 2].index(i)
    except ValueError:
        place = 7
    return place * x * x


@case(0.7, 3)
def a_number_that_is_nowhere(x, i):
    return [1, 2, i + 1].index(i) * x

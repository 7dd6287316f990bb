"""In-place operators on what names, attributes and subscripts denote; see test_trap_containers.py."""

from dataclasses import dataclass

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


@dataclass
class Open:
    a: list
    b: float = 1.0


@dataclass(frozen=True)
class Frozen:
    a: list


# In-place operators on what a name, an attribute or a subscript denotes.


@case(0.7, A, 3)
@case(-0.4, A, 3)
def list_in_a_dict_grows(x, a, n):
    d = {"k": [x]}
    h = d["k"]
    d["k"] += [x * x]
    return h[-1] * len(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_in_a_dict_repeated(x, a, n):
    d = {"k": [x]}
    h = d["k"]
    d["k"] *= n
    return h[-1] * len(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_of_an_object_grows(x, a, n):
    o = Open([x])
    h = o.a
    o.a += (2 * x, 3 * x)
    o.b *= 3
    return sum(h) * o.b


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def item_in_place(x, a, n):
    items = [x, 2 * x]
    items[1] *= 2
    items[0] -= 3
    return items[0] * items[1]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def slice_in_place(x, a, n):
    items = [x]
    items[0:0] = [2.0]
    items[len(items) :] = (3.0,)
    items[1:2] *= 3
    return sum(items) * len(items)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_grows_by_a_tuple(x, a, n):
    items = [x]
    m = items
    items += (1, 2)
    return sum(m)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_grows_by_a_string(x, a, n):
    items = [x]
    items += "ab"
    return len(items) * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_grows_by_a_generator(x, a, n):
    items = [x]
    m = items
    items += (v * x for v in range(3))
    return sum(m)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_and_array_make_an_array(x, a, n):
    items = [x, 1.0, 2.0]
    m = items
    items += a
    return sum(items) + len(m)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_and_numpy_number_make_an_array(x, a, n):
    items = [x, 1.0]
    m = items
    items += np.float64(2.0)
    return sum(items) + len(m)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_grows_by_itself(x, a, n):
    items = [1.0 * x]
    items += items
    items.extend(items)
    return len(items) * items[-1]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dict_updated_in_place(x, a, n):
    d = {"a": x}
    e = d
    d |= {"b": 2 * x}
    return e["b"] * len(e)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dict_updated_by_pairs(x, a, n):
    d = {"a": x}
    e = d
    d |= [("b", 2 * x)]
    return e["b"] * len(e)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dicts_joined(x, a, n):
    d = {"a": x}
    e = d
    d = d | {"b": 2 * x}
    return d["b"] * len(e)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_of_a_tuple(x, a, n):
    t = ([x], 1)
    t[0] += [x]
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def array_of_a_tuple(x, a, n):
    t = (a * 1.0, 1)
    t[0] += 1.0
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_of_a_frozen_object(x, a, n):
    o = Frozen([x])
    o.a += [x]
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def target_bound_while_the_value_is_made(x, a, n):
    items = [x]

    def val():
        nonlocal items
        items = [9.0, 9.0]
        return [1.0]

    m = items
    items += val()
    return sum(items) * len(m)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def item_replaced_while_the_value_is_made(x, a, n):
    d = {"a": [x]}

    def val():
        d["a"] = [5.0]
        return [2 * x]

    e = d["a"]
    d["a"] += val()
    return sum(d["a"]) * len(e)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def item_moved_while_the_value_is_made(x, a, n):
    items = [x, 2 * x]

    def val():
        items.insert(0, 7.0)
        return 1.0

    items[0] += val()
    return items[0] + 3 * items[1]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def subscript_evaluated_once(x, a, n):
    h = [0.0]

    def push(v):
        h.append(v)
        return v

    d = {"a": [x]}

    def key():
        h.append(3.0)
        return "a"

    d[key()] += [push(2 * x)]
    return sum(d["a"]) * len(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def rows_that_are_one_list(x, a, n):
    items = [[0] * 3] * 2
    items[0][1] = x
    return items[1][1] * 3


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def grows_in_a_loop(x, a, n):
    d = {"l": [x]}
    h = d["l"]
    for i in range(n):
        d["l"] += [d["l"][-1] * 2 + 1]
    return sum(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def grows_on_one_path(x, a, n):
    d = {"k": [x]}
    h = d["k"]
    if x > 0:
        d["k"] += [x * x]
    return h[-1] * len(h)


@case(0.7, A, 3, refused="AD139", backends=("python",))
@case(-0.4, A, 3, refused="AD139", backends=("python",))
def float_into_a_list_of_integers(x, a, n):
    g = [0] * n
    for i in range(n):
        g[i] = x * i
    return g[2] * 1.0 + x

"""Programs with lists and dicts that are easily run wrong; see test_trap_containers.py."""

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


# Dicts: views are live, keys are Python's.


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def live_keys(x, a, n):
    d = {"a": x}
    ks = d.keys()
    d["c"] = x * x
    return x * len(ks)


@case(0.7, A, 3)
@case(-0.4, A, 3)
def live_values(x, a, n):
    d = {"a": x}
    vs = d.values()
    d["c"] = x * x
    return sum(vs)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def live_items(x, a, n):
    d = {"a": x}
    it = d.items()
    d["c"] = x * x
    s = 0.0
    for k, v in it:
        s += v * len(k)
    return s * len(it)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def live_values_in_a_loop(x, a, n):
    d = {"a": x}
    vs = d.values()
    for i in range(n):
        d["a"] += x * i
    return sum(vs)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dict_that_grows_while_run_over(x, a, n):
    d = {"a": x, "b": 2 * x}
    for k in d:
        d[k + "z"] = 1.0
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dict_that_shrinks_while_run_over(x, a, n):
    d = {"a": x, "b": 2 * x}
    for k in d:
        del d[k]
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def dict_that_grows_and_is_left(x, a, n):
    d = {"a": x, "b": 2 * x}
    for k in d:
        d["c"] = x
        break
    return d["c"] * len(d)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def keys_that_are_equal(x, a, n):
    d = {1: x, True: 2 * x, 1.0: 3 * x}
    return d[1] * len(d)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def key_that_is_a_tuple_of_one(x, a, n):
    d = {(1,): x, 1: 2 * x}
    return d[1,]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def key_that_cannot_be_one(x, a, n):
    d = {}
    d[[1]] = x
    return x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def popped(x, a, n):
    d = {"a": x, "b": 2 * x}
    v = d.pop("a")
    return v * len(d)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def setdefault_gives_what_is_kept(x, a, n):
    d = {"a": x}
    v = d.setdefault("b", [])
    v.append(x)
    d.setdefault("b", [1]).append(2 * x)
    return sum(d["b"])


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def cleared(x, a, n):
    d = {"a": x}
    e = d
    d.clear()
    return x * (1 + len(e))


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def updated_in_all_forms(x, a, n):
    d = {"a": x}
    d.update()
    d.update(b=2 * x)
    d.update({"c": x}, d=x)
    d.update([("e", x)], f=x)
    return sum(d.values()) * len(d)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def made_with_equal_keys(x, a, n):
    d = {i % 2: x * i for i in range(3)}
    return d[0] * len(d)


# Lists: the same object, the right place.


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def same_object_is_equal(x, a, n):
    nan = float("nan")
    items = [x * nan]
    return x if items == items else 2 * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def same_object_is_found(x, a, n):
    nan = x * float("nan")
    return x if nan in [nan] else 2 * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def slice_replaced_by_its_own_list(x, a, n):
    items = [x, 2 * x, 3 * x]
    items[1:] = items
    return sum(items) * len(items)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def slice_is_a_copy(x, a, n):
    items = [x, 2 * x, 3 * x]
    m = items[:]
    m[0] = 0.0
    return items[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def items_deleted(x, a, n):
    items = [x, 2 * x, 3 * x, 4 * x]
    del items[1]
    del items[-1]
    return items[1] * len(items)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def inserted_at_odd_places(x, a, n):
    items = [x]
    items.insert(5, 2 * x)
    items.insert(-5, 3 * x)
    items.insert(True, 4 * x)
    return items[0] + 2 * items[1] + 3 * items[2]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def default_that_grows(x, a, n):

    def g(v=[1.0]):
        v += [x]
        return sum(v)

    return g() * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def turned_in_a_loop(x, a, n):
    items = [x, 2.0]
    for i in range(n):
        items.insert(0, items.pop())
    return items[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def replaced_in_a_loop(x, a, n):
    items = [x, 2.0]
    for i in range(n):
        items[:] = [items[1], items[0] * 2]
    return items[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def popped_and_put_back_in_a_loop(x, a, n):
    d = {"a": x}
    for i in range(n):
        v = d.pop("a")
        d["a"] = v * 2
    return d["a"]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def read_from_its_other_end(x, a, n):
    items = [x, 2 * x, 3 * x]
    for i in range(len(items)):
        items[i] = items[-1 - i]
    return items[0] + 2 * items[1] + 3 * items[2]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def star_in_a_nested_target(x, a, n):
    [p, [q, *r]] = [x, (2 * x, 3 * x, 4.0)]
    r += [p]
    return q * sum(r)


@case(0.7, A, 3)
@case(-0.4, A, 3)
def two_names_on_one_path(x, a, n):
    items = [x, 1.0]
    m = items
    if x > 0:
        items = items + [2.0]
    else:
        items += [3.0 * x]
    return m[-1] * len(items)

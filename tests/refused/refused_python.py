"""Python's own functions and expressions; see test_refused.py."""
# ruff: noqa  (as people write them)

import builtins
import math
import sys

import numpy as np
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program
SCALES = {"a": 2.0, "b": 3.0}
WEIGHTS = [2.0, 3.0]
COUNT = 0


@program
def evaluated(x):
    return eval("x * x")


@program
def executed(x):
    scope = {"x": x}
    exec("y = x * x", scope)
    return scope["y"]


@program
def by_local_names(x):
    return locals()["x"] * x


@program
def by_global_names(x):
    return globals()["SCALES"]["a"] * x


@program
def counted_globally(x):
    global COUNT
    COUNT += 1
    return x * x


@program
def identity(x):
    return x * (id(x) != 0)


@program
def hashed(x):
    return x * (hash(x) is not None)


@program
def through_text(x):
    return float(str(x)) * x


@program
def through_representation(x):
    return float(repr(x)) * x


@program
def through_format(x):
    return float(f"{x:.3f}")


@program
def through_percent(x):
    return float("%.12f" % x)


@program
def in_hexadecimal(x):
    return float.fromhex(x.hex())


@program
def as_ratio(x):
    n, d = x.as_integer_ratio()
    return n / d * x


@program(A)
def set_of_values(a):
    return sum({float(v) for v in a})


@program(A)
def frozen_set_of_values(a):
    return sum(frozenset(a.tolist()))


@program
def opened(x):
    with open(__file__) as file:
        return x * (len(file.read()) > 0)


@program
def bytes_of_text(x):
    return x * len(bytes(str(x), "utf-8")) ** 0


@program(A)
def view_of_memory(a):
    return memoryview(a)[0] * a[1]


@program
def bytes_in_order(x):
    return x * bytearray(3)[0] + x


@program
def sliced_by_object(x):
    s = slice(int(x), 4)
    return x * len(range(10)[s])


@program
def module_by_name(x):
    return __import__("math").sin(x)


@program
def variables_of_object(x):
    class Box:
        pass

    box = Box()
    box.v = x
    return vars(box)["v"]


@program
def names_of_object(x):
    return x * ("real" in dir(x))


@program
def made_by_type(x):
    return type("Made", (), {"scale": 2.0})().scale * x


@program
def method_of_float(x):
    return float.__mul__(x, x)


@program
def conjugated_by_class(x):
    return float.conjugate(x) * x


@program
def class_of_number(x):
    return x.__class__(2.0) * x


@program
def ordered_in_place(x):
    rows = [[x, 2.0], [1.0, x]]
    rows.sort()
    return rows[0][0] * rows[1][0]


@program
def smallest_row(x):
    return min([[x, 2.0], [1.0, x]])[0] * x


@program
def text_of_run_time(x):
    word = "a" * int(x)
    return x * len(word)


@program
def characters(x):
    return x * ord(chr(int(x) + 65))


@program
def split_text(x):
    return x * len(f"{x} {x}".split())


@program
def number_from_letters(x):
    return x * int("1" + str(int(x)))


@program
def rounded_text(x):
    return x * float(format(2.0, ".2f")) * float(format(x, ".2f"))


@program
def iterated_to_sentinel(x):
    left = [3.0, 2.0, 0.0]
    return sum(v * x for v in iter(left.pop, 3.0))


@program
def kept_pairs(x):
    pairs = zip([x, 2.0], [3.0, x])
    first = next(pairs)
    second = next(pairs)
    return first[0] * second[1]


@program
def kept_map(x):
    squares = map(lambda v: v * v, [x, 2.0])
    return next(squares) + next(squares)


@program
def kept_filter(x):
    large = filter(lambda v: v > 1.0, [x, 2.0, 0.5])
    return next(large) * sum(large)


@program(A)
def filtered_beside_filtered(a):
    return sum(u * v for u, v in zip(filter(lambda v: v > 0, a), filter(lambda v: v < 1, a)))


@program
def recursion_limited(x):
    return x * (sys.getrecursionlimit() > 0)


@program
def size_in_memory(x):
    return x * (sys.getsizeof(x) > 0)


@program
def builtin_by_module(x):
    return getattr(builtins, "eval")("2.0") * x


@program
def list_of_both(x):
    rows = []
    for i in range(int(x) + 200):
        rows.append(x if i % 2 else "none")
    return x * len(rows)


@program(A)
def written_outside(a):
    WEIGHTS[0] = a[0]
    return WEIGHTS[0] * a[1]


@program
def dict_changed_outside(x):
    SCALES["a"] = x
    return SCALES["a"] * x

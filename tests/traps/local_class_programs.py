"""Classes that are defined inside the differentiated function; see test_trap_objects.py."""
# ruff: noqa  (as people write them)

import dataclasses

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.5, 1.0, 2.0])


@case(A)
def a_record(a):
    class Record:
        def __init__(self, values):
            self.values = values

    return Record(a).values.sum() * a[1]


@case(A, backends=python)
def a_class_and_one_derived_from_it(a):
    @dataclasses.dataclass
    class Peak:
        """With a docstring."""

        height: float
        width: float = 2.0
        scale = 3.0

        def at(self, x, power=2):
            return self.scale * self.height * x**power + self.width

        @property
        def area(self):
            return self.height * self.width

        @staticmethod
        def half(v):
            return 0.5 * v

    class Wide(Peak):
        def at(self, x, power=2):
            return super().at(x, power + 1) + (1.0 if isinstance(self, Peak) else 2.0)

    p, q = Peak(a[0]), Wide(a[1], a[2])
    return p.at(a[1]) + q.at(a[0]) + q.area + Peak.half(a[2])


@case(A, backends=python)
def methods_that_make_objects_of_the_class(a):
    class Pair:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __add__(self, other):
            return Pair(self.x + other.x, self.y + other.y)

        def __mul__(self, k):
            return Pair(self.x * k, self.y * k)

    total = Pair(a[0], a[1])
    for k in range(3):
        total = total + Pair(a[1], a[2]) * float(k)
    return total.x * total.y


@case(A, backends=python)
def a_class_for_each_call(a):
    def make(v):
        class Holder:
            def __init__(self, v):
                self.v = v

        return Holder(v)

    p, q = make(a[0]), make(a[1])
    return p.v * q.v * (2.0 if type(p) is type(q) else 3.0)


@case(0.7, backends=python)
def an_object_with_an_order_of_its_own(x):
    class Countdown:
        def __reversed__(self):
            return iter([3.0, 2.0, 1.0])

    total = 0.0
    for v in reversed(Countdown()):
        total = total * x + v
    return total


@case(A, refused="AD100", backends=python)
def methods_that_read_a_variable(a):
    class Reader:
        def get(self):
            return a.sum()

    a = a * 2.0
    return Reader().get()


@case(A, refused="AD100", backends=python)
def a_class_under_another_meaning_of_its_name(a):
    class Value:
        def __init__(self, x):
            self.x = x

        def twice(self):
            return Value(self.x * 2.0)

    v, own = Value(a[0]), Value
    Value = lambda x: own(x + 1.0)
    return v.twice().x


@case(A, refused="AD100", backends=python)
def a_class_in_a_loop(a):
    total = 0.0
    for v in a:

        class Value:
            def get(self):
                return 2.0

        total += Value().get() * v
    return total


@case(A, refused="AD100", backends=python)
def a_body_that_runs_code(a):
    class Value:
        numbers = [1.0]
        numbers.append(2.0)

    return Value.numbers[1] * a[0]


@case(A, refused="AD100", backends=python)
def a_base_that_is_told_of_it(a):
    class Value(Registered):
        pass

    return Value.factor * a[0]


class Registered:
    factor = 2.0

    def __init_subclass__(cls):
        cls.factor = 5.0

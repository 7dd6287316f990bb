"""Classes that derive from builtins or are made by others, and what objects can do; see test_refused.py."""
# ruff: noqa  (as people write them)

import abc
import array
import collections
import dataclasses
import decimal
import enum
import fractions
import functools
import operator
import types
import typing
import weakref

import numpy as np
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program


class Row(list):
    def total(self):
        return sum(self)


class Options(dict):
    def __getattr__(self, name):
        return self[name]


class Metres(float):
    pass


class Name(str):
    pass


class Pair(tuple):
    pass


class Numbered(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.number = 3.0
        return made


class Registered(metaclass=Numbered):
    def __init__(self, v):
        self.v = v


class ByItem:
    def __init__(self, v):
        self.v = v

    def __getitem__(self, k):
        if k > 2:
            raise IndexError
        return self.v * k


class Sliced:
    def __init__(self, v):
        self.v = v

    def __getitem__(self, k):
        return self.v * k.stop


class Getter:
    doubled = operator.attrgetter("v")

    def __init__(self, v):
        self.v = v


class Everything:
    def __init__(self, v):
        self.v = v

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        return 2.0


class OnTheRight:
    def __init__(self, v):
        self.v = v

    def __rmul__(self, other):
        return self.v * other

    __array_ufunc__ = None


@dataclasses.dataclass(order=True)
class Point:
    x: float
    y: float = 1.0


class Level(enum.IntFlag):
    LOW = 1
    HIGH = 2


class Slotted:
    __slots__ = ("v",)


class Shape(typing.Protocol):
    def area(self): ...


@functools.total_ordering
class Ordered:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return self.v == other.v

    def __lt__(self, other):
        return self.v < other.v


class Described:
    def __init__(self, v):
        self.v = v

    def __format__(self, spec):
        return "text"

    def __len__(self):
        return 3

    def __length_hint__(self):
        return 3

    def __index__(self):
        return 1

    def __float__(self):
        return 2.0

    def __del__(self):
        pass


@program
def list_with_methods(x):
    row = Row([x, 2.0])
    row.append(x * x)
    return row.total()


@program
def dict_with_attributes(x):
    options = Options(a=x, b=2.0)
    return options.a * options.b


@program
def float_with_unit(x):
    return Metres(2.0) * x


@program
def text_with_class(x):
    return len(Name("abc")) * x


@program
def tuple_with_class(x):
    pair = Pair((x, 2.0))
    return pair[0] * pair[1]


@program
def made_by_metaclass(x):
    made = Registered(x)
    return made.v * made.number


@program
def run_over_by_item(x):
    return sum(v for v in ByItem(x))


@program
def sliced_object(x):
    return Sliced(x)[0:3]


@program
def method_of_other_kind(x):
    return Getter(x).doubled(Getter(x)) * x


@program
def every_attribute(x):
    return Everything(x).v * Everything(x).missing





@program
def shown(x):
    return len(repr(Point(x))) ** 0 * x


@program
def made_dataclass(x):
    made = dataclasses.make_dataclass("Made", ["a", "b"])
    return made(x, 2.0).a * x




@program
def members_made(x):
    made = enum.Enum("Made", "A B")
    return made.B.value * x


@program
def plain_namespace(x):
    space = types.SimpleNamespace(a=x, b=2.0)
    return space.a * space.b


@program
def weakly_held(x):
    point = Point(x)
    return weakref.ref(point)().x * x


@program
def exact_decimals(x):
    return float(decimal.Decimal("1.5")) * x * float(decimal.Decimal(x))


@program
def exact_fractions(x):
    return float(fractions.Fraction(x) * 2)


@program
def typed_array(x):
    values = array.array("d", [1.0, 2.0])
    values[0] = x
    return values[0] * values[1]


@program
def user_list(x):
    return collections.UserList([x, 2.0])[0] * x


@program
def user_dict(x):
    return collections.UserDict(a=x)["a"] * x


@program
def hashed_object(x):
    return x * (hash(Described(x)) is not None)



@program
def index_by_object(x):
    return [1.0, x][Described(x)] * x



@program
def named_tuple_in_function(x):
    class Pair(typing.NamedTuple):
        a: float
        b: float

    return Pair(x, 2.0).a * x


@program
def ordered_objects(x):
    return sorted([Ordered(x), Ordered(1.0)])[0].v * x


@program
def largest_object(x):
    return max([Ordered(x), Ordered(1.0)]).v * x


@program
def dispatched_on_class(x):
    return functools.singledispatchmethod(lambda self, v: v).dispatcher.dispatch(float)(None, x) * x


@program
def compared_by_function(x):
    return sorted([x, 1.0], key=functools.cmp_to_key(lambda a, b: a - b))[0] * x


@program
def object_without_class(x):
    box = object.__new__(Slotted)
    box.v = x
    return box.v * len(Slotted.__subclasses__()) + x


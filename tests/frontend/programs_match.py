"""`match`: values, sequences, mappings, classes, guards, captures; and enumerations, which it often runs over."""

import enum
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from frontend_cases import case

A3 = np.array([0.3, 0.7, 1.1])


@dataclass
class Point:
    x: float
    y: float


class Circle:
    __match_args__ = ("centre", "radius")

    def __init__(self, centre, radius):
        self.centre = centre
        self.radius = radius

    @property
    def area(self):
        return 3.0 * self.radius**2


Pair = namedtuple("Pair", "left right")


class Kind(enum.Enum):
    LINEAR = 1
    SQUARE = "sq"


class Axis(enum.IntEnum):
    X = 0
    Y = 1


@case((2.0, 1), (2.0, 2), (2.0, 7), (2.0, -1))
def values(x, n):
    match n:
        case 1:
            return x
        case 2 | 3:
            return x * x
        case -1:
            return -x
        case other:
            return x * other


@case((2.0, "a"), (2.0, "b"), (2.0, "long"), (2.0, None), (2.0, True))
def words(x, how):
    match how:
        case None:
            y = 0.5
        case True:
            y = 0.25
        case "a":
            y = x
        case str() as name if len(name) > 1:
            y = x * len(name)
        case _:
            y = x * x
    return y


@case((1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (0.0, 5.0))
def sequences(x, y):
    match (x, y, [x, y, x * y]):
        case (0.0, b, _):
            return b * 10.0
        case (a, b, [first, *rest]) if a < b:
            return first * sum(rest)
        case [a, b, [*head, last]] if a > b:
            return last - len(head)
        case (a, *others):
            return a + others[0] + len(others)
    return -1.0


@case(3.0)
def not_sequences(x):
    hits = 0.0
    for subject in ("ab", x, {"a": x}, (x,), [x], Pair(x, x), None):
        match subject:
            case [_]:
                hits += 1.0
            case [_, _]:
                hits += 10.0
            case _:
                hits += 100.0
    return hits * x


if not np.ndarray.__flags__ & 1 << 5:  # since NumPy 2.5 they are, and the program is refused

    @case((np.ones(2),), (np.ones(3),))
    def arrays_are_no_sequences(a):
        match a:
            case [_, _]:
                return 1.0
            case np.ndarray(shape=(2,)):
                return 2.0
            case np.ndarray():
                return 3.0


@case(A3, np.zeros(0), np.ones(1), loose=True)
def growing(a):
    kept = []
    for v in a:
        if v > 0.5:
            kept.append(v)
    match kept:
        case []:
            return 0.0
        case [only]:
            return only * 2.0
        case [first, *_, last]:
            return first * last
    return -1.0


@case((2.0, "lin"), (2.0, "sq"), (2.0, "none"))
def mappings(x, kind):
    spec = {"kind": kind, "scale": x, "shift": 1.0}
    match spec:
        case {"kind": "lin", "scale": s, "slope": slope}:
            return s * slope
        case {"kind": "lin", "scale": s, "shift": t}:
            return s + t
        case {"kind": "sq", "scale": s, **rest}:
            return s * s + rest["shift"] + len(rest)
        case {}:
            return 0.0


@case((0.0, 2.0), (2.0, 0.0), (3.0, 2.0), (3.0, -2.0))
def classes(x, y):
    match Point(x, y):
        case Point(x=0.0, y=height):
            return height
        case Point(width, 0.0):
            return width * 2.0
        case Point(a, b) if b > 0.0:
            return a * b
        case Circle():
            return 0.0
        case Point() as p:
            return p.x - p.y


@case(2.0)
def properties(r):
    match Circle(Point(r, 1.0), r):
        case Circle(nothing=_):
            return 0.0
        case Circle(Point(x, y), radius, area=area):
            return x * y + radius * area


@case(2.0, 2, np.float32(2.0), True)
def builtin_classes(v):
    match v:
        case bool():
            return 1.0
        case int(n):
            return n * 3
        case float(n):
            return n * 4.0
        case np.float32():
            return v


@case(1.0, -1.0, 0.0)
def names_stay_bound(x):
    y = 7.0
    match (x, x + 1.0):
        case (y, 1.0):
            pass
        case (_, y) if y > 1.0:
            y = y * 2.0
    return y


@case((A3, 0.5), (A3, 9.0), (np.zeros(0), 1.0), loose=True)
def in_a_loop(a, limit):
    total = 0.0
    for k, v in enumerate(a):
        match (k % 3, v):
            case (0, w):
                total += w
                continue
            case (1, w) if w > limit:
                break
            case (_, w):
                total += w * w
        total *= 2.0
    else:
        total += 1.0
    return total


@case(2.0)
def no_case(x):
    match x:
        case 3.0:
            x = 1.0
    return x


def shape(kind, x):
    match kind:
        case Kind.LINEAR:
            return x
        case Kind.SQUARE:
            return x * x


@case(3.0)
def enumerations(x):
    total = 0.0
    for kind in Kind:
        total += shape(kind, x) * len(kind.name)
    pair = [x, x + 1.0]
    return total + pair[Axis.Y] + shape(Kind("sq"), x) + shape(Kind["LINEAR"], x) + Axis(1) + len(Kind)

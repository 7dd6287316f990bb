"""Members of enumerations that are numbers, and texts of objects; see test_trap_objects.py."""
# ruff: noqa  (odd on purpose)

import enum

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
V = np.array([1.0, 2.0, 3.0])


class Bits(enum.IntFlag):
    LOW = 1
    HIGH = 2


class Place(enum.IntEnum):
    FIRST = 0
    SECOND = 1


class Scale(float, enum.Enum):
    SMALL = 0.5
    LARGE = 2.0


class Worded:
    def __init__(self, v):
        self.v = v

    def __format__(self, spec):
        return f"text{spec}"

    def __str__(self):
        return "some other text"


@case(1.5)
def combined_bits(x):
    both = Bits.LOW | Bits.HIGH
    return both.value * x * isinstance(both, Bits) + both * x**2 + (3.0 if Bits.LOW in both else x)


@case(V)
def places_of_an_array(v):
    rows = np.zeros((Place.SECOND + 1, len(v)))
    rows[Place.SECOND] = v * Place.SECOND
    return v[Place.FIRST] * v[Place.SECOND] * rows[Place.SECOND, 2] * len(Place.SECOND.name) + (Place(1) is Place.SECOND)


@case(1.5)
def members_that_are_floats(x):
    return Scale.LARGE * x**2 + Scale.SMALL.value * x + (Scale(2.0) is Scale.LARGE)


@case(1.5)
def texts_of_an_object(x):
    worded = Worded(x)
    return x * len(f"{worded}") + x**2 * len(f"{worded:abc}") + x**3 * len(f"{worded!s}")


@case(1.5, refused="AD106")
def text_of_a_list(x):
    return x * len(f"{[1.0, 2.0]}")


@case(1.5, refused="AD106")
def key_by_the_text_of_a_list(x):
    return {"[1.0]": 2.0, "a list": 3.0}[f"{[1.0]}"] * x


@case(1.5, refused="AD168")
def of_the_run_of_an_exception(x):
    try:
        raise KeyError("a")
    except KeyError as error:
        return x * (error.__traceback__ is not None)

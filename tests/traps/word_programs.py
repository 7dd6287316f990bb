"""Strings and members of enumerations that differ between paths; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import math
from enum import Enum, IntEnum, auto

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, 0.7, 0.11, 0.4, 0.95, 0.2, 0.62, 0.13, 0.51, 0.08]) + 0.003


class Trend(Enum):
    UP = auto()
    DOWN = auto()
    FLAT = auto()


class Name(str, Enum):
    A = "a"
    B = "b"


class Gain(Enum):
    LOW = 0.5
    HIGH = 2.0

    @property
    def double(self):
        return 2 * self.value

    def scaled(self, x):
        return self.value * x


class Level(IntEnum):
    ONE = 1
    TWO = 2


@case(A)
def a_machine_with_states(x):
    state, out, n = "idle", 0.0, 0
    for v in x:
        if state == "idle" and v > 0.5:
            state, n = "run", 0
        elif state == "run":
            n += 1
            out += v * n
            if n >= 2 or v < 0.1:
                state = "cool"
        elif state == "cool":
            out -= 0.5 * v**2
            state = "idle"
    return out


@case(A)
def members_by_identity_and_equality(x):
    mode, before, out = Trend.FLAT, x[0], 0.0
    for v in x[1:]:
        new = Trend.UP if v > before + 0.1 else Trend.DOWN if v < before - 0.1 else Trend.FLAT
        if new is not mode:
            out += (v - before) ** 2
        if new is Trend.UP:
            out += v
        elif new == Trend.DOWN:
            out -= 0.5 * v * v
        if mode == new:
            out += 3.0 * v
        mode, before = new, v
    return out if mode is Trend.DOWN else 2.0 * out


@case(A, backends=python)
def keys_of_a_dict(x):
    weights = {"low": 1.0, "high": 3.0, "middle": 2.0}
    sums = {"low": 0.0, "high": 0.0, "middle": 0.0}
    for v in x:
        key = "low" if v < 0.3 else "high" if v > 0.7 else "middle"
        sums[key] += weights[key] * v * v
    return sums["low"] + sums["high"] ** 2 + sums["middle"] ** 3


@case(A, backends=python)
def keys_that_are_missing_on_paths_not_taken(x):
    weights, out = {"a": 2.0}, 0.0
    for v in x:
        key = "a" if v > 0.5 else "b"
        if key in weights:
            out += weights[key] * v
        out += weights.get(key, 0.25) * v * v
    return out


@case(A, backends=python)
def a_missing_key_that_is_caught(x):
    weights, out = {"a": 2.0}, 0.0
    for v in x:
        key = "a" if v > 0.5 else "b"
        try:
            out += weights[key] * v
        except KeyError:
            out += v**3
    return out


@case(A)
def a_missing_key(x):
    weights, out = {"a": 2.0}, 0.0
    for v in x:
        key = "a" if v > 0.1 else "b"
        out += weights[key] * v
    return out


@case(A, backends=python)
def a_word_or_none(x):
    last, out = None, 0.0
    for v in x:
        word = "a" if v < 0.5 else "b"
        if last is not None and word == last:
            out += v
        if word != last:
            out += v * v
        last = word
    return out if last == "a" else 2 * out


@case(A, backends=python)
def what_members_have(x):
    gain = Gain.LOW if x.sum() < 3 else Gain.HIGH
    return gain.value * x.sum() + gain.double * x[0] + gain.scaled(x[1] ** 2) + len(gain.name)


@case(A, backends=python)
def matched(x):
    out = 0.0
    for v in x:
        word = "tanh" if v > 0.4 else "sin" if v > 0.2 else "exp"
        match word:
            case "tanh":
                out += math.tanh(v)
            case "sin" | "cos":
                out += math.sin(v)
            case other:
                out += math.exp(v) if other == "exp" else 0.0
    return out


@case(A, backends=python)
def methods_membership_and_order(x):
    word = "tanh" if x[0] > 0.2 else "sin"
    out = {"tanh": np.tanh, "sin": np.sin}[word](x).sum()
    if word.startswith("t") and word in ("tanh", "sinh") and word.upper() == "TANH":
        out *= 2
    if word not in {"tanh", "sin"} or not word:
        raise ValueError(word)
    return out + len(word) * x[1] + (x[2] if word > "s" else 0.0) + (x[3] if word < "sz" else 0.0)


@case(A, backends=python)
def returned_by_a_helper(x):
    def step(state, v):
        if state == "a":
            return ("b" if v > 0.5 else "a"), v * v
        elif state == "b":
            return ("c" if v > 0.3 else "a"), v
        return "a", math.sin(v)

    state, out = "a", 0.0
    for v in x:
        state, part = step(state, v)
        out += part
    return out + (1 if state == "c" else 0)


@case(A, backends=python)
def an_enumeration_of_strings(x):
    word, out = Name.A, 0.0
    for v in x:
        if word == "a":
            out += v
        elif word is Name.B:
            out += v**3
        plain = "b" if v > 0.3 else "a"
        if plain == word:
            out += 2.0 * v
        word = Name.B if v > 0.5 else Name.A
    return out


@case(A, backends=python)
def an_enumeration_of_integers(x):
    level = Level.ONE if x[0] > 0.5 else Level.TWO
    return x[level] ** level + level * x[1]


@case(A, backends=python)
def the_truth_of_a_string(x):
    label = ""
    for v in x:
        if v > 0.9:
            label = "big"
    if not label:
        return x.sum()
    return (x**2).sum()


@case(A)
def a_word_in_a_message(x):
    word = "small" if x[0] < 0.5 else "large"
    if word == "small":
        raise ValueError(f"the first is {word}")
    return x.sum()


@case(A, backends=python)
def the_class_of_a_word(x):
    word = "small" if x[0] < 0.5 else "large"
    return x.sum() if isinstance(word, str) and type(word) is str else x.prod()


@case(A, backends=python)
def a_word_or_a_function(x):
    act = "square" if x[0] < 0.5 else "cube"
    for word in ("cube", "square"):
        if word == act:
            x = x * (2.0 if word == "square" else 3.0)
    return (x * x).sum()


class Settings:
    low = 0.5
    high = 2.0


@case(A, backends=python)
def builtins_of_words(x):
    out = 0.0
    for v in x:
        word = "low" if v < 0.5 else "high"
        out += getattr(Settings, word) * v + len(word) * v * v + (1.0 if hasattr(Settings, word + "er") else 2.0) * v**3
        out += float("1.5" if v < 0.5 else "2.5") * v + int("3" if v < 0.2 else "4") * v
        print(word, v)
    return out


@case(A, backends=python)
def keys_made_of_words(x):
    weights = {"W_low": 1.0, "W_high": 2.0, "b_low": 0.5, "b_high": 0.25}
    out = 0.0
    for v in x:
        word = "low" if v < 0.5 else "high"
        side = "W" if v < 0.7 else "b"
        out += weights[f"W_{word}"] * v + weights["b_" + word] * v * v + weights[side + "_" + word]
    return out


class Matcher:
    def __init__(self, size):
        self.size, self.asked = size, 0

    def __eq__(self, other):
        self.asked += 1
        return self.size > 0.5 and other == "big"

    __hash__ = None


@case(A, backends=python)
def an_object_that_compares_itself(x):
    out = 0.0
    for k in range(3):
        word = "big" if x[k] > 0.5 else "small"
        matcher = Matcher(x[k + 1])
        if word == matcher or matcher == word:
            out += x[k]
        if word in (matcher, "small"):
            out += x[k] ** 2
        out += matcher.asked * x[5]
    return out

"""Programs about dataclasses and named tuples; see test_trap_objects.py."""

import dataclasses
import math
import typing
from collections import namedtuple

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
@dataclasses.dataclass
class DC:
    w: float
    n: int = 3
    xs: list = dataclasses.field(default_factory=list)
    s: dataclasses.InitVar[float] = 2.0
    c: typing.ClassVar[float] = 4.0
    def __post_init__(self, s): self.w = self.w * s * self.c
@case(0.7)
def dc_full(x):
    a, b = DC(x), DC(x, s=x)
    a.xs.append(x); 
    return a.w * b.w * len(a.xs) + len(b.xs) + a.n
@dataclasses.dataclass(frozen=True, order=True)
class Fz:
    a: float
    b: float = 1.0
    def __post_init__(self): object.__setattr__(self, "c", self.a * self.b)
@case(0.7)
def frozen(x):
    p, q = Fz(x), Fz(x, 2.0)
    r = dataclasses.replace(p, b=3.0)
    return (p.c + q.c + r.c) * (1.0 if p < q else 2.0) * (1.0 if p == Fz(x) else 3.0)
@case(0.7)
def frozen_set(x):
    p = Fz(x); p.a = 2.0
    return p.a
@dataclasses.dataclass
class PF:
    x: float
    @property
    def x(self): return self._x * 3
    @x.setter
    def x(self, v): self._x = v
@case(0.7)
def prop_over_field(x): return PF(x).x ** 2
@dataclasses.dataclass(kw_only=True)
class KW:
    a: float
    b: float = 2.0
@case(0.7)
def kwonly(x): return KW(b=x, a=2 * x).a * KW(a=x).b
@case(0.7)
def kwonly_wrong(x): return KW(x).a
class NT(typing.NamedTuple):
    a: float
    b: float = 2.0
    def norm(self): return math.hypot(self.a, self.b)
    @property
    def s(self): return self.a + self.b
    @classmethod
    def make(cls, v): return cls(v, v * v)
    def __add__(self, o): return NT(self.a + o.a, self.b + o.b)
    def __len__(self): return 7
    def __getitem__(self, i): return 10.0
    def __eq__(self, o): return True
@case(0.7)
def nt(x):
    p = NT(x) + NT.make(x)
    return p.norm() * p.s * len(p) + p[0] + p._replace(a=x).a + p._asdict()["b"]
@case(0.7)
def nt_eq(x): return x if NT(x) == NT(2 * x) else x * x
PT = namedtuple("PT", "u v")
class PT2(PT):
    def __new__(cls, u): return super().__new__(cls, u, u * u)
@case(0.7)
def nt_new(x):
    u, v = PT2(x)
    return u * v + PT2(x).v
@case(0.7)
def nt_plain(x):
    p = PT(x, 2 * x); q = p._replace(v=x * x)
    return q.u * q.v + sum(p) + PT._make([x, x]).u


@case(0.7)
def sum_over_no_items_stays_an_integer(x):
    t = np.full((2, 2), sum([x for j in range(1, 1)]))
    t[0, 1] = 7.9 * x
    return x * t[0, 1]

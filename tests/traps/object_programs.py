"""Programs about objects as people write them; see test_trap_objects.py."""

import abc
import dataclasses
import enum
import functools
import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
V = np.array([1.0, 2.0, 3.0])

class Vec:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, o): return Vec(self.x + o.x, self.y + o.y)
    def __sub__(self, o): return Vec(self.x - o.x, self.y - o.y)
    def __mul__(self, k):
        if isinstance(k, Vec): return self.x * k.x + self.y * k.y
        return Vec(self.x * k, self.y * k)
    def __rmul__(self, k): return self * k
    def __neg__(self): return Vec(-self.x, -self.y)
    def __abs__(self): return math.hypot(self.x, self.y)
    def __getitem__(self, i): return self.x if i == 0 else self.y
    def __len__(self): return 2
    def __eq__(self, o): return self.x == o.x and self.y == o.y
    def __iter__(self): return iter((self.x, self.y))
    def __iadd__(self, o):
        self.x += o.x; self.y += o.y
        return self
    def __call__(self, t): return self.x * t + self.y
    def __bool__(self): return self.x > 100.0
    def __contains__(self, v): return v == self.x

@case(0.7, 1.3)
def vec_ops(a, b):
    v = Vec(a, b); w = 2.0 * v + v * 3.0 - (-v)
    return abs(w) * (v * w) + w[0] - w[1] * len(w)
@case(0.7, 1.3)
def vec_inplace_alias(a, b):
    v = Vec(a, b); u = v
    v += Vec(b, a)
    return u.x * u.y * (1.0 if u is v else 7.0)
@case(0.7, 1.3)
def vec_unpack(a, b):
    x, y = Vec(a, b)
    return x * y * y
@case(0.7, 1.3)
def vec_truth(a, b):
    v = Vec(a, b)
    if v: return a
    return b * a if a in v else a * a
@case(0.7)
def vec_call_loop(a):
    v = Vec(a, a * a); s = 0.0
    for i in range(4):
        s = v(s)
        v.x = v.x * 0.5
    return s
@case(V)
def np_scalar_times_obj(x):
    v = Vec(x[0], x[1]) * x[2]
    return v.x * v.y
class Scal:
    def __init__(self, v): self.v = v
    def __rmul__(self, k): return self.v * k
    def __radd__(self, k): return Scal(self.v + k)
@case(V)
def np_scalar_reflected(x):
    return x[0] * Scal(x[1]) + (x[2] + Scal(x[0])).v
class Acc:
    total = 0.0
    def __init__(self): pass
    def add(self, v):
        self.total += v
        return self
@case(0.7)
def class_attr_shadow(x):
    a = Acc(); b = Acc()
    a.add(x).add(x * x)
    return a.total * 2 + b.total + Acc.total
class P:
    def __init__(self, v): self.__v = v
    def __sq(self): return self.__v ** 2
    def go(self): return self.__sq() + self._P__v
class Q(P):
    def __init__(self, v):
        super().__init__(v * 2)
        self.__v = v
    def both(self): return self.go() * self.__v
@case(0.7)
def private_names(x): return Q(x).both()
class A0:
    def f(self, x): return x
class B0(A0):
    def f(self, x): return super().f(x) * 2
class C0(A0):
    def f(self, x): return super().f(x) + 1
class D0(B0, C0):
    def f(self, x): return super().f(x) * x
@case(0.7)
def diamond(x): return D0().f(x)
class Prop:
    def __init__(self, r): self.r = r
    @property
    def area(self): return math.pi * self.r ** 2
    @area.setter
    def area(self, a): self.r = math.sqrt(a / math.pi)
    @classmethod
    def unit(cls, s=2.0): return cls(s)
    @staticmethod
    def twice(x): return 2 * x
    @functools.cached_property
    def big(self):
        self.n = getattr(self, "n", 0) + 1
        return self.r * 10
@case(0.7)
def prop_set(x):
    p = Prop(x); p.area = p.area * 4
    p.area += x
    return p.r + Prop.unit(x).r * Prop.twice(x) + p.twice(x)
@case(0.7)
def cached(x):
    p = Prop(x)
    y = p.big; p.r = 5.0
    return p.big * p.n + y
class Attr:
    def __init__(self, v): self.v = v
    def __getattr__(self, name): return self.v * len(name)
@case(0.7)
def getattr_fallback(x): return Attr(x).abc * Attr(x).v
class GA:
    def __init__(self, v): self.v = v
    def __getattribute__(self, name):
        if name == "w": return 5.0
        return object.__getattribute__(self, name) * 2
@case(0.7)
def getattribute(x): return GA(x).v * GA(x).w
class SA:
    def __init__(self, v): self.v = v
    def __setattr__(self, n, v): super().__setattr__(n, v * 3)
@case(0.7)
def setattr_own(x):
    s = SA(x); s.w = x
    return s.v * s.w
class New:
    def __new__(cls, v):
        o = super().__new__(cls)
        o.u = v * 2
        return o
    def __init__(self, v): self.v = v
@case(0.7)
def own_new(x): return New(x).u * New(x).v
class Desc:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, owner=None): return getattr(obj, self.name) * 2
    def __set__(self, obj, v): setattr(obj, self.name, v + 1)
class HasDesc:
    d = Desc()
    def __init__(self, v): self.d = v
@case(0.7)
def descriptor(x): return HasDesc(x).d ** 2
class Mode(enum.Enum):
    A = 1
    B = 2
@case(0.7)
def enums(x, m=Mode.A):
    return x * m.value if m is Mode.A else x
class Meta(type):
    def __call__(cls, *a): return 3.0
class M(metaclass=Meta): pass
@case(0.7, refused="AD180")
def meta(x): return x * M()
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
    def dbl(self): return 2 * self.area()
class Sq(Shape):
    def __init__(self, a): self.a = a
    def area(self): return self.a ** 2
@case(0.7)
def abstract(x): return Sq(x).dbl() + isinstance(Sq(x), Shape)
@case(0.7)
def abstract_made(x): return Shape().area()
class Node:
    def __init__(self, v, nxt=None): self.v, self.nxt = v, nxt
@case(0.7)
def linked(x):
    n = Node(x, Node(x * x, Node(2 * x)))
    s = 0.0
    while n is not None:
        s += n.v
        n = n.nxt
    return s
class Fn:
    def __init__(self, k): self.f = lambda z: z * k; self.g = math.sin
@case(0.7)
def instance_function(x): return Fn(x).f(x) * Fn(x).g(x)
@case(0.7)
def state_machine(x):
    a = Acc()
    for i in range(5):
        if i % 2 == 0: a.add(x * i)
        else: a.total = a.total * x
    return a.total
@functools.total_ordering
class TO:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
@case(0.7)
def total(x): return x * 2 if TO(x) >= TO(x) and TO(x) <= TO(2 * x) and not TO(x) > TO(2*x) and TO(x) != TO(3*x) else x
class NotI:
    def __init__(self, v): self.v = v
    def __add__(self, o): return NotImplemented
class Rad(NotI):
    def __radd__(self, o): return self.v * o.v
@case(0.7)
def notimpl(x): return NotI(x) + Rad(x)
@case(0.7)
def notimpl2(x): return NotI(x) + NotI(x)
class Sub(Vec):
    def __rmul__(self, o): return 99.0
    def __radd__(self, o): return 98.0
@case(0.7)
def sub_priority(x): return (Vec(x, x) + Sub(x, x)) * x
class Cnt:
    n = 0
    def __init__(self): type(self).n
    @classmethod
    def val(cls): return cls.n + 1
@case(0.7)
def cls_method(x): return x * Cnt().val() * Cnt.val()
@case(0.7)
def missing_attr(x): return Node(x).nothing
@case(0.7)
def has(x):
    n = Node(x)
    return x * (2 if hasattr(n, "v") else 3) * (2 if hasattr(n, "zz") else 3) + getattr(n, "zz", x) + getattr(n, "v")
class Ctx:
    def __enter__(self): return 2.0
    def __exit__(self, *a): return None
@case(0.7)
def with_obj(x):
    with Ctx() as c:
        return x * c
class Gen:
    def __iter__(self):
        yield 1.0
        yield 2.0
@case(0.7)
def gen_iter(x):
    s = x
    for v in Gen(): s = s * v + x
    return s
class It:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 3: raise StopIteration
        return self.i
@case(0.7)
def next_iter(x):
    s = x
    for v in It(): s = s * v + x
    return s
class SeqP:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i + 1.0
@case(0.7, refused="AD163")
def seq_protocol(x):
    s = x
    for v in SeqP(): s = s * v + x
    return s
class Setit:
    def __init__(self): self.d = {}
    def __setitem__(self, k, v): self.d[k] = v * 2
    def __getitem__(self, k): return self.d[k]
@case(0.7)
def setitem(x):
    s = Setit(); s["a"] = x; s["a"] *= 3
    return s["a"] * x
class Str:
    def __init__(self, v): self.v = v
    def __str__(self): return "s"
    def __repr__(self): return "r"
@case(0.7)
def strs(x):
    d = {"s": x, "r": 2 * x, "an object": 5.0}
    return d[f"{Str(x)}"] * d[f"{Str(x)!r}"] * d[str(Str(x))]
class Conv:
    def __init__(self, v): self.v = v
    def __float__(self): return float(self.v * 2.0)
    def __int__(self): return 3
    def __round__(self, n=0): return self.v + n
    def __index__(self): return 1
@case(V)
def convs(x): return float(Conv(x[0])) * int(Conv(1)) + round(Conv(x[1]), 2) + x[Conv(0)]
@dataclasses.dataclass
class Arr:
    a: np.ndarray
    def scale(self, k): self.a *= k; return self
@case(V)
def arr_holder(x):
    b = x * 1.0; h = Arr(b); h.scale(2.0); h.a[0] = 9.0
    return np.sum(b * b) + np.sum(h.a)
@case(V)
def obj_swap(x):
    p, q = Arr(x * 1.0), Arr(x * 2.0)
    for i in range(3):
        p, q = q, p
        p.a[i] += 1.0
    return np.sum(p.a * x) + np.sum(q.a)
def outer_cls():
    k = 3.0
    class Loc:
        def __init__(self, v): self.v = v * k
        def go(self): return self.v * k
    return Loc
Loc = outer_cls()
@case(0.7)
def local_class(x): return Loc(x).go()
class Kw:
    def __init__(self, *args, scale=1.0, **rest):
        self.args, self.scale, self.rest = args, scale, rest
    def total(self): return sum(self.args) * self.scale + self.rest.get("bias", 0.0)
@case(0.7)
def star_init(x): return Kw(x, x * x, scale=x, bias=2 * x).total()

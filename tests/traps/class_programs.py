"""Programs about classes: inheritance, operators, what they hold and where they are held; see test_trap_objects.py."""

import collections
import copy
import dataclasses
import functools
import math
import typing

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
V = np.array([1.0, 2.0, 3.0])
class Animal:
    kind = 1.0
    table = np.array([1.0, 2.0])
    items = []
    def __init__(self, w): self.w = w; self.setup()
    def setup(self): self.s = 1.0
    def value(self): return self.w * self.s * self.kind
    @property
    def p(self): return self.w + 1
    def again(self): return self.__class__(self.w * 2)
    def again2(self): return type(self)(self.w * 3)
    def rec(self, n): return self.w if n == 0 else self.rec(n - 1) * self.w
class Dog(Animal):
    kind = 3.0
    def setup(self):
        super().setup()
        self.s += self.w
    @property
    def p(self): return super().p * 2
@case(0.7)
def poly(x): return Dog(x).value() * Dog(x).p + Animal(x).p
@case(0.7)
def again(x): return Dog(x).again().value() + Dog(x).again2().again().value()
@case(0.7)
def rec(x): return Dog(x).rec(3)
@case(0.7, refused="AD138")
def shared_list(x):
    Animal(x).items.append(x)
    return x
@case(0.7)
def class_table(x): return Dog(x).table[1] * x * Dog.table[0]
@case(0.7)
def bound_later(x):
    d = Dog(x); f = d.value
    d.w = x * x
    return f() + functools.partial(d.rec, 2)() + sum(map(d.rec, [1, 2]))
@case(0.7)
def in_containers(x):
    ds = [Dog(x), Animal(2 * x)]; m = {"a": ds[0]}
    m["a"].w = 5.0 * x
    s = 0.0
    for d in ds: s += d.value()
    return s * len([d for d in ds if isinstance(d, Dog)])
@case(0.7)
def branchy(x):
    if x > 0.5: o = Dog(x)
    else: o = Dog(2 * x)
    o.w = o.w * 2
    return o.value()
@case(0.7)
def branchy2(x):
    o = Dog(x)
    if x > 0.5: o.w = x * x
    else: o.s = x
    return o.value()
class State:
    def __init__(self, q, v): self.q, self.v = q, v
    def step(self, dt):
        return State(self.q + dt * self.v, self.v - dt * math.sin(self.q))
    def step_(self, dt):
        self.q += dt * self.v
        self.v -= dt * math.sin(self.q)
@case(0.7, 0.1)
def integrate(q, v):
    s = State(q, v)
    for i in range(20): s = s.step(0.1)
    t = State(q, v)
    for i in range(20): t.step_(0.1)
    return s.q * t.v
@case(0.7)
def nested_def(x):
    d = Dog(x)
    def f(k): d.w = d.w * k; return d.w
    return f(2.0) * f(3.0) * d.value()
class Lazy:
    def __init__(self, x): self.x = x
    def __enter__(self): return self
    def method(self, y, *, k=2.0, **kw): return self.x * y * k + kw.get("z", 0.0)
    def __getitem__(self, k):
        i, j = k
        return self.x * i + j
    def __setitem__(self, k, v): self.x = v * k[0]
@case(0.7)
def lazy(x):
    l = Lazy(x); l[2, 3] = x * x
    return l.method(2.0, k=x, z=1.0) * l[1, 2]
@case(0.7)
def uninit(x):
    class_ = Lazy.__new__(Lazy)
    return class_.x
@case(0.7)
def object_new(x):
    l = object.__new__(Lazy); l.x = x
    return l.method(x)
@case(0.7)
def deleted(x):
    l = Lazy(x); del l.x
    return l.x
@case(0.7)
def slots_wrong(x):
    v = Sl(x); v.zz = 3.0
    return v.a
class Sl:
    __slots__ = ("a",)
    def __init__(self, a): self.a = a
@dataclasses.dataclass
class B0:
    a: float
    b: float = 2.0
    def f(self): return self.a * self.b
@dataclasses.dataclass
class B1(B0):
    b: float = 3.0
    c: float = dataclasses.field(default=1.0, init=False)
    def f(self): return super().f() + self.c
@dataclasses.dataclass(eq=False)
class B2(B1):
    def __init__(self, a):
        B1.__init__(self, a, b=a)
        self.c = a * 4
@case(0.7)
def dcs(x): return B1(x).f() * B1(x, b=x).f() * B2(x).f() + (B1(x) == B1(x)) + (B1(x) == B0(x)) * 5
@case(0.7)
def dc_array_eq(x): return x if B1(x) != B1(2 * x) else 2 * x
@dataclasses.dataclass(slots=True)
class SD:
    a: float
    b: list[float] = dataclasses.field(default_factory=lambda: [1.0, 2.0])
@case(0.7)
def dc_slots(x):
    s = SD(x); t = SD(x * x); s.b.append(x)
    return s.a * t.a * len(s.b) * len(t.b)
@case(0.7)
def dc_repl(x):
    b = B1(x); c = dataclasses.replace(b, a=2 * x)
    b.a = 0.0
    return c.f()
@case(0.7)
def copied(x):
    a = Animal(x); a.l = [x]
    b = copy.copy(a); b.w = 9.0; b.l.append(x)
    return a.w * len(a.l)
class Op:
    def __init__(self, v): self.v = v
    def __pow__(self, k): return self.v ** k
    def __rpow__(self, k): return k ** self.v
    def __truediv__(self, o): return self.v / (o.v if isinstance(o, Op) else o)
    def __rtruediv__(self, o): return o / self.v
    def __matmul__(self, o): return np.sum(self.v * o)
    def __rmatmul__(self, o): return 5.0
    def __lt__(self, o): return self.v < (o.v if isinstance(o, Op) else o)
    def __floordiv__(self, o): return self.v // o
    def __mod__(self, o): return self.v % o
    def __pos__(self): return self.v * 10
    def __invert__(self): return self.v * 20
    def __and__(self, o): return self.v * 30
    def __or__(self, o): return o | self
    def __ror__(self, o): return self.v * 40
    def __rsub__(self, o): return o - self.v
    def __eq__(self, o): return NotImplemented
    def __hash__(self): return 3
@case(0.7)
def ops(x):
    o = Op(x)
    return o ** 2 + 2.0 ** o + o / o + o / 2 + 3 / o + (+o) + (~o) + (o & 1) + (3 | o) + (1 - o) + o // 0.2 + o % 0.3 + (2.0 if o < 3 else 1.0) + (2.0 if 5 > o else 1.0) + sorted([3, 1])[0]
@case(0.7)
def ops2(x):
    o = Op(x)
    return x * (2 if o == o else 3) * (2 if o == Op(x) else 3) * (2 if o != 3 else 5)
@case(V)
def opm(x): return Op(x) @ x
@case(V)
def opm_left(x): return x @ Op(x)
@case(V)
def arr_left(x): return np.sum(x - Op(x))
class UF:
    __array_ufunc__ = None
    def __init__(self, v): self.v = v
    def __rmul__(self, o): return o * self.v
@case(V)
def ufunc_none(x): return np.sum(x * UF(x)) + x[0] * UF(x[1])
@case(0.7)
def idents(x):
    a = Op(x); b = a; c = Op(x)
    return x * (2 if a is b else 3) * (2 if a is c else 3) * (2 if a is not None else 7)
Point = collections.namedtuple("Point", "x y", defaults=(5.0,))
class P3(Point):
    __slots__ = ()
    @property
    def r(self): return math.sqrt(self.x ** 2 + self.y ** 2)
    def __iter__(self): return iter((1.0, self.y))
    def __bool__(self): return False
@case(0.7)
def p3(x):
    a, b = P3(x, 2 * x)
    return a * b * P3(x).r * (2.0 if P3(x) else 3.0) + sum(P3(x, x)) + len(P3(x)) + P3(x)[0] + max(P3(x, x))
@case(V, refused="AD107")
def p3_array(x): return np.sum(np.array(P3(x[0], x[1])))
@case(0.7)
def p_index(x): return Point(x, x * x)[1] * Point(y=x, x=1.0).y + Point(x).y
@case(0.7)
def p_cmp(x): return x * (2 if Point(x, x) == (x, x) else 3) * (5 if Point(x, 1) < Point(x, 2) else 7)
@case(0.7)
def p_set(x):
    p = Point(x); p.x = 3.0
    return p.x
class Call:
    def __init__(self): self.n = 0
    def __call__(self, x):
        self.n += 1
        return x * self.n
@case(0.7)
def counting(x):
    c = Call(); return c(x) + c(x) * c(x)
@case(0.7)
def mapped(x):
    c = Call(); return sum([c(v) for v in (x, 2 * x, x * x)])
class Base:
    def template(self, x): return self.hook(x) + self.hook2(x)
    def hook(self, x): return x
    hook2 = hook
class Der(Base):
    def hook(self, x): return 2 * x
@case(0.7)
def alias_method(x): return Der().template(x)
class Mixin:
    def scaled(self): return self.base() * self.factor
class Concrete(Mixin, Base):
    factor = 4.0
    def __init__(self, x): self.x = x
    def base(self): return self.x
@case(0.7)
def mixin(x):
    c = Concrete(x); y = c.scaled(); c.factor = x
    return y + c.scaled() + Concrete.factor
class Static_:
    f = staticmethod(math.sin)
    g = math.cos
    h = lambda self, x: x * 3
    k = np.exp
@case(0.7)
def static_fn(x): return Static_().f(x) * Static_.g(x) + Static_().h(x) + Static_.h(None, x) + Static_().k(x)
def deco(f):
    @functools.wraps(f)
    def g(self, x): return f(self, x) * 2
    return g
class Decorated:
    @deco
    def m(self, x): return x * x
@case(0.7)
def decorated(x): return Decorated().m(x)
G = Op(4.0)
GB = B0(3.0)
class Cfg:
    def __init__(self): self.lr = 2.0; self.name = "a"; self.sub = Op(7.0); self.arr = np.array([1.0, 2.0]); self.d = {"k": 2.0}
    @property
    def twice(self): return self.lr * 2
CFG = Cfg()
@case(0.7)
def captured_objs(x): return x * CFG.lr * CFG.twice * CFG.sub.v * CFG.arr[1] * CFG.d["k"] + (3 - G) + GB.f() + (G / x if CFG.name == "a" else 0.0)
@case(0.7, refused="AD138")
def write_captured(x):
    CFG.lr = x
    return CFG.lr
T = typing.TypeVar("T")
class Gen(typing.Generic[T]):
    def __init__(self, v: T): self.v = v
@case(0.7)
def generic(x): return Gen(x).v * 2
class Proto(typing.Protocol):
    def go(self, x: float) -> float: ...
class Impl(Proto):
    def go(self, x): return x * 2
@case(0.7)
def proto(x): return Impl().go(x)
class Poly:
    def __init__(self, cs): self.cs = list(cs)
    def __call__(self, x):
        r = 0.0
        for c in reversed(self.cs): r = r * x + c
        return r
    def deriv(self): return Poly([i * c for i, c in enumerate(self.cs)][1:])
@case(0.7)
def polynomial(x): return Poly([1.0, x, 3.0, x * x]).deriv()(x)
class Mat2:
    def __init__(self, a, b, c, d): self.m = ((a, b), (c, d))
    def __matmul__(self, o):
        (a, b), (c, d) = self.m
        (e, f), (g, h) = o.m
        return Mat2(a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)
    @property
    def tr(self): return self.m[0][0] + self.m[1][1]
@case(0.7)
def mat_power(x):
    m = Mat2(x, 1.0, 0.5, x)
    for i in range(4): m = m @ m
    return m.tr
class Dual:
    def __init__(self, a, b=0.0): self.a, self.b = a, b
    def __add__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.a + o.a, self.b + o.b)
    __radd__ = __add__
    def __mul__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.a * o.a, self.a * o.b + self.b * o.a)
    __rmul__ = __mul__
@case(0.7)
def dual(x):
    d = Dual(x, 1.0)
    y = 3 * d * d + d + 2.0
    return y.a * y.b

"""Functions of the module `operator` that are no arithmetic of two numbers; those are rows of the library."""

from __future__ import annotations

import operator
from typing import Any

from autodiff_compiler.library.stand_ins import stands_for


@stands_for(operator.getitem)
def getitem(a: Any, b: Any) -> Any:
    return a[b]


@stands_for(operator.setitem)
def setitem(a: Any, b: Any, c: Any) -> None:
    a[b] = c


@stands_for(operator.contains)
def contains(a: Any, b: Any) -> Any:
    return b in a


@stands_for(operator.concat)
def concat(a: Any, b: Any) -> Any:
    return a + b


@stands_for(operator.countOf)
def count_of(a: Any, b: Any) -> Any:
    return a.count(b)


@stands_for(operator.indexOf)
def index_of(a: Any, b: Any) -> Any:
    return a.index(b)


@stands_for(operator.not_)
def not_(a: Any) -> Any:
    return not a


@stands_for(operator.truth)
def truth(a: Any) -> Any:
    return bool(a)


@stands_for(operator.is_)
def is_(a: Any, b: Any) -> Any:
    return a is b


@stands_for(operator.is_not)
def is_not(a: Any, b: Any) -> Any:
    return a is not b


@stands_for(operator.pos)
def pos(a: Any) -> Any:
    return +a


@stands_for(operator.invert)
def invert(a: Any) -> Any:
    return ~a


@stands_for(operator.and_)
def and_(a: Any, b: Any) -> Any:
    return a & b


@stands_for(operator.or_)
def or_(a: Any, b: Any) -> Any:
    return a | b


@stands_for(operator.xor)
def xor(a: Any, b: Any) -> Any:
    return a ^ b


@stands_for(operator.lshift)
def lshift(a: Any, b: Any) -> Any:
    return a << b


@stands_for(operator.rshift)
def rshift(a: Any, b: Any) -> Any:
    return a >> b


# An array or a list is changed in place, as by the statement.


@stands_for(operator.iadd, operator.iconcat)
def iadd(a: Any, b: Any) -> Any:
    a += b
    return a


@stands_for(operator.isub)
def isub(a: Any, b: Any) -> Any:
    a -= b
    return a


@stands_for(operator.imul)
def imul(a: Any, b: Any) -> Any:
    a *= b
    return a


@stands_for(operator.itruediv)
def itruediv(a: Any, b: Any) -> Any:
    a /= b
    return a


@stands_for(operator.ipow)
def ipow(a: Any, b: Any) -> Any:
    a **= b
    return a

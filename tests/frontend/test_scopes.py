"""Scopes as the compiler of Python itself sees them: local, of a function around, or of the module."""

import ast
import inspect
import types

import pytest

from autodiff_compiler.frontend.scopes import function_scopes
from autodiff_compiler.frontend.source import find_source

LATER = 1.0


def plain(x):
    y = x + LATER
    return y


def comprehensions(x):
    a = [LATER * i for i in range(3)]
    b = {k: (m := k) for k in range(2)}
    return a[0] + b[0] + sum(j for j in a) + m + x


def nested(x):
    k = 1.0

    def inner(z, *args, w=k, **rest):
        nonlocal k
        k = z

        def innermost():
            global LATER
            return LATER + k + w + len(args) + len(rest)

        return innermost

    pair = (lambda k: k), (lambda: k * x)
    return inner, pair, lambda z=(lambda: x): z


def hidden(LATER):
    def a():
        LATER = 2.0
        return LATER

    def b():
        return LATER

    def c():
        global LATER
        return [LATER for LATER in range(3)], LATER

    return a, b, c


def annotated(x):
    y: int  # noqa: F842  # an annotation alone makes a name local
    z: "unknown" = 1.0  # noqa: F821  # annotations of local names are not evaluated

    def f(a: "unknown2" = x) -> "unknown3":  # noqa: F821  # annotations of local names are not evaluated
        y: float = a
        return y + z

    return f


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def functions(node):
    yield node
    for child in ast.walk(node):
        if child is not node and isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child


@pytest.mark.parametrize("function", [plain, comprehensions, nested, hidden, annotated])
def test_as_the_compiler_has_it(function):
    source = find_source(function)
    scopes = function_scopes(source.node, ())
    compiled = [c for c in codes(function.__code__) if not c.co_name.endswith("comp>") and c.co_name != "<genexpr>"]
    for node in functions(source.node):
        names = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        name = getattr(node, "name", "<lambda>")
        (code,) = [
            c for c in compiled
            if c.co_name == name and c.co_firstlineno == node.lineno
            and set(inspect.getargs(c).args) | set(c.co_varnames) >= set(names)
            and (name != "<lambda>" or c.co_varnames[: c.co_argcount] == tuple(a.arg for a in node.args.args))
        ]  # fmt: skip
        scope = scopes[node]
        own = {*code.co_varnames, *code.co_cellvars}
        assert scope.local <= own | {n.target.id for n in ast.walk(node) if isinstance(n, ast.AnnAssign)}
        of_comprehensions = {
            n.id
            for c in ast.walk(node)
            if isinstance(c, ast.comprehension)
            for n in ast.walk(c.target)
            if isinstance(n, ast.Name)
        }
        assert own - of_comprehensions <= scope.local
        assert not scope.local & set(code.co_freevars)
        assert not scope.outside & (own | set(code.co_freevars)) - of_comprehensions


def test_closure_variables_are_not_the_modules():
    LATER = 2.0

    def f(x):
        return x * LATER

    def g(x):
        global LATER
        return x * LATER

    assert find_source(f).scope.outside == frozenset()
    assert find_source(g).scope.outside == {"LATER"}


class Private:
    def __init__(self):
        self.__w = 1.0

    def method(self, __p=2.0):
        __local = __p
        return lambda: __local


def test_private_names_are_mangled():
    assert find_source(Private.method).scope.local == {"self", "_Private__p", "_Private__local"}

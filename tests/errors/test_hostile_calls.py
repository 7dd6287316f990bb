"""Odd programs: whatever is called with whatever, an error of ours says so, and none is internal.

Every function and method of the library, builtins, operators, subscripts and statements, with arguments that nobody would
write.  In the default run a sample of them; with AUTODIFF_COMPLETE=1 all.
"""

from __future__ import annotations

import builtins
import itertools
import linecache
import math
import os
import random
from collections.abc import Iterator

import numpy as np
import pytest

from autodiff_compiler import frontend, library
from autodiff_compiler.diagnostics import AutodiffError, InternalError

COUNT = None if os.environ.get("AUTODIFF_COMPLETE") else 120
ARGUMENTS = {"x": 0.7, "v": np.array([0.3, -0.7, 1.1]), "A": np.arange(6.0).reshape(2, 3), "n": 2}
DESCRIBED = [(name, *frontend.describe(value, name)) for name, value in ARGUMENTS.items()]
NAMES = library.names()

ODD = [
    "x", "v", "A", "n", "None", "'s'", "True", "-1", "10**20", "1.5", "1j", "float('nan')", "()", "[]", "[x]", "(1, 2)", "{}",
    "{'a': x}", "{1, 2}", "set()", "b'x'", "...", "slice(1, 2)", "range(3)", "[[1], [1, 2]]", "x > 0", "v > 0", "np", "int",
    "len", "lambda z: z", "object()", "np.float64", "np._NoValue", "np._CopyMode.IF_NEEDED", "np.newaxis", "'float16'",
    "np.array(['a'])", "enumerate(v)", "zip(v, v)",
]  # fmt: skip
LISTS = ["", "v, v, v", "x, x, x, x, x", "*[]", "*v", "**{}", "**{'a b': 1}", "zzz=1", "key=1", "'a', 'b', 'c'", "5", "A, 10**18, 3"]
KEYWORDS = ["axis", "dtype", "keepdims", "out", "where", "initial", "copy", "ddof", "k", "mode", "ord", "axes", "shape", "num", "weights"]
BUILTINS = [
    "abs", "all", "any", "bool", "callable", "complex", "dict", "divmod", "enumerate", "filter", "float", "format", "getattr",
    "hasattr", "hash", "int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "object", "pow",
    "print", "property", "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "str", "sum", "super",
    "tuple", "type", "zip",
]  # fmt: skip
METHODS = {
    "[x, x]": ["append", "extend", "insert", "remove", "pop", "clear", "index", "count", "sort", "reverse", "copy", "foo"],
    "{'a': x, 'b': 1.0}": ["get", "pop", "items", "keys", "values", "update", "setdefault", "clear", "copy", "popitem", "foo"],
    "(x, 1.0)": ["index", "count"], "'abc'": ["upper", "split", "join", "format"], "range(3)": ["index", "count"],
    "v": [*NAMES["methods"], "sort", "put", "fill", "view"], "x": ["item", "sum", "is_integer", "foo"],
}  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "<", "==", "is", "in", "not in", "and", "or"]
SUBSCRIPTS = [*ODD, "0, 0, 0", "-9", "::0", "'a':'b'", "1.5:2", "None, None", "..., ...", "[0, 9]", "[True, False]", "v > 0, 0"]
STATEMENTS = [
    "a, b = {0}", "a, *b = {0}", "for q in {0}:\n    pass", "v[{0}] = 1.0", "v[0] = {0}", "v[:] = {0}", "v += {0}", "v[0] += {0}",
    "v @= {0}", "x += {0}", "l = [x]\nl[{0}] = x", "l = [x]\nl += {0}", "d = {{}}\nd[{0}] = x", "assert {0}", "assert x, {0}",
    "raise {0}", "raise ValueError({0})", "while {0}:\n    break", "d = {{**{0}}}", "l = [*{0}]", "print({0}, sep={0})",
    "np.add(v, v, out={0})", "np.add(v, v, where={0})", "q = {{{0}: x}}", "q = ({0})()", "q = (lambda k: x)(**{{'a b': {0}}})",
    "q = (lambda **k: x)(**{{1: {0}}})", "q = ({0}).foo", "q = x if {0} else 1.0", "q = [p for p in {0}]", "q = {{p: 1 for p in {0}}}",
]  # fmt: skip


def _functions() -> Iterator[str]:
    for name in [*NAMES["functions"], *BUILTINS]:
        yield from (f"q = {name}({given})" for given in (*LISTS, *ODD))
        yield from (f"q = {name}({first}, {odd})" for first in ("v", "A", "x", "[x, x]") for odd in ODD)
        if name.startswith("np."):
            yield from (f"q = {name}(A, {key}={odd})" for key in KEYWORDS for odd in ODD)


def _methods() -> Iterator[str]:
    for receiver, names in METHODS.items():
        for name, given in itertools.product(names, (*LISTS, *ODD)):
            yield f"q = {receiver}.{name}({given})"


def _operators() -> Iterator[str]:
    yield from (f"q = {a} {o} {b}" for a in ODD for o in OPERATORS for b in ODD)
    yield from (f"q = ({base})[{index}]" for base in ODD for index in SUBSCRIPTS)


def _statements() -> Iterator[str]:
    yield from (text.format(odd) for text in STATEMENTS for odd in ODD)


def _lower(body: str) -> None:
    text = "def f(x, v, A, n):\n" + "".join(f"    {line}\n" for line in f"{body}\nreturn x * 1.0".split("\n"))
    linecache.cache["<odd>"] = (len(text), None, text.splitlines(keepends=True), "<odd>")
    names = {"np": np, "math": math}
    try:
        exec(compile(text, "<odd>", "exec"), names)
    except SyntaxError:
        return
    frontend.lower(names["f"], [(name, tree, list(types)) for name, tree, types in DESCRIBED], list(ARGUMENTS.values()))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", [_functions, _methods, _operators, _statements])
def test_odd_programs_are_told_apart_from_bugs(kind):
    programs = list(dict.fromkeys(kind()))
    random.Random(0).shuffle(programs)
    bugs = []
    for body in programs[:COUNT]:
        try:
            _lower(body)
        except InternalError as error:
            bugs.append(f"{body}: {error}")
        except AutodiffError:
            continue
        except Exception as error:
            bugs.append(f"{body}: {type(error).__name__}: {error}")
    assert not bugs


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[x].pop(5)", "out of range"),
        ("len()", "missing a required argument"),
        ("range(1, 2, 3, 4)", "range"),
        ("abs(**{'a b': 1})", "a b"),
        ("(lambda k: k)(**{'a b': 1})", "a b"),
        ("{[1]: x}", "unhashable"),
        ("np.array(v, copy=np._CopyMode.NEVER)", "np.array"),
        ("1 in 2", "not iterable|not a container"),
        ("(lambda k: k['a'])([x])", "indices must be integers"),
        ("[x, x].insert()", "insert"),
        ("np.sum(v, axis='s')", "axis"),
    ],
)
def test_the_reason_is_told(body, reason):
    with pytest.raises(AutodiffError, match=reason):
        _lower(f"q = {body}")


def test_builtins_exist():
    assert all(hasattr(builtins, name) for name in BUILTINS)

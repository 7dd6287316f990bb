"""The source of a function: found, parsed, and proven to be the function's own.

A function's code object says in which file and on which line it was made.  That text is parsed and compiled again, and
the function's bytecode is looked for in the result: this finds the right lambda among several on a line, and notices a
file that was edited after it was imported.  `__wrapped__` is never followed: a decorator may change what a function
does.
"""

from __future__ import annotations

import ast
import cmath
import dis
import inspect
import linecache
import math
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.diagnostics import SOURCES, Span, UnsupportedError, UserError
from autodiff_compiler.frames import is_ours
from autodiff_compiler.frontend.liveness import Liveness, liveness
from autodiff_compiler.frontend.mangling import mangled
from autodiff_compiler.frontend.scopes import FunctionNode, LoneScopes, Scope, function_scopes

WAYS_OUT = (
    "save the function in a .py file and import it, or define it in a notebook or IPython cell, "
    "or pass its source as a string"
)


@dataclass(frozen=True, eq=False)
class Source:
    """A function with its syntax tree; for a function inside another, `node` is the inner tree and the rest is that of the outer one."""

    function: FunctionType
    node: FunctionNode
    file: str
    outermost: FunctionNode
    lone: Scope | None = None
    """The scope of a function that has no other one inside it."""

    @cached_property
    def ours(self) -> bool:
        """Whether it is a definition of the library."""
        return is_ours(self.file)

    @property
    def scope(self) -> Scope:
        if self.lone is not None:
            return self.lone
        free = self.function.__code__.co_freevars
        return function_scopes(self.outermost, free)[self.node]

    @cached_property
    def _spans(self) -> dict[tuple[ast.AST, int], Span]:
        """Those that were asked for, by node and identity of the caller: a loop is run several times until it is known what it carries."""
        return {}

    def span(self, node: ast.AST, caller: Span | None = None) -> Span:
        key = node, id(caller)
        found = self._spans.get(key)
        if found is None:
            found = self._spans[key] = self._span(node, caller)
        return found

    def _span(self, node: ast.AST, caller: Span | None) -> Span:
        return Span(
            self.file,
            getattr(node, "lineno", 0),
            getattr(node, "col_offset", 0),
            getattr(node, "end_lineno", None) or 0,
            getattr(node, "end_col_offset", None) or 0,
            caller=caller,
        )

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "lambda_")

    @property
    def body(self) -> list[ast.stmt]:
        return function_body(self.node)


@lru_cache(maxsize=1024)
def function_body(node: FunctionNode) -> list[ast.stmt]:
    """The statements of a function; a lambda returns its expression."""
    if isinstance(node, ast.FunctionDef):
        return node.body
    return [ast.copy_location(ast.Return(node.body), node.body)]


@lru_cache(maxsize=1024)
def is_generator(node: FunctionNode) -> bool:
    """Whether there is a `yield` in the body of a function, outside of the functions in it."""
    return any(map(_yields, function_body(node)))


def _yields(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return isinstance(node, ast.Yield | ast.YieldFrom) or any(map(_yields, ast.iter_child_nodes(node)))


@lru_cache(maxsize=1024)
def function_liveness(node: FunctionNode) -> Liveness:
    return liveness(function_body(node))


def plain_function(obj: Any) -> FunctionType | None:
    """The Python function behind a callable: itself, or what a Numba dispatcher compiles."""
    if isinstance(obj, FunctionType):
        return obj
    # Attributes of other objects may be computed by code of the user's.
    inner = getattr(obj, "py_func", None) if type(obj).__module__.startswith("numba") else None
    return inner if isinstance(inner, FunctionType) else None


def find_source(function: FunctionType, *, generators: bool = False) -> Source:
    """The source of a function, or, if they are wanted, of a generator function.

    Raises `UnsupportedError` (AD140) where there is none, `UserError` (AD141) where the file was changed since.
    """
    code = function.__code__
    generator = inspect.isgeneratorfunction(function) and not generators
    if generator or inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise UnsupportedError(
            "AD142",
            f"`{function.__name__}` is a generator or coroutine",
            _place(code),
            help="write an ordinary function that returns its result",
        )
    text = text_of(code.co_filename)
    if not text:
        raise _none(function)
    flags = code.co_flags & _FUTURE_FLAGS
    try:
        parsed = _parsed(text, code.co_filename, flags)
    except SyntaxError as error:
        raise _changed(function) from error
    for candidate in parsed.codes.get((code.co_name, code.co_firstlineno), ()):
        if not _equal(candidate, code):
            continue
        node = _node_of(parsed.functions, candidate)
        if node is not None:
            return Source(function, node, code.co_filename, node, parsed.scopes.find(code.co_name, node.lineno))
    # What `exec` compiles is called "<string>", and from Python 3.13 so is the text of `python -c`.
    raise _none(function) if code.co_filename == "<string>" else _changed(function)


def _none(function: FunctionType) -> UnsupportedError:
    file = function.__code__.co_filename
    return UnsupportedError("AD140", f"the source of `{function.__name__}` cannot be found ({file})", help=WAYS_OUT)


def _place(code: CodeType) -> Span:
    return Span(code.co_filename, code.co_firstlineno)


def _changed(function: FunctionType) -> UserError:
    return UserError(
        "AD141",
        f"the source of `{function.__name__}` is not what was imported: the file was changed since, or the function was made "
        "by other code",
        _place(function.__code__),
        help="import it again (importlib.reload, or a new session)",
    )


_FUTURE_FLAGS = 0x01000000  # from __future__ import annotations


def text_of(file: str) -> str:
    """The text of a source file as it is now; empty if there is none."""
    linecache.checkcache(file)
    return "".join(linecache.getlines(file))


@dataclass(frozen=True)
class _Parsed:
    """The functions of a file: their trees, their code objects by name and first line, and the scopes of the simple ones."""

    functions: tuple[FunctionNode, ...]
    codes: dict[tuple[str, int], list[CodeType]]
    scopes: LoneScopes


@lru_cache(maxsize=64)
def _parsed(text: str, file: str, flags: int) -> _Parsed:
    tree = ast.parse(text, file)
    if "class" in text and "__" in text:
        tree = mangled(tree)
    compiled = compile(text, file, "exec", flags=flags, dont_inherit=True)
    codes: dict[tuple[str, int], list[CodeType]] = {}
    for code in _nested_codes(compiled):
        codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    return _Parsed(tuple(_functions(tree)), codes, LoneScopes(text, file))


def _nested_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested_codes(constant)


def _equal(a: CodeType, b: CodeType) -> bool:
    """Whether two code objects do the same at the same places."""
    if any("@py_assert" in name or "@pytest" in name for name in (*b.co_names, *b.co_varnames)):
        # pytest rewrites assert statements when it imports a test module.
        return a.co_varnames[: a.co_argcount] == b.co_varnames[: b.co_argcount]
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_equal_constants, a.co_consts, b.co_consts))
        and list(a.co_positions()) == list(b.co_positions())
    )


def _equal_constants(a: Any, b: Any) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _equal(a, b)
    return type(a) is type(b) and repr(a) == repr(b)


def _node_of(functions: tuple[FunctionNode, ...], code: CodeType) -> FunctionNode | None:
    """The function definition that compiles to a code object."""
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    lines = [(line, column) for line, _, column, _ in code.co_positions() if line is not None and column is not None]
    for node in functions:
        if not isinstance(node, kind):
            continue
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            # The code keeps the name as it is written, even where it is private to a class.
            if node.name.endswith(code.co_name) and first == code.co_firstlineno:
                return node
        elif node.lineno == code.co_firstlineno and (_covers(node.body, lines) or _gives_constant(node, code)):
            return node
    return None


def _covers(body: ast.expr, places: list[tuple[int, int]]) -> bool:
    """Whether the positions of the bytecode lie in this expression and reach its start and end."""
    start, end = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    inside = [place for place in places if start <= place < end]
    # The first instruction (RESUME) may have the position of the lambda itself.
    return start in inside and all(start <= place < end for place in places if place > start)


def _gives_constant(node: ast.Lambda, code: CodeType) -> bool:
    """Whether the lambda and the code return the same constant, for which Python 3.12 records no position."""
    if [instruction.opname for instruction in dis.get_instructions(code)] != ["RESUME", "RETURN_CONST"]:
        return False
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    try:
        value = ast.literal_eval(node.body)
    except ValueError:
        return False
    return names == list(code.co_varnames[: code.co_argcount]) and repr(value) == repr(code.co_consts[-1])


def _functions(tree: ast.AST) -> Iterator[FunctionNode]:
    """Function definitions and lambdas, inner ones first, so that the smallest that fits is found."""
    for child in ast.iter_child_nodes(tree):
        yield from _functions(child)
    if isinstance(tree, ast.FunctionDef | ast.Lambda):
        yield tree


def from_text(text: str, name: str | None = None) -> Callable[..., Any]:
    """The function that a source string defines (the last one, or the one called `name`).

    The string is executed as a module of its own; `np`, `numpy`, `math` and `cmath` are there without an import.
    """
    text = textwrap.dedent(text)
    digest = lazy.load("hashlib").sha256(text.encode()).hexdigest()
    file = f"<source {digest[:12]}>"
    SOURCES.register(file, text)
    try:
        compiled = compile(text, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UserError("AD143", f"the source does not parse: {error.msg}", Span(file, error.lineno or 0)) from error
    namespace: dict[str, Any] = {"__name__": file, "np": np, "numpy": np, "math": math, "cmath": cmath}
    exec(compiled, namespace)
    functions = [v for v in namespace.values() if isinstance(v, FunctionType) and v.__code__.co_filename == file]
    chosen = functions[-1:] if name is None else [f for f in functions if f.__name__ == name]
    if not chosen:
        raise UserError(
            "AD144", "the source defines no function" + (f" called `{name}`" if name else ""), Span(file, 1)
        )
    return chosen[0]

"""Whole modules: imports, the helpers that are needed, and the function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

from autodiff_compiler.backends import containers, in_place, syntax
from autodiff_compiler.backends.in_place import InPlace
from autodiff_compiler.backends.naming import CALLED, RESERVED
from autodiff_compiler.backends.prelude import needed, sources
from autodiff_compiler.backends.source import Notes, Printed, print_module
from autodiff_compiler.backends.spelling import Backend, dtype_name
from autodiff_compiler.backends.structure import Printer
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.core import Function, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.program import leaves_program, recursive_names, with_names
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, dtype_of, is_py
from autodiff_compiler.ir.walk import Rewriter, all_ops

# How names of Python's own library are imported, in the order of the statements; the user's classes come next.
_STANDARD = {
    "cmath": "import cmath",
    "importlib": "import importlib.util",
    "math": "import math",
    "sys": "import sys",
    "MemberDescriptorType": "from types import MemberDescriptorType",
}


@dataclass
class _Module:
    """What the functions of a module have in common."""

    backend: Backend
    names: list[str]
    """The names of its functions."""
    in_place: InPlace
    notes: Notes = field(default_factory=Notes)
    templates: dict[str, str] = field(default_factory=dict)
    """The source of helper functions made for this module, by name."""

    def printer(self, function: Function, taken: Sequence[str] = ()) -> Printer:
        taken = [*self.names, *reserved(function), *sources(self.backend.prelude), *taken]
        return Printer(function, self.backend, self.notes, taken, self.templates)


def emit(function: Function, backend: Backend, docstring: str, fastmath: bool) -> Printed:
    """The module of a function and of those that it calls; `fastmath` lets a compiler reassociate sums."""
    function = _hiding_nothing(_apart(function, backend.prelude), backend.prelude)
    same = in_place.unreturned(function)
    function = in_place.marked(function, same)
    module = _Module(backend, [*function.callees, function.name], same)
    if backend.decorator is None:
        functions = [_plain(one, module) for one in function.callees.values()]
        functions.append(_plain(function, module, docstring))
    else:
        # Numba's compiled code of a function that calls itself cannot be read back: the process would end in a crash.  And
        # functions from outside may be others by then.
        kept = not recursive_names(function.callees) and not leaves_program(function)
        functions = _compiled(function, module, partial(backend.decorator, fastmath, kept), docstring)
    made = [statement for text in module.templates.values() for statement in ast.parse(text).body]
    return _assembled(function, [*made, *functions], module)


def _plain(function: Function, module: _Module, docstring: str = "") -> ast.stmt:
    """A function that unpacks its containers itself."""
    function = _hiding_nothing(function, module.backend.prelude)
    leaves = containers.leaf_paths(function)
    printer = module.printer(function)
    unpacking = [
        syntax.assign(syntax.target(printer.names[param]), path)
        for param, path in zip(function.params, leaves)
        if param in printer.nesting.uses and not isinstance(path, ast.Name)
    ]
    returned = [printer.writer.operand(v) for v in in_place.returned(function, module.in_place)]
    end = [ast.Return(value=containers.result(function, returned))] if returned or not function.results else []
    body = [*docstring_statement(docstring), *unpacking, *printer.body(), *end]
    return syntax.function(function.name, containers.arguments(function), body)


def _compiled(
    function: Function, module: _Module, decorator: Callable[[bool], ast.expr], docstring: str
) -> list[ast.stmt]:
    """Kernels over leaves and, where there are containers or NumPy scalars, a plain function around the last one."""
    strong = [isinstance(v.type, Scalar) and not is_py(v.type) for v in function.results]
    kernels = [_kernel(one, module, decorator) for one in function.callees.values()]
    if containers.is_flat(function) and function.result_tree in (None, Leaf()) and not any(strong):
        return [*kernels, _kernel(function, module, decorator, docstring)]
    kernel = replace(function, name=_free(f"{function.name}_kernel", [*module.names, *reserved(function)]))
    module.names.append(kernel.name)
    return [*kernels, _kernel(kernel, module, decorator), _wrapper(function, kernel.name, docstring, strong)]


def _kernel(
    function: Function, module: _Module, decorator: Callable[[bool], ast.expr], docstring: str = ""
) -> ast.stmt:
    """A compiled function of leaves."""
    function = _hiding_nothing(function, module.backend.prelude)
    printer = module.printer(function, ["item"])
    returned = [printer.writer.operand(v) for v in in_place.returned(function, module.in_place)]
    value: ast.expr = returned[0] if len(returned) == 1 else syntax.tuple_(returned)
    end = [ast.Return(value=value)] if returned or not function.results else []
    body = [*docstring_statement(docstring), *printer.body(), *end]
    parallel = any(op.attrs.get("parallel") for op in all_ops(function.body))
    return syntax.function(function.name, [printer.names[p] for p in function.params], body, [decorator(parallel)])


def _free(name: str, taken: Collection[str]) -> str:
    return next(free for n in count(1) if (free := name if n == 1 else f"{name}_{n}") not in taken)


def distinct(function: Function, prelude: str) -> Function:
    """The program under a name that no helper has."""
    return (
        replace(function, name=_free(function.name, sources(prelude)))
        if function.name in sources(prelude)
        else function
    )


def _apart(function: Function, prelude: str) -> Function:
    """The program, with callees renamed that have the name of something that the code calls, or of a parameter."""
    objects = containers.named_objects(function)
    for name in objects.keys() & sources(prelude).keys():
        raise UnsupportedError(
            "AD607",
            f"`{name}` is also the name of a helper function of the generated code",
            function.span,
            help=f"define it under another name: my_{name}",
        )
    own = {name for one in (function, *function.callees.values()) for name, _ in one.param_trees}
    own |= {param.name for one in (function, *function.callees.values()) for param in one.params}
    taken = {*RESERVED, *CALLED, *sources(prelude), *objects, *own, function.name}
    names = {name: fresh_name(f"{name}_function", taken) for name in function.callees if name in taken}
    return with_names(function, names) if names else function


def _hiding_nothing(function: Function, prelude: str) -> Function:
    """The function, with an underscore after parameters that would hide what the code calls: `np`, `len`, a helper."""
    called = CALLED | sources(prelude).keys() | containers.named_objects(function).keys()
    used = {name for name, _ in function.param_trees} | {param.name for param in function.params}
    new: dict[str, str] = {}
    for name in sorted(used & called):
        new[name] = next(free for n in count(1) if (free := name + "_" * n) not in used)
    if not new:
        return function
    renamed = {p: Value(p.type, new[p.name]) for p in function.params if p.name in new}
    trees = tuple((new.get(name, name), tree) for name, tree in function.param_trees)
    return replace(Rewriter(dict(renamed)).function(function), param_trees=trees)


def _wrapper(function: Function, kernel: str, docstring: str, strong: list[bool]) -> ast.stmt:
    """Takes the leaves out of the arguments, calls the kernel, rebuilds the result."""
    taken = set(containers.arguments(function))
    given = [_argument(path, param.type) for path, param in zip(containers.leaf_paths(function), function.params)]
    call = syntax.call(kernel, *given)
    variables = [
        next(n for n in (f"out{i or ''}", f"out_{i}", f"out__{i}") if n not in taken) for i in range(len(strong))
    ]
    left = (
        syntax.target(variables[0])
        if len(variables) == 1
        else ast.Tuple([syntax.target(v) for v in variables], ast.Store())
    )
    leaves: list[ast.expr] = [
        # Numba returns scalars as Python numbers.
        syntax.call(dtype_name(dtype_of(value.type)), syntax.name(v)) if is_strong else syntax.name(v)
        for v, value, is_strong in zip(variables, function.results, strong)
    ]
    rebuilt = ast.Return(value=containers.result(function, leaves))
    body = [
        *docstring_statement(docstring),
        syntax.assign(left, call) if variables else syntax.expression(call),
        rebuilt,
    ]
    return syntax.function(function.name, containers.arguments(function), body)


def _argument(leaf: ast.expr, type_: Type) -> ast.expr:
    """A leaf as the kernel takes it: Numba would convert a Python list to a list of its own, or refuse one that is empty or holds arrays."""
    if not isinstance(type_, ListOf):
        return leaf
    element = type_.element
    dtype = dtype_name(dtype_of(element))
    if isinstance(element, Array):
        return syntax.call("typed_list", leaf, dtype, syntax.literal(element.rank))
    return syntax.call("np.array", leaf, dtype)


def reserved(function: Function) -> list[str]:
    """Names the body of the function must not use for its own variables."""
    # A parameter that is one value may give its name to a later value; one that is unpacked may not.
    unpacked = [name for name, tree in function.param_trees if not isinstance(tree, Leaf)]
    return [function.name, *containers.named_objects(function), *unpacked]


def docstring_statement(text: str) -> list[ast.stmt]:
    return [syntax.expression(syntax.literal(text))] if text else []


def _assembled(function: Function, functions: Sequence[ast.stmt], module: _Module) -> Printed:
    """The text of a module with these functions, the helpers they call, and imports of what they name."""
    prelude = module.backend.prelude
    used = [name for node in functions for name in syntax.names_read(node)]
    helpers = needed(prelude, [name for name in used if name in sources(prelude)])
    names = {*used, *(name for node in helpers for name in syntax.names_read(node))}
    others = names - containers.named_objects(function).keys()
    imports = [
        *_imported(_STANDARD, others),
        *containers.imports(function, names),
        *_imported(module.backend.imports, others),
    ]
    return print_module([*imports, *helpers, *functions], module.notes)


def _imported(table: Mapping[str, str], names: set[str]) -> list[ast.stmt]:
    return [ast.parse(statement).body[0] for name, statement in table.items() if name in names]

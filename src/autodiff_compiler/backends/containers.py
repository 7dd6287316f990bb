"""Unpacks container arguments into leaves at the top of a function, and rebuilds the result."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Collection, Iterator
from keyword import iskeyword
from types import ModuleType
from typing import Any

from autodiff_compiler.backends import syntax
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.markers import External


def is_flat(function: Function) -> bool:
    """Whether every argument is one value."""
    return all(isinstance(tree, Leaf) for _, tree in function.param_trees)


def arguments(function: Function) -> list[str]:
    """The names of the Python parameters."""
    if function.param_trees:
        return [name for name, _ in function.param_trees]
    return [param.name for param in function.params]


def leaf_paths(function: Function) -> list[ast.expr]:
    """For each IR parameter, the expression that takes it from the Python arguments."""
    if not function.param_trees:
        return [syntax.name(param.name) for param in function.params]
    return [path for name, tree in function.param_trees for path in _paths(tree, syntax.name(name))]


def _paths(tree: Tree, node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(tree, Leaf):
        yield node
    elif isinstance(tree, Node):
        for i, child in enumerate(tree.children):
            yield from _paths(child, _child(tree, i, node))


def _child(tree: Node, i: int, node: ast.expr) -> ast.expr:
    if tree.cls is dict:
        return syntax.subscript(node, syntax.literal(tree.keys[i]))
    if tree.keys:
        return syntax.attribute(node, tree.keys[i])
    return syntax.subscript(node, syntax.literal(i))


def rebuilt(tree: Tree, leaves: Iterator[ast.expr]) -> ast.expr:
    """The result as an expression of its leaves."""
    if isinstance(tree, Leaf):
        return next(leaves)
    if isinstance(tree, Const):
        return syntax.literal(tree.value)
    parts = [rebuilt(child, leaves) for child in tree.children]
    if tree.cls is tuple:
        return syntax.tuple_(parts)
    if tree.cls is list:
        return ast.List(elts=parts, ctx=ast.Load())
    if tree.cls is dict:
        return ast.Dict(keys=[syntax.literal(key) for key in tree.keys], values=parts)
    held = dict(zip(tree.keys, parts))
    if issubclass(tree.cls, tuple) and not _makes_plain_tuples(tree.cls):
        return syntax.call("tuple.__new__", syntax.name(tree.cls.__name__), syntax.tuple_(parts))
    if issubclass(tree.cls, tuple) or _constructor_takes(tree):
        return syntax.call(tree.cls.__name__, **held)
    return syntax.call("instance", syntax.name(tree.cls.__name__), **held)


def _makes_plain_tuples(cls: type) -> bool:
    """Whether the constructor of a named tuple is the one that `namedtuple` made."""
    return "_tuple_new" in getattr(getattr(cls.__new__, "__code__", None), "co_names", ())


def _constructor_takes(tree: Node) -> bool:
    """Whether calling the class with these keywords only sets them: a dataclass without a constructor of its own."""
    cls = tree.cls
    init = vars(cls).get("__init__")
    if init is None or not init.__code__.co_qualname.startswith("__create_fn__."):
        return False
    fields = [f.name for f in dataclasses.fields(cls) if f.init]
    plain = not hasattr(cls, "__post_init__") and cls.__setattr__ in (object.__setattr__, vars(cls).get("__setattr__"))
    own = any(hasattr(vars(base).get(key), "__set__") for base in cls.__mro__ for key in tree.keys)
    return plain and fields == list(tree.keys) and (not own or "__slots__" in vars(cls))


def result(function: Function, leaves: list[ast.expr]) -> ast.expr:
    """What the function returns."""
    if function.result_tree is not None:
        return rebuilt(function.result_tree, iter(leaves))
    return leaves[0] if len(leaves) == 1 else syntax.tuple_(leaves)


def named_objects(function: Function) -> dict[str, object]:
    """Objects the printed module refers to by name: the function's constants and the classes of its result."""
    found = dict(function.constants)

    def visit(tree: Tree) -> None:
        if isinstance(tree, Node):
            if tree.cls not in (tuple, list, dict):
                found[tree.cls.__name__] = tree.cls
            for child in tree.children:
                visit(child)

    if function.result_tree is not None:
        visit(function.result_tree)
    return found


def imports(function: Function, names: Collection[str]) -> list[ast.stmt]:
    """`from module import name` for the objects of these names that can be imported; the loader injects the others."""
    named = named_objects(function).items()
    return [_import(name, obj) for name, obj in named if name in names and is_importable(name, obj)]


def _import(name: str, obj: Any) -> ast.stmt:
    if not isinstance(obj, ModuleType):
        return ast.ImportFrom(module=obj.__module__, names=[ast.alias(name=name, asname=None)], level=0)
    package, _, last = obj.__name__.rpartition(".")
    alias = ast.alias(name=last, asname=None if last == name else name)
    return ast.ImportFrom(module=package, names=[alias], level=0) if package else ast.Import(names=[alias])


def _can_be_written(module: str) -> bool:
    """Whether an `import` statement can name this module: a file called `my-model.py` has a name that none can write."""
    return module != "__main__" and all(part.isidentifier() and not iskeyword(part) for part in module.split("."))


def is_importable(name: str, obj: Any) -> bool:
    """Whether an import gives this object, in another process too."""
    if isinstance(obj, ModuleType):
        return _can_be_written(obj.__name__) and sys.modules.get(obj.__name__) is obj
    module = getattr(obj, "__module__", None) or ""
    found = getattr(sys.modules.get(module), name, None) if _can_be_written(module) and module != "builtins" else None
    return obj is not None and (found is obj or (isinstance(found, External) and found.fun is obj))

"""How a function's Python arguments and result map to values of the IR: names, trees, and what a derivative does to them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.walk import Rewriter


def with_python_names(fn: Function) -> Function:
    """The function with identifiers for its parameters: arguments that `*args` takes are called `*0`, `*1` … until then."""
    taken = {name for name, _ in fn.param_trees}
    trees = [
        (fresh_name(f"args_{name[1:]}", taken) if name.startswith("*") else name, tree) for name, tree in fn.param_trees
    ]
    return replace(fn, param_trees=tuple(trees))


def parameters(fn: Function) -> Iterator[tuple[str, Tree, list[Value]]]:
    """Name, tree and IR values of every Python parameter."""
    values = iter(fn.params)
    for name, tree in fn.param_trees:
        yield name, tree, [next(values) for _ in range(leaves(tree))]


def flagged(fn: Function, active: Sequence[bool]) -> Iterator[tuple[str, Tree, list[Value], list[bool]]]:
    """The parameters with their flags from `active`, which has one for each IR parameter."""
    position = 0
    for name, tree, values in parameters(fn):
        yield name, tree, values, list(active[position : position + len(values)])
        position += len(values)


def active_names(fn: Function, active: Sequence[bool]) -> list[str]:
    return [name for name, _, _, keep in flagged(fn, active) if any(keep)]


def named(fn: Function) -> Function:
    """The function with a name of its own for every parameter: its Python name, or for the leaf of a container its hint
    (residuals are values from anywhere in the primal)."""
    taken = {name for name, _ in fn.param_trees}
    names: dict[Value, str] = {}
    for own, tree, values in parameters(fn):
        for value in values:
            hint = _identifier(value.name, f"{own}_item")
            names[value] = own if isinstance(tree, Leaf) else fresh_name(hint, taken)
    if not fn.param_trees:
        names = {value: fresh_name(_identifier(value.name, "value"), taken) for value in fn.params}
    env = {value: Value(value.type, name) for value, name in names.items() if name != value.name}
    return Rewriter(env).function(fn) if env else fn


def _identifier(hint: str, default: str) -> str:
    """A hint as a variable's name: the frontend's own are not always one (`$result`, `return`, `0`)."""
    text = re.sub(r"\W", "", hint)
    if not text.isidentifier():
        return default
    return f"{text}_" if keyword.iskeyword(text) else text


def kept(tree: Tree, keep: Sequence[bool]) -> Tree:
    """The tree with None for the leaves that are not kept and for constants."""
    flags = iter(keep)

    def walk(node: Tree) -> Tree:
        if isinstance(node, Node):
            return replace(node, children=tuple(walk(child) for child in node.children))
        return Leaf() if isinstance(node, Leaf) and next(flags) else Const(None)

    return walk(tree)


def laid_out(fn: Function, order: Sequence[int], tree: Tree) -> Function:
    """The function with its results permuted to `order` and structured as `tree`."""
    end = fn.body.terminator
    end = replace(end, operands=tuple(end.operands[i] for i in order))
    return replace(fn, body=Region(fn.body.params, (*fn.body.ops[:-1], end)), result_tree=tree)

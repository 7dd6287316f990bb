"""Products with the Jacobian: from the right by forward mode, from the left by reverse mode."""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler import ad
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.tree import Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.passes import signatures
from autodiff_compiler.transforms.gradients import value_and_aux
from autodiff_compiler.transforms.layout import flagged, kept, laid_out
from autodiff_compiler.transforms.transform import Request


def jvp(fn: Function, request: Request) -> tuple[Function]:
    """(arguments…, tangents…, captures…) -> (result, tangent of the result).

    A tangent parameter is called `x_dot` and has the structure of `x`, with None in place of the leaves that do not vary.
    """
    flat = ad.forward(fn, request.active, f"{fn.name}_jvp")
    params = iter(flat.params)
    trees: list[tuple[str, Tree]] = []
    own: list[Value] = []
    captured: list[Value] = []
    taken_names = {name for name, _ in fn.param_trees}
    for name, tree, values, keep in flagged(fn, request.active):
        (captured if name in request.hidden else own).extend(next(params) for _ in values)
        if any(keep):
            trees.append((fresh_name(f"{name}_dot", taken_names), kept(tree, keep)))
    given = [(name, tree) for name, tree in fn.param_trees if name not in request.hidden]
    taken = [(name, tree) for name, tree in fn.param_trees if name in request.hidden]
    floats = [differentiable(v.type) for v in fn.results]
    out = fn.result_tree or Leaf()
    return (
        replace(
            flat,
            body=Region((*own, *params, *captured), flat.body.ops),
            param_trees=(*given, *trees, *taken),
            result_tree=Node(tuple, (out, kept(out, floats))),
        ),
    )


def hvp(fn: Function, request: Request) -> tuple[Function]:
    """The tangent alone: of a gradient it is the product of the Hessian with the direction."""
    (both,) = jvp(fn, request)
    assert isinstance(both.result_tree, Node)
    first = len(fn.results)
    name = f"{fn.name.removesuffix('_grad')}_hvp"
    return (laid_out(replace(both, name=name), range(first, len(both.results)), both.result_tree.children[1]),)


def vjp(fn: Function, request: Request) -> tuple[Function, Function]:
    """arguments -> (result, residuals), and (residuals, cotangents) -> adjoints.

    The adjoints are a tuple with an entry for every parameter but captures, None where nothing varies.
    """
    out, _ = value_and_aux(fn, True) if request.has_aux else (fn.result_tree or Leaf(), None)
    count = leaves(out)
    forward, reverse = ad.vjp(
        fn, request.active, f"{fn.name}_vjp", save_all=request.save_all, reruns=request.reruns, results=count
    )
    saved = len(forward.results) - len(fn.results)
    adjoints = [kept(tree, keep) for name, tree, _, keep in flagged(fn, request.active) if name not in request.hidden]
    residuals = Node(tuple, (Leaf(),) * saved)
    cotangents = kept(out, [differentiable(v.type) for v in fn.results[:count]])
    return (
        replace(forward, result_tree=Node(tuple, (fn.result_tree or Leaf(), residuals))),
        replace(
            reverse,
            param_trees=(("residuals", residuals), ("out_bar", cotangents)),
            result_tree=Node(tuple, tuple(adjoints)),
        ),
    )


def without_unread(forward: Function, reverse: Function) -> tuple[Function, Function]:
    """Both sweeps without the residuals that the second one, which is optimised, does not read."""
    assert isinstance(forward.result_tree, Node)
    out, residuals = forward.result_tree.children
    saved, given = leaves(residuals), leaves(out)
    read = signatures.read_in(reverse.body)
    used = [k for k in range(saved) if reverse.params[k] in read]
    tree = Node(tuple, (Leaf(),) * len(used))
    params = (*(reverse.params[k] for k in used), *reverse.params[saved:])
    (name, _), *others = reverse.param_trees
    reverse = replace(reverse, body=signatures.with_params(reverse.body, params), param_trees=((name, tree), *others))
    order = [*range(given), *(given + k for k in used)]
    return laid_out(forward, order, Node(tuple, (out, tree))), reverse

"""Jacobians: a loop over the elements of an argument, or of the result, around a sweep that gives a column, or a row.

    jacfwd:  y = f(x);  for i: x_dot = 0; x_dot[i] = 1; _, y_dot = call f_jvp(x, x_dot); J[…, i] = y_dot
    jacrev:  y, r… = forward sweep of f;  for i: y_bar = 0; y_bar[i] = 1; x_bar = call f_reverse(r…, y_bar); J[i, …] = x_bar

There is a block for each leaf of the result and each leaf that varies, with the shape of the one followed by that of the other; the
blocks are arranged in the structure of the result and, inside it, of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from autodiff_compiler import ad
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.program import with_callees
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import ListOf, differentiable, is_complex
from autodiff_compiler.ir.walk import clone_region
from autodiff_compiler.transforms.gradients import value_and_aux
from autodiff_compiler.transforms.jacobian_blocks import Construction, Differentiated, by_columns, by_rows
from autodiff_compiler.transforms.layout import flagged, kept
from autodiff_compiler.transforms.transform import Request
from autodiff_compiler.transforms.words import in_words, shown


def jacfwd(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> Jacobian, or (Jacobian, aux); by forward mode."""
    _check_complex(fn, request, "jacfwd", [p for p, on in zip(fn.params, request.active) if on])
    return (_jacobian(fn, request, f"{fn.name}_jacfwd", by_columns),)


def jacrev(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> Jacobian, or (Jacobian, aux); by reverse mode."""
    _check_complex(fn, request, "jacrev", _outputs_of(fn, request))
    return (_jacobian(fn, request, f"{fn.name}_jacrev", by_rows),)


def hessian(fn: Function, request: Request) -> tuple[Function]:
    """`jacfwd` of a `jacrev`."""
    _check_complex(fn, request, "hessian", [p for p, on in zip(fn.params, request.active) if on])
    return (_jacobian(fn, request, f"{fn.name.removesuffix('_jacrev')}_hessian", by_columns),)


def _jacobian(
    fn: Function, request: Request, name: str, differentiated: Callable[[Construction], Differentiated]
) -> Function:
    out, aux = _outputs(fn, request)
    ops = tuple(op for op in fn.body.ops if not opdef(op).marks)
    fn = replace(fn, body=clone_region(Region(fn.params, ops)))
    made = Construction(fn, request, name, leaves(out), Builder(fn.span))
    results, blocks = differentiated(made)
    order, tree = _layout(fn, request, out)
    if request.has_aux:
        tree = Node(tuple, (tree, aux))
    made.b.return_(*(blocks[place] for place in order), *(results[made.count :] if request.has_aux else ()))
    body = Region(fn.params, tuple(made.b.ops))
    return with_callees(replace(fn, name=name, body=body, result_tree=tree), made.program)


# -- structure ---------------------------------------------------------------------------------------------------------


def _outputs(fn: Function, request: Request) -> tuple[Tree, Tree]:
    """The trees of what is differentiated and of the rest; anything but floats and arrays of floats is refused."""
    out, aux = value_and_aux(fn, request.has_aux)
    for k, value in enumerate(fn.results[: leaves(out)]):
        if not differentiable(value.type):
            which = shown(fn) if leaves(out) == 1 else f"result {k + 1} of {shown(fn)}"
            raise UserError(
                "AD437",
                f"a Jacobian is one of floats; {which} is {in_words(value.type)}",
                fn.span,
                help="return floats (for an array, .astype(float)); what need not be differentiated can be returned with has_aux=True",
            )
    if not leaves(out):
        raise UserError(
            "AD437", f"{shown(fn)} returns nothing to differentiate", fn.span, help="return a float or an array"
        )
    active = [param for param, on in zip(fn.params, request.active) if on]
    if any(isinstance(v.type, ListOf) for v in (*active, *fn.results[: leaves(out)])):
        raise UnsupportedError(
            "AD438",
            f"the Jacobian of {shown(fn)} with a list of unknown length among its arguments or results",
            fn.span,
            help="use an array: np.array(values)",
        )
    return out, aux


def _outputs_of(fn: Function, request: Request) -> Sequence[Value]:
    return fn.results[: leaves(value_and_aux(fn, request.has_aux)[0])]


def _check_complex(fn: Function, request: Request, name: str, swept: Sequence[Value]) -> None:
    """A sweep for each element gives a column for a real argument, and a row for a real result; for a complex one there would have to be
    two, unless the function is holomorphic."""
    if request.holomorphic:
        ad.check_holomorphic(fn, request.active, _outputs_of(fn, request))
    elif any(is_complex(v.type) for v in swept):
        where = "results" if name == "jacrev" else "arguments"
        raise UnsupportedError(
            "AD441",
            f"{name} of {shown(fn)}, which has complex {where}",
            fn.span,
            help="use jvp or vjp; pass the real and the imaginary parts as two arrays; or holomorphic=True, if the function is",
        )


def _layout(fn: Function, request: Request, out: Tree) -> tuple[list[tuple[int, int]], Tree]:
    """Which blocks are returned, in order, and in which structure."""
    trees: dict[str, Tree] = {}
    places: dict[str, list[int]] = {}
    position = 0
    for name, tree, values, keep in flagged(fn, request.active):
        trees[name] = kept(tree, keep)
        places[name] = [position + k for k, on in enumerate(keep) if on]
        position += len(values)
    wrt = request.wrt
    around = trees[wrt[0]] if request.single else Node(tuple, tuple(trees[name] for name in wrt))
    positions = [p for name in wrt for p in places[name]]
    return [(r, p) for r in range(leaves(out)) for p in positions], _nested(out, around)


def _nested(tree: Tree, inner: Tree) -> Tree:
    """The tree with `inner` in place of its leaves."""
    if isinstance(tree, Node):
        return replace(tree, children=tuple(_nested(child, inner) for child in tree.children))
    return inner if isinstance(tree, Leaf) else Const(None)

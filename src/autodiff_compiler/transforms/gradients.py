"""The gradient of a function whose result, or the first of two, is one float."""

from __future__ import annotations

from autodiff_compiler import ad
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import Scalar, differentiable, is_complex
from autodiff_compiler.passes import outputs
from autodiff_compiler.transforms.layout import flagged, kept, laid_out
from autodiff_compiler.transforms.transform import Request
from autodiff_compiler.transforms.words import in_words, shown


def grad(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> gradient, or (gradient, aux)."""
    return (_gradient(fn, request, with_value=False),)


def value_and_grad(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> (value, gradient), or ((value, aux), gradient)."""
    return (_gradient(fn, request, with_value=True),)


def _gradient(fn: Function, request: Request, with_value: bool) -> Function:
    value_tree, aux_tree = value_and_aux(fn, request.has_aux)
    _check_scalar(fn, value_tree)
    _check_complex(fn, request)
    with_results = with_value or request.has_aux
    name = f"{fn.name}_{'value_and_grad' if with_value else 'grad'}"
    flat = ad.reverse(
        fn, request.active, with_value=with_results, name=name, save_all=request.save_all, reruns=request.reruns
    )
    trees: dict[str, Tree] = {}
    places: dict[str, range] = {}
    position = len(fn.results) if with_results else 0
    for param, tree, _, keep in flagged(fn, request.active):
        trees[param] = kept(tree, keep)
        places[param] = range(position, position + sum(keep))
        position += sum(keep)
    wrt = request.wrt
    grads = trees[wrt[0]] if request.single else Node(tuple, tuple(trees[name] for name in wrt))
    order = [i for name in wrt for i in places[name]]
    aux = list(range(1, len(fn.results)))
    result: Tree = grads
    if with_value:
        head = Node(tuple, (value_tree, aux_tree)) if request.has_aux else value_tree
        result, order = Node(tuple, (head, grads)), [0, *(aux if request.has_aux else []), *order]
    elif request.has_aux:
        result, order = Node(tuple, (grads, aux_tree)), [*order, *aux]
    return laid_out(flat, order, result)


def grad_into(fn: Function, request: Request) -> Function:
    """After the buffers stage, what `grad` made, with arrays of the caller for the gradient."""
    tree = fn.result_tree
    return _into(fn, request, tree.children[0] if request.has_aux and isinstance(tree, Node) else tree or Leaf(), 0)


def value_and_grad_into(fn: Function, request: Request) -> Function:
    """The same for `value_and_grad`."""
    tree = fn.result_tree
    assert isinstance(tree, Node)
    head, grads = tree.children
    return _into(fn, request, grads, leaves(head))


def _into(fn: Function, request: Request, tree: Tree, position: int) -> Function:
    """`tree` is the gradient, which is the results from `position` on."""
    wanted = [position + k for k, given in enumerate(request.into) if given]
    active = {
        name: [value.name for value, keep in zip(values, keeps) if keep]
        for name, _, values, keeps in flagged(fn, request.active)
    }
    names = [f"{leaf}_bar_out" for name in request.wrt for leaf in active[name]]
    given = [name for name, is_given in zip(names, request.into, strict=True) if is_given]
    return outputs.filled(fn, wanted, given, kept(tree, request.into), len(request.hidden))


def value_and_aux(fn: Function, has_aux: bool) -> tuple[Tree, Tree]:
    """The trees of what is differentiated and of the rest."""
    tree = fn.result_tree or Leaf()
    aux: Tree = Const(None)
    if has_aux:
        if not (isinstance(tree, Node) and tree.cls is tuple and len(tree.children) == 2):
            raise UserError(
                "AD417",
                f"with has_aux=True {shown(fn)} must return a tuple of two",
                fn.span,
                help="return value, aux; or leave has_aux out",
            )
        tree, aux = tree.children
    if isinstance(tree, Const):
        raise UserError(
            "AD418",
            f"{shown(fn)} returns {tree.value!r}, which does not depend on its arguments",
            fn.span,
            help="return the number to differentiate; what is written into an argument is not a result",
        )
    return tree, aux


def _check_complex(fn: Function, request: Request) -> None:
    """The gradient of a complex number is one only of a holomorphic function."""
    if request.holomorphic:
        ad.check_holomorphic(fn, request.active, fn.results[:1])
    elif is_complex(fn.results[0].type):
        raise UserError(
            "AD440",
            f"grad needs a function that returns a real number; {shown(fn)} returns {in_words(fn.results[0].type)}",
            fn.span,
            help="return what is to be small, a real number: np.abs(z) ** 2, z.real; holomorphic=True for f'(z) of a holomorphic function; "
            "or use jvp or vjp",
        )


def _check_scalar(fn: Function, tree: Tree) -> None:
    """Refuse to take the gradient of anything but one float."""
    type_ = fn.results[0].type if isinstance(tree, Leaf) else None
    if type_ is None or not isinstance(type_, Scalar):
        given = f"a {tree.cls.__name__}" if isinstance(tree, Node) else in_words(fn.results[0].type)
        raise UserError(
            "AD419",
            f"grad needs a function that returns one float; {shown(fn)} returns {given}",
            fn.span,
            help="reduce it to a number (np.sum, np.mean …), return further results with has_aux=True, or use jvp or vjp",
        )
    if not differentiable(type_):
        raise UserError(
            "AD420",
            f"grad needs a function that returns one float; {shown(fn)} returns {in_words(type_)}",
            fn.span,
            help="return a float; what need not be differentiated can be returned with has_aux=True",
        )

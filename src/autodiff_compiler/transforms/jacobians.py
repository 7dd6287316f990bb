"""Jacobians: a loop over the elements of an argument, or of the result, around a sweep that gives a column, or a row.

    jacfwd:  y = f(x);  for i: x_dot = 0; x_dot[i] = 1; _, y_dot = call f_jvp(x, x_dot); J[…, i] = y_dot
    jacrev:  y, r… = forward sweep of f;  for i: y_bar = 0; y_bar[i] = 1; x_bar = call f_reverse(r…, y_bar); J[i, …] = x_bar

There is a block for each leaf of the result and each leaf that varies, with the shape of the one followed by that of the other; the
blocks are arranged in the structure of the result and, inside it, of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autodiff_compiler import ad
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.analysis.signature import known_equal, returned_shapes
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.opset import opdef, own_effect
from autodiff_compiler.ir.path import ALL, at, element
from autodiff_compiler.ir.program import adopted, call_op, callee_of, effect_of, with_callees
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import INT, ListOf, Type, differentiable, dtype_of, is_complex, rank
from autodiff_compiler.ir.walk import Rewriter, clone_ops, clone_region
from autodiff_compiler.transforms.gradients import value_and_aux
from autodiff_compiler.transforms.layout import flagged, kept
from autodiff_compiler.transforms.transform import Request
from autodiff_compiler.transforms.words import in_words, shown

Blocks = dict[tuple[int, int], Value]
"""By the positions of a result and of a parameter."""
Differentiated = tuple[list[Value], Blocks]
"""The results of the function itself, and the blocks."""
Apply = Callable[[Sequence[Value]], list[Value]]
Fill = Callable[[Sequence[Value], Sequence[Value]], list[Value]]
"""Takes the indices of a place and the arrays so far to the arrays with that place filled."""


def jacfwd(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> Jacobian, or (Jacobian, aux); by forward mode."""
    _check_complex(fn, request, "jacfwd", [p for p, on in zip(fn.params, request.active) if on])
    return (_jacobian(fn, request, f"{fn.name}_jacfwd", _by_columns),)


def jacrev(fn: Function, request: Request) -> tuple[Function]:
    """arguments -> Jacobian, or (Jacobian, aux); by reverse mode."""
    _check_complex(fn, request, "jacrev", _outputs_of(fn, request))
    return (_jacobian(fn, request, f"{fn.name}_jacrev", _by_rows),)


def hessian(fn: Function, request: Request) -> tuple[Function]:
    """`jacfwd` of a `jacrev`."""
    _check_complex(fn, request, "hessian", [p for p, on in zip(fn.params, request.active) if on])
    return (_jacobian(fn, request, f"{fn.name.removesuffix('_jacrev')}_hessian", _by_columns),)


@dataclass
class Construction:
    """A function under construction: the program it is part of, and which of its parts are differentiated."""

    fn: Function
    request: Request
    name: str
    count: int
    """How many results are differentiated: the first ones."""
    b: Builder
    program: dict[str, Function] = field(default_factory=dict)

    @property
    def varying(self) -> list[int]:
        """The positions of the parameters that vary."""
        return [k for k, on in enumerate(self.request.active) if on]

    def inlined(self, fn: Function, operands: Sequence[Value]) -> list[Value]:
        """The results of a function whose ops are put here."""
        env = dict(zip(fn.params, operands, strict=True))
        self.b.ops.extend(adopted(clone_ops(fn.body.ops[:-1], env), fn.callees, self.program))
        return [env.get(v, v) for v in fn.results]

    def callee(self, fn: Function, facts: Sequence[Op], hint: str) -> Apply:
        """A function made part of the program, to be called; it may rely on `facts`."""
        ops = adopted(fn.body.ops, fn.callees, self.program)
        name = fresh_name(fn.name, {self.name, *self.program})
        made = Function(name, Region(fn.params, (*facts, *ops)), span=fn.span, constants=fn.constants)
        self.program[name] = made
        effect, shapes = effect_of(made.body), returned_shapes(made)

        def call(operands: Sequence[Value]) -> list[Value]:
            results = [Value(v.type, v.name or hint) for v in made.results]
            self.b.ops.append(call_op(name, operands, results, effect, shapes, fn.span))
            return results

        return call

    def filled(self, extents: Sequence[Value], empty: Sequence[Value], fill: Fill) -> list[Value]:
        """Arrays after `fill` at every place of an array with these extents: nested loops."""
        return self._loops(extents, (), empty, fill)

    def _loops(
        self, extents: Sequence[Value], indices: tuple[Value, ...], arrays: Sequence[Value], fill: Fill
    ) -> list[Value]:
        if not extents:
            return fill(indices, arrays)
        b = self.b
        zero, one = b.const(0), b.const(1)
        names = ("ijklmn"[len(indices) % 6], *(array.name for array in arrays))
        with b.region(INT, *(array.type for array in arrays), names=names) as body:
            index, *inner = body.params
            b.yield_(*self._loops(extents[1:], (*indices, index), inner, fill))
        return list(b.for_(zero, extents[0], one, arrays, body.done())[: len(arrays)])

    def unit(self, like: Value, indices: Sequence[Value], name: str) -> Value:
        """Zero except for a 1 in one place; with the type and shape of a value."""
        one = self.b.const_like(1, like.type)
        if not indices:
            return one
        zeros = self.b.zeros_like(like, name)
        return self.b.store(zeros, element(len(indices)), indices, one)

    def empty(self, result: Value, argument: Value, type_: Type) -> Value:
        """The block of a result and an argument, still to be filled, with elements of the dtype of `type_`."""
        extents = [*self.extents(result), *self.extents(argument)]
        return self.b.op("empty", *extents, dtype=dtype_of(type_), filled=True, name="jacobian")

    def extents(self, value: Value) -> list[Value]:
        return self.b.dims(value) if rank(value.type) else []


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


# -- by columns, by rows -----------------------------------------------------------------------------------------------


def _by_columns(made: Construction) -> Differentiated:
    fn = made.fn
    results = made.inlined(fn, fn.params)
    silent = _silent(fn)
    blocks: Blocks = {}
    for p in made.varying:
        sweep = ad.forward(silent, [k == p for k in range(len(fn.params))], f"{fn.name}_jvp")
        for r, block in enumerate(_columns(made, results[: made.count], sweep, fn.params[p])):
            blocks[r, p] = block
    return results, blocks


def _columns(made: Construction, results: Sequence[Value], sweep: Function, argument: Value) -> list[Value]:
    """The blocks of one argument."""
    fn, b = made.fn, made.b
    tangents = slice(len(fn.results), len(fn.results) + made.count)
    if not rank(argument.type) and len(made.varying) == 1:
        return made.inlined(sweep, [*fn.params, made.unit(argument, (), "")])[tangents]
    call = made.callee(sweep, known_equal(shapes_of(fn.body), (*fn.params, argument), sweep.params), "out_dot")
    if not rank(argument.type):
        return call([*fn.params, made.unit(argument, (), "")])[tangents]

    def fill(indices: Sequence[Value], blocks: Sequence[Value]) -> list[Value]:
        dots = call([*fn.params, made.unit(argument, indices, f"{argument.name}_dot")])[tangents]
        places = [at(*[ALL] * rank(dot.type), *indices) for dot in dots]
        return [b.store(block, *place, dot) for block, place, dot in zip(blocks, places, dots)]

    empty = [made.empty(result, argument, result.type) for result in results]
    return made.filled(b.dims(argument), empty, fill)


def _by_rows(made: Construction) -> Differentiated:
    fn, request = made.fn, made.request
    forward, reverse = ad.vjp(
        fn, request.active, fn.name, save_all=request.save_all, reruns=request.reruns, results=made.count
    )
    given = made.inlined(forward, fn.params)
    results, residuals = given[: len(fn.results)], given[len(fn.results) :]
    wanted = results[: made.count]
    if made.count == 1 and not rank(wanted[0].type):
        bars = made.inlined(reverse, [*residuals, made.unit(wanted[0], (), "")])
        return results, {(0, p): bar for p, bar in zip(made.varying, bars)}
    shapes = Shapes(Region(fn.params, tuple(made.b.ops)))
    call = made.callee(reverse, known_equal(shapes, (*residuals, *wanted), reverse.params), "bar")
    blocks: Blocks = {}
    for r in range(made.count):
        for p, block in zip(made.varying, _rows(made, residuals, wanted, r, call)):
            blocks[r, p] = block
    return results, blocks


def _rows(made: Construction, residuals: Sequence[Value], wanted: Sequence[Value], r: int, call: Apply) -> list[Value]:
    """The blocks of one result."""
    b, result = made.b, wanted[r]
    bars: list[Value] = [result if k == r else b.zeros_like(other) for k, other in enumerate(wanted)]

    def row(indices: Sequence[Value]) -> list[Value]:
        return call([*residuals, *bars[:r], made.unit(result, indices, f"{result.name or 'out'}_bar"), *bars[r + 1 :]])

    if not rank(result.type):
        return row(())

    def fill(indices: Sequence[Value], blocks: Sequence[Value]) -> list[Value]:
        return [b.store(block, *at(*indices), bar) for block, bar in zip(blocks, row(indices))]

    arguments = [made.fn.params[p] for p in made.varying]
    return made.filled(b.dims(result), [made.empty(result, x, x.type) for x in arguments], fill)


def _silent(fn: Function) -> Function:
    """The program without its prints: it is called many times, and what it prints is printed once."""
    return replace(_without_print(fn), callees={name: _without_print(one) for name, one in fn.callees.items()})


def _without_print(fn: Function) -> Function:
    return _Silent().function(fn)


class _Silent(Rewriter):
    def op(self, op: Op) -> None:
        if own_effect(op) != IO or callee_of(op) is not None or opdef(op).leaves:
            self.copy(op)
        elif op.results:
            raise UnsupportedError(
                "AD439",
                "a Jacobian by forward mode calls the function for each element of its arguments, and this one must be called only once",
                op.span,
                help="use jacrev, or say external(fun, …, pure=True)",
            )


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

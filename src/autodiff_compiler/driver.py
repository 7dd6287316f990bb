"""The pipelines, as lists: the only file that knows all stages.

    lower  ->  optimise  ->  forward | reverse | vjp  ->  optimise  ->  (lowering)  ->  buffers  ->  emit  ->  load

Each entry point returns a `Compilation` (or two): the callable, its text, and the IR after every stage by name.  The IR
before the buffers stage is the primal of the next derivative.
"""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from autodiff_compiler import ad, backends, frontend, lazy, namespaces
from autodiff_compiler.diagnostics import AutodiffError, InternalError, Note, UserError, did_you_mean
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.program import mapped
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, leaves
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, Type, differentiable
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import Rewriter, free_values
from autodiff_compiler.options import BACKENDS, CHECKS, Options
from autodiff_compiler.passes import buffers, depth, integers, outline
from autodiff_compiler.passes.registry import DEFAULT, PASSES, run_pipeline

# Squares are taken of roots as soon as equal expressions are one.
BEFORE_AD = (*DEFAULT[:4], "roots", *DEFAULT[4:])
AFTER_AD = (*DEFAULT, "ends", "promote", "fold", "simplify", "cse", "dce")
STAGES = ("primal", "optimized", "forward", "reverse", "derivative", "buffers")


@dataclass
class Compilation:
    """A compiled function, and how it came about: `stages` maps the names of `STAGES` to the IR after them."""

    options: Options
    guarded: bool = False
    """Whether int arguments are checked to be small."""
    stages: dict[str, Function] = field(default_factory=dict)
    text: str = ""
    call: Callable[..., Any] = lambda *args: None

    def keep(self, stage: str, function: Function) -> Function:
        if self.options.verify:
            verify(function, buffers=stage == "buffers", after=stage)
        self.stages[stage] = function
        return function

    @property
    def function(self) -> Function:
        """The IR of the latest stage."""
        return next(reversed(self.stages.values()))


# -- entry points --------------------------------------------------------------------------------------------------


def lower(
    fun: Callable, args: Sequence[tuple[str, Tree, list[Type]]], options: Options, values: Sequence[Any] | None = None
) -> Lowered:
    """The primal IR.  A derivative, as an object with `__autodiff_lower__`, lowers to its own derivative IR.

    `values` are the leaves of the arguments where the call is known.
    """
    namespaces.check()
    nested = getattr(fun, "__autodiff_lower__", None)
    if nested is not None:
        return nested(list(args), values)
    with _dumped(Compilation(options)):
        lowered = frontend.lower(fun, list(args), values)
        fn = outline.run(lowered.function)
        return replace(lowered, function=replace(fn, param_trees=tuple((python_name(n), t) for n, t in fn.param_trees)))


def python_name(name: str) -> str:
    """A parameter's name in generated code: arguments that `*args` takes are called `*0`, `*1` … until then."""
    return f"args_{name[1:]}" if name.startswith("*") else name


def optimized(lowered: Lowered, options: Options) -> Function:
    """The primal IR after the passes that run before AD."""
    done = Compilation(options)
    with _dumped(done):
        return _optimised(done, lowered.function)


def primal(lowered: Lowered, options: Options) -> Compilation:
    """The function itself, through the whole pipeline: what tests compare with CPython."""

    def build(guarded: bool) -> Compilation:
        done = Compilation(options, guarded)
        with _dumped(done):
            _optimised(done, lowered.function)
            _emit(done, f"{lowered.function.name}, compiled.")
        return done

    return _best(build)


def gradient_ir(
    lowered: Lowered,
    wrt: Sequence[str],
    options: Options,
    *,
    single: bool,
    with_value: bool,
    has_aux: bool,
    guarded: bool = False,
) -> Compilation:
    """The stages up to "derivative" of a gradient with respect to the parameters named in `wrt`.

    The results are laid out as the caller of `grad` or `value_and_grad` sees them.
    """
    done = Compilation(options, guarded)
    wrt = [python_name(name) for name in wrt]
    with _dumped(done):
        fn = _optimised(done, lowered.function)
        value_tree, aux_tree = _value_and_aux(lowered.function, has_aux)
        active = [differentiable(v.type) and name in wrt for name, _, vs in _parameters(fn) for v in vs]
        name = f"{fn.name}_{'value_and_grad' if with_value else 'grad'}"
        flat = ad.reverse(fn, active, with_value=with_value or has_aux, name=name, save_all=options.save_all)
        primal_results = len(fn.results) if with_value or has_aux else 0
        trees: dict[str, Tree] = {}
        places: dict[str, range] = {}
        position = primal_results
        for param, tree, values in _parameters(fn):
            if param in wrt:
                count = sum(differentiable(v.type) for v in values)
                trees[param] = _kept(tree, [differentiable(v.type) for v in values])
                places[param] = range(position, position + count)
                position += count
        grads = trees[wrt[0]] if single else Node(tuple, tuple(trees[name] for name in wrt))
        order = [i for name in wrt for i in places[name]]
        aux = list(range(1, len(fn.results)))
        result: Tree = grads
        if with_value:
            head = Node(tuple, (value_tree, aux_tree)) if has_aux else value_tree
            result, order = Node(tuple, (head, grads)), [0, *(aux if has_aux else []), *order]
        elif has_aux:
            result, order = Node(tuple, (grads, aux_tree)), [*order, *aux]
        done.keep("reverse", _laid_out(flat, order, result))
        _optimise_derivative(done, "reverse")
    return done


def gradient(lowered: Lowered, wrt: Sequence[str], options: Options, **layout: bool) -> Compilation:
    """`gradient_ir`, printed and loaded."""
    what = "Value and gradient" if layout["with_value"] else "Gradient"

    def build(guarded: bool) -> Compilation:
        done = gradient_ir(lowered, wrt, options, guarded=guarded, **layout)
        with _dumped(done):
            _emit(done, _docstring(what, lowered.function, [python_name(name) for name in wrt]))
        return done

    return _best(build)


def pushforward_ir(lowered: Lowered, active: Sequence[bool], options: Options, guarded: bool = False) -> Compilation:
    """Forward mode up to "derivative": (arguments…, tangents…, captures…) -> (result, tangent of the result).

    `active` has a flag for each leaf of the parameters, captures included.  A tangent parameter is called `x_dot` and
    has the structure of `x`, with None in place of the leaves that do not vary.
    """
    done = Compilation(options, guarded)
    with _dumped(done):
        fn = _optimised(done, lowered.function)
        flat = ad.forward(fn, active, f"{fn.name}_jvp")
        params = iter(flat.params)
        trees: list[tuple[str, Tree]] = []
        hidden = {capture.name for capture in lowered.captures}
        own: list[Value] = []
        captured: list[Value] = []
        taken_names = {name for name, _ in fn.param_trees}
        for name, tree, values, keep in _flagged(fn, active):
            (captured if name in hidden else own).extend(next(params) for _ in values)
            if any(keep):
                trees.append((_fresh(f"{name}_dot", taken_names), _kept(tree, keep)))
        given = [(name, tree) for name, tree in fn.param_trees if name not in hidden]
        taken = [(name, tree) for name, tree in fn.param_trees if name in hidden]
        floats = [differentiable(v.type) for v in fn.results]
        out = fn.result_tree or Leaf()
        flat = replace(
            flat,
            body=Region((*own, *params, *captured), flat.body.ops),
            param_trees=(*given, *trees, *taken),
            result_tree=Node(tuple, (out, _kept(out, floats))),
        )
        done.keep("forward", flat)
        _optimise_derivative(done, "forward")
    return done


def pushforward(lowered: Lowered, active: Sequence[bool], options: Options) -> Compilation:
    """`pushforward_ir`, printed and loaded."""
    docstring = _docstring(
        "Value and directional derivative", lowered.function, _active_names(lowered.function, active)
    )

    def build(guarded: bool) -> Compilation:
        done = pushforward_ir(lowered, active, options, guarded)
        with _dumped(done):
            _emit(done, docstring)
        return done

    return _best(build)


def pullback_ir(
    lowered: Lowered, active: Sequence[bool], options: Options, guarded: bool = False
) -> tuple[Compilation, Compilation]:
    """Reverse mode in two functions: arguments -> (result, residuals), and (residuals, cotangents) -> adjoints.

    The adjoints are a tuple with an entry for every parameter but captures, None where nothing varies.
    """
    first, second = Compilation(options, guarded), Compilation(options)
    with _dumped(first):
        fn = _optimised(first, lowered.function)
        out = fn.result_tree or Leaf()
        forward, reverse = ad.vjp(fn, active, f"{fn.name}_vjp", save_all=options.save_all)
        saved = len(forward.results) - len(fn.results)
    with _dumped(second):
        hidden = {capture.name for capture in lowered.captures}
        adjoints = [_kept(tree, keep) for name, tree, _, keep in _flagged(fn, active) if name not in hidden]
        second.keep("reverse", replace(reverse, result_tree=Node(tuple, tuple(adjoints))))
        _optimise_derivative(second, "reverse")
        # What the optimised reverse sweep does not read need not be saved.
        optimised = second.stages["derivative"]
        read = set(free_values([Region((), optimised.body.ops)]))
        used = [v in read for v in optimised.params[:saved]]
        residuals = Node(tuple, (Leaf(),) * sum(used))
        cotangents = _kept(out, [differentiable(v.type) for v in fn.results])
        kept = [v for v, needed in zip(optimised.params[:saved], used) if needed]
        optimised = replace(
            optimised,
            body=Region((*kept, *optimised.params[saved:]), optimised.body.ops),
            param_trees=(("residuals", residuals), ("out_bar", cotangents)),
        )
        second.keep("derivative", optimised)
    with _dumped(first):
        order = [*range(len(fn.results)), *(len(fn.results) + i for i, needed in enumerate(used) if needed)]
        first.keep("forward", _laid_out(forward, order, Node(tuple, (out, residuals))))
        _optimise_derivative(first, "forward")
    return first, second


def pullback(lowered: Lowered, active: Sequence[bool], options: Options) -> tuple[Compilation, Compilation]:
    """`pullback_ir`, printed and loaded."""

    def build(guarded: bool) -> tuple[Compilation, Compilation]:
        first, second = pullback_ir(lowered, active, options, guarded)
        with _dumped(second):
            _emit(second, _docstring("Reverse sweep", lowered.function, _active_names(lowered.function, active)))
        with _dumped(first):
            _emit(first, f"Result of {lowered.function.name} and what its reverse sweep needs.")
        return first, second

    chosen, wide = integers.best(build, lambda pair: [one.function for one in pair])
    if wide is not None:
        for done, call in zip(chosen, backends.widened_pair(*(one.call for one in (*chosen, *wide)))):
            done.call = call
    return chosen


# -- stages --------------------------------------------------------------------------------------------------------


def _best(build: Callable[[bool], Compilation]) -> Compilation:
    done, wide = integers.best(build, lambda one: [one.function])
    if wide is not None:
        done.call = backends.widened(done.call, wide.call)
    return done


def _optimised(done: Compilation, fn: Function) -> Function:
    done.keep("primal", fn)
    if done.guarded:
        fn = integers.guarded(fn)
    return done.keep("optimized", _pipeline(fn, BEFORE_AD, done.options))


def _optimise_derivative(done: Compilation, stage: str) -> None:
    done.keep("derivative", _pipeline(done.stages[stage], AFTER_AD, done.options))


def _pipeline(fn: Function, names: Sequence[str], options: Options) -> Function:
    compiled = backends.BACKENDS[options.backend].is_compiled
    fn = mapped(fn, lambda one: replace(one, compiled=compiled))
    if compiled:
        # Compiled arithmetic of floats follows IEEE and raises nothing.
        names = tuple("integer_errors" if name == "errors" else name for name in names)
    return run_pipeline(fn, names, disable=options.disable, verify=options.verify)


def _emit(done: Compilation, docstring: str) -> None:
    """Lowering, buffers, text, callable."""
    backend = backends.BACKENDS[done.options.backend]
    fn = _pipeline(mapped(done.function, _named), backend.lowering, done.options)
    if backend.is_compiled:
        fn = mapped(depth.limited(fn), integers.run)
    fn = done.keep("buffers", mapped(fn, buffers.run))
    made = backends.printed(fn, done.options.backend, docstring=docstring, fastmath=done.options.fastmath)
    done.text = made.text
    list(namespaces.used(done.text))  # refuses a text whose names mean something else by now
    call = backends.load(made.text, fn.name, {**backends.named_objects(fn), backends.LINES: made.lines})
    counts = any(v.type in (INT, ListOf(INT)) for v in fn.params)
    done.call = backends.bounded(call, fn.name) if backend.is_compiled and counts else call


def check_options(options: Options) -> Options:
    """Refuse a backend, a check or a pass that does not exist."""
    if options.backend not in BACKENDS:
        way_out = did_you_mean(str(options.backend), BACKENDS, f"the backends are {', '.join(BACKENDS)}")
        raise UserError("AD415", f"there is no backend {options.backend!r}", help=way_out)
    if options.check not in CHECKS:
        raise UserError("AD415", f"there is no check {options.check!r}", help='the checks are "first" and None')
    for name in options.disable:
        if name != "all" and name not in PASSES:
            way_out = did_you_mean(str(name), PASSES, f"the passes are {', '.join(PASSES)}; 'all' is every one of them")
            raise UserError("AD415", f"there is no pass {name!r}", help=way_out)
    return options


# -- layout of parameters and results ------------------------------------------------------------------------------


def _parameters(fn: Function) -> Iterator[tuple[str, Tree, list[Value]]]:
    """Name, tree and IR values of every Python parameter."""
    values = iter(fn.params)
    for name, tree in fn.param_trees:
        yield name, tree, [next(values) for _ in range(leaves(tree))]


def _flagged(fn: Function, active: Sequence[bool]) -> Iterator[tuple[str, Tree, list[Value], list[bool]]]:
    """The parameters with their flags from `active`, which has one for each IR parameter."""
    position = 0
    for name, tree, values in _parameters(fn):
        yield name, tree, values, list(active[position : position + len(values)])
        position += len(values)


def _active_names(fn: Function, active: Sequence[bool]) -> list[str]:
    return [name for name, _, _, keep in _flagged(fn, active) if any(keep)]


def _named(fn: Function) -> Function:
    """The function with a name of its own for every parameter: its Python name, or for the leaf of a container its hint
    (residuals are values from anywhere in the primal)."""
    taken = {name for name, _ in fn.param_trees}
    names: dict[Value, str] = {}
    for python_name, tree, values in _parameters(fn):
        for value in values:
            hint = _identifier(value.name, f"{python_name}_item")
            names[value] = python_name if isinstance(tree, Leaf) else _fresh(hint, taken)
    if not fn.param_trees:
        names = {value: _fresh(_identifier(value.name, "value"), taken) for value in fn.params}
    env = {value: Value(value.type, name) for value, name in names.items() if name != value.name}
    return Rewriter(env).function(fn) if env else fn


def _identifier(hint: str, default: str) -> str:
    """A hint as a variable's name: the frontend's own are not always one (`$result`, `return`, `0`)."""
    text = re.sub(r"\W", "", hint)
    if not text.isidentifier():
        return default
    return f"{text}_" if keyword.iskeyword(text) else text


def _fresh(name: str, taken: set[str]) -> str:
    free, count = name, 2
    while free in taken:
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    return free


def _kept(tree: Tree, keep: Sequence[bool]) -> Tree:
    """The tree with None for the leaves that are not kept and for constants."""
    flags = iter(keep)

    def walk(node: Tree) -> Tree:
        if isinstance(node, Node):
            return replace(node, children=tuple(walk(child) for child in node.children))
        return Leaf() if isinstance(node, Leaf) and next(flags) else Const(None)

    return walk(tree)


def _laid_out(fn: Function, order: Sequence[int], tree: Tree) -> Function:
    """The function with its results permuted to `order` and structured as `tree`."""
    end = fn.body.terminator
    end = replace(end, operands=tuple(end.operands[i] for i in order))
    return replace(fn, body=Region(fn.body.params, (*fn.body.ops[:-1], end)), result_tree=tree)


def _value_and_aux(fn: Function, has_aux: bool) -> tuple[Tree, Tree]:
    """The trees of the scalar to differentiate and of the rest; anything that is not a float scalar is refused."""
    tree = fn.result_tree or Leaf()
    aux: Tree = Const(None)
    if has_aux:
        if not (isinstance(tree, Node) and tree.cls is tuple and len(tree.children) == 2):
            raise UserError(
                "AD417",
                f"with has_aux=True {_shown(fn)} must return a tuple of two",
                fn.span,
                help="return value, aux; or leave has_aux out",
            )
        tree, aux = tree.children
    if isinstance(tree, Const):
        raise UserError(
            "AD418",
            f"{_shown(fn)} returns {tree.value!r}, which does not depend on its arguments",
            fn.span,
            help="return the number to differentiate; what is written into an argument is not a result",
        )
    type_ = fn.results[0].type if isinstance(tree, Leaf) else None
    if type_ is None or not isinstance(type_, Scalar):
        shown = f"a {tree.cls.__name__}" if isinstance(tree, Node) else in_words(fn.results[0].type)
        raise UserError(
            "AD419",
            f"grad needs a function that returns one float; {_shown(fn)} returns {shown}",
            fn.span,
            help="reduce it to a number (np.sum, np.mean …), return further results with has_aux=True, or use jvp or vjp",
        )
    if not differentiable(type_):
        raise UserError(
            "AD420",
            f"grad needs a function that returns one float; {_shown(fn)} returns {in_words(type_)}",
            fn.span,
            help="return a float; what need not be differentiated can be returned with has_aux=True",
        )
    return tree, aux


def _shown(fn: Function) -> str:
    return "the lambda" if fn.name == "lambda_" else fn.name


def _docstring(what: str, fn: Function, wrt: Sequence[str]) -> str:
    place = f" ({os.path.basename(fn.span.file)}:{fn.span.line})" if fn.span.line else ""
    types = [
        readable(v.type) for name, _, values in _parameters(fn) if name in wrt for v in values if differentiable(v.type)
    ]
    return f"{what} of {fn.name}{place} with respect to {', '.join(wrt)}: {', '.join(types)}."


def in_words(type_: Type) -> str:
    """A type as a person would say it: `an array (float64[:])`."""
    if isinstance(type_, Array | ListOf):
        return f"{'an array' if isinstance(type_, Array) else 'a list'} ({readable(type_)})"
    return f"{'an' if readable(type_)[0] in 'aeiou' else 'a'} {readable(type_)}"


def readable(type_: Type) -> str:
    """A type in NumPy's words: `float64[:]`."""
    if isinstance(type_, ListOf):
        return f"list[{readable(type_.element)}]"
    if isinstance(type_, Array):
        return re.sub(r"^\w+", type_.dtype.numpy_name, str(type_))
    return type_.dtype.numpy_name if isinstance(type_, Scalar) and type_.kind == "np" else str(type_)


# -- bugs of ours --------------------------------------------------------------------------------------------------


@contextmanager
def _dumped(done: Compilation) -> Iterator[None]:
    """Turn whatever goes wrong inside a stage into an `InternalError` with the path of an IR dump."""
    try:
        yield
    except InternalError as error:
        if any(note.text.startswith("IR dump") for note in error.notes):
            raise
        notes = (*error.notes, *_dump(done, error))
        raise InternalError(error.code, error.reason, error.span, help=error.help, notes=notes) from error
    except AutodiffError:
        raise
    except Exception as error:
        after = f" after stage {list(done.stages)[-1]!r}" if done.stages else ""
        reason = f"{type(error).__name__} in the compiler{after}: {error}"
        raise InternalError(
            "AD900", reason, help="please report it with the IR dump", notes=_dump(done, error)
        ) from error


def _dump(done: Compilation, error: BaseException) -> tuple[Note, ...]:
    """A file with the IR of every stage, and where in the compiler the error arose: the user is not shown that."""
    try:
        handle, path = lazy.load("tempfile").mkstemp(prefix="autodiff_ir_", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for stage, fn in done.stages.items():
                file.write(f"# stage {stage}\n{_printable(fn)}\n\n")
            file.writelines(lazy.load("traceback").format_exception(error))
    except OSError as failure:
        return (Note(f"no IR dump could be written: {failure}"),)
    return (Note(f"IR dump: {path}"),)


def _printable(fn: Function) -> str:
    try:
        return format_function(fn, spans=True)
    except Exception as error:  # a broken IR must not hide the error that it is reported with
        return f"(cannot be printed: {error})"

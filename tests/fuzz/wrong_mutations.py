"""One thing made wrong in a program that runs: an index, a length, a shape, an axis, a divisor, a dtype, a key, a name.

A mutation changes the text of the program, or that of an argument.  Most do no harm; the caller keeps those that CPython refuses.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fuzz_draw import Draw
from language_programs import LanguageProgram

INDICES = ("7", "-9", "1000000", "2**63 - 1", "-2**63", "2**70")
FAR = ("{} + 50", "-({}) - 50", "{} + 2**62 + 2**62", "{} - 2**63", "{} + 2**32")
MAKERS = {"zeros", "ones", "full", "empty", "linspace", "arange", "reshape", "eye", "zeros_like", "repeat", "tile"}
FUNCTIONS_WITH_DOMAIN = {"sqrt": "-0.5", "log": "-0.5", "acos": "2.5", "asin": "-1.5", "log1p": "-2.0", "log10": "0.0"}

# Errors of types, which are found before the program runs.
PLAIN_TO_SEE = ("one argument more", "one argument less", "index of floats", "attribute", "one index more", "another argument", "targets")


@dataclass(frozen=True)
class Mutated:
    program: LanguageProgram
    what: str


def mutated(program: LanguageProgram, draw: Draw) -> Mutated | None:
    """The program with one thing changed; None where there is nothing to change of the kind that was drawn."""
    if program.args and draw.chance(30):
        return _argument(program, draw)
    tree = ast.parse(program.source)
    found: dict[str, list[Callable[[], None]]] = {}
    for what, change in _changes(tree, draw):
        found.setdefault(what, []).append(change)
    if not found:
        return None
    what = draw.weighted([(1 if what in PLAIN_TO_SEE else 5, what) for what in sorted(found)])
    draw.pick(found[what])()
    try:
        source = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(source, "<mutated>", "exec")
    except (SyntaxError, ValueError):
        return None
    return Mutated(replace(program, source=source, origins=()), what)


# -- arguments ---------------------------------------------------------------------------------------------------------

ARRAYS = (
    ("shorter", "({})[:-1]"),
    ("narrower", "({})[..., :-1]"),
    ("longer", "np.concatenate([{0}, {0}])"),
    ("one more axis", "({})[np.newaxis]"),
    ("flat", "({}).ravel()"),
    ("empty", "({})[:0]"),
    ("one element", "({})[:1]"),
    ("a row", "({})[0]"),
    ("transposed", "({}).T"),
    ("integers", "({}).astype(int)"),
    ("booleans", "({}) > 0"),
    ("out of range", "({}) + 9"),
)


def _argument(program: LanguageProgram, draw: Draw) -> Mutated:
    place = draw.integer(0, len(program.args) - 1)
    text = program.args[place]
    if "np." in text:
        what, form = draw.pick(ARRAYS)
        new = form.format(text)
    elif re.fullmatch(r"-?\d+", text):
        what, new = "integer", draw.pick(("-1", "99", "-99", "0", "2**63 - 1", "-2**63", "1", "5"))
    elif text.startswith(("[", "{", "(")):
        what, new = "container", draw.pick(("{0}[:-1]", "{0}[:0]", "{0} + {0}")).format(f"({text})") if text[0] != "{" else "{}"
    else:
        what, new = "another type", draw.pick(("np.array([0.5, 0.25])", "3", "0.0", "np.zeros((2, 2))", "[0.5]", "None"))
    return Mutated(replace(program, args=(*program.args[:place], new, *program.args[place + 1 :])), f"argument: {what}")


# -- text --------------------------------------------------------------------------------------------------------------


def _changes(tree: ast.Module, draw: Draw) -> Iterator[tuple[str, Callable[[], None]]]:
    """All places where something can be made wrong: what, and a function that does it."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
            names += [a.arg for a in function.args.args if a.arg not in ("self", "cls")]
            for statement in function.body:
                for node in ast.walk(statement):
                    yield from _of_node(node, names, draw)


def _of_node(node: ast.AST, names: list[str], draw: Draw) -> Iterator[tuple[str, Callable[[], None]]]:
    if isinstance(node, ast.Subscript):
        yield from _index(node, draw)
    elif isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            zero = draw.pick(("0", "0.0", f"({ast.unparse(node.right)}) * 0"))
            yield "divisor", _setter(node, "right", zero)
        if isinstance(node.left, ast.Name) and len(names) > 1:
            yield "another operand", _setter(node, "left", draw.pick(names))
    elif isinstance(node, ast.Call):
        yield from _call(node, names, draw)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and len(node.targets[0].elts) > 1:
        targets = node.targets[0].elts
        yield "targets", lambda: targets.append(ast.Name("spare", ast.Store())) if draw.chance(50) else targets.pop()
    elif isinstance(node, ast.Assign | ast.AugAssign) and isinstance(node.value, ast.Name | ast.BinOp) and names:
        yield "another value", _setter(node, "value", draw.pick(names))
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not isinstance(node.value, ast.Name):
        yield "attribute", _setter(node, "attr", None, "nope")
    elif isinstance(node, ast.For) and isinstance(node.iter, ast.Name) and len(names) > 1:
        yield "what is run over", _setter(node, "iter", draw.pick(names))


def _index(node: ast.Subscript, draw: Draw) -> Iterator[tuple[str, Callable[[], None]]]:
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for i, part in enumerate(parts):
        put = _item(index.elts, i) if isinstance(index, ast.Tuple) else _field(node, "slice")
        if isinstance(part, ast.Slice):
            bound = draw.pick(("upper", "lower"))
            old = getattr(part, bound)
            text = draw.pick(("1", "2", "-1", "0", "100")) if old is None else f"{ast.unparse(old)} + {draw.pick(('1', '-1', '2'))}"
            yield "bound of a slice", _setter(part, bound, text)
            yield "step of a slice", _setter(part, "step", draw.pick(("0", "2", "-1", "3")))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield "key", lambda put=put: put(ast.Constant("zz"))
        elif isinstance(part, ast.Constant | ast.UnaryOp):
            yield "index", lambda put=put, text=draw.pick(INDICES): put(_parsed(text))
            yield "index of floats", lambda put=put, part=part: put(_parsed(f"{ast.unparse(part)} * 1.0"))
        elif isinstance(part, ast.List):
            yield "index array", lambda part=part: part.elts.append(_parsed(draw.pick(("9", "-9", "2**62"))))
        elif isinstance(part, ast.Compare):
            mask = draw.pick(("np.array([True, False])", "np.ones(7, bool)", "np.ones((2, 2, 2, 2), bool)"))
            yield "mask", lambda put=put, mask=mask: put(_parsed(mask))
        else:
            far = draw.pick(FAR).format(f"({ast.unparse(part)})")
            yield "index far away", lambda put=put, far=far: put(_parsed(far))
    if isinstance(index, ast.Tuple):
        yield "one index more", lambda: index.elts.append(ast.Constant(0))
    elif not isinstance(index, ast.Slice):
        yield "one index more", lambda: _field(node, "slice")(ast.Tuple([index, ast.Constant(0)], ast.Load()))


def _call(node: ast.Call, names: list[str], draw: Draw) -> Iterator[tuple[str, Callable[[], None]]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for keyword in node.keywords:
        if keyword.arg == "axis":
            yield "axis", _setter(keyword, "value", draw.pick(("5", "-4", "2", "(0, 0)", "0.5")))
        elif keyword.arg in ("shape", "out"):
            yield "out", _setter(keyword, "value", draw.pick(names or ["0"]))
    if name in MAKERS:
        for place, arg in enumerate(node.args):
            parts = arg.elts if isinstance(arg, ast.Tuple) else [arg]
            for i, part in enumerate(parts):
                if isinstance(part, ast.Constant) and type(part.value) is int:
                    put = _item(arg.elts, i) if isinstance(arg, ast.Tuple) else _item(node.args, place)
                    new = draw.pick((part.value + 1, max(part.value - 1, 0), -2, part.value * 2))
                    yield "size", lambda put=put, new=new: put(ast.Constant(new))
        if name in ("zeros", "ones") and len(node.args) == 1:
            yield "dtype", lambda: node.args.append(ast.Name("int", ast.Load()))
    elif name in FUNCTIONS_WITH_DOMAIN and node.args:
        yield "domain", lambda: _item(node.args, 0)(_parsed(FUNCTIONS_WITH_DOMAIN[name]))
    elif name == "pop":
        yield "pop", lambda: setattr(node, "args", [ast.Constant(9)])
    elif name == "range" and len(node.args) > 1:
        yield "step of a range", lambda: setattr(node, "args", [*node.args[:2], ast.Constant(0)])
    elif name in ("astype", "float64"):
        pass
    elif node.args:
        choice = draw.integer(0, 2)
        if choice == 0:
            yield "one argument less", node.args.pop
        elif choice == 1 and names:
            yield "another argument", lambda: _item(node.args, 0)(ast.Name(draw.pick(names), ast.Load()))
        elif name not in ("max", "min", "print"):
            yield "one argument more", lambda: node.args.append(ast.Constant(0.5))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _setter(node: ast.AST, field: str, text: str | None, value: object = None) -> Callable[[], None]:
    return lambda: setattr(node, field, copy.copy(value) if text is None else _parsed(text))


def _field(node: ast.AST, field: str) -> Callable[[ast.expr], None]:
    return lambda new: setattr(node, field, new)


def _item(items: list[ast.expr], place: int) -> Callable[[ast.expr], None]:
    return lambda new: items.__setitem__(place, new)

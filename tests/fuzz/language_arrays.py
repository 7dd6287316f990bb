"""Arrays: expressions of a known shape, views and copies under all memory orders, writes through them."""

from __future__ import annotations

import math

from language_scope import BOOL, FLOAT, INT, Kind, Variable, array
from language_writer import Writer, production

SHAPES = ((3,), (4,), (2, 3), (3, 2), (2, 2), (6,), (1, 3), (2, 1, 3), (1,), (4, 2))


def some_shape(g: Writer) -> tuple[int, ...]:
    """Often the shape of an array that is there, so that they can meet."""
    found = g.pick(g.scope.visible("array"))
    return found.kind.shape if found and g.draw.chance(70) else g.draw.pick(SHAPES)


# -- expressions -------------------------------------------------------------------------------------------------------


@production("array", 8)
@production("array atom", 8)
def _array_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.of(kind))
    return found.name if found else None


@production("array atom", 2)
@production("array", 1)
def _filled(g: Writer, kind: Kind, depth: int) -> str:
    size = math.prod(kind.shape)
    shape = str(kind.shape) if len(kind.shape) != 1 else str(kind.shape[0])
    forms = [f"np.full({shape}, {g.atom(FLOAT)})", f"np.ones({shape})"]
    if len(kind.shape) == 1:
        forms += [f"np.linspace(-1.0, {g.atom(FLOAT)}, {size})", f"np.arange({size}.0)"]
        forms += [f"np.array([{', '.join(g.atom(FLOAT) for _ in range(size))}])"]
    else:
        forms += [f"np.linspace(0.0, 1.0, {size}).reshape({', '.join(map(str, kind.shape))})"]
        forms += [f"np.arange({size}.0).reshape({kind.shape[::-1]}).T"]
    return g.draw.pick(forms)


@production("array", 6)
def _elementwise(g: Writer, kind: Kind, depth: int) -> str:
    form = g.draw.pick(("np.sin({})", "np.tanh({})", "({} * 0.5)", "(-{})", "np.abs({})", "({} + 1.0)", "({} * {} / 4.0)"))
    text = form.replace("{}", "{a}", 1).replace("{}", "{b}")
    return text.format(a=g.make(kind, depth), b=g.make(kind, depth) if "{b}" in text else "")


@production("array", 4)
def _of_two(g: Writer, kind: Kind, depth: int) -> str:
    form = g.draw.pick(
        ("({a} + {b})", "({a} - {b})", "np.maximum({a}, {b})", "np.where({a} > {b}, {a}, {b} * 0.5)", "({a} * {x})", "({x} - {a})")
    )
    return form.format(a=g.make(kind, depth), b=g.make(kind, depth), x=g.make(FLOAT, depth))


@production("array", 5)
def _rearranged(g: Writer, kind: Kind, depth: int) -> str | None:
    """Another array (or a view of it), seen in this shape: transposed, reshaped, sliced, flattened."""
    views = [text for v in g.scope.visible("array") for text, shape in views_of(g, v) if shape == kind.shape]
    return g.draw.pick(views) if views else None


@production("array", 2)
def _copied(g: Writer, kind: Kind, depth: int) -> str:
    rare = (1, "{}.copy(order='F')")
    common = [(30, form) for form in ("{}.copy()", "np.array({})", "np.copy({})", "np.asarray({})", "np.ascontiguousarray({})")]
    form = g.draw.weighted([*common, (30, "{}.astype(float)"), rare])
    return form.format(g.make(kind, depth))


@production("array", 1)
def _like(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(("np.zeros_like({})", "np.full_like({}, 0.5)", "np.ones_like({})")).format(g.make(kind, depth))


@production("array", 1)
def _array_choice(g: Writer, kind: Kind, depth: int) -> str:
    return f"({g.make(kind, depth)} * 1.0 if {g.make(BOOL, depth)} else {g.make(kind, depth)} + 0.0)"


@production("array", 1)
def _joined(g: Writer, kind: Kind, depth: int) -> str | None:
    if len(kind.shape) != 1 or kind.shape[0] < 2:
        return None
    n = kind.shape[0]
    k = g.draw.integer(1, n - 1)
    a, b = g.make(array(k), depth), g.make(array(n - k), depth)
    return g.draw.pick((f"np.concatenate([{a}, {b}])", f"np.hstack(({a}, {b}))", f"np.append({a}, {b})"))


def views_of(g: Writer, v: Variable) -> list[tuple[str, tuple[int, ...]]]:
    """What indexing and rearranging give, with its shape.  Some are copies, some depend on the memory order."""
    name, shape = v.name, v.kind.shape
    size = math.prod(shape)
    out: list[tuple[str, tuple[int, ...]]] = [
        (f"{name}.T", shape[::-1]),
        (f"{name}[::-1]", shape),
        (f"{name}[:]", shape),
        (f"{name}[...]", shape),
        (f"{name}.ravel()", (size,)),
        (f"{name}.reshape(-1)", (size,)),
        (f"np.ravel({name})", (size,)),
        (f"{name}.flatten()", (size,)),
        (f"{name}.T.ravel()", (size,)),
        (f"np.reshape({name}, {shape[::-1]})", shape[::-1]),
        (f"{name}.reshape({size}, 1)", (size, 1)),
        (f"{name}[np.newaxis]", (1, *shape)),
        (f"np.flip({name}, 0)", shape),
        (f"np.roll({name}, 1, axis=0)", shape),
        (f"np.atleast_2d({name})", shape if len(shape) > 1 else (1, *shape)),
    ]
    n = shape[0]
    if n > 1:
        out += [(f"{name}[1:]", (n - 1, *shape[1:])), (f"{name}[::2]", ((n + 1) // 2, *shape[1:]))]
        out += [(f"{name}[:-1]", (n - 1, *shape[1:])), (f"{name}[-1:0:-1]", (n - 1, *shape[1:]))]
        out += [(f"{name}[[1, 0]]", (2, *shape[1:])), (f"{name}[np.array([0, -1])]", (2, *shape[1:]))]
    if len(shape) > 1:
        m = shape[1]
        out += [(f"{name}[0]", shape[1:]), (f"{name}[-1]", shape[1:]), (f"{name}[:, 0]", (n, *shape[2:]))]
        out += [(f"{name}[:, ::-1]", shape), (f"{name}[..., -1]", shape[:-1]), (f"{name}.T[0]", shape[::-1][1:])]
        out += [(f"{name}.swapaxes(0, 1)", (m, n, *shape[2:])), (f"np.transpose({name})", shape[::-1])]
        out += [(f"{name}.T.reshape(-1)", (size,)), (f"{name}[:, 1:]", (n, m - 1, *shape[2:]))] if m > 1 else []
        out += [(f"np.moveaxis({name}, 0, -1)", (*shape[1:], n))]
        if n == m and len(shape) == 2:
            out += [(f"np.diag({name})", (n,)), (f"{name}.diagonal()", (n,))]
        if shape[0] == 1:
            out += [(f"np.squeeze({name}, 0)", shape[1:])]
    return [(text, given) for text, given in out if given and math.prod(given) > 0 and len(given) <= 3]


@production("float", 6)
@production("float atom", 3)
def _element(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("array"))
    return found and found.name + subscript(g, found.kind.shape, len(found.kind.shape), depth)


@production("float", 4)
def _reduction(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("array"))
    if found is None:
        return None
    a = g.make(found.kind, depth) if g.draw.chance(30) else found.name
    forms = ["np.sum({})", "{}.sum()", "np.mean({})", "np.max({})", "{}.min()", "float({}.sum())", "np.prod(np.tanh({}))"]
    if len(found.kind.shape) == 1:
        forms += ["{0} @ {0}", "np.dot({0}, {0})", "sum({})", "max({})", "np.cumsum({})[-1]"]
    else:
        forms += ["np.sum({}[0])", "np.sum({}, axis=0)[0].sum()", "{}.mean(axis=1)[-1].sum()"]
    return f"({g.draw.pick(forms).format(a)})"


@production("bool", 1)
def _any_element(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("array"))
    return g.draw.pick(("np.any({} > {})", "({} < {}).all()")).format(found.name, g.atom(FLOAT)) if found else None


@production("int", 1)
def _of_array(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("array"))
    return found and g.draw.pick(("{}.size", "{}.ndim", "{}.shape[0]", "int(np.argmax({}))", "{}.shape[-1]")).format(found.name)


def index(g: Writer, n: int, depth: int = 1) -> str:
    """An index that is valid for n elements; a rare one is not."""
    if g.draw.chance(1) and g.draw.chance(30):
        return str(n)
    known = [v for v in g.scope.visible("int") if v.high is not None and v.high <= n]
    if known and g.draw.chance(50):
        return g.draw.pick(known).name
    if g.draw.chance(12):
        return f"({g.make(INT, depth + 1)}) % {n}"
    return str(g.draw.integer(-n, n - 1))


def subscript(g: Writer, shape: tuple[int, ...], rank: int, depth: int = 1) -> str:
    """Indices for the first `rank` axes, in one pair of brackets or several."""
    indices = [index(g, n, depth) for n in shape[:rank]]
    return "".join(f"[{i}]" for i in indices) if g.draw.chance(15) else f"[{', '.join(indices)}]"


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 5)
def _new_array(g: Writer) -> bool:
    kind = array(*some_shape(g))
    text = g.make(kind)
    name = g.name()
    g.line(f"{name} = {text}")
    # A bare name makes an alias, and a frozen one stays frozen.
    g.define(name, kind, frozen=any(v.frozen for v in g.scope.visible("array") if v.name in text.split(".")[0]))
    return True


@production("statement", 6)
def _new_view(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("array") if not v.frozen])
    if found is None:
        return False
    text, shape = g.draw.pick(views_of(g, found))
    if shape != found.kind.shape and g.draw.chance(25):
        middle = Variable(text, array(*shape))
        text, shape = g.draw.pick(views_of(g, middle))
    name = g.name()
    g.line(f"{name} = {text}")
    g.define(name, array(*shape))
    return True


@production("statement", 9)
def _store_element(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("array") if not v.frozen])
    if found is None:
        return False
    shape = found.kind.shape
    place = found.name + subscript(g, shape, len(shape))
    operator = g.draw.weighted([(5, "="), (3, "+="), (2, "*="), (1, "-=")])
    g.line(f"{place} {operator} {g.make(FLOAT)}")
    return True


@production("statement", 6)
def _store_slice(g: Writer) -> bool:
    """A slice, row or mask gets a number or an array of its own shape, which may overlap with it."""
    found = g.pick([v for v in g.scope.visible("array") if not v.frozen])
    if found is None:
        return False
    name, shape = found.name, found.kind.shape
    n = shape[0]
    places = [("[:]", shape), ("[...]", shape), ("[::-1]", shape), (f"[{index(g, n)}]", shape[1:])]
    if n > 1:
        places += [("[1:]", (n - 1, *shape[1:])), ("[:-1]", (n - 1, *shape[1:])), ("[::2]", ((n + 1) // 2, *shape[1:]))]
        places += [("[[0, -1]]", (2, *shape[1:]))]
    if len(shape) > 1:
        places += [("[:, 0]", (n, *shape[2:])), ("[..., -1]", shape[:-1]), (".T[0]", shape[::-1][1:])]
    place, kept = g.draw.pick(places)
    operator = g.draw.weighted([(5, "="), (3, "+="), (2, "*=")])
    if g.draw.chance(15):
        g.line(f"{name}[{name} > {g.atom(FLOAT)}] {operator} {g.make(FLOAT)}")
    elif kept and g.draw.chance(60):
        g.line(f"{name}{place} {operator} {g.make(array(*kept))}")
    else:
        g.line(f"{name}{place} {operator} {g.make(FLOAT)}")
    return True


@production("statement", 3)
def _in_place(g: Writer) -> bool:
    """An augmented assignment to the name: every view sees it."""
    found = g.pick([v for v in g.scope.own("array") if not v.frozen])
    if found is None:
        return False
    value = g.make(found.kind) if g.draw.chance(40) else g.make(FLOAT)
    g.line(f"{found.name} {g.draw.pick(('+=', '*=', '-='))} {value}")
    return True


@production("statement", 2, settled=True)
def _rebind_array(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.own("array") if not v.frozen])
    if found is None:
        return False
    g.line(f"{found.name} = {g.make(found.kind)}")
    return True


@production("statement", 1)
def _into_another(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("array") if not v.frozen])
    if found is None:
        return False
    common = ("np.add({a}, {b}, out={v})", "np.sin({a}, out={v})", "{v}.fill({x})", "np.multiply({v}, {x}, out={v})")
    form = "np.copyto({v}, {a})" if g.draw.chance(2) else g.draw.pick(common)
    a, b = g.make(found.kind), g.make(found.kind)
    g.line(form.format(v=found.name, a=a, b=b, x=g.atom(FLOAT)))
    return True


@production("statement", 1)
def _swap_rows(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("array") if not v.frozen and v.kind.shape[0] > 1])
    if found is None:
        return False
    n = found.name
    copy = ".copy()" if len(found.kind.shape) > 1 and g.draw.chance(60) else ""
    g.line(f"{n}[0], {n}[1] = {n}[1]{copy}, {n}[0]{copy}")
    return True


@production("statement", 1)
def _unpack_array(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("array") if len(v.kind.shape) == 1 and v.kind.shape[0] in (2, 3)])
    if found is None:
        return False
    names = []
    for _ in range(found.kind.shape[0]):
        names.append(g.name())
        g.define(names[-1], FLOAT)
    g.line(f"{', '.join(names)} = {found.name}")
    return True

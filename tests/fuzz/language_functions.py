"""Functions: helpers outside, closures, `nonlocal`, lambdas, defaults, `*args`, partials, and calls of all these."""

from __future__ import annotations

from language_arrays import some_shape
from language_scope import BOOL, FLOAT, INT, NUMBERS, Kind, Signature, Variable, array, list_of
from language_writer import Writer, production

PARAMETERS = ("x", "y", "z", "a", "b", "n", "q", "v")
# So many calls, those of what is called included, a function may make: each is compiled anew.
CALLS = 60


# -- definitions -------------------------------------------------------------------------------------------------------


def parameter_kind(g: Writer) -> Kind:
    return g.draw.weighted(
        [(10, FLOAT), (3, INT), (4, array(*some_shape(g))), (2, list_of(FLOAT)), (1, BOOL), (1, Kind("tuple", items=(FLOAT, FLOAT)))]
    )


def write_function(g: Writer, name: str, first: str = "", kinds: tuple[Kind, ...] | None = None) -> Signature:
    """`def name(...)`, with a body that draws on what is visible; `first` is written before the drawn parameters (self, cls)."""
    draw = g.draw
    result: Kind | None = draw.weighted([(8, FLOAT), (1, INT), (2, array(*some_shape(g))), (1, Kind("tuple", items=(FLOAT, FLOAT))), (1, None)])
    chosen = kinds if kinds is not None else tuple(parameter_kind(g) for _ in range(draw.integer(0, 3)))
    texts, parameters, taken = [first] if first else [], [], {first}
    defaults = False
    for kind in chosen:
        # A parameter may hide a name from outside.
        own = draw.pick([p for p in PARAMETERS if p not in taken])
        taken.add(own)
        defaults = defaults or (kinds is None and draw.chance(25))
        texts.append(f"{own}={_outside(g, kind)}" if defaults else own)
        parameters.append((own, kind, defaults))
    star = kinds is None and draw.chance(12)
    keywords: tuple[str, ...] = ()
    if star:
        texts.append("*rest")
    if kinds is None and draw.chance(12):
        keywords = ("scale",)
        texts += ["scale=1.5"] if star else ["*", "scale=1.5"]
    g.line(f"def {name}({', '.join(texts)}):")
    budget = min(g.budget, 3)
    g.budget -= budget
    kept, open_, loops, calls = g.budget, g.open, g.loops, g.calls
    g.budget, g.open, g.loops, g.calls = budget, 0, [], 0
    signature = Signature(tuple(parameters), result, star, keywords, resizes=any(k.name == "list" for k in chosen))
    with g.block(frame=True):
        g.result.append(result)
        _outer_names(g, {*taken, "rest", "scale"})
        for own, kind, default in parameters:
            # A default lives on: what writes into one of the module's is refused.
            g.define(own, kind, frozen=default and kind.name in ("array", "list"))
        if first in ("self", "other"):
            pass
        if star:
            text = draw.pick(("sum(rest)", "len(rest) * 0.5", "sum([r * 2.0 for r in rest])", "(rest[0] if rest else 0.25)"))
            g.line(f"total = {text}")
            g.define("total", FLOAT)
        for keyword in keywords:
            g.define(keyword, FLOAT)
        if draw.chance(75):
            g.statements(3)
        if result is not None:
            g.line(f"return {g.make(result)}")
        g.result.pop()
    signature.calls += g.calls
    g.budget, g.open, g.loops, g.calls = kept, open_, loops, calls
    return signature


def _outside(g: Writer, kind: Kind) -> str:
    """A default: evaluated when the function is made, so names must be bound there."""
    g.pure = True
    text = g.atom(kind)
    g.pure = False
    return text


def _outer_names(g: Writer, taken: set[str]) -> None:
    """Some names of the enclosing functions become ours to rebind; some are hidden by locals of the same name."""
    draw, block = g.draw, g.scope.blocks[-1]
    if g.scope.frames < 2:
        return
    inner = g.scope.blocks.pop()
    outer = [v for v in g.scope.visible("float", "int") if not v.frozen and not v.static and v.name not in taken and _local(g, v.name)]
    g.scope.blocks.append(inner)
    if outer and draw.chance(45):
        chosen = draw.pick(outer)
        g.line(f"nonlocal {chosen.name}")
        block.rebound.add(chosen.name)
        chosen.high = None
    hidden = [v for v in outer if v.name not in block.rebound]
    if hidden and draw.chance(15):
        chosen = draw.pick(hidden)
        g.line(f"{chosen.name} = {draw.pick(('0.5', '1.25', '2'))}")
        g.define(chosen.name, FLOAT if "." in g.lines[-1].text else INT)


def _local(g: Writer, name: str) -> bool:
    """Whether a function binds it: what the module binds cannot be nonlocal."""
    inside = False
    for block in g.scope.blocks:
        inside = inside or block.frame
        if inside and name in block.variables:
            return True
    return False


@production("statement", 4)
def _nested_function(g: Writer) -> bool:
    if g.scope.frames > 2 or g.budget < 1 or g.loops:
        return False
    name = g.name(("inner", "step", "update", "helper", "g1", "g2"))
    signature = write_function(g, name)
    g.define(name, Kind("function", model=signature), frozen=True)
    if signature.result is None or g.draw.chance(25):
        g.line(call(g, name, signature, 1))
    return True


@production("statement", 2)
def _lambda(g: Writer) -> bool:
    names = g.draw.pick((("q",), ("q", "r"), ("x",), ()))
    name = g.name(("fn", "fun", "l1", "l2"))
    result = g.draw.weighted([(5, FLOAT), (1, array(*some_shape(g)))])
    default = g.atom(FLOAT) if len(names) == 2 else ""
    g.scope.enter(frame=True)
    for own in names:
        g.define(own, FLOAT)
    g.pure = True
    body = g.make(result)
    g.pure = False
    g.scope.leave()
    shown = ", ".join(f"{own}={default}" if default and own == names[-1] else own for own in names)
    g.line(f"{name} = lambda {shown}: {body}" if names else f"{name} = lambda: {body}")
    parameters = tuple((own, FLOAT, bool(default) and own == names[-1]) for own in names)
    g.define(name, Kind("function", model=Signature(parameters, result)), frozen=True)
    return True


@production("statement", 2)
def _partial(g: Writer) -> bool:
    """The first argument is evaluated here, once."""
    found = g.pick([v for v in g.scope.visible("function") if v.kind.model.parameters and v.kind.model.result is not None])
    if found is None:
        return False
    signature = found.kind.model
    _, first, _ = signature.parameters[0]
    name = g.name(("part", "bound", "fixed"))
    more = f", scale={g.atom(FLOAT)}" if signature.keywords and g.draw.chance(60) else ""
    g.line(f"{name} = functools.partial({found.name}, {g.make(first, 1)}{more})")
    rest = Signature(signature.parameters[1:], signature.result, signature.star, (), signature.resizes, signature.calls)
    g.define(name, Kind("function", model=rest), frozen=True)
    return True


@production("statement", 1)
def _keeps_state(g: Writer) -> bool:
    """A default that is a list, shared by all calls; or a function that makes functions."""
    if g.scope.frames > 1 or g.open:
        return False
    if g.draw.chance(50):
        name = g.name(("remember", "collect"))
        g.line(f"def {name}(x, seen=[]):")
        g.line("    seen.append(x)")
        g.line(f"    return {g.draw.pick(('len(seen) * 0.5', 'sum(seen)', 'seen[0] + x'))}")
        g.define(name, Kind("function", model=Signature((("x", FLOAT, False),), FLOAT)), frozen=True)
        return True
    maker, name = g.name(("make", "maker")), g.name(("made", "built"))
    g.line(f"def {maker}(k):")
    g.line(f"    s = {g.atom(FLOAT)}")
    g.line("    def made(x):")
    g.line("        nonlocal s")
    g.line(f"        s = s * 0.5 + {g.draw.pick(('x * k', 'k', 'x'))}")
    g.line(f"        return {g.draw.pick(('s', 's + x', 'k - s'))}")
    g.line("    return made")
    g.line(f"{name} = {maker}({g.make(FLOAT)})")
    g.define(name, Kind("function", model=Signature((("x", FLOAT, False),), FLOAT)), frozen=True)
    return True


@production("statement", 1)
def _functions_in_a_loop(g: Writer) -> bool:
    """Closures made in a loop see the loop's last value, unless a default keeps its own."""
    if g.open:
        return False
    name, result = g.name(("fs", "rules")), g.name()
    item = g.draw.pick(("lambda q: q * i", "lambda q, i=i: q + i", "lambda q: i - q"))
    values = g.draw.pick(("(1.0, 2.0, 3.0)", f"({g.atom(FLOAT)}, {g.atom(FLOAT)})", "(0.5, 0.25)"))
    g.line(f"{name} = [{item} for i in {values}]")
    g.line(f"{result} = {g.draw.pick(('sum([f1({x}) for f1 in {n}])', '{n}[0]({x}) + {n}[-1]({x})')).format(n=name, x=g.make(FLOAT))}")
    g.define(name, Kind("view"))
    g.define(result, FLOAT)
    return True


def write_effects(g: Writer) -> None:
    """Functions that give back what they get and leave a trace, for odd places."""
    draw = g.draw
    if draw.chance(50):
        g.line("log = []")
        g.line("def note(v):")
        g.line("    log.append(v)")
        g.line("    return v")
        g.effects.append("note")
        g.define("log", list_of(FLOAT), frozen=True)
    if draw.chance(40):
        g.line("ticks = 0")
        g.line("def tick(v):")
        g.line("    nonlocal ticks")
        g.line("    ticks += 1")
        g.line(f"    return {draw.pick(('v', 'v * ticks', 'v + 0.5 * ticks'))}")
        g.effects.append("tick")
        g.define("ticks", INT)
    if draw.chance(40):
        g.line("cell = np.zeros(2)")
        g.line("def put(v):")
        g.line(f"    cell[{draw.pick(('0', '1', '-1'))}] {draw.pick(('=', '+='))} v")
        g.line(f"    return {draw.pick(('v', 'cell[0]', 'cell[1] + v'))}")
        g.effects.append("put")
        g.define("cell", array(2))


# -- calls -------------------------------------------------------------------------------------------------------------


def call(g: Writer, target: str, signature: Signature, depth: int) -> str:
    """A call with all arguments it needs, some by keyword, some starred."""
    draw = g.draw
    g.calls += signature.calls
    texts: list[str] = []
    named = False
    for name, kind, default in signature.parameters:
        if default and draw.chance(45):
            named = True
            continue
        value = g.make(kind, depth)
        named = named or (draw.chance(12) and not signature.star)
        texts.append(f"{name}={value}" if named else value)
    if signature.star and not named and draw.chance(70):
        extra = [g.make(FLOAT, depth) for _ in range(draw.integer(1, 3))]
        texts.append(f"*[{', '.join(extra)}]" if draw.chance(30) else ", ".join(extra))
    for keyword in signature.keywords:
        if draw.chance(50):
            texts.append(draw.pick((f"{keyword}={g.make(FLOAT, depth)}", f"**{{{keyword!r}: {g.make(FLOAT, depth)}}}")))
    return f"{target}({', '.join(texts)})"


def callables(g: Writer, result: Kind | None) -> list:
    return [v for v in g.scope.visible("function") if v.kind.model.result == result and affordable(g, v)]


def affordable(g: Writer, v: Variable) -> bool:
    return g.calls + v.kind.model.calls <= CALLS


@production("float", 5)
def _call_for_float(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(callables(g, FLOAT))
    return call(g, found.name, found.kind.model, depth) if found else None


@production("int", 2)
@production("array", 2)
@production("tuple", 2)
def _call_for_another(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(callables(g, kind))
    return call(g, found.name, found.kind.model, depth) if found else None


@production("statement", 4)
def _call_statement(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("function") if affordable(g, v)])
    if found is None:
        return False
    text = call(g, found.name, found.kind.model, 0)
    if found.kind.model.result in (*NUMBERS,) and g.draw.chance(70):
        name = g.name()
        g.line(f"{name} = {text}")
        g.define(name, found.kind.model.result)
    else:
        g.line(text)
    return True


@production("float", 1)
def _called_at_once(g: Writer, kind: Kind, depth: int) -> str | None:
    return f"(lambda x, y=0.5: x * y)({g.make(FLOAT, depth)})"


@production("float", 1)
def _mapped(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in callables(g, FLOAT) if [k for _, k, d in v.kind.model.parameters if not d] == [FLOAT]])
    if found is None or found.kind.model.star:
        return None
    values = f"[{g.make(FLOAT, depth)}, {g.make(FLOAT, depth)}]"
    form = g.draw.pick(("sum(map({f}, {v}))", "list(map({f}, {v}))[0]", "functools.reduce(lambda p, q: p + {f}(q), {v}, 0.0)", "max(map({f}, {v}))"))
    return form.format(f=found.name, v=values)

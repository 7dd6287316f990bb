"""What is done with instances of the program's classes: attributes, methods, operators, copies, aliases."""

from __future__ import annotations

from language_classes import CONSTANTS, Model
from language_functions import call
from language_scope import FLOAT, INT, Kind, Variable
from language_writer import Writer, production


def objects(g: Writer, kind: Kind | None = None) -> list[Variable]:
    return [v for v in g.scope.visible("object") if kind is None or v.kind == kind]


@production("object", 3)
@production("object atom", 4)
def _object_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g, kind))
    return found.name if found else None


@production("object", 4)
@production("object atom", 1)
def _instance(g: Writer, kind: Kind, depth: int) -> str:
    return call(g, kind.model.name, kind.model.constructor, depth)


@production("object", 2)
def _replaced(g: Writer, kind: Kind, depth: int) -> str | None:
    """A copy with a field changed."""
    found = g.pick(objects(g, kind))
    floats = [n for n, (k, _) in kind.model.fields.items() if k == FLOAT and not n.startswith("_")]
    if found is None or not floats or kind.model.flavour == "plain":
        return None
    name = g.draw.pick(floats)
    value = g.make(FLOAT, depth)
    if kind.model.flavour == "named tuple":
        return f"{found.name}._replace({name}={value})"
    return f"dataclasses.replace({found.name}, {name}={value})"


@production("object", 1)
def _from_class(g: Writer, kind: Kind, depth: int) -> str | None:
    if "of" not in kind.model.statics:
        return None
    return f"{kind.model.name}.of({g.make(FLOAT, depth)})"


def attribute_of(g: Writer, v: Variable, kind: Kind) -> str | None:
    model: Model = v.kind.model
    names = [name for name, k in model.attributes.items() if k == kind]
    names += list(model.properties) if kind == FLOAT else []
    return f"{v.name}.{g.draw.pick(names)}" if names else None


@production("float", 8)
@production("float atom", 3)
def _attribute(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    return found and attribute_of(g, found, FLOAT)


@production("int", 1)
@production("list", 1)
@production("array", 2)
def _attribute_of_a_kind(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    return found and attribute_of(g, found, kind)


@production("float", 5)
def _method_call(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    if found is None:
        return None
    model: Model = found.kind.model
    free = [(name, s) for name, s in model.methods.items() if not (found.frozen and name in model.changing)]
    own = [(f"{found.name}.{name}", s) for name, s in free if s.result == FLOAT]
    own += [(f"{g.draw.pick((found.name, model.name))}.{name}", s) for name, s in model.statics.items() if s.result == FLOAT]
    if not own:
        return None
    target, signature = g.draw.pick(own)
    return call(g, target, signature, depth)


@production("float", 4)
def _operator(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in objects(g) if v.kind.model.operators])
    if found is None:
        return None
    n, x = found.name, g.make(FLOAT, depth)
    forms = {
        "__call__": f"{n}({x})",
        "__add__": f"({n} + {x})",
        "__radd__": f"({x} + {n})",
        "__mul__": f"({n} * {x})",
        "__neg__": f"(-{n})",
        "__sub__": f"({n} - {x})",
        "__getitem__": f"{n}[{g.draw.pick(('0', '1'))}]",
        "__len__": f"len({n}) * {x}",
        "__eq__": f"({x} if {n} == {n} else 0.5)",
        "__bool__": g.draw.pick((f"({x} if {n} else 0.5)", f"({x} if not {n} else 1.5)")),
        "__iter__": f"sum([v * {x} for v in {n}])",
        "__lt__": f"({x} if {n} < {n} else -0.5)",
        "__abs__": f"abs({n})",
        "__contains__": f"({x} if 1 in {n} else 0.25)",
    }
    known = [forms[name] for name in sorted(found.kind.model.operators) if name in forms]
    return g.draw.pick(known) if known else None


@production("bool", 1)
def _about_objects(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    if found is None:
        return None
    other = g.draw.pick(objects(g, found.kind))
    forms = [f"isinstance({found.name}, {found.kind.model.name})", f"({found.name} is {other.name})"]
    if all(k in (FLOAT, INT) for k in found.kind.model.attributes.values()):
        forms += [f"({found.name} == {other.name})", f"(not {found.name})"]
    return g.draw.pick(forms)


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 6)
def _new_object(g: Writer) -> bool:
    models = [v.kind.model for v in g.scope.visible("class")]
    if not models:
        return False
    kind = g.draw.pick(models).kind
    text, name = g.make(kind), g.name(("obj", "p", "o", "other", "item"))
    g.line(f"{name} = {text}")
    g.define(name, kind)
    return True


@production("statement", 6)
def _set_attribute(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour != "named tuple" and not v.kind.model.frozen and not v.frozen])
    if found is None:
        return False
    model: Model = found.kind.model
    # A class attribute that one path makes an instance's own is refused.
    own = [name for name in model.floats() if not g.open or name not in CONSTANTS]
    names = [*own, *(name for name, settable in model.properties.items() if settable)]
    if not names:
        return False
    g.line(f"{found.name}.{g.draw.pick(names)} {g.draw.weighted([(5, '='), (3, '+='), (1, '*=')])} {g.make(FLOAT)}")
    return True


@production("statement", 3)
def _change_inside(g: Writer) -> bool:
    """What an attribute holds is changed in place."""
    found = g.pick([v for v in objects(g) if any(k.name in ("list", "array") for k in v.kind.model.attributes.values()) and not v.frozen])
    if found is None:
        return False
    name, kind = g.draw.pick([(n, k) for n, k in found.kind.model.attributes.items() if k.name in ("list", "array")])
    place = f"{found.name}.{name}"
    if kind.name == "array":
        forms = ["{p}[0] = {x}", "{p}[-1] += {x}"]
        forms += ["{p} *= {x}"] if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen else []
    elif g.open:
        forms = ["{p}[0] = {x}", "{p}.append({x})"]
    else:
        forms = ["{p}.append({x})", "{p}[0] *= {x}", "{p}.insert(0, {x})"]
        forms += ["{p} += [{x}]"] if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen else []
    g.line(g.draw.pick(forms).format(p=place, x=g.make(FLOAT, 1)))
    return True


@production("statement", 2, settled=True)
def _another_name(g: Writer) -> bool:
    found = g.pick(objects(g))
    if found is None:
        return False
    name = g.name(("same", "twin", "ref"))
    g.line(f"{name} = {found.name}")
    g.define(name, found.kind, frozen=found.frozen)
    return True


@production("statement", 2)
def _bump(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if "bump" in v.kind.model.methods and not v.frozen])
    if found is None:
        return False
    chain = found.kind.model.methods["bump"].result == found.kind and g.draw.chance(30)
    g.line(f"{found.name}.bump({g.make(FLOAT)}){'.bump()' if chain else ''}")
    return True


@production("statement", 1)
def _unpack_named_tuple(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour == "named tuple"])
    if found is None:
        return False
    names = []
    for kind, _ in found.kind.model.fields.values():
        names.append(g.name())
        g.define(names[-1], kind, frozen=kind.name == "array")
    g.line(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {found.name}")
    return True


@production("float", 1)
def _by_index(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour == "named tuple"])
    if found is None:
        return None
    places = [i for i, (k, _) in enumerate(found.kind.model.fields.values()) if k == FLOAT]
    return f"{found.name}[{g.draw.pick(places)}]" if places else None


@production("statement", 1, settled=True)
def _objects_in_a_list(g: Writer) -> bool:
    found = g.pick(objects(g))
    if found is None:
        return False
    many = [v.name for v in objects(g, found.kind)]
    name, result, item = g.name(("group", "items")), g.name(), attribute_of(g, Variable("one", found.kind), FLOAT)
    g.line(f"{name} = [{', '.join(g.draw.pick(many) for _ in range(g.draw.integer(1, 3)))}]")
    names = [n for n in found.kind.model.floats() if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen]
    names = [n for n in names if not g.open or n not in CONSTANTS]
    if names and not any(v.frozen for v in objects(g, found.kind)) and g.draw.chance(60):
        g.line(f"{name}[{g.draw.pick(('0', '-1'))}].{g.draw.pick(names)} += {g.make(FLOAT)}")
    g.define(name, Kind("view"))
    if item:
        g.line(f"{result} = sum([{item} for one in {name}])")
        g.define(result, FLOAT)
    return True

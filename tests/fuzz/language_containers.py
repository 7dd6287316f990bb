"""Lists, dicts and tuples: nested, changed in place, aliased, and looked at through views that live."""

from __future__ import annotations

from language_arrays import index, some_shape
from language_scope import BOOL, FLOAT, INT, STR, Kind, Store, Variable, array, dict_of, list_of
from language_writer import Writer, production

KEYS = ("a", "b", "c", "k1", "k2")


def some_item(g: Writer, depth: int = 0) -> Kind:
    """The kind of a list's elements."""
    choices = [(12, FLOAT), (3, INT)]
    if depth == 0:
        choices += [(2, array(*some_shape(g))), (3, list_of(FLOAT)), (1, Kind("tuple", items=(FLOAT, INT)))]
        choices += [(1, dict_of(FLOAT)), (1, STR)]
    return g.draw.weighted(choices)


# -- expressions -------------------------------------------------------------------------------------------------------


@production("list", 3)
@production("list atom", 3)
def _list_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    """The list itself: whoever gets it may change it."""
    found = g.pick(g.scope.of(kind))
    if found is None:
        return None
    g.forget(found.store)
    return found.name


@production("list", 4)
@production("list atom", 2)
def _list_display(g: Writer, kind: Kind, depth: int) -> str:
    return f"[{', '.join(g.make(kind.items[0], depth) for _ in range(g.draw.integer(1, 3)))}]"


@production("list", 2)
def _list_made(g: Writer, kind: Kind, depth: int) -> str:
    a, b = g.make(kind, depth), g.make(kind, depth)
    return g.draw.pick((f"({a} + {b})", f"list({a})", f"{a}[:]", f"{a}[::-1]", f"list(reversed({a}))", f"{a}.copy()"))


@production("dict", 3)
@production("dict atom", 3)
def _dict_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.of(kind))
    if found is None:
        return None
    g.forget(found.store)
    return found.name


@production("dict", 4)
@production("dict atom", 1)
def _dict_display(g: Writer, kind: Kind, depth: int) -> str:
    keys = KEYS[: g.draw.integer(1, 3)]
    if g.draw.chance(15) and kind.items[0] in (FLOAT, INT):
        return f"dict({', '.join(f'{key}={g.make(kind.items[0], depth)}' for key in keys)})"
    return "{" + ", ".join(f"{key!r}: {g.make(kind.items[0], depth)}" for key in keys) + "}"


@production("tuple", 3)
@production("tuple atom", 3)
def _tuple_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.of(kind))
    return found.name if found else None


@production("tuple", 4)
@production("tuple atom", 1)
def _tuple_display(g: Writer, kind: Kind, depth: int) -> str:
    return "(" + "".join(f"{g.make(item, depth)}, " for item in kind.items) + ")"


@production("float", 5)
def _item(g: Writer, kind: Kind, depth: int) -> str | None:
    """A float out of a list, dict or tuple."""
    found = g.pick([v for v in g.scope.visible("list", "dict", "tuple") if FLOAT in v.kind.items])
    return found and item_of(g, found, depth)


def item_of(g: Writer, v: Variable, depth: int) -> str | None:
    if v.kind.name == "tuple":
        return f"{v.name}[{g.draw.pick([i for i, kind in enumerate(v.kind.items) if kind == FLOAT])}]"
    if v.kind.name == "list":
        if v.store.length:
            return f"{v.name}[{index(g, v.store.length, depth)}]"
        return g.draw.pick((f"({v.name}[-1] if {v.name} else 0.5)", f"({v.name}[0] if len({v.name}) > 0 else 1.5)"))
    if v.store.keys:
        key = g.draw.pick(v.store.keys)
        return g.draw.pick((f"{v.name}[{key!r}]", f"{v.name}[{key!r}]", f"{v.name}.get({key!r}, 0.5)"))
    return f"{v.name}.get({g.draw.pick(KEYS)!r}, {g.atom(FLOAT)})"


@production("float", 3)
def _fold_of_container(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in g.scope.visible("list", "dict") if v.kind.items[0] == FLOAT])
    if found is None:
        return None
    values = found.name if found.kind.name == "list" else f"{found.name}.values()"
    forms = ("sum({})", "sum({}, 0.5)", "sum([v * 0.5 for v in {}])")
    if found.store.length is not None or found.store.keys:
        forms += ("max([0.1, *{}])", "min((*{}, 1.0))")
    return g.draw.pick(forms).format(values)


@production("float", 2)
def _popped(g: Writer, kind: Kind, depth: int) -> str | None:
    """An element that leaves its list as it is read."""
    found = g.pick([v for v in g.scope.visible("list") if v.kind == list_of(FLOAT) and v.store.length and not v.frozen])
    if found is None or g.open or g.pure or g.draw.chance(50):
        return None
    assert found.store.length is not None
    at = g.draw.pick(("", "0", "-1"))
    # What a short circuit leaves out stays: the length is known no more.
    g.forget(found.store)
    return f"{found.name}.pop({at})"


@production("bool", 2)
def _membership(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("dict"))
    return f"{g.draw.pick(KEYS)!r} {g.draw.pick(('in', 'not in'))} {found.name}" if found else None


@production("bool", 1)
def _emptiness(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("list", "dict"))
    return found and g.draw.pick((f"(not not {found.name})", f"(not {found.name})", f"len({found.name}) > 2"))


@production("bool", 1)
def _same_object(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.scope.visible("list", "dict")
    return f"({g.draw.pick(found).name} is {g.draw.pick(found).name})" if found else None


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 5)
def _new_list(g: Writer) -> bool:
    item = some_item(g)
    n = g.draw.weighted([(6, g.draw.integer(1, 4)), (2, 0)]) if item == FLOAT else g.draw.integer(1, 3)
    if item == FLOAT and n and g.draw.chance(20):
        text = f"[{g.atom(FLOAT)}] * {n}"
    else:
        text = f"[{', '.join(g.make(item, 1) for _ in range(n))}]"
    name = g.name()
    g.line(f"{name} = {text}")
    g.define(name, list_of(item), store=Store(length=n))
    return True


@production("statement", 3)
def _new_dict(g: Writer) -> bool:
    item = g.draw.weighted([(8, FLOAT), (2, list_of(FLOAT)), (1, INT), (1, array(*some_shape(g)))])
    keys = list(KEYS[: g.draw.integer(1, 3)])
    text = "{" + ", ".join(f"{key!r}: {g.make(item, 1)}" for key in keys) + "}"
    name = g.name()
    g.line(f"{name} = {text}")
    g.define(name, dict_of(item), store=Store(keys=keys))
    return True


@production("statement", 2)
def _new_tuple(g: Writer) -> bool:
    items = tuple(some_item(g, 0) for _ in range(g.draw.integer(1, 3)))
    kind = Kind("tuple", items=items)
    text, name = g.make(kind, 1), g.name()
    g.line(f"{name} = {text}")
    g.define(name, kind)
    return True


@production("statement", 4, settled=True)
def _alias(g: Writer) -> bool:
    """Another name for a list or dict, or for one inside another."""
    found = g.pick(g.scope.visible("list", "dict"))
    if found is None:
        return False
    inner = found.kind.items[0]
    certain = found.store.length if found.kind.name == "list" else found.store.keys
    if inner.name in ("list", "dict", "array") and certain:
        place = g.draw.integer(0, found.store.length - 1) if found.store.length else g.draw.pick(found.store.keys or [""])
        name = g.name()
        g.line(f"{name} = {found.name}[{place!r}]")
        g.define(name, inner, frozen=found.frozen)
    else:
        name = g.name()
        g.line(f"{name} = {found.name}")
        g.define(name, found.kind, store=found.store, frozen=found.frozen)
    return True


@production("statement", 6)
def _store_item(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("list", "dict") if (v.store.length or v.store.keys) and not v.frozen])
    if found is None:
        return False
    item = found.kind.items[0]
    place = index(g, found.store.length) if found.store.length else repr(g.draw.pick(found.store.keys or [""]))
    if item in (FLOAT, INT):
        if g.draw.chance(50):
            operator = g.draw.pick(("+=", "-=", "*=") if item == FLOAT else ("+=",))
            g.line(f"{found.name}[{place}] {operator} {g.make(item)}")
        else:
            g.line(f"{found.name}[{place}] = {g.make(item)}")
    elif item == list_of(FLOAT) and not g.open:
        form = g.draw.pick(("{} += [{}]", "{}.append({})", "{}.insert(0, {})", "{} = [{}] * 2", "{}.extend((0.5, {}))"))
        g.line(form.format(f"{found.name}[{place}]", g.make(FLOAT)))
    elif item.name == "array":
        form = g.draw.pick(("{}[0] = {}", "{} *= {}", "{}[:] += {}", "{}[-1] -= {}"))
        g.line(form.format(f"{found.name}[{place}]", g.make(FLOAT)))
    elif item == dict_of(FLOAT):
        g.line(f"{found.name}[{place}][{g.draw.pick(KEYS)!r}] = {g.make(FLOAT)}")
    elif not g.open:
        g.line(f"{found.name}[{place}] = {g.make(item)}")
    else:
        return False
    return True


@production("statement", 5, settled=True)
def _resize_list(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("list") if not v.frozen])
    if found is None:
        return False
    name, item, store = found.name, found.kind.items[0], found.store
    n = store.length
    forms = [("{n}.append({x})", 1), ("{n}.insert(0, {x})", 1), ("{n} += [{x}]", 1), ("{n}.extend([{x}, {x}])", 2)]
    forms += [("{n}.insert(-1, {x})", 1), ("{n}[len({n}):] = [{x}]", 1)]
    if not g.open and g.scope.frames < 2:
        forms += [("{n}.extend({n})", n), ("{n} *= 2", n)]
    if n:
        forms += [("{n}.pop()", -1), ("{n}.pop(0)", -1), ("del {n}[0]", -1), ("del {n}[-1]", -1), ("{n}.reverse()", 0)]
        forms += [("{n}[0:1] = [{x}, {x}]", 1), ("del {n}[1:]", 1 - n), ("{n}.pop(-1)", -1), ("{n}.clear()", -n)]
    form, change = g.draw.pick(forms)
    if form.startswith(("{n} +=", "{n} *=")) and found not in g.scope.own("list"):
        return False
    g.line(form.format(n=name, x=g.make(item, 1)))
    # Making the element may have made the length uncertain.
    if g.open or g.scope.frames > 1 or n is None or change is None or store.length is None:
        g.forget(store)
    else:
        store.length = n + change
    return True


@production("statement", 3)
def _grow_in_loop(g: Writer) -> bool:
    """Appending floats to a list of floats is what may happen any number of times."""
    found = g.pick([v for v in g.scope.visible("list") if v.kind == list_of(FLOAT) and not v.frozen])
    if found is None or not g.open:
        return False
    g.line(f"{found.name}.append({g.make(FLOAT)})")
    g.forget(found.store)
    return True


@production("statement", 3, settled=True)
def _resize_dict(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("dict") if not v.frozen and v.store.keys])
    if found is None or g.open or g.scope.frames > 1:
        return False
    name, item, keys = found.name, found.kind.items[0], found.store.keys
    assert keys is not None
    new = g.draw.pick(KEYS)
    form = g.draw.weighted(
        [(20, "{n}[{k!r}] = {x}"), (10, "{n}.update({k}={x})"), (1, "{n}.setdefault({k!r}, {x})"), (1, "{n} |= {{{k!r}: {x}}}")]
    )
    if len(keys) > 1 and g.draw.chance(35):
        new = g.draw.pick(keys)
        form = g.draw.pick(("del {n}[{k!r}]", "{n}.pop({k!r})", "{n}.pop({k!r}, None)"))
        g.line(form.format(n=name, k=new))
        keys.remove(new)
        return True
    if form.startswith("{n} |=") and found not in g.scope.own("dict"):
        return False
    g.line(form.format(n=name, k=new, x=g.make(item, 1)))
    if found.store.keys is not None and new not in found.store.keys:
        found.store.keys.append(new)
    return True


@production("statement", 2, settled=True)
def _live_view(g: Writer) -> bool:
    """`keys()`, `values()`, `items()` that are looked at after the dict has changed."""
    found = g.pick([v for v in g.scope.visible("dict") if v.kind.items[0] == FLOAT and v.store.keys and not v.frozen])
    if found is None or g.open or g.scope.frames > 1:
        return False
    assert found.store.keys is not None
    view, result = g.name(("ks", "vs", "view")), g.name()
    which = g.draw.pick(("keys", "values", "items"))
    g.line(f"{view} = {found.name}.{which}()")
    new = g.draw.pick(KEYS)
    g.line(f"{found.name}[{new!r}] = {g.make(FLOAT)}")
    if found.store.keys is not None and new not in found.store.keys:
        found.store.keys.append(new)
    looked = {"keys": "0.5 * len({v})", "values": "sum({v})", "items": "sum([w * len(k) for k, w in {v}])"}[which]
    g.line(f"{result} = {looked.format(v=view)}")
    g.define(view, Kind("view"))
    g.define(result, FLOAT)
    return True


@production("statement", 2)
def _unpack(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("tuple", "list") if v.kind.name == "tuple" or v.store.length])
    if found is None:
        return False
    kinds = found.kind.items if found.kind.name == "tuple" else found.kind.items * (found.store.length or 0)
    names = []
    star = g.draw.chance(25) and found.kind.name == "list"
    for i, kind in enumerate(kinds):
        if star and i == len(kinds) - 1:
            names.append("*" + g.name())
            g.define(names[-1][1:], list_of(kind), store=Store(length=1))
        else:
            names.append(g.name())
            g.define(names[-1], kind, frozen=kind.name == "array")
    g.line(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {found.name}")
    return True


@production("bool", 1)
def _compared(g: Writer, kind: Kind, depth: int) -> str | None:
    found = [v for v in g.scope.visible("list", "tuple") if set(v.kind.items) <= {INT, STR, BOOL} and v.store.length != 0]
    return f"({g.draw.pick(found).name} == {g.draw.pick(found).name})" if found else None

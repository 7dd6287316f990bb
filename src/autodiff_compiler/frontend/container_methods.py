"""Methods and in-place operators of lists, dicts and tuples, and the sorting of things that are known."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from autodiff_compiler.frontend import container_items, keyed_dicts
from autodiff_compiler.frontend.arity import Arity
from autodiff_compiler.frontend.asking import Sequence
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.consumers import drained, for_each, pair
from autodiff_compiler.frontend.container_items import append, key_of, own
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.places import apply, place_name
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_type
from autodiff_compiler.frontend.values import Abs, DictView, Dyn, Grown, Items, Ref, Static, Tup, same
from autodiff_compiler.ir.core import Value
from autodiff_compiler.library.standard import growing, keyed, ordering

Handler = Callable[[Context, Any, list[Abs], dict[str, Abs]], Abs]


def call(ctx: Context, receiver: Box | Tup, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`receiver.name(...)`."""
    kind = "tuple" if isinstance(receiver, Tup) else receiver.cls.__name__
    found = _METHODS.get((kind, name))
    if found is None:
        if not hasattr(receiver.cls, name):
            raise ctx.wrong("AD145", f"a {receiver.cls.__name__} has no attribute `{name}`")
        raise ctx.unsupported(
            "AD170", f"the method `{name}` of {describe(receiver)}", "write it with indexing and loops"
        )
    handler, arity = found
    arity.check(ctx, name, args, kwargs)
    return handler(ctx, receiver, args, kwargs)


def in_place(ctx: Context, box: Box, op: type[ast.operator], value: Abs) -> bool:
    """`box op= value`, where a list or dict implements it; False where it does not."""
    # An array or a NumPy number beside a list decides: `items += array` makes an array, and rebinds the name.
    numpy = isinstance(value, Ref) or (is_scalar(value) and scalar_type(value).kind == "np")
    if box.cls is list and op is ast.Add and not numpy:
        extend(ctx, box, value)
    elif box.cls is list and op is ast.Mult and is_scalar(value) and not numpy:
        _repeat(ctx, box, value)
    elif box.cls is dict and op is ast.BitOr:
        fill(ctx, box, value)
    else:
        return False
    return True


# -- lists -----------------------------------------------------------------------------------------------------------


def extend(ctx: Context, box: Box, other: Abs) -> None:
    """`box.extend(other)`: by the items of a list or tuple at once, by those of another iterable as they come."""
    content = ctx.state.content(other) if isinstance(other, Box) and other.cls is list else other
    if isinstance(content, Items | Tup):
        own(ctx, box)
        for item in content.items:
            append(ctx, box, item)
        return
    own(ctx, box)
    # It has a name while the loop runs, so that the loop carries what it holds.
    key = place_name(ctx, "$extended")
    ctx.state.names[key] = box

    def each(item: Abs) -> None:
        target = ctx.state.names[key]
        assert isinstance(target, Box)
        append(ctx, target, item)

    for_each(ctx, iterate(ctx, other), each)
    ctx.state.names.pop(key)


def _repeat(ctx: Context, box: Box, count: Abs) -> None:
    """`box *= count`, on the list itself."""
    content = own(ctx, box)
    if isinstance(content, Grown):
        raise ctx.unsupported("AD174", "`*=` of a list that grows at run time", "append to it in a loop")
    times = ctx.static(count, "how often a list is repeated")
    if not isinstance(times, int):
        raise ctx.wrong("AD108", f"a repetition must be an integer, not {describe(count)}")
    ctx.state.boxes[box] = Items(content.items * times)


def _append(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    append(ctx, box, args[0])
    return Static(None)


def _extend(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    extend(ctx, box, args[0])
    return Static(None)


def _index(ctx: Context, x: Abs, what: str) -> int:
    position = ctx.static(x, what)
    if not hasattr(type(position), "__index__"):
        raise ctx.wrong("AD133", f"{what} must be an integer, not {describe(x)}")
    return int(position)


def _holding(ctx: Context, box: Box, made: Abs, result: Abs | None = None) -> Abs:
    """Give a list what another one holds, and return the result of the method that it is for."""
    assert isinstance(made, Box)
    ctx.state.boxes[box] = ctx.state.content(made)
    return result or Static(None)


def _pop(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = own(ctx, box)
    if isinstance(content, Grown):
        result = ctx.call(Static(growing.taken_out), [box, args[0] if args else Static(-1)], {})
        assert isinstance(result, Tup)
        item, rest = result.items
        return _holding(ctx, box, rest, item)
    items = list(content.items)
    position = _index(ctx, args[0], "the index of pop()") if args else -1
    if not items:
        raise ctx.wrong("AD134", "pop from an empty list")
    if not -len(items) <= position < len(items):
        raise ctx.wrong("AD134", f"pop index {position} out of range for {len(items)} items")
    value = items.pop(position)
    ctx.state.boxes[box] = Items(tuple(items))
    return value


def _insert(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = own(ctx, box)
    if isinstance(content, Grown):
        return _holding(ctx, box, ctx.call(Static(growing.inserted), [box, *args], {}))
    items = list(content.items)
    items.insert(_index(ctx, args[0], "the index of insert()"), ctx.kept(args[1]))
    ctx.state.boxes[box] = Items(tuple(items))
    return Static(None)


def _reverse(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = own(ctx, box)
    if isinstance(content, Grown):
        return _holding(ctx, box, ctx.call(Static(growing.turned_round), [box], {}))
    ctx.state.boxes[box] = Items(content.items[::-1])
    return Static(None)


def _clear(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own(ctx, box)
    ctx.state.boxes[box] = Items(())
    return Static(None)


def _remove(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = own(ctx, box)
    position = None if isinstance(content, Grown) else _found(ctx, content.items, args[0], "remove()")
    if position is None or isinstance(content, Grown):
        return _holding(ctx, box, ctx.call(Static(growing.removed), [box, *args], {}))
    ctx.state.boxes[box] = Items((*content.items[:position], *content.items[position + 1 :]))
    return Static(None)


def _sort(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = ctx.state.content(box)
    if isinstance(content, Items):
        made = in_order(ctx, list(content.items), kwargs)
    else:
        made = in_order_at_run_time(ctx, copied(ctx, box), kwargs)
    own(ctx, box)
    ctx.state.boxes[box] = ctx.state.content(made)
    return Static(None)


def in_order_at_run_time(ctx: Context, items: Abs, kwargs: dict[str, Abs]) -> Box:
    """A list of numbers, of tuples of numbers, or of lists and objects by a key, sorted when the program runs."""
    key, reverse = kwargs.get("key", Static(None)), kwargs.get("reverse", Static(False))
    content = ctx.state.content(items) if isinstance(items, Box) else None
    ordered = Tup if isinstance(key, Static) and key.obj is None else Tup | Box
    known_rows = isinstance(content, Items) and all(isinstance(item, ordered) for item in content.items)
    rows = known_rows or (isinstance(content, Grown) and content.form is not None)
    numbers = isinstance(content, Grown) or (isinstance(content, Items) and all(map(is_scalar, content.items)))
    if not (rows or numbers):
        way_out = "give a key that is a number (key=lambda item: item.x), or use np.argsort"
        raise ctx.unsupported("AD187", "an order of things other than numbers and tuples of them", way_out)
    function = ordering.sorted_rows if rows else ordering.sorted_numbers
    made = ctx.call(Static(function), [items, key, Static(bool(ctx.static(reverse, "`reverse`")))], {})
    assert isinstance(made, Box)
    return made


def in_order(ctx: Context, items: list[Abs], kwargs: dict[str, Abs]) -> Box:
    """A list of the items sorted by what is known about them: by themselves, by `key(item)`, or by the keys of pairs."""
    key = kwargs.get("key", Static(None))
    by = items if isinstance(key, Static) and key.obj is None else [apply(ctx, key, [item]) for item in items]
    known = _sort_keys(by)
    if known is None:
        return in_order_at_run_time(ctx, ctx.new_list(items), kwargs)
    backwards = bool(ctx.static(kwargs.get("reverse", Static(False)), "`reverse`"))
    try:
        order = sorted(range(len(items)), key=known.__getitem__, reverse=backwards)
    except TypeError as error:
        raise ctx.wrong("AD171", f"TypeError: {error}") from error
    return ctx.new_list([items[i] for i in order])


def _sort_keys(items: list[Abs]) -> list[Any] | None:
    """What decides the order of items, if it is known: their values, or the first parts of pairs like those of `d.items()`."""
    if all(isinstance(x, Static) for x in items):
        return [x.obj for x in items if isinstance(x, Static)]
    pairs = [x.items for x in items if isinstance(x, Tup) and x.items]
    if len(pairs) < len(items):
        return None
    if all(isinstance(part, Static) for parts in pairs for part in parts):
        return [tuple(part.obj for part in parts if isinstance(part, Static)) for parts in pairs]
    firsts = [parts[0].obj for parts in pairs if isinstance(parts[0], Static) and isinstance(parts[0].obj, str | int)]
    return firsts if len(set(firsts)) == len(items) else None


def _found(ctx: Context, items: tuple[Abs, ...], x: Abs, what: str) -> int | None:
    """The place of the first item that equals x; None if only the run can tell."""
    for k, item in enumerate(items):
        truth = _equal(ctx, item, x)
        if isinstance(truth, Value):
            return None
        if truth:
            return k
    raise ctx.wrong("AD134", f"{what}: the item is not in the list")


def _equal(ctx: Context, item: Abs, x: Abs) -> bool | Value:
    """Equality as containers see it: the same object is equal to itself, even NaN."""
    return True if is_same_object(item, x) else ctx.truth(ctx.compare(ast.Eq, item, x))


def is_same_object(x: Abs, y: Abs) -> bool:
    if isinstance(x, Static) and isinstance(y, Static):
        return x.obj is y.obj
    return same(x, y)


def _position(ctx: Context, x: Box | Tup, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The place of the first item that equals it; where only the run tells which does, that is found there."""
    content = x if isinstance(x, Tup) else ctx.state.content(x)
    if isinstance(content, Grown) or len(args) > 1:
        return ctx.call(Static(growing.found), [x, *args], {})
    b, answers = ctx.b, []
    for item in content.items:
        answers.append(_equal(ctx, item, args[0]))
        if answers[-1] is True:
            break
    certain = bool(answers) and answers[-1] is True
    if not any(isinstance(answer, Value) for answer in answers):
        if not certain:
            raise ctx.wrong("AD134", "index(): the item is not in the list")
        return Static(len(answers) - 1)
    place = b.const(len(answers) - 1 if certain else -1)
    for k in reversed(range(len(answers))):
        answer = answers[k]
        if isinstance(answer, Value):
            place = b.select(answer, b.const(k), place)
    if not certain:
        there = b.compare("ge", place, b.const(0))
        b.emit("check", (there,), {"error": "ValueError", "message": ("the item is not in the list",)})
    return Dyn(place)


def _count(ctx: Context, x: Box | Tup, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = x if isinstance(x, Tup) else ctx.state.content(x)
    if isinstance(content, Grown):
        raise ctx.unsupported("AD174", "count() of a list that grows at run time", "write a loop, or use an array")
    total: Abs = Static(0)
    for item in content.items:
        truth = _equal(ctx, item, args[0])
        total = ctx.add(total, ctx.from_value(truth) if isinstance(truth, Value) else Static(int(truth)))
    return total


def _copy(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return copied(ctx, box)


def copied(ctx: Context, box: Box) -> Box:
    """A shallow copy of a list, dict or object."""
    new = Box(box.cls)
    ctx.state.boxes[new] = ctx.state.content(box)
    return new


# -- dicts -----------------------------------------------------------------------------------------------------------


def _content(ctx: Context, box: Box) -> Items:
    content = ctx.state.content(box)
    if isinstance(content, Grown):
        raise ctx.unsupported(
            "AD174", "this, of a dict whose keys are known only at run time", "write a loop over its items"
        )
    return content


def _view(kind: str) -> Handler:
    return lambda ctx, box, args, kwargs: DictView(kind, box)


def _get(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if keyed_dicts.is_one(ctx, box, args[0]):
        return keyed_dicts.asked(ctx, box, keyed.got, args[0], args[1] if len(args) > 1 else Static(None))
    content = _content(ctx, box)
    key = key_of(ctx, args[0])
    if key in content.keys:
        return content.items[content.keys.index(key)]
    return args[1] if len(args) > 1 else Static(None)


def _setdefault(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    default = args[1] if len(args) > 1 else Static(None)
    if keyed_dicts.is_one(ctx, box, args[0]):
        container_items.store(ctx, box, args[0], keyed_dicts.asked(ctx, box, keyed.got, args[0], default))
    elif key_of(ctx, args[0]) not in _content(ctx, box).keys:
        container_items.store(ctx, box, args[0], default)
    return container_items.load(ctx, box, args[0])


def _pop_key(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own(ctx, box)
    if len(args) > 1 and keyed_dicts.is_one(ctx, box, args[0]):
        raise ctx.unsupported(
            "AD174", "pop() with a default, of a dict whose keys are known only at run time", "test with `in` first"
        )
    if len(args) > 1 and key_of(ctx, args[0]) not in _content(ctx, box).keys:
        return args[1]
    value = container_items.load(ctx, box, args[0])
    container_items.delete(ctx, box, args[0])
    return value


def _popitem(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own(ctx, box)
    content = _content(ctx, box)
    if not content.keys:
        raise ctx.wrong("AD131", "popitem(): the dict is empty")
    ctx.state.boxes[box] = Items(content.items[:-1], content.keys[:-1])
    return Tup((Static(content.keys[-1]), content.items[-1]))


def _update(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own(ctx, box)
    for other in args:
        fill(ctx, box, other)
    for key, item in kwargs.items():
        container_items.store(ctx, box, Static(key), item)
    return Static(None)


def fill(ctx: Context, box: Box, other: Abs) -> None:
    """The items of a dict, or of an iterable of pairs, put into a dict."""
    own(ctx, box)
    keys, item_of = special(ctx, other, "keys"), special(ctx, other, "__getitem__")
    if isinstance(other, Box) and other.cls is dict:
        content = ctx.state.content(other)
        if isinstance(content, Grown):
            ctx.call(Static(keyed.put_all), [box, other], {})
            return
        pairs: list[tuple[Abs, Abs]] = [(Static(key), item) for key, item in zip(content.keys, content.items)]
    elif keys is not None and item_of is not None:
        given = drained(ctx, iterate(ctx, ctx.call(keys, [], {})), "the keys of a dict")
        pairs = [(key, ctx.call(item_of, [key], {})) for key in given]
    else:
        iterable = iterate(ctx, other)
        if isinstance(iterable, Sequence) and iterable.bounds is None:
            _fill_in_a_loop(ctx, box, iterable)
            return
        pairs = [pair(ctx, item) for item in drained(ctx, iterable, "the items of a dict")]
    for key, value in pairs:
        container_items.store(ctx, box, key, value)


def _fill_in_a_loop(ctx: Context, box: Box, iterable: Sequence) -> None:
    # It has a name while the loop runs, so that the loop carries what it holds.
    name = place_name(ctx, "$filled")
    ctx.state.names[name] = box

    def each(item: Abs) -> None:
        target = ctx.state.names[name]
        assert isinstance(target, Box)
        container_items.store(ctx, target, *pair(ctx, item))

    for_each(ctx, iterable, each)
    ctx.state.names.pop(name)


def joined(ctx: Context, x: Box, y: Box) -> Box:
    """`x | y` of two dicts."""
    new = copied(ctx, x)
    fill(ctx, new, y)
    return new


_METHODS: dict[tuple[str, str], tuple[Handler, Arity]] = {
    ("list", "append"): (_append, Arity(1, 1)),
    ("list", "extend"): (_extend, Arity(1, 1)),
    ("list", "pop"): (_pop, Arity(0, 1)),
    ("list", "insert"): (_insert, Arity(2, 2)),
    ("list", "reverse"): (_reverse, Arity(0, 0)),
    ("list", "clear"): (_clear, Arity(0, 0)),
    ("list", "remove"): (_remove, Arity(1, 1)),
    ("list", "sort"): (_sort, Arity(0, 0, ("key", "reverse"))),
    ("list", "index"): (_position, Arity(1, 3)),
    ("list", "count"): (_count, Arity(1, 1)),
    ("list", "copy"): (_copy, Arity(0, 0)),
    ("tuple", "index"): (_position, Arity(1, 3)),
    ("tuple", "count"): (_count, Arity(1, 1)),
    ("dict", "keys"): (_view("keys"), Arity(0, 0)),
    ("dict", "values"): (_view("values"), Arity(0, 0)),
    ("dict", "items"): (_view("items"), Arity(0, 0)),
    ("dict", "get"): (_get, Arity(1, 2)),
    ("dict", "setdefault"): (_setdefault, Arity(1, 2)),
    ("dict", "pop"): (_pop_key, Arity(1, 2)),
    ("dict", "popitem"): (_popitem, Arity(0, 0)),
    ("dict", "clear"): (_clear, Arity(0, 0)),
    ("dict", "update"): (_update, Arity(0, 1, None)),
    ("dict", "copy"): (_copy, Arity(0, 0)),
}

"""Containers of `collections`: dicts with a default or an order, and queues."""

from __future__ import annotations

import collections
from typing import Any

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.stand_ins import in_set_order, stands_for


class Mapping:  # noqa: PLW1641  (nor has a dict a hash)
    """What all these dicts can do; `held` has the items."""

    def __eq__(self, other: Any) -> bool:
        unsupported("comparing dicts of `collections`", "compare their items")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.held: dict[Any, Any] = dict(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self.held[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.held[key] = value

    def __delitem__(self, key: Any) -> None:
        del self.held[key]

    def __contains__(self, key: Any) -> bool:
        return key in self.held

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Any:
        return iter(self.held)

    def keys(self) -> Any:
        return self.held.keys()

    def values(self) -> Any:
        return self.held.values()

    def items(self) -> Any:
        return self.held.items()

    def get(self, key: Any, default: Any = None) -> Any:
        return self.held.get(key, default)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        return self.held.setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        self.held.update(*args, **kwargs)

    def pop(self, key: Any, *default: Any) -> Any:
        return self.held.pop(key, *default)


@stands_for(collections.defaultdict)
class DefaultDict(Mapping):
    def __init__(self, default_factory: Any = None, *args: Any, **kwargs: Any) -> None:
        self.default_factory = default_factory
        self.held = dict(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        if key not in self.held and self.default_factory is not None:
            self.held[key] = self.default_factory()
        return self.held[key]


@stands_for(collections.OrderedDict)
class OrderedDict(Mapping):
    def move_to_end(self, key: Any, last: bool = True) -> None:
        value = self.held.pop(key)
        if last:
            self.held[key] = value
        else:
            self.held = {key: value, **self.held}

    def popitem(self, last: bool = True) -> Any:
        keys = list(self.held)
        key = keys[-1] if last else keys[0]
        return key, self.held.pop(key)


@stands_for(collections.Counter)
class Counter(Mapping):
    def __init__(self, iterable: Any = (), **counts: Any) -> None:
        self.held = dict(**counts)
        self.update(iterable)

    def __getitem__(self, key: Any) -> Any:
        return self.held.get(key, 0)

    def update(self, iterable: Any = (), **counts: Any) -> None:
        if isinstance(iterable, dict):
            for key in iterable:
                self.held[key] = self[key] + iterable[key]
        else:
            for key in iterable:
                self.held[key] = self[key] + 1
        for key in counts:
            self.held[key] = self[key] + counts[key]

    def most_common(self, n: Any = None) -> Any:
        rows = sorted(self.held.items(), key=lambda item: item[1], reverse=True)
        return rows if n is None else rows[:n]

    def total(self) -> Any:
        return sum(self.held.values())


@stands_for(collections.ChainMap)
class ChainMap:  # noqa: PLW1641  # comparing is refused, so it is never hashed
    def __eq__(self, other: Any) -> bool:
        unsupported("comparing dicts of `collections`", "compare their items")

    def __init__(self, *maps: Any) -> None:
        self.maps = list(maps) or [{}]

    def __getitem__(self, key: Any) -> Any:
        for held in self.maps:
            if key in held:
                return held[key]
        raise KeyError("a key that is in none of the maps")

    def __setitem__(self, key: Any, value: Any) -> None:
        self.maps[0][key] = value

    def __contains__(self, key: Any) -> bool:
        return any(key in held for held in self.maps)

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401  (this is `get`)

    def new_child(self, m: Any = None) -> Any:
        return ChainMap({} if m is None else m, *self.maps)


@stands_for(set)
class Set:  # noqa: PLW1641  (nor has a set a hash)
    """The items are the keys of a dict: they are known when compiling."""

    def __init__(self, iterable: Any = ()) -> None:
        self.held: dict[Any, Any] = {}
        self.update(iterable)

    def add(self, item: Any) -> None:
        self.held[item] = None

    def discard(self, item: Any) -> None:
        if item in self.held:
            del self.held[item]

    def remove(self, item: Any) -> None:
        del self.held[item]

    def update(self, *others: Any) -> None:
        for other in others:
            for item in other:
                self.held[item] = None

    def copy(self) -> Any:
        return Set(self.held)

    def clear(self) -> None:
        self.held = {}

    def union(self, *others: Any) -> Any:
        made = Set(self.held)
        made.update(*others)
        return made

    def intersection(self, other: Any) -> Any:
        return Set([item for item in self.held if item in other])

    def difference(self, other: Any) -> Any:
        return Set([item for item in self.held if item not in other])

    def symmetric_difference(self, other: Any) -> Any:
        return self.difference(other).union([item for item in other if item not in self.held])

    def issubset(self, other: Any) -> bool:
        return all(item in other for item in self.held)

    def issuperset(self, other: Any) -> bool:
        return all(item in self.held for item in other)

    def isdisjoint(self, other: Any) -> bool:
        return not any(item in self.held for item in other)

    def __or__(self, other: Any) -> Any:
        return self.union(other)

    def __and__(self, other: Any) -> Any:
        return self.intersection(other)

    def __sub__(self, other: Any) -> Any:
        return self.difference(other)

    def __xor__(self, other: Any) -> Any:
        return self.symmetric_difference(other)

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __iand__(self, other: Any) -> Any:
        self.held = self.intersection(other).held
        return self

    def __isub__(self, other: Any) -> Any:
        self.held = self.difference(other).held
        return self

    def __ixor__(self, other: Any) -> Any:
        self.held = self.symmetric_difference(other).held
        return self

    def __le__(self, other: Any) -> bool:
        return self.issubset(other)

    def __ge__(self, other: Any) -> bool:
        return self.issuperset(other)

    def __lt__(self, other: Any) -> bool:
        return len(self.held) < len(other) and self.issubset(other)

    def __gt__(self, other: Any) -> bool:
        return len(self.held) > len(other) and self.issuperset(other)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, set | frozenset) and len(self.held) == len(other) and self.issubset(other)

    def __len__(self) -> int:
        return len(self.held)

    def __contains__(self, item: Any) -> bool:
        return item in self.held

    def __iter__(self) -> Any:
        return iter(in_set_order(self.held))


@stands_for(collections.deque)
class Deque:  # noqa: PLW1641  # comparing is refused, so it is never hashed
    def __eq__(self, other: Any) -> bool:
        unsupported("comparing queues", "compare lists: list(q)")

    def __iadd__(self, other: Any) -> Any:
        self.extend(other)
        return self

    def __init__(self, iterable: Any = (), maxlen: Any = None) -> None:
        if maxlen is not None and maxlen < 0:
            raise ValueError("maxlen must be non-negative")
        self.held = list(iterable) if maxlen is None else []
        self.maxlen = maxlen
        if maxlen is not None:
            self.extend(iterable)

    def append(self, item: Any) -> None:
        self.held.append(item)
        if self.maxlen is not None and len(self.held) > self.maxlen:
            self.held.pop(0)

    def appendleft(self, item: Any) -> None:
        self.held.insert(0, item)
        if self.maxlen is not None and len(self.held) > self.maxlen:
            self.held.pop()

    def pop(self) -> Any:
        return self.held.pop()

    def popleft(self) -> Any:
        return self.held.pop(0)

    def extend(self, iterable: Any) -> None:
        for item in iterable:
            self.append(item)

    def extendleft(self, iterable: Any) -> None:
        for item in iterable:
            self.appendleft(item)

    def rotate(self, n: int = 1) -> None:
        k = len(self.held) - n % len(self.held)
        self.held = self.held[k:] + self.held[:k]

    def clear(self) -> None:
        self.held.clear()

    def __getitem__(self, i: Any) -> Any:
        return self.held[i]

    def __setitem__(self, i: Any, value: Any) -> None:
        self.held[i] = value

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Any:
        return iter(self.held)

    def __contains__(self, item: Any) -> bool:
        return item in self.held

"""What an object holds, and an object made again from that.  Generated modules contain a copy of `instance`."""

from __future__ import annotations

from types import MemberDescriptorType
from typing import Any


def attributes(obj: Any) -> dict[str, Any]:
    """What an object itself holds: the entries of its `__dict__`, and its slots that are filled."""
    found: dict[str, Any] = {}
    for cls in reversed(type(obj).__mro__):
        for name, slot in vars(cls).items():
            if isinstance(slot, MemberDescriptorType) and cls is not object:
                try:
                    found[name] = slot.__get__(obj)
                except AttributeError:  # an empty slot
                    continue
    return {**found, **getattr(obj, "__dict__", {})}


def instance(cls: type[object], /, **held: Any) -> Any:
    """An object of this class that holds these attributes, made without its constructor."""
    made = object.__new__(cls)
    for name, value in held.items():
        if isinstance(getattr(cls, name, None), MemberDescriptorType):
            object.__setattr__(made, name, value)
        else:
            made.__dict__[name] = value
    return made

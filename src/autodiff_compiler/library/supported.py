"""What is supported, by name."""

from __future__ import annotations

from autodiff_compiler.library.defined import defined_methods, definitions
from autodiff_compiler.library.registry import import_all, rows


def is_supported(name: str) -> bool:
    """Whether a function of this name has a row, among those whose modules have been imported."""
    return name in _functions()


def names() -> dict[str, list[str]]:
    """Names of functions, methods and attributes, sorted."""
    import_all()
    _, methods, attributes = rows()
    return {
        "functions": sorted(_functions()),
        "methods": sorted({*methods, *defined_methods()}),
        "attributes": sorted(attributes),
    }


def _functions() -> set[str]:
    return {entry.name for entry in rows()[0]} | {found.name for found in definitions()}

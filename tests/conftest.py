"""`--sample`: of each family of tests under Numba, which compile for seconds each, a third is run, the same third every time."""

import zlib

import pytest

SHARE = 3


def pytest_addoption(parser):
    parser.addoption("--sample", action="store_true", help="Of each family of tests under Numba, run a third.")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--sample"):
        return
    left_out = {item for family in families(items).values() for item in sorted(family, key=order)[-(-len(family) // SHARE) :]}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def families(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The tests under Numba, by what comes before their parameters."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        if "numba" in item.name.lower():
            found.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return found


def order(item: pytest.Item) -> int:
    return zlib.crc32(item.nodeid.encode())

"""The cheapest set of values to save: a minimum cut between what cannot be computed again and what is needed.

Nodes are split (in -> out, with the price of saving the value as capacity), so that a value with many uses is paid for
once.  Of several minimal cuts the one closest to the needs is taken, so that the least is recomputed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def cheapest_saves(
    inputs: Mapping[Node, Sequence[Node] | None], price: Mapping[Node, int], needed: Sequence[Node]
) -> list[Node]:
    """The nodes to save, in the order of `inputs`.

    `inputs` has for each node what it is recomputed from (None: it cannot be); nodes that are available anyway are
    left out of it.
    """
    source, sink = "source", "sink"
    # What must not be cut costs more than every node together, whatever the prices are.
    infinite = 1 + sum(price[node] for node in inputs)
    capacity: dict[Hashable, dict[Hashable, int]] = {source: {}, sink: {}}

    def edge(a: Hashable, b: Hashable, size: int) -> None:
        capacity.setdefault(a, {})[b] = size
        capacity.setdefault(b, {}).setdefault(a, 0)

    for node, origins in inputs.items():
        edge((node, "in"), (node, "out"), price[node])
        if origins is None:
            edge(source, (node, "in"), infinite)
        else:
            for origin in dict.fromkeys(origins):
                edge((origin, "out"), (node, "in"), infinite)
    for node in dict.fromkeys(needed):
        edge((node, "out"), sink, infinite)

    while (path := _shortest_path(capacity, source, sink)) is not None:
        amount = min(capacity[a][b] for a, b in path)
        for a, b in path:
            capacity[a][b] -= amount
            capacity[b][a] += amount

    late = _reaching(capacity, sink)
    return [node for node in inputs if (node, "out") in late and (node, "in") not in late]


def _shortest_path(
    capacity: Mapping[Hashable, Mapping[Hashable, int]], source: Hashable, sink: Hashable
) -> list[tuple[Hashable, Hashable]] | None:
    came_from: dict[Hashable, Hashable] = {source: source}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        for follower, left in capacity[node].items():
            if left > 0 and follower not in came_from:
                came_from[follower] = node
                queue.append(follower)
    if sink not in came_from:
        return None
    path = []
    node = sink
    while node != source:
        path.append((came_from[node], node))
        node = came_from[node]
    return path


def _reaching(capacity: Mapping[Hashable, Mapping[Hashable, int]], sink: Hashable) -> set[Hashable]:
    """The nodes from which the sink can still be reached."""
    into: dict[Hashable, list[Hashable]] = {}
    for a, followers in capacity.items():
        for b, left in followers.items():
            if left > 0:
                into.setdefault(b, []).append(a)
    found = {sink}
    queue = deque([sink])
    while queue:
        for before in into.get(queue.popleft(), []):
            if before not in found:
                found.add(before)
                queue.append(before)
    return found

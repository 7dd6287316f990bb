"""Which names may still be read: classical backwards liveness on the statements of one function.

For every compound statement: the names live after it, and for loops the names live at the head (read before they are
assigned in some later iteration, or after the loop).  Names that nested functions use are always live, because it is not
known here when these are called.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace

Names = frozenset[str]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp)
"""What may be run later than where it is made."""


@dataclass
class Liveness:
    after: dict[ast.stmt, Names] = field(default_factory=dict)
    at_head: dict[ast.stmt, Names] = field(default_factory=dict)
    captured: Names = frozenset()

    def without(self, live: Names, target: ast.AST) -> Names:
        """What is live before an assignment to a target."""
        return live - (bound(target) - self.captured)


def liveness(body: list[ast.stmt]) -> Liveness:
    """The liveness of a function with this body."""
    found = Liveness(captured=_captured(body))
    _block(body, found.captured, _Targets(), found)
    return found


def reads(node: ast.AST | None) -> Names:
    """Every name an expression may read, nested functions and comprehensions included."""
    if node is None:
        return frozenset()
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def bound(target: ast.AST) -> Names:
    """The names that an assignment target binds; subscripts and attributes only read theirs."""
    if isinstance(target, ast.Name):
        return frozenset({target.id})
    if isinstance(target, ast.Tuple | ast.List):
        return frozenset().union(*map(bound, target.elts))
    if isinstance(target, ast.Starred):
        return bound(target.value)
    return frozenset()


def captured(pattern: ast.pattern) -> Names:
    """The names that a pattern binds where it matches."""
    nodes = list(ast.walk(pattern))
    names = {n.name for n in nodes if isinstance(n, ast.MatchAs | ast.MatchStar) and n.name is not None}
    return frozenset(names | {n.rest for n in nodes if isinstance(n, ast.MatchMapping) and n.rest is not None})


@dataclass(frozen=True)
class _Targets:
    """What is live where `break` and `continue` go, where exceptions go from any place, and what is read on the way out."""

    at_break: Names = frozenset()
    at_continue: Names = frozenset()
    at_raise: Names = frozenset()
    at_leave: Names = frozenset()


def _captured(body: list[ast.stmt]) -> Names:
    names: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, FUNCTIONS):
                names |= reads(node)
                names |= {n for sub in ast.walk(node) if isinstance(sub, ast.Nonlocal) for n in sub.names}
    return frozenset(names)


def _block(statements: list[ast.stmt], live: Names, targets: _Targets, found: Liveness) -> Names:
    live |= targets.at_raise
    for statement in reversed(statements):
        live = _statement(statement, live, targets, found) | targets.at_raise
    return live


def _case(c: ast.match_case, live: Names, targets: _Targets, found: Liveness) -> Names:
    body = _block(c.body, live, targets, found) | reads(c.guard)
    return (body - (captured(c.pattern) - found.captured)) | reads(c.pattern)


def _statement(s: ast.stmt, live: Names, targets: _Targets, found: Liveness) -> Names:
    found.after[s] = found.after.get(s, frozenset()) | live
    match s:
        case ast.Assign():
            for target in s.targets:
                live = found.without(live, target)
            return live | reads(s)
        case ast.AnnAssign():
            after = live if s.value is None else found.without(live, s.target)
            return after | reads(s.value) | reads(s.target)
        case ast.AugAssign():
            return live | reads(s) | bound(s.target)
        case ast.If():
            # Paths inside it that leave the loop also merge after it, with their exit code.
            found.after[s] |= _where_jumps_go(s, targets)
            return reads(s.test) | _block(s.body, live, targets, found) | _block(s.orelse, live, targets, found)
        case ast.Match():
            found.after[s] |= _where_jumps_go(s, targets)
            return live.union(reads(s.subject), *(_case(c, live, targets, found) for c in s.cases))
        case ast.Try():
            return _try(s, live, targets, found)
        case ast.For() | ast.While():
            return _loop(s, live, targets, found)
        case ast.Return() | ast.Raise():
            return reads(s) | found.captured | targets.at_leave
        case ast.Break():
            return targets.at_break
        case ast.Continue():
            return targets.at_continue
        case ast.Delete():
            # A name that is deleted has to be bound.
            return live | reads(s) | frozenset(t.id for t in s.targets if isinstance(t, ast.Name))
        case ast.FunctionDef() | ast.ClassDef():
            return live - ({s.name} - found.captured) | reads(s)
        case ast.With():
            # Some context managers swallow exceptions: what is read afterwards may be read from any place inside.
            inside = replace(targets, at_raise=targets.at_raise | live)
            inner = _block(s.body, live, inside, found)
            return inner.union(*(reads(item) for item in s.items))
        case _:
            return live | reads(s)


def _where_jumps_go(s: ast.stmt, targets: _Targets) -> Names:
    """What is live where the `break` and `continue` inside a statement go, except those of loops inside it."""
    if isinstance(s, ast.Break):
        return targets.at_break
    if isinstance(s, ast.Continue):
        return targets.at_continue
    inside: list[ast.stmt] = []
    if isinstance(s, ast.If):
        inside = [*s.body, *s.orelse]
    elif isinstance(s, ast.Match):
        inside = [inner for c in s.cases for inner in c.body]
    elif isinstance(s, ast.With):
        inside = s.body
    elif isinstance(s, ast.Try):
        inside = [*s.body, *s.orelse, *s.finalbody, *(inner for handler in s.handlers for inner in handler.body)]
    elif isinstance(s, ast.For | ast.While):
        inside = s.orelse
    return frozenset().union(*(_where_jumps_go(inner, targets) for inner in inside))


def _try(s: ast.Try, live: Names, targets: _Targets, found: Liveness) -> Names:
    """Exceptions may come from anywhere in the body, so what the handlers read is live throughout; so is what `finally` reads."""
    found.after[s] |= _where_jumps_go(s, targets)
    last = _block(s.finalbody, live, targets, found)
    read = last - live if s.finalbody else frozenset()
    outer = replace(
        targets,
        at_break=targets.at_break | read,
        at_continue=targets.at_continue | read,
        at_raise=targets.at_raise | read,
        at_leave=targets.at_leave | read,
    )
    handlers = [
        (_block(h.body, last, outer, found) - (frozenset({h.name}) - found.captured)) | reads(h.type)
        for h in s.handlers
    ]
    orelse = _block(s.orelse, last, outer, found)
    return _block(s.body, orelse, replace(outer, at_raise=outer.at_raise.union(*handlers)), found)


def _loop(s: ast.For | ast.While, live: Names, targets: _Targets, found: Liveness) -> Names:
    after = _block(s.orelse, live, targets, found)
    head = after | reads(s.test if isinstance(s, ast.While) else None)
    if isinstance(s, ast.For) and any(isinstance(part, ast.GeneratorExp) for part in ast.walk(s.iter)):
        head |= reads(s.iter)  # a generator expression reads its names when it is asked for an item
    while True:
        body = _block(s.body, head, replace(targets, at_break=live, at_continue=head), found)
        if isinstance(s, ast.For):
            body = found.without(body, s.target) | reads(s.target)
        grown = head | body
        if grown == head:
            break
        head = grown
    found.at_head[s] = found.at_head.get(s, frozenset()) | head
    return head | reads(s.iter if isinstance(s, ast.For) else None)

"""Every statement and expression that is run is tried against CPython, and liveness knows what is inside a statement."""

import ast
from pathlib import Path

import pytest

from autodiff_compiler.frontend.expressions import _EVALUATORS
from autodiff_compiler.frontend.liveness import FUNCTIONS, _Targets, _where_jumps_go, liveness
from autodiff_compiler.frontend.statements import _RUNNERS

# A statement of each kind, which assigns to `x` if statements of this kind can assign.
SAMPLES: dict[type[ast.stmt], str] = {
    ast.Assign: "x = y",
    ast.AnnAssign: "x: float = y",
    ast.AugAssign: "x += y",
    ast.For: "for x in y:\n    z = x",
    ast.While: "while y:\n    x = z",
    ast.If: "if y:\n    x = y\nelse:\n    x = z",
    ast.Match: "match y:\n    case [x]:\n        z = x\n    case x:\n        z = y",
    ast.Try: "try:\n    x = y\nexcept y:\n    x = z\nelse:\n    z = y\nfinally:\n    z = z",
    ast.Return: "return y",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.Raise: "raise ValueError(y)",
    ast.Assert: "assert y, z",
    ast.With: "with y:\n    x = z",
    ast.Expr: "print(y)",
    ast.FunctionDef: "def x():\n    return 1.0",
    ast.ClassDef: "class x:\n    y = 1.0",
    ast.Import: "import x",
    ast.ImportFrom: "from y import x",
    ast.Delete: "del y",
    ast.Pass: "pass",
    ast.Nonlocal: "nonlocal y",
    ast.Global: "global y",
}
# After these `x` need not be assigned, or has been read before.
MAY_LEAVE = (ast.For, ast.While, ast.AugAssign)
# A name that counts as live for longer than it is costs a carried value, and nothing else.
LIVE_FOR_LONGER = (ast.Import, ast.ImportFrom, ast.Match, ast.With)
LOOPS = (ast.For, ast.While)


def parsed(kind: type[ast.stmt]) -> ast.stmt:
    (statement,) = ast.parse(SAMPLES[kind]).body
    assert type(statement) is kind
    return statement


def inside(statement: ast.stmt) -> list[ast.stmt]:
    """The statements in the blocks of a statement."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return []
    return [node for node in ast.walk(statement) if isinstance(node, ast.stmt) and node is not statement]


def test_every_statement_has_a_sample():
    assert set(SAMPLES) == {*_RUNNERS, ast.If}


@pytest.mark.parametrize("kind", SAMPLES)
def test_liveness_goes_inside(kind):
    statement = parsed(kind)
    found = liveness([statement])
    assert all(inner in found.after for inner in inside(statement)), "a case in liveness._statement"


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in (*MAY_LEAVE, *LIVE_FOR_LONGER)])
def test_a_name_is_not_live_before_it_is_assigned(kind):
    statement = parsed(kind)
    stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored |= {getattr(n, "name", None) for n in ast.walk(statement)}
    if "x" in stored:
        before = ast.parse("first").body[0]
        found = liveness([before, statement, ast.parse("x").body[0]])
        assert "x" not in found.after[before], "a case in liveness._statement"


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in LOOPS and inside(parsed(kind))])
def test_jumps_out_of_a_block_are_followed(kind):
    statement = parsed(kind)
    inside(statement)[0].__class__ = ast.Break
    at_break = frozenset({"name"})
    assert _where_jumps_go(statement, _Targets(at_break, frozenset())) == at_break, "a case in liveness._where_jumps_go"


def test_every_kind_is_in_a_program():
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("programs_*.py")]
    nodes = {type(node) for text in texts for node in ast.walk(ast.parse(text))}
    programs = [node.value for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    for program in programs:
        if isinstance(program, str) and "def f(" in program:
            nodes |= {type(node) for node in ast.walk(ast.parse(program))}
    missing = {kind.__name__ for kind in {*_RUNNERS, *_EVALUATORS} - nodes}
    assert not missing, "a program in programs_*.py"

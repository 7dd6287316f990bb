"""Who may import whom: the rows of docs/architecture.md, read off the syntax trees of all modules."""

import ast
from pathlib import Path

import pytest

PACKAGE = "autodiff_compiler"
ROOT = Path(__file__).parent.parent / "src" / PACKAGE
BASE = {"diagnostics", "frames", "options", "custom_rules", "markers", "lazy", "log", "namespaces"}

# For each part, the parts it may import (itself always).
ALLOWED = {
    "frames": set(),
    "diagnostics": {"frames"},
    "options": {"diagnostics"},
    "custom_rules": set(),
    "markers": set(),
    "lazy": {"diagnostics"},
    "log": {"lazy"},
    "namespaces": {"diagnostics"},
    "ir": BASE,
    "library": BASE | {"ir"},
    "rules": BASE | {"ir"},
    "analysis": BASE | {"ir"},
    "ad": BASE | {"ir", "rules", "analysis"},
    "passes": BASE | {"ir", "analysis"},
    "frontend": BASE | {"ir", "library", "analysis"},
    "backends": BASE | {"ir", "analysis"},
    "transforms": BASE | {"ir", "analysis", "ad", "passes", "backends"},
    "driver": BASE | {"ir", "library", "rules", "analysis", "ad", "passes", "frontend", "backends", "transforms"},
}
LOWER = set(ALLOWED)
ALLOWED |= {
    "api": LOWER,
    "interop": LOWER | {"api"},
    "testing": LOWER | {"api"},
    "cli": LOWER | {"api", "testing", "interop", "__init__"},
    # The package's own file names what is public, `python -m` starts the command line.
    "__init__": {"api", "custom_rules", "diagnostics", "markers", "testing"},
    "__main__": {"cli"},
}

# Who may import these at the top of a module; everyone else goes through `lazy.load`.
HEAVY = {"numba", "llvmlite", "sympy", "scipy", "astor", "mpmath", "matplotlib"}
COMMAND_LINE_ONLY = {"click", "rich"}

# Within layer 1: dtype < types < core < what a page is made of < pages < table < builder < walk < text, verify, interp.
IR_ORDER = [
    ["dtype"],
    ["types", "message", "instances"],
    ["tree"],
    ["core"],
    ["path", "extent"],
    ["objects", "required_checks", "domain"],
    ["opdef"],
    ["ops"],
    ["opset"],
    ["builder"],
    ["walk"],
]

FILES = sorted(ROOT.rglob("*.py"))


def for_types_only(path):
    """The lines of imports that only a type checker sees."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [n for n in tree.body if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)]
    return {node.lineno for block in blocks for node in block.body}


def part(path):
    """The part of the package that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path):
    """(imported module, line, whether it stands at the top level outside `if TYPE_CHECKING`)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set()
    for node in tree.body:
        top.add(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            top.update(node.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, node in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.module, node.lineno, node in top
            if node.module == PACKAGE:
                for alias in node.names:
                    yield f"{PACKAGE}.{alias.name}", node.lineno, node in top


def ours(module):
    """The part of the package that an imported module belongs to, or None for another package's module."""
    names = module.split(".")
    if names[0] != PACKAGE:
        return None
    if len(names) == 1:
        return "__init__"
    known = (ROOT / names[1]).is_dir() or (ROOT / f"{names[1]}.py").exists()
    return names[1] if known else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_lower_layers_only(path):
    me = part(path)
    for module, line, _ in imports(path):
        other = ours(module)
        if other in (None, me) or (other == "__init__" and module == PACKAGE):
            continue
        assert other in ALLOWED[me], f"{path}:{line}: {me} must not import {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_local_imports(path):
    for module, line, top in imports(path):
        assert top, f"{path}:{line}: import of {module} inside a function; heavy packages go through lazy.load"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_packages_are_loaded_lazily(path):
    for module, line, _ in imports(path):
        top_level = module.split(".")[0]
        if top_level in ("numba", "llvmlite") and "prelude" in path.parts:
            continue  # runtime helpers, whose text goes into generated modules; themselves loaded when needed
        assert top_level not in HEAVY, f"{path}:{line}: {top_level} must go through lazy.load"
        assert top_level not in COMMAND_LINE_ONLY or part(path) == "cli", f"{path}:{line}: {top_level} outside cli"


def test_every_part_has_a_row():
    assert {part(path) for path in FILES} <= set(ALLOWED)


def test_order_inside_the_ir():
    rank = {name: i for i, row in enumerate(IR_ORDER) for name in row}
    for path in sorted((ROOT / "ir").rglob("*.py")):
        mine = rank.get(path.relative_to(ROOT / "ir").parts[0].removesuffix(".py"), len(IR_ORDER))
        for module, line, _ in imports(path):
            names = module.split(".")
            if names[:2] == [PACKAGE, "ir"] and len(names) >= 3 and line not in for_types_only(path):
                other = rank.get(names[2], len(IR_ORDER))
                assert other <= mine, f"{path}:{line}: {path.stem} comes before {names[2]}"

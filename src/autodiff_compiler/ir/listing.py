"""`docs/ops.md`, from the pages: `python -m autodiff_compiler.ir.listing > docs/ops.md`."""

from __future__ import annotations

from autodiff_compiler.ir.opdef import CHECK, IO, OpDef
from autodiff_compiler.ir.opset import GROUPS

HEAD = """# The ops

Written by `python -m autodiff_compiler.ir.listing` from the pages in `ir/ops/`; what holds for all of them is in [ir.md](ir.md).
Operands in parentheses, of which one with … stands for any number, attributes in braces. The last column: the effect, or for ops
without one the cost, then what passes may use.
"""
TITLES = (
    "Constants, effects, structure", "Elementwise", "Comparisons and logic", "Complex numbers and their parts", "Special functions",
    "Making arrays, reading and writing places", "Along axes",
    "Whole arrays", "Products of matrices", "Systems of equations", "Factors, eigenvalues, singular values", "Fourier transforms",
    "Growable lists", "Checks",
)  # fmt: skip
TRAITS = ("commutative", "writes", "views", "terminator")


def page() -> str:
    parts = [HEAD]
    for title, rows in zip(TITLES, GROUPS, strict=True):
        parts.append(f"\n## {title}\n\n| op | meaning | |\n|---|---|---|\n")
        parts += [
            f"| `{_form(row)}` | {row.meaning.replace('|', chr(92) + '|')} | {_properties(row)} |\n" for row in rows
        ]
    return "".join(parts)


def _form(row: OpDef) -> str:
    operands = f"({', '.join(row.operands)})" if row.operands else ""
    results = f" → {', '.join(row.results)}" if row.results not in ((), ("result",)) else ""
    attrs = f" {{{', '.join(row.attrs)}}}" if row.attrs else ""
    return f"{row.kind}{operands}{attrs}{results}"


def _properties(row: OpDef) -> str:
    first = row.effect if row.effect in (CHECK, IO) else row.cost if row.infer and not row.terminator else ""
    return ", ".join([*([first] if first else []), *(trait for trait in TRAITS if getattr(row, trait))])


if __name__ == "__main__":
    print(page(), end="")

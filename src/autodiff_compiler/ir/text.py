"""The text form of the IR; `ir/parse.py` reads it back.  In a program, the functions that are called come first.

    func f(%x: f64[:], %n: int)
      takes x: *, n: *
      gives *
    {
      %0: int = const 0
      %1: f64 = load %x[%0]
      %y: f64, %trips: int = for %0, %n, %n, %1 {exits=False} do (%i: int, %y.1: f64) {
        yield %y.1
      }
      return %y
    }

A value is printed as `%hint`, `%hint.2` where the hint is taken, or `%7` without a hint; its type is written where it is
defined.  Attributes follow the operands in braces; a path is written as subscripts, and the type of `const`, `undef` and
`list_new` is that of the result.  With spans, a table of them precedes the first function, and `!3` refers to it.  A `#`
starts a comment.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UNKNOWN, Span
from autodiff_compiler.ir.core import Function, JvpRule, Op, Recomputed, Region, Value, VjpRule
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.path import Path, Subscript
from autodiff_compiler.ir.tree import Const, Leaf, Tree
from autodiff_compiler.ir.types import Array, ListOf, Opaque, Scalar

IDENTIFIER = re.compile(r"[^\W\d]\w*")

# The words before the regions of a structured op.
REGION_WORDS = {"if": ("then", "else"), "for": ("do",), "while": ("test", "do")}

# The words for derivatives of a function that are not those of its body.
RULE_WORDS = {JvpRule: "jvp", VjpRule: "vjp", Recomputed: "recomputed"}

# Kinds whose attribute `type` is the type of the result.
TYPED_KINDS = ("const", "undef", "list_new")


def format_function(fn: Function, *, spans: bool = False, marks: Mapping[Op, str] | None = None) -> str:
    """The program as text: the functions that are called, then the function itself.  `marks` puts messages beside ops,
    as comments."""
    table: dict[Span, int] = {}
    texts = [_function_text(one, _Printer(spans, table, marks or {})) for one in (*fn.callees.values(), fn)]
    return "\n".join([*_span_lines(table), "\n".join(texts)])


def _function_text(fn: Function, printer: _Printer) -> str:
    body = [f"func {_word(fn.name)}({printer.parameters(fn.body.params)}){printer.span(fn.span)}"]
    clauses = _clauses(fn)
    if clauses:
        body += [*(f"  {clause}" for clause in clauses), "{"]
    else:
        body[0] += " {"
    printer.lines = body
    printer.ops(fn.body.ops, "  ")
    printer.lines.append("}")
    return "\n".join(printer.lines) + "\n"


def _clauses(fn: Function) -> list[str]:
    clauses = []
    if fn.param_trees:
        clauses.append("takes " + ", ".join(f"{_word(name)}: {format_tree(tree)}" for name, tree in fn.param_trees))
    if fn.result_tree is not None:
        clauses.append(f"gives {format_tree(fn.result_tree)}")
    if fn.updates:
        clauses.append(f"updates {format_literal(fn.updates)}")
    if fn.room:
        clauses.append(f"room {format_literal(fn.room)}")
    if fn.constants:
        clauses.append("names " + ", ".join(_word(name) for name in fn.constants))
    if fn.rule is not None:
        fields = (format_literal(getattr(fn.rule, field.name)) for field in dataclasses.fields(fn.rule))
        clauses.append(f"rule {RULE_WORDS[type(fn.rule)]}({', '.join(fields)})")
    return clauses


def _word(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else repr(name)


# -- literals and trees ------------------------------------------------------------------------------------------------


def format_literal(value: Any) -> str:
    """A plain attribute value; anything that cannot be read back is printed after a question mark."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, complex):
        return f"complex({format_literal(value.real)}, {format_literal(value.imag)})"
    if isinstance(value, tuple):
        inner = ", ".join(format_literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, DType):
        return repr(value.word)
    if isinstance(value, Scalar | Array | ListOf | Opaque):
        return f"<{value}>"
    return f"?{repr(value)!r}"


def format_tree(tree: Tree) -> str:
    """`*` is a leaf, `=literal` a constant; containers look as in Python, classes as calls with keywords."""
    if isinstance(tree, Leaf):
        return "*"
    if isinstance(tree, Const):
        return f"={format_literal(tree.value)}"
    parts = [format_tree(child) for child in tree.children]
    if tree.cls is dict:
        return "{" + ", ".join(f"{format_literal(key)}: {part}" for key, part in zip(tree.keys, parts)) + "}"
    if tree.keys:
        fields = ", ".join(f"{key}={part}" for key, part in zip(tree.keys, parts))
        return f"{class_name(tree.cls)!r}({fields})"
    if tree.cls is list:
        return f"[{', '.join(parts)}]"
    inner = ", ".join(parts) + ("," if len(parts) == 1 else "")
    return f"({inner})" if tree.cls is tuple else f"{class_name(tree.cls)!r}({inner})"


def class_name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


# -- ops ---------------------------------------------------------------------------------------------------------------


class _Printer:
    def __init__(self, spans: bool, span_numbers: dict[Span, int], marks: Mapping[Op, str]) -> None:
        self.with_spans = spans
        self.span_numbers = span_numbers
        self.marks = marks
        self.lines: list[str] = []
        self.names: dict[Value, str] = {}
        self.taken: dict[str, int] = {}
        self.unnamed = 0

    def name(self, value: Value) -> str:
        if value not in self.names:
            self.names[value] = self.new_name(value.name)
        return self.names[value]

    def new_name(self, hint: str) -> str:
        if not IDENTIFIER.fullmatch(hint):
            self.unnamed += 1
            return f"%{self.unnamed - 1}"
        count = self.taken.get(hint, 0)
        self.taken[hint] = count + 1
        return f"%{hint}.{count}" if count else f"%{hint}"

    def parameters(self, params: Sequence[Value]) -> str:
        return ", ".join(f"{self.name(param)}: {param.type}" for param in params)

    def ops(self, ops: Sequence[Op], indent: str) -> None:
        for op in ops:
            self.op(op, indent)

    def op(self, op: Op, indent: str) -> None:
        operands, attrs = self.operands(op)
        head = f"{self.parameters(op.results)} = {op.kind}" if op.results else op.kind
        head = f"{indent}{head}{operands}{attrs}{self.span(op.span)}"
        note = f"  # <-- {self.marks[op]}" if op in self.marks else ""
        words = REGION_WORDS.get(op.kind, ())
        for position, region in enumerate(op.regions):
            word = words[position] if position < len(words) else "region"
            self.lines.append(f"{head} {word}{self.region_params(region)} {{{note}")
            self.ops(region.ops, indent + "  ")
            head, note = indent + "}", ""
        self.lines.append(head + note)

    def region_params(self, region: Region) -> str:
        return f" ({self.parameters(region.params)})" if region.params else ""

    def operands(self, op: Op) -> tuple[str, str]:
        """The operands and the attributes as text; a path and its operands become subscripts of operand 0."""
        names = [self.name(value) for value in op.operands]
        attrs = dict(op.attrs)
        if op.kind == "const" and "value" in attrs:
            names.append(format_literal(attrs.pop("value")))
        if op.kind in TYPED_KINDS and len(op.results) == 1 and attrs.get("type") == op.results[0].type:
            del attrs["type"]
        path = attrs.get("path")
        if path is not None and len(names) > path.operands:
            del attrs["path"]
            count = path.operands
            names = [names[0] + format_path(path, names[1 : 1 + count]), *names[1 + count :]]
        shown = ", ".join(f"{key}={format_literal(value)}" for key, value in attrs.items())
        return (" " + ", ".join(names) if names else ""), (f" {{{shown}}}" if shown else "")

    # -- spans -----------------------------------------------------------------------------------------------------

    def span(self, span: Span) -> str:
        return f" !{self.span_number(span)}" if self.with_spans and span != UNKNOWN else ""

    def span_number(self, span: Span) -> int:
        if span not in self.span_numbers:
            if span.caller is not None:
                self.span_number(span.caller)
            self.span_numbers[span] = len(self.span_numbers)
        return self.span_numbers[span]


def _span_lines(numbers: Mapping[Span, int]) -> list[str]:
    lines = []
    for span, number in numbers.items():
        place = f"{span.file!r} {span.line}:{span.col} {span.end_line}:{span.end_col} {span.phase}"
        caller = f" called !{numbers[span.caller]}" if span.caller is not None else ""
        lines.append(f"!{number} = {place}{caller}")
    return lines


def format_path(path: Path, operands: Sequence[str]) -> str:
    """`[%i, :, %lo:%hi, newaxis].transpose(1, 0).reshape(%n, %m)`."""
    return path.follow(
        "",
        operands,
        index=lambda text, subscripts: f"{text}[{', '.join(map(_subscript, subscripts))}]",
        transpose=lambda text, perm: f"{text}.transpose({', '.join(map(str, perm))})",
        reshape=lambda text, extents: f"{text}.reshape({', '.join(extents)})",
    )


def _subscript(subscript: Subscript) -> str:
    if isinstance(subscript, slice):
        start, stop, step = (part or "" for part in (subscript.start, subscript.stop, subscript.step))
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    return subscript or "newaxis"

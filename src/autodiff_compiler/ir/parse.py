"""Reads the text form of the IR (`ir/text.py` says what it looks like).

`parse_function(format_function(fn, spans=True))` is a function equal to `fn` except for hints that are not identifiers.  The
parser checks the text only; whether the IR makes sense is the verifier's business.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from autodiff_compiler.diagnostics import SOURCES, UNKNOWN, Span, UserError
from autodiff_compiler.ir.core import NO_ATTRS, Function, Op, Region, Rule, Value
from autodiff_compiler.ir.dtype import DType, named
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import HERE, Path, Subscript, at, reshaping, transposing
from autodiff_compiler.ir.text import REGION_WORDS, RULE_WORDS, TYPED_KINDS
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import Type, parse_type

PATH_KINDS = ("load", "store", "accum")
_REGION_STARTS = frozenset(word for words in REGION_WORDS.values() for word in words)

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|\#[^\n]*)
    |(?P<value>%(?:\d+|[^\W\d]\w*(?:\.\d+)?))
    |(?P<span>!\d+)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<number>-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf\b|nan\b))
    |(?P<word>[^\W\d]\w*)
    |(?P<mark>[][(){}<>,:=*.?])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int
    col: int


def parse_function(text: str, *, names: Mapping[str, Any] | None = None, file: str = "<ir>") -> Function:
    """The function that `text` describes; if there are several, the last one, which calls the others.

    `names` has the objects that a text can only name: the function's constants, and classes of parameter trees (by
    "module:qualname") that no imported module has.  Raises `UserError` AD801 with the place in the text.
    """
    return _Parser(text, names or {}, file).program()


class _Parser:
    def __init__(self, text: str, names: Mapping[str, Any], file: str) -> None:
        self.text = text
        self.names = names
        self.file = file
        self.values: dict[str, Value] = {}
        self.spans: dict[str, Span] = {}
        self.tokens = self.tokenize()
        self.position = 0

    # -- tokens ----------------------------------------------------------------------------------------------------

    def tokenize(self) -> list[_Token]:
        tokens = []
        position, line, line_start = 0, 1, 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                self.fail(f"unexpected character {self.text[position]!r}", _Token("", "?", line, position - line_start))
            kind, piece = match.lastgroup or "", match.group()
            if kind != "skip":
                tokens.append(_Token(kind, piece, line, position - line_start))
            if "\n" in piece:
                line += piece.count("\n")
                line_start = position + piece.rindex("\n") + 1
            position = match.end()
        tokens.append(_Token("end", "the end of the text", line, position - line_start))
        return tokens

    def fail(self, reason: str, token: _Token | None = None) -> NoReturn:
        token = token or self.next
        SOURCES.register(self.file, self.text)
        end = token.col + max(1, len(token.text))
        raise UserError("AD801", reason, Span(self.file, token.line, token.col, token.line, end))

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    @property
    def same_line(self) -> bool:
        """Whether the next token is on the line of the last one: an op's operands and attributes must be."""
        return self.position > 0 and self.next.line == self.tokens[self.position - 1].line

    def take(self, kind: str, what: str) -> _Token:
        if self.next.kind != kind:
            self.fail(f"{what} is expected, not {self.next.text}")
        self.position += 1
        return self.tokens[self.position - 1]

    def at(self, text: str) -> bool:
        return self.next.text == text and self.next.kind in ("mark", "word")

    def accept(self, text: str) -> bool:
        found = self.at(text)
        self.position += found
        return found

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"{text!r} is expected, not {self.next.text}")

    def sequence(self, close: str, item: Callable[[], Any]) -> list[Any]:
        """Items separated by commas, a last comma allowed, up to `close`."""
        items = []
        while not self.accept(close):
            items.append(item())
            if not self.accept(","):
                self.expect(close)
                break
        return items

    # -- function --------------------------------------------------------------------------------------------------

    def program(self) -> Function:
        while self.next.kind == "span":
            self.span_line()
        functions = [self.function()]
        while self.at("func"):
            functions.append(self.function())
        if self.next.kind != "end":
            self.fail(f"unexpected {self.next.text} after the function")
        *callees, main = functions
        return replace(main, callees={callee.name: callee for callee in callees})

    def function(self) -> Function:
        self.values = {}
        self.expect("func")
        name = self.word()
        self.expect("(")
        params = tuple(self.sequence(")", self.define))
        span = self.span()
        trees: list[tuple[str, Tree]] = []
        result_tree = None
        constants: list[str] = []
        if self.accept("takes"):
            trees = self.listed(self.param_tree)
        if self.accept("gives"):
            result_tree = self.tree()
        updates = self.literal() if self.accept("updates") else ()
        room = self.literal() if self.accept("room") else ()
        if self.accept("names"):
            constants = self.listed(self.word)
        rule = self.rule() if self.accept("rule") else None
        self.expect("{")
        body = Region(params, self.ops())
        named = {n: self.names.get(n) for n in constants}
        return Function(name, body, tuple(trees), result_tree, span, named, updates=updates, room=room, rule=rule)

    def rule(self) -> Rule:
        for cls, word in RULE_WORDS.items():
            if self.accept(word):
                self.expect("(")
                rule: Rule = cls(*self.sequence(")", self.literal))
                return rule
        return self.fail(f"a rule is expected, not {self.next.text}")

    def listed(self, item: Callable[[], Any]) -> list[Any]:
        items = [item()]
        while self.accept(","):
            items.append(item())
        return items

    def word(self) -> str:
        if self.next.kind == "string":
            return str(ast.literal_eval(self.take("string", "a name").text))
        return self.take("word", "a name").text

    def define(self) -> Value:
        token = self.take("value", "a value such as %x")
        if token.text in self.values:
            self.fail(f"{token.text} is defined twice", token)
        self.expect(":")
        hint = "" if token.text[1].isdigit() else token.text[1:].partition(".")[0]
        self.values[token.text] = Value(self.ir_type(), hint)
        return self.values[token.text]

    def use(self) -> Value:
        token = self.take("value", "a value such as %x")
        if token.text not in self.values:
            self.fail(f"{token.text} is not defined before this use", token)
        return self.values[token.text]

    def ir_type(self) -> Type:
        first = self.take("word", "a type")
        text, depth = first.text, 0
        while (self.at("[") and self.same_line) or depth:
            if self.next.kind == "end":
                self.fail("a type is not closed", first)
            depth += self.at("[") - self.at("]")
            text += self.next.text
            self.position += 1
        try:
            return parse_type(text)
        except ValueError as error:
            self.fail(str(error), first)

    # -- ops -------------------------------------------------------------------------------------------------------

    def ops(self) -> tuple[Op, ...]:
        """Ops up to the closing brace."""
        ops = []
        while not self.accept("}"):
            ops.append(self.op())
        return tuple(ops)

    def op(self) -> Op:
        # Results are defined after the regions are read, which may not use them.
        results: list[tuple[_Token, Value]] = []
        if self.next.kind == "value":
            results = self.listed(self.result)
            self.expect("=")
        kind = self.take("word", "an op")
        if kind.text not in TABLE:
            self.fail(f"there is no op {kind.text}", kind)
        operands, attrs = self.operands(kind.text)
        if self.same_line and self.accept("{"):
            attrs |= dict(self.sequence("}", self.attribute))
        if kind.text in TYPED_KINDS and len(results) == 1:
            attrs.setdefault("type", results[0][1].type)
        span = self.span() if self.same_line else UNKNOWN
        regions = []
        while self.same_line and self.next.kind == "word" and self.next.text in _REGION_STARTS:
            self.position += 1
            regions.append(self.region())
        for token, value in results:
            if token.text in self.values:
                self.fail(f"{token.text} is defined twice", token)
            self.values[token.text] = value
        return Op(kind.text, operands, tuple(v for _, v in results), attrs or NO_ATTRS, tuple(regions), span)

    def result(self) -> tuple[_Token, Value]:
        token = self.next
        value = self.define()
        del self.values[token.text]
        return token, value

    def region(self) -> Region:
        params = self.sequence(")", self.define) if self.accept("(") else []
        self.expect("{")
        return Region(tuple(params), self.ops())

    def operands(self, kind: str) -> tuple[tuple[Value, ...], dict[str, Any]]:
        """Operands, and the attributes that are written among them."""
        if kind == "const":
            return (), {"value": self.literal()}
        if not (self.same_line and self.next.kind == "value"):
            return (), {}
        operands = [self.use()]
        attrs: dict[str, Any] = {}
        if kind in PATH_KINDS:
            attrs["path"] = self.path(operands)
        while self.accept(","):
            operands.append(self.use())
        return tuple(operands), attrs

    def path(self, operands: list[Value]) -> Path:
        """The steps written after the array; their operands are appended to `operands`."""
        path = HERE
        own: Sequence[Value]
        while True:
            if self.accept("["):
                step, own = at(*self.sequence("]", self.subscript))
            elif self.accept("."):
                step, own = self.named_step()
            else:
                return path
            path += step
            operands += own

    def named_step(self) -> tuple[Path, Sequence[Value]]:
        if self.accept("transpose"):
            self.expect("(")
            return transposing(self.sequence(")", self.literal)), ()
        self.expect("reshape")
        self.expect("(")
        shape = self.sequence(")", self.use)
        return reshaping(len(shape)), shape

    def subscript(self) -> Subscript:
        if self.accept("newaxis"):
            return None
        parts = [self.bound()]
        while len(parts) < 3 and self.accept(":"):
            parts.append(self.bound())
        if len(parts) > 1:
            return slice(*parts)
        if parts[0] is None:
            self.fail(f"an index is expected, not {self.next.text}")
        return parts[0]

    def bound(self) -> Value | None:
        """A value, if there is one here."""
        return self.use() if self.next.kind == "value" else None

    # -- literals --------------------------------------------------------------------------------------------------

    def attribute(self) -> tuple[str, Any]:
        name = self.word()
        self.expect("=")
        return name, self.dtype() if name == "dtype" else self.literal()

    def dtype(self) -> DType:
        token = self.take("string", "a dtype")
        try:
            return named(ast.literal_eval(token.text))
        except KeyError:
            return self.fail(f"a dtype is expected, not {token.text}", token)

    def literal(self) -> Any:
        token = self.next
        if token.kind == "number":
            self.position += 1
            return int(token.text) if re.fullmatch(r"-?\d+", token.text) else float(token.text)
        if token.kind == "string":
            return self.word()
        for text, value in (("None", None), ("True", True), ("False", False)):
            if self.accept(text):
                return value
        if self.accept("complex"):
            self.expect("(")
            return complex(*self.sequence(")", self.literal))
        if self.accept("("):
            return tuple(self.sequence(")", self.literal))
        if self.accept("<"):
            type_ = self.ir_type()
            self.expect(">")
            return type_
        if self.accept("?"):
            self.fail("this value has no text form that could be read back")
        return self.fail(f"a literal is expected, not {token.text}")

    # -- trees -----------------------------------------------------------------------------------------------------

    def param_tree(self) -> tuple[str, Tree]:
        name = self.word()
        self.expect(":")
        return name, self.tree()

    def tree(self) -> Tree:
        if self.accept("*"):
            return Leaf()
        if self.accept("="):
            return Const(self.literal())
        if self.accept("("):
            return Node(tuple, tuple(self.sequence(")", self.tree)))
        if self.accept("["):
            return Node(list, tuple(self.sequence("]", self.tree)))
        if self.accept("{"):
            items = self.sequence("}", self.dict_item)
            return Node(dict, tuple(tree for _, tree in items), tuple(key for key, _ in items))
        cls = self.cls()
        self.expect("(")
        fields = self.sequence(")", self.field)
        keys = tuple(key for key, _ in fields if key is not None)
        return Node(cls, tuple(tree for _, tree in fields), keys)

    def dict_item(self) -> tuple[Any, Tree]:
        key = self.literal()
        self.expect(":")
        return key, self.tree()

    def field(self) -> tuple[str | None, Tree]:
        if self.next.kind != "word":
            return None, self.tree()
        name = self.word()
        self.expect("=")
        return name, self.tree()

    def cls(self) -> type:
        """A class that is in `names` or in a module already imported; reading a text imports nothing."""
        token = self.next
        name = ast.literal_eval(self.take("string", "a tree").text)
        module, _, path = name.partition(":")
        found: Any = self.names.get(name, sys.modules.get(module))
        if name not in self.names:
            for part in path.split("."):
                found = getattr(found, part, None)
        if not isinstance(found, type):
            self.fail(f"the class {name} is not imported", token)
        return found

    # -- spans -----------------------------------------------------------------------------------------------------

    def span(self) -> Span:
        if self.next.kind != "span":
            return UNKNOWN
        token = self.take("span", "a span")
        if token.text not in self.spans:
            self.fail(f"the span {token.text} is not defined", token)
        return self.spans[token.text]

    def span_line(self) -> None:
        name = self.take("span", "a span").text
        self.expect("=")
        file = ast.literal_eval(self.take("string", "a file name").text)
        line, col = self.place()
        end_line, end_col = self.place()
        phase = self.word()
        caller = self.span() if self.accept("called") else None
        self.spans[name] = Span(file, line, col, end_line, end_col, phase, caller)

    def place(self) -> tuple[int, int]:
        line = self.literal()
        self.expect(":")
        return line, self.literal()

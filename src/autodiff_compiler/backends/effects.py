"""How checks, `print` and `raise` are written."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.structure import Spelling
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.message import Part, has_form, pattern, places
from autodiff_compiler.ir.types import Array


class Effects(Spelling):
    """The part of a spelling that is about ops without results."""

    def operand(self, value: Value) -> ast.expr:
        return self.printer.operand(value)

    def effect(self, op: Op) -> list[ast.stmt]:
        if op.kind == "print":
            return [self._print(op)]
        if op.kind == "raise":
            return [syntax.raise_(op.attrs["error"], self.message(op.attrs["message"], op.operands))]
        if op.kind == "check":
            test = self.negation(op.operands[0])
            error = syntax.raise_(op.attrs["error"], self.message(op.attrs["message"], op.operands[1:]))
            return [ast.If(test=test, body=[error], orelse=[])]
        return self._check(op)

    def _check(self, op: Op) -> list[ast.stmt]:
        if op.kind == "check_index":
            return [self._check_index(op)]
        if op.kind == "check_nonempty":
            test: ast.expr = _any_of(
                [syntax.compare(ast.Eq(), self.operand(v), syntax.literal(0)) for v in op.operands]
            )
            text: ast.expr = syntax.literal("an array without elements has no largest or smallest one")
        elif op.kind == "check_equal":
            test = syntax.compare(ast.NotEq(), *(self.operand(v) for v in op.operands))
            message = op.attrs.get("message") or "shapes do not match"
            text = self.message(message, ()) if isinstance(message, tuple) else syntax.literal(message)
        else:
            test = self._unlike(op)
            text = syntax.literal("shapes cannot be broadcast together")
        raised = syntax.raise_(op.attrs.get("error", "ValueError"), text)
        return [ast.If(test=test, body=[raised], orelse=[])]

    def _unlike(self, op: Op) -> ast.expr:
        """That neither extent is stretched to the other; of a value that is written, only its own extent can be."""
        differ = syntax.compare(ast.NotEq(), *(self.operand(v) for v in op.operands))
        stretched = op.operands if op.kind == "check_broadcast" else op.operands[:1]
        ones = [
            syntax.compare(ast.NotEq(), self.operand(v), syntax.literal(1))
            for v in stretched
            if self._number(v) in (None, 1)
        ]
        return ast.BoolOp(op=ast.And(), values=[differ, *ones]) if ones else differ

    def _check_index(self, op: Op) -> ast.stmt:
        number = self._number(op.operands[0])
        cast = self.printer.definition(op.operands[0], "cast")
        # Integers of any kind compare alike.
        index = self.operand(op.operands[0] if cast is None else cast.operands[0])
        extent = self.operand(op.operands[1])
        if isinstance(op.operands[0].type, Array):
            low = syntax.compare(ast.Lt(), index, syntax.negative(extent))
            high = syntax.compare(ast.GtE(), index, extent)
            test: ast.expr = syntax.call("np.any", syntax.binary(ast.BitOr(), low, high))
        elif number is not None:
            # `x[-2]` is there where `x[1]` is.
            test = syntax.compare(ast.LtE(), extent, syntax.literal(number if number >= 0 else -number - 1))
        elif op.attrs.get("upper"):
            test = _at_least(index, extent)
        else:
            inside = ast.Compare(left=syntax.negative(extent), ops=[ast.LtE(), ast.Lt()], comparators=[index, extent])
            test = syntax.not_(inside)
        return ast.If(test=test, body=[self._error("IndexError", f"index out of range{self._whose(op)}")], orelse=[])

    def _number(self, value: Value) -> int | None:
        op = self.printer.definition(value, "const")
        return op.attrs["value"] if op is not None else None

    def _whose(self, check: Op) -> str:
        """`: axis 1 of A`, where the extent is that of an array with a name."""
        op = self.printer.defs.get(check.operands[1])
        if op is None or op.kind != "dim" or not op.operands[0].name:
            return ""
        return f": axis {op.attrs['axis']} of {op.operands[0].name}"

    def _error(self, error: str, text: str) -> ast.stmt:
        return syntax.raise_(error, syntax.literal(text))

    def message(self, parts: Sequence[Part], values: Sequence[Value]) -> ast.expr:
        """The text of an error."""
        if not places(parts):
            return syntax.literal("".join(part for part in parts if isinstance(part, str)))
        return syntax.method(syntax.literal(pattern(parts)), "format", *(self.operand(v) for v in values))

    def _print(self, op: Op) -> ast.stmt:
        parts, given = op.attrs["parts"], dict(op.attrs)
        if has_form(parts):
            # One text: the separator stands between its parts.
            between = [part for one in parts for part in (given.get("sep", " "), one)][1:]
            given["sep"], shown = " ", [self.message(between, op.operands)]
        else:
            values = iter(op.operands)
            shown = [syntax.literal(part) if isinstance(part, str) else self.operand(next(values)) for part in parts]
        keywords = {
            key: syntax.literal(given[key])
            for key, default in (("sep", " "), ("end", "\n"))
            if given.get(key, default) not in (default, None)
        }
        return syntax.expression(syntax.call("print", *shown, **keywords))


def _any_of(tests: list[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(op=ast.Or(), values=tests)


def _at_least(index: ast.expr, extent: ast.expr) -> ast.expr:
    """`index >= extent`; `n > extent` for an index `n - 1`."""
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Sub) and ast.unparse(index.right) == "1":
        return syntax.compare(ast.Gt(), index.left, extent)
    return syntax.compare(ast.GtE(), index, extent)

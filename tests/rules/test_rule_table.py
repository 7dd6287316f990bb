"""Every op that may have float results has a rule, or a reason for having none."""

from autodiff_compiler import rules
from autodiff_compiler.ir.opdef import PURE
from autodiff_compiler.ir.opset import TABLE

# Ops whose results are integers or booleans whatever the operands are.
NEVER_FLOAT = {
    "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "xor", "lshift", "rshift", "not", "invert",
    "isnan", "isinf", "isfinite", "dim", "arange", "any", "all", "argmax", "argmin", "argsort", "searchsorted", "list_len",
}  # fmt: skip


def test_every_op_is_accounted_for():
    pure = {kind for kind, row in TABLE.items() if row.effect == PURE and row.results}
    known = {*rules.RULES, *rules.NO_DERIVATIVE, *NEVER_FLOAT}
    assert pure - known == set(), "ops without a rule or a reason"
    assert known - set(TABLE) == set(), "rules of ops that do not exist"


def test_an_op_has_a_rule_or_a_reason_not_both():
    assert set(rules.RULES) & set(rules.NO_DERIVATIVE) == set()


def test_reasons_are_given():
    assert all(rules.NO_DERIVATIVE.values())


def test_every_partial_has_its_operand():
    for kind, partials in rules.elementwise.PARTIALS.items():
        assert len(partials) == TABLE[kind].arity, kind

"""Nouns for what ops compute: names for values that the user has not named."""

from __future__ import annotations

WORDS = {
    "add": "total", "sub": "difference", "mul": "product", "mul0": "product", "div": "ratio", "div0": "ratio", "pow": "power",
    "neg": "negative", "floordiv": "quotient", "mod": "rest", "matmul": "product", "sqrt": "root", "sum": "total",
    "prod": "product", "max": "largest", "min": "smallest", "maximum": "larger", "minimum": "smaller",
    "argmax": "where", "argmin": "where", "argsort": "order", "cumsum": "running", "concat": "joined",
    "arange": "indices", "select": "chosen", "if": "chosen", "list_len": "count",
    "list_get": "item", "load": "part", "and": "test", "or": "test", "not": "test", "any": "test", "all": "test",
    "lt": "test", "le": "test", "gt": "test", "ge": "test", "eq": "test", "ne": "test", "invert": "test",
}  # fmt: skip
"""By op kind; the value of another elementwise op is called after the function: `exp_value`."""

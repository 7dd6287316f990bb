"""How many arguments a builtin or a method takes: a call that does not fit is the program's mistake, not a bug of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs


@dataclass(frozen=True)
class Arity:
    """At least `low` and at most `high` arguments by position (None: any number), and these keywords."""

    low: int
    high: int | None
    keywords: tuple[str, ...] | None = ()
    """None: any."""

    def check(self, ctx: Context, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> None:
        if len(args) < self.low or (self.high is not None and len(args) > self.high):
            counts = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
            wanted = f"at least {self.low}" if self.high is None else counts
            raise ctx.wrong("AD178", f"{name}() takes {wanted} arguments by position, but {len(args)} were given")
        for keyword in kwargs:
            if self.keywords is not None and keyword not in self.keywords:
                raise ctx.wrong("AD178", f"{name}() takes no keyword argument `{keyword}`")


Handler = Callable[[Context, list[Abs], dict[str, Abs]], Abs]


def takes(name: str, handler: Handler, low: int, high: int | None, *keywords: str) -> Handler:
    """A handler of calls with this many arguments by position, and these keywords."""
    arity = Arity(low, high, keywords)

    def checked(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
        arity.check(ctx, name, args, kwargs)
        return handler(ctx, args, kwargs)

    return checked

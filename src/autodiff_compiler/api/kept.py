"""Derivatives that an earlier process compiled: text, and all that calls need, found without the compiler being loaded.

A record lies beside the generated texts under a hash of everything that decides what is generated: the function with the text of its file, what is
asked, the types of the arguments, the compiler's own files, Python and the packages (`recognition.py`).  What the function finds outside is looked
at again (`outside.py`).  If anything is not as it was, or there are no words for it, the derivative is compiled as if there were no record.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable, Hashable
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from autodiff_compiler import backends, log, namespaces
from autodiff_compiler.api.binding import Described
from autodiff_compiler.api.outside import Outside, Unknown, read, written
from autodiff_compiler.api.program import Made, Program
from autodiff_compiler.api.recognition import Words, described, digest_of, environment
from autodiff_compiler.backends import records
from autodiff_compiler.backends.cache import load
from autodiff_compiler.backends.integers import bounded, widened
from autodiff_compiler.backends.lines import LINES, Range, table
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.tree import Const, Leaf, Tree
from autodiff_compiler.options import Options

if TYPE_CHECKING:
    from autodiff_compiler.transforms.stages import Compilation

COMPILER = "autodiff_compiler.driver"
"""Once this is loaded, compiling takes milliseconds, and records are written but not read."""

_ENVIRONMENT = environment()
"""As it is when the first derivative is made.  If files of ours change later, no other process will find what is kept under it."""


class Text(NamedTuple):
    """A generated text, the name of its function and where its lines come from; whether ints may be too large for it, and the text for those."""

    name: str
    text: str
    rows: tuple[tuple[Range, Span], ...]
    bounded: bool
    wide: Text | None

    def loaded(self) -> Callable[..., Any]:
        """What is called."""
        call = load(self.text, self.name, {LINES: table(list(self.rows))})
        call = bounded(call, self.name) if self.bounded else call
        return call if self.wide is None else widened([call], [self.wide.loaded()])[0]


class Record(NamedTuple):
    """What is kept: the hash of what it depends on; the text; whether there is a version for usual calls, and whether this
    is one that refuses others; what was read outside."""

    key: str
    text: Text
    has_usual: bool
    is_usual: bool
    outside: Outside


class Shelf:
    """Where what is compiled for one kind of call is kept."""

    def __init__(self, fun: FunctionType, key: Words) -> None:
        self._fun, self._key = fun, digest_of(key)
        self._stem = f"{re.sub(r'[^0-9A-Za-z_]', '_', fun.__name__)[:80]}_{self._key[:20]}"

    def find(self) -> tuple[Record, Program] | None:
        """What an earlier process kept, if all that it looked at is the same in this one."""
        if COMPILER in sys.modules:
            return None
        content = records.find(self._stem)
        if content is None:
            return None
        namespaces.check()
        try:
            record = pickle.loads(content)
            if not isinstance(record, Record) or record.key != self._key:
                return None
            needs = read(self._fun, record.outside)
            call = record.text.loaded()
        except Exception:  # something is not there any more, or not what it was
            return None
        log.say(lambda: f"{record.text.name}: found in {self._stem}")
        captured = tuple((Leaf(), [capture.type]) for capture in needs.captures)
        return record, Program(needs, captured, call, (record.text.text,), record.is_usual)

    def keep(self, made: Made, program: Program, *, has_usual: bool) -> None:
        """Keep what was compiled, if it can be said in words."""
        if made.second is not None or made.compiled.workspace is not None:
            return
        try:
            text, outside = _text(made.compiled), written(self._fun, program)
        except Unknown:
            return
        record = Record(self._key, text, has_usual, program.is_usual, outside)
        records.keep(self._stem, pickle.dumps(record))


def _text(done: Compilation) -> Text:
    """The text of what was compiled; `Unknown` if it needs objects of this process, or a module that the compiler loads."""
    addresses = " at 0x" in done.text  # of an object, in a message
    if done.lines is None or backends.named_objects(done.function) or "special." in done.text or addresses:
        raise Unknown
    wide = None if done.wide is None else _text(done.wide)
    return Text(done.function.name, done.text, done.lines.rows, done.bounded, wide)


def shelf(fun: Any, options: Options, arguments: Described, asked: tuple[Hashable, ...]) -> Shelf | None:
    """Where a derivative of `fun` is kept that is `asked` for with these options, for arguments of these types; None if it is not kept."""
    if type(fun) is not FunctionType or options.check is not None or options.verify or _ENVIRONMENT is None:
        return None
    file = fun.__code__.co_filename
    if not (
        file.startswith("<source ") or os.path.isfile(file)
    ):  # a session, whose functions have other places in the next one
        return None
    function = described(fun)
    given = [_of_argument(*argument) for argument in arguments]
    if function is None or None in given:
        return None
    return Shelf(fun, (_ENVIRONMENT, function, repr(options), repr(asked), tuple(given)))


def _of_argument(name: str, tree: Tree, types: list[Any]) -> Words | None:
    found = _of_tree(tree)
    return None if found is None else (name, found, tuple(map(str, types)))


def _of_tree(tree: Tree) -> Words | None:
    if isinstance(tree, Leaf):
        return "leaf", tree.array
    if isinstance(tree, Const):
        return described(tree.value) if tree.value is None or type(tree.value) in (bool, str) else None
    keys, parts = described(tuple(tree.keys)), tuple(map(_of_tree, tree.children))
    if tree.cls not in (tuple, list, dict) or keys is None or None in parts:
        return None
    return tree.cls.__name__, keys, parts

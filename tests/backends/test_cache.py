"""The text of a generated module lies on disk to be looked at; what is found there is never executed."""

import sys
import traceback
from pathlib import Path

import pytest
from cache_harness import SQUARE, forget, posix, where

from autodiff_compiler import backends

pytestmark = pytest.mark.usefixtures("folder")


def test_no_bytecode_is_written_or_read(folder):
    path = where(backends.load(SQUARE, "f"))
    assert path.parent == folder
    assert sorted(p.name for p in folder.iterdir()) == [path.name]


@pytest.mark.parametrize("kind", ["timestamp", "unchecked"])
def test_planted_bytecode_is_not_executed(folder, kind, tmp_path):
    path = where(backends.load(SQUARE, "f"))
    forget()
    planted = tmp_path / "planted.py"
    planted.write_text("def f(x):\n    return 666\n")
    from importlib.util import cache_from_source
    from py_compile import PycInvalidationMode, compile

    target = Path(cache_from_source(str(path)))
    mode = PycInvalidationMode.TIMESTAMP if kind == "timestamp" else PycInvalidationMode.UNCHECKED_HASH
    compile(str(planted), cfile=str(target), dfile=str(path), invalidation_mode=mode)
    data = bytearray(target.read_bytes())
    if kind == "timestamp":
        info = path.stat()
        data[8:16] = int(info.st_mtime).to_bytes(4, "little") + info.st_size.to_bytes(4, "little")
        target.write_bytes(data)
    assert backends.load(SQUARE, "f")(3) == 9


@pytest.mark.parametrize("content", [b"", b"def f", b"def f(x):\n    return 666\n", bytes(range(100))])
def test_a_damaged_text_is_written_anew(content):
    path = where(backends.load(SQUARE, "f"))
    forget()
    path.write_bytes(content)
    assert backends.load(SQUARE, "f")(3) == 9
    assert path.read_text() == SQUARE


@posix
def test_a_link_in_place_of_the_text_is_replaced(tmp_path):
    path = where(backends.load(SQUARE, "f"))
    forget()
    other = tmp_path / "other.py"
    other.write_text("precious")
    path.unlink()
    path.symlink_to(other)
    assert backends.load(SQUARE, "f")(3) == 9
    assert (other.read_text(), path.read_text(), path.is_symlink()) == ("precious", SQUARE, False)


def test_a_folder_in_place_of_the_text():
    path = where(backends.load(SQUARE, "f"))
    forget()
    path.unlink()
    path.mkdir()
    moved = backends.load(SQUARE, "f")
    assert moved(3) == 9
    assert where(moved).parent != path.parent


def test_a_module_of_the_same_name_is_not_taken_for_ours(monkeypatch):
    path = where(backends.load(SQUARE, "f"))
    forget()
    other = type(sys)(path.stem)
    other.f = lambda x: 666
    monkeypatch.setitem(sys.modules, path.stem, other)
    assert backends.load(SQUARE, "f")(3) == 9


def test_a_module_that_fails_leaves_nothing_behind():
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        backends.load("1 / 0\n", "f")
    assert set(sys.modules) == before
    assert backends.load(SQUARE, "f")(3) == 9


@pytest.mark.parametrize("name", ["f" * 400, "größe", "関数"])
def test_names_that_are_no_file_names(name):
    function = backends.load(f"def {name}(x):\n    return x * 2\n", name)
    assert function(3) == 6
    assert where(function).is_file()


def test_tracebacks_show_the_line():
    function = backends.load("def f(x):\n    return 1 / x  # the line\n", "f")
    with pytest.raises(ZeroDivisionError) as caught:
        function(0)
    assert "1 / x  # the line" in "".join(traceback.format_exception(caught.value))

"""The folder for generated text and compiled code: nobody else can write there, and without one everything works, too."""

import os
import textwrap
from pathlib import Path

import pytest
from cache_harness import SQUARE, forget, posix, run, where

from autodiff_compiler import backends
from autodiff_compiler.backends import cache, folders

pytestmark = pytest.mark.usefixtures("folder")


@posix
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(folder, mode):
    folder.mkdir()
    folder.chmod(mode)
    function = backends.load(SQUARE, "f")
    assert function(3) == 9
    assert list(folder.iterdir()) == []
    assert where(function).parent.stat().st_mode & 0o777 == 0o700


@posix
def test_a_folder_of_another_user_is_not_used(folder, monkeypatch):
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert not folders.is_private(folder)


@posix
def test_a_folder_that_others_can_exchange_is_not_used(tmp_path, monkeypatch):
    above = tmp_path / "open"
    above.mkdir()
    above.chmod(0o777)
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(above / "mine"))
    assert where(backends.load(SQUARE, "f")).parent != above / "mine"
    above.chmod(0o1777)  # with the sticky bit, as /tmp has it
    forget()
    assert where(backends.load(SQUARE, "f")).parent == above / "mine"


@posix
def test_links_to_the_folder(tmp_path, monkeypatch):
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir(mode=0o700)
    link.symlink_to(real)
    assert folders.is_private(link)
    lstat = Path.lstat

    def of_another(path):
        info = lstat(path)
        return os.stat_result((*info[:4], info.st_uid + 12345, *info[5:])) if path == link else info

    monkeypatch.setattr(Path, "lstat", of_another)
    assert not folders.is_private(link)


@posix
def test_files_of_others_are_not_read(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"data")
    file.chmod(0o600)
    assert folders.read_own(file) == b"data"
    file.chmod(0o620)
    assert folders.read_own(file) is None
    file.chmod(0o600)
    monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
    assert folders.read_own(file) is None


FOLDER_OF = """
    import warnings
    warnings.simplefilter("error")
    from autodiff_compiler import grad
    import autodiff_compiler.backends.cache as cache
    assert grad("def f(x): return x * x * x")(2.0) == 12.0
    (_, module), = cache._loaded.values()
    print(module.__file__)
"""


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": None},
        {"HOME": ""},
        {"HOME": "/nonexistent/home"},
        {"HOME": "/proc/self"},
        {"XDG_CACHE_HOME": "relative"},
        {"XDG_CACHE_HOME": ""},
        {"AUTODIFF_COMPILER_CACHE": "/proc/nowhere"},
        {"AUTODIFF_COMPILER_CACHE": "/dev/null/x"},
        {"AUTODIFF_COMPILER_CACHE": "/dev/full"},
        {"AUTODIFF_COMPILER_CACHE": "x" * 300},
        {"AUTODIFF_COMPILER_CACHE": "/proc/nowhere", "TMPDIR": "/nonexistent", "TEMP": "", "TMP": ""},
    ],
    ids=str,
)
def test_odd_environments(variables, tmp_path):
    given = {"AUTODIFF_COMPILER_CACHE": "", "XDG_CACHE_HOME": None, "HOME": str(tmp_path), **variables}
    here = set(os.listdir("."))
    run(FOLDER_OF, **given)
    assert set(os.listdir(".")) == here


def test_a_relative_folder_is_where_the_process_started(tmp_path):
    code = f"import os; os.chdir({str(tmp_path)!r})\n{textwrap.dedent(FOLDER_OF)}"
    assert run(code, AUTODIFF_COMPILER_CACHE="here").startswith(str(tmp_path / "here"))


def test_a_temporary_folder_is_removed_at_exit(tmp_path):
    place = Path(run(FOLDER_OF, AUTODIFF_COMPILER_CACHE="/dev/null/x", TMPDIR=str(tmp_path)))
    assert place.parent.parent == tmp_path
    assert not place.parent.exists()


@posix
def test_a_forked_process_leaves_the_folder_of_its_parent(tmp_path):
    code = textwrap.dedent(FOLDER_OF) + textwrap.dedent("""
        import os, sys, pathlib
        if os.fork() == 0:
            grad("def g(x): return x * 2.0")(1.0)
            sys.exit()
        assert os.wait()[1] == 0
        assert pathlib.Path(module.__file__).is_file()
    """)
    run(code, AUTODIFF_COMPILER_CACHE="/dev/null/x", TMPDIR=str(tmp_path))
    assert not list(tmp_path.iterdir())


NOWHERE = """
    import errno, tempfile, traceback, linecache
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")
    tempfile.mkstemp = tempfile.mkdtemp = tempfile.TemporaryFile = full
    from autodiff_compiler import grad
    for backend in ("python", "numba"):
        def f(x):
            return 1.0 / x
        print(grad("def f(x): return x * x * x", backend=backend)(2.0))
    try:
        grad("def f(x): return 1.0 / x")(0.0)
    except ZeroDivisionError:
        print(" / x" in traceback.format_exc())
"""


def test_a_full_disk():
    assert run(NOWHERE) == "12.0\n12.0\nTrue"


@pytest.mark.parametrize("flags", [["-O"], ["-OO"], ["-B"], ["-I"], ["-X", "utf8=0"], ["-W", "error"]])
def test_flags_of_python(flags):
    code = f"import sys; sys.path.insert(0, {str(Path(cache.__file__).parents[2])!r})\n" + textwrap.dedent("""
        from autodiff_compiler import grad
        text = "def f(x):\\n    assert x > 100.0\\n    return x * x"
        print(grad(text)(200.0))
        try:
            print(grad(text)(3.0))
        except AssertionError:
            print("AssertionError")
    """)
    raises = "-O" not in flags and "-OO" not in flags
    assert run(code, *flags) == ("400.0\nAssertionError" if raises else "400.0\n6.0")

"""What lies on disk is never executed but for compiled code, which lies where nobody else can write, and is checked."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

from autodiff_compiler import backends
from autodiff_compiler.backends import cache, folders

SQUARE = "def f(x):\n    return x * x\n"
posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of files")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    chosen = tmp_path / "cache"
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(chosen))
    monkeypatch.setattr(cache, "_loaded", {})
    return chosen


def forget():
    """As a new process would find things."""
    for stem in cache._loaded:
        sys.modules.pop(stem, None)
    cache._loaded.clear()


def where(function):
    return Path(function.__code__.co_filename)


def run(code, *flags, **variables):
    """What a process of its own prints; a variable that is None is not set."""
    environment = {**os.environ, **variables}
    for name in [name for name, value in variables.items() if value is None]:
        del environment[name]
    done = subprocess.run(
        [sys.executable, *flags, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# -- the text ------------------------------------------------------------------------------------------------------


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


# -- the folder ----------------------------------------------------------------------------------------------------


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


# -- compiled code -------------------------------------------------------------------------------------------------

KERNEL = """
from numba import njit
import numpy as np


@njit(cache=True, nogil=True)
def helper(x):
    return x * 2.0


@njit(cache=True, nogil=True)
def f(x):
    return helper(x) + np.sum(np.ones(3))
"""


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_compiled_code_is_kept_beside_the_text(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert backends.load(KERNEL, "f")(1.0) == 5.0
    assert not (tmp_path / "elsewhere").exists()
    assert {p.suffix for p in folder.iterdir()} == {".py", ".nbc"}
    forget()
    again = backends.load(KERNEL, "f")
    assert again(1.0) == 5.0
    assert hits(again) == 1


def damage(data, how):
    middle = len(data) // 2
    return {
        "empty": b"",
        "truncated": data[:middle],
        "one byte less": data[:-1],
        "one byte more": data + b"x",
        "garbage": os.urandom(len(data)),
        "a bit flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "zeros": data[:middle] + bytes(len(data) - middle),
        "text": b"hello",
        "another pickle": pickle.dumps({"a": 1}),
    }[how]


@pytest.mark.parametrize(
    "how",
    ["empty", "truncated", "one byte less", "one byte more", "garbage", "a bit flipped", "zeros", "text", "another pickle"],
)
def test_damaged_compiled_code_is_compiled_anew(folder, how):
    assert backends.load(KERNEL, "f")(1.0) == 5.0
    for file in folder.glob("*.nbc"):
        file.write_bytes(damage(file.read_bytes(), how))
    forget()
    healed = backends.load(KERNEL, "f")
    assert healed(1.0) == 5.0
    assert hits(healed) == 0
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 1)


def test_compiled_code_for_something_else_is_not_used(folder):
    first = backends.load(KERNEL, "f")
    assert first(1.0) == 5.0
    (mine,) = folder.glob(f"{where(first).stem}.{first._cache._stem().split('.')[1]}.*.nbc")
    other = KERNEL.replace("2.0", "7.0")
    second = backends.load(other, "f")
    assert second(1.0) == 10.0
    (theirs,) = folder.glob(f"{where(second).stem}.{second._cache._stem().split('.')[1]}.*.nbc")
    first(1)
    by_type = [p for p in folder.glob(f"{mine.name.rsplit('.', 2)[0]}.*.nbc") if p != mine]
    assert len(by_type) == 1
    shutil.copyfile(by_type[0], mine)
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 0)


def test_other_settings_of_numba_have_files_of_their_own(folder, monkeypatch):
    import numba

    assert backends.load(KERNEL, "f")(1.0) == 5.0
    for name, value in (("__version__", "0.0.1"), ("BOUNDSCHECK", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(numba if name == "__version__" else numba.config, name, value)
            forget()
            other = backends.load(KERNEL, "f")
            assert (other(1.0), hits(other)) == (5.0, 0)
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 1)


def test_compiled_code_vanishes_and_the_folder_with_it(folder):
    function = backends.load(KERNEL, "f")
    assert function(1.0) == 5.0
    shutil.rmtree(folder)
    assert function(1) == 5.0  # compiled, and not kept
    forget()
    assert backends.load(KERNEL, "f")(1.0) == 5.0


OWN_EXCEPTION = """
    from autodiff_compiler import grad
    import numpy as np
    class Mine(ValueError):
        pass
    def f(x):
        if x < 0.0:
            raise Mine("no")
        return x * x
    from autodiff_compiler.diagnostics import SOURCES
    derivative = grad(f, backend="numba")
    print(derivative(2.0))
    try:
        derivative(-1.0)
    except Mine:
        print("caught")
"""


def test_an_exception_of_a_script_is_the_same_class_in_the_next_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(OWN_EXCEPTION))
    for _ in range(2):
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
        assert done.stdout == "4.0\ncaught\n", done.stderr


TWO = """
    import sys
    from autodiff_compiler import grad
    for n in range(6):
        text = f"def f(x):\\n    return x * x * {n}.0\\n"
        assert grad(text, backend=sys.argv[1])(3.0) == 6.0 * n
    print("ok")
"""


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_processes_that_write_at_once(backend, folder):
    command = [sys.executable, "-c", textwrap.dedent(TWO), backend]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in started] == ["ok\n"] * 3
    assert not [p.name for p in folder.iterdir() if re.search(r"\.tmp$", p.name)]


def test_without_compiling(monkeypatch):
    code = 'from autodiff_compiler import grad; print(grad("def f(x): return x * x", backend="numba")(3.0))'
    assert run(code, NUMBA_DISABLE_JIT="1") == "6.0"

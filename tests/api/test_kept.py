"""A second process calls what the first one compiled without loading the compiler, unless anything is not as it was."""

import os
from pathlib import Path

import pytest
from kept_place import MODEL, PARTS, PROGRAM, Place

import autodiff_compiler
from autodiff_compiler import lazy
from autodiff_compiler.api import recognition


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "place")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Where a first process has compiled the gradient."""
    made = Place(tmp_path_factory.mktemp("known")).write(model=MODEL, parts=PARTS)
    assert made.gradient() == "compiled"
    assert len(made.records) == 1
    return made


@pytest.fixture
def fresh(known):
    """The same, with the record of the first process and the first texts, whatever other tests have done."""
    kept = {path: path.read_bytes() for path in known.records}
    yield known
    for path in known.records:
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)
        path.chmod(0o600)
    known.write(model=MODEL, parts=PARTS)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_second_process_does_not_load_the_compiler(place, backend):
    place.write(model=MODEL, parts=PARTS)
    assert place.gradient(backend=backend) == "compiled"
    heavy = ("frontend.lowering", "frontend.context", "library", "passes.registry", "rules", "ad", "ir.opset", "backends.printing", "backends.module")
    names = tuple(f"autodiff_compiler.{name}" for name in heavy)
    program = PROGRAM.format(change="", backend=backend) + f"print(*(name for name in {names} if name in sys.modules))"
    assert place.run(program) == "kept"


READ_AT_EACH_CALL = [
    "",
    "model.SCALE = 5.0",
    "model.WEIGHTS = np.array([3.0, 1.0, 1.0])",
    "model.local.__defaults__ = (4.0,)",
    "model.f.__closure__[0].cell_contents = 7.0",
    "model.f = model.make(2.5, parts.inner)",
    "parts.K = 0.5",
]


LOOKED_AT = [
    "model.SCALE = 3",
    "model.SCALE = np.float32(3)",
    "model.WEIGHTS = np.ones(3, np.float32)",
    "model.WEIGHTS = np.ones((3, 1))[:, 0] * np.ones((1, 3))",
    "model.WEIGHTS = [1.0, 2.0, 3.0]",
    "model.MODE = 'cube'",
    "model.FLAG = False",
    "model.FLAG = 0",
    "model.local = lambda x: x * x",
    "model.local.__code__ = parts.other.__code__",
    "model.local.__defaults__ = (3,)",
    "model.f.__closure__[1].cell_contents = parts.other",
    "model.f = model.make(2.5, parts.other)",
    "model.f = model.make(3, parts.inner)",
    "model.f = lambda x, f=model.f: f(x) * 2.0",
    "inner = model.f; model.f = lambda x: inner(x) * 2.0",
    "model.len = lambda x: 2",
    "model.range = lambda n: [0, 1]",
    "model.np = types.SimpleNamespace(sin=np.cos, sum=np.sum)",
    "model.parts = types.SimpleNamespace(helper=parts.other)",
    "parts.helper = parts.other",
    "parts.helper.__code__ = (lambda x: x * x).__code__",
    "parts.math = types.SimpleNamespace(cos=math.sin)",
    "parts.math = np",
    "parts.helper.note = 1",
    "parts.helper = types.FunctionType(parts.helper.__code__, {**vars(parts), 'K': 9.0}, 'helper')",
    "model.f = types.FunctionType(model.f.__code__, {**vars(model), 'SCALE': 9.0}, 'f', None, model.f.__closure__)",
    "model.MODE = 'squares'",
]


REFUSED = [
    ("np.sin = np.cos", "AD605"),
    ("np.sin = lambda x: x", "AD605"),
    ("np.sum = lambda x: 0.0", "AD605"),
    ("math.cos = math.sin", "AD605"),
    ("builtins.len = lambda x: 1", "AD605"),
    ("vars(model)['__builtins__']['range'] = lambda n: [0]", "AD605"),
]
CHANGES = {
    **dict.fromkeys(READ_AT_EACH_CALL, "kept"),
    **dict.fromkeys(LOOKED_AT, "compiled"),
    **{change: f"refused {code}" for change, code in REFUSED},
}


@pytest.fixture(scope="module")
def outcomes(known):
    return known.outcomes([f"import parts; {change}" for change in CHANGES])


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_read_outside(outcomes, change):
    """Numbers and arrays are read at each call; what was looked at may not have changed.  The gradient is compared with differences of
    the function as it is now, and refused where it is when it is compiled."""
    assert outcomes[f"import parts; {change}"] == CHANGES[change]


def test_a_file_that_is_edited_after_it_was_imported(fresh):
    change = "text = open(model.__file__).read(); open(model.__file__, 'w').write(text.replace('** 3', '** 2'))"
    assert fresh.gradient(change) == "refused AD141"


EDITS = [
    ("model", "np.sin(x) * k", "np.cos(x) * k"),
    ("model", "k=3.0", "k=3  "),
    ("model", "x[i] * c\n", "x[i] / c\n"),
    ("model", "    return f\n", "    return f  # a comment\n"),
    ("parts", "math.cos(x) * K", "math.sin(x) * K"),
    ("parts", "return x * K", "return x + K"),
]


@pytest.mark.parametrize(("name", "old", "new"), EDITS)
def test_files_that_were_edited(fresh, name, old, new):
    """Also where size and time of the file are as before."""
    path = fresh.folder / f"{name}.py"
    before = path.stat()
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fresh.gradient() == "compiled"


def test_a_number_in_a_file_is_part_of_its_text(fresh):
    fresh.write(parts=PARTS.replace("K = 2.0", "K = 4.0"))
    assert fresh.gradient() == "compiled"


def test_another_function_at_the_same_place(fresh):
    """The same code under the same name, in a file elsewhere."""
    other = Place(fresh.folder.parent / "elsewhere")
    other.cache = fresh.cache
    assert other.write(model=MODEL, parts=PARTS).gradient() == "compiled"


def test_asserts_that_are_left_out(place):
    place.write(model=MODEL.replace("total = 0.0\n", "total = 0.0\n        assert len(x) == 3\n"), parts=PARTS)
    assert [place.gradient(), place.gradient(), place.gradient("", "-O"), place.gradient("", "-O")] == ["compiled", "kept"] * 2
    failing = place.gradient("x = np.ones(2)\ntry:\n    grad(model.f)(x)\nexcept AssertionError:\n    print('failed'); sys.exit()")
    assert failing == "failed"


TWINS = """
def make(k):
    def h(x):
        return x * k
    return h

first, second = make(2.0), make(3.0)

def f(x):
    return first(x) * second(x) + (x if first is second else 0.0)

def g(x):
    return (first(x), second(x))[0] + x
"""
OF_TWO = {
    "": "kept",
    "model.first, model.second = model.second, model.first": "kept",
    "model.second = model.first": "compiled",
    "model.first = model.second = model.make(5.0)": "compiled",
    "model.second = model.make(3)": "compiled",
}


def test_what_were_two_objects_must_be_two_again(place):
    place.write(model=TWINS)
    assert place.outcomes(["x = 0.7"], keeps=True) == {"x = 0.7": "compiled"}
    found = place.outcomes([f"x = 0.7; {change}" for change in OF_TWO])
    assert found == {f"x = 0.7; {change}": expected for change, expected in OF_TWO.items()}


KINDS = """
import sys
import numpy as np
from autodiff_compiler import grad, hvp, jacfwd, jacrev, jvp, value_and_grad

def f(w, x, name="plain"):
    return np.sum(w["a"] * x) ** 2 + w["b"] * x[0]

def g(x):
    return np.sin(x) * x[0]

class C:
    k = 2.0
    def m(self, x):
        return x * x * self.k
    __call__ = m

def power(x, n):
    for _ in range(n):
        x = x * x
    return x

def h(x):
    if x < 0.0:
        raise ValueError("negative")
    return x * x

w, x = {{"a": np.array([1.0, 2.0]), "b": 0.5}}, np.array([0.3, 0.7])
print({made})
print("autodiff_compiler.driver" in sys.modules)
"""


KEPT = [
    "grad(f)(w, x)",
    "grad(f, argnums=(1, 0))(w, x)",
    "grad(f, argnums=['x'])(w, x=x)",
    "grad(f, save_all=True)(w, x)",
    "value_and_grad(f, argnums='x')(w, x, name='other')",
    "jvp(g, (x,), (x,))",
    "jacfwd(g)(x), jacrev(g)(x)",
    "grad(h)(3.0), grad(h)(2), grad(h)(np.float32(2.0))",
    "grad(power)(1.5, 2), grad(power, backend='numba')(1.5, 2)",
    "grad('def f(x): return x * x')(3.0)",
    "[grad(g2)(x) for g2 in [lambda x: np.sum(x * x), lambda x: np.sum(x ** 3)]]",
]
NOT_KEPT = [
    "grad(lambda x: C().k * x)(2.0)",
    "grad(f, verify=True)(w, x)",
    "grad(f, check='first')(w, x)",
    "grad(grad(h))(3.0)",
    "hvp(h, (3.0,), (1.0,))",
    "grad(lambda x, n: np.sum(x.reshape(n, -1).sum(axis=n)))(np.ones(4), 1)",
    "grad(C().m)(3.0)",
    "grad(C())(3.0)",
]


def test_what_is_kept(place):
    program = KINDS.format(made=", ".join(KEPT))
    first, second = (place.run(program).splitlines() for _ in range(2))
    assert (*first[:-1], "False") == tuple(second)
    assert first[-1] == "True"


def test_what_is_not_kept(place):
    program = KINDS.format(made=", ".join(NOT_KEPT))
    assert place.run(program).splitlines()[-1] == "True"
    assert not place.records


LARGE = """
import sys
from autodiff_compiler import UserError, grad

def f(x, n):
    total = 0.0
    for i in range(n, n + 3):
        total += x * x * (i // 2)
    return total

df = grad(f, backend="numba")
print(df(1.5, 4), df(1.5, 2 ** 40), "autodiff_compiler.driver" in sys.modules)
try:
    df(1.5, 2 ** 70)
except UserError as error:
    print(error.code)
"""


def test_ints_that_are_too_large_for_the_first_text(place):
    """What is called hands over to another text, or says so."""
    first, second = (place.run(LARGE).splitlines() for _ in range(2))
    assert first[0].removesuffix("True") == second[0].removesuffix("False")
    assert first[1:] == second[1:] == ["AD428"]


def test_what_is_read_is_compiled_then(place):
    """Text, IR, explanation, a second derivative and a file are those of a process that compiled."""
    shown = "df = grad(g3); print(df(x)); late = 'autodiff_compiler.driver' in sys.modules\n"
    shown += "print(df.source(), df.source(x), df.ir(x), df.ir(stage='buffers'), df.save('out.py', x).read_text(), grad(lambda x: df(x)[0])(x), late)"
    program = KINDS.format(made="1").replace("w, x =", "def g3(x): return np.sum(x * x[0])\nw, x =") + shown
    first, second = (place.run(program) for _ in range(2))
    assert first.removesuffix("True") == second.removesuffix("False")
    assert first.endswith("True") and second.endswith("False")


def test_exceptions_name_the_users_line(place):
    made = "grad(h)(-1.0)"
    program = "import traceback\n" + KINDS.format(made="1") + f"try:\n    {made}\nexcept ValueError:\n    print(traceback.format_exc(), 'autodiff_compiler.driver' in sys.modules)"
    first, second = (place.run(program) for _ in range(2))
    assert 'raise ValueError("negative")' in second
    assert first.removesuffix("True") == second.removesuffix("False")


STRETCHED = """
import sys
import numpy as np
from autodiff_compiler import grad

def f(x, b):
    return np.sum((x + b) ** 2)

df = grad(f, argnums=1, backend="numba")
x, b = np.ones((3, 2)), np.ones(({rows}, 2))
print(df(x, b).tolist(), "autodiff_compiler.driver" in sys.modules)
print(df(x, np.ones((1, 2))).tolist(), df(x, b).tolist(), "autodiff_compiler.driver" in sys.modules)
"""


def test_a_call_that_is_not_the_usual_one(place):
    usual, general = [[4.0, 4.0]] * 3, [[12.0, 12.0]]
    for compiled in (True, False):
        assert place.run(STRETCHED.format(rows=3)).splitlines() == [f"{usual} {compiled}", f"{general} {usual} True"]
    assert place.run(STRETCHED.format(rows=1)).splitlines()[0].startswith(str(general))


READ_MEANWHILE = """
import sys
import numpy as np
from autodiff_compiler import grad

MODE, SCALE, OTHER = "square", 2.0, 3.0

def f(x, b):
    return np.sum((x + b) ** 2) * SCALE if MODE == "square" else np.sum((x + b) ** 3) * {other}

df = grad(f, argnums=1, backend="numba")
x, b = np.ones((3, 2)), np.ones((3, 2))
print(df(x, b).tolist(), "autodiff_compiler.driver" in sys.modules)
MODE = "cube"
df.source()
MODE = "square"
print(df(x, np.ones((1, 2))).tolist())
"""


@pytest.mark.parametrize("other", ["SCALE", "OTHER"])
def test_what_was_compiled_for_a_reader_meanwhile_is_not_called(place, other):
    for compiled in (True, False):
        found = place.run(READ_MEANWHILE.format(other=other)).splitlines()
        assert found == [f"{[[8.0, 8.0]] * 3} {compiled}", "[[24.0, 24.0]]"]


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-1], lambda data: data[:40] + b"x" + data[41:], lambda data: b"x" * 200])
def test_a_damaged_record(fresh, damage):
    (path,) = fresh.records
    path.write_bytes(damage(path.read_bytes()))
    assert fresh.gradient() == "compiled"
    assert fresh.gradient() == "kept"


def test_a_record_under_another_name(fresh):
    """It says what it is of."""
    place = Place(fresh.folder.parent / "renamed").write(model=MODEL, parts=PARTS)
    assert place.gradient() == "compiled"
    (path,), (own,) = fresh.records, place.records
    own.write_bytes(path.read_bytes())
    assert place.gradient() == "compiled"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of files")
def test_a_record_that_others_can_write(fresh):
    (path,) = fresh.records
    path.chmod(0o666)
    assert fresh.gradient() == "compiled"


def test_no_records_where_there_is_no_folder(place):
    place.write(model=MODEL, parts=PARTS)
    place.cache.write_text("a file")
    assert place.gradient() == place.gradient() == "compiled"


def test_the_compilers_own_files_are_part_of_it(tmp_path, monkeypatch):
    """Each is, also where one is written with the size and the time that it had."""
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "one.py"
    path.write_text("one")
    monkeypatch.setattr(recognition, "HOME", tmp_path)
    assert recognition.environment() is None  # it has changed since we were loaded
    monkeypatch.setattr(lazy, "STARTED", lazy.STARTED + 1e6)
    first, before = recognition.environment(), path.stat()
    assert recognition.environment() == first
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert recognition.environment() != first
    monkeypatch.setattr(recognition, "HOME", tmp_path / "nothing")
    assert recognition.environment() is None


def test_the_compilers_own_files_are_all_looked_at(monkeypatch):
    monkeypatch.setattr(lazy, "STARTED", lazy.STARTED + 1e6)
    found = recognition.environment()
    assert {path for path, *_ in found[0]} == {str(path) for path in Path(autodiff_compiler.__file__).parent.rglob("*.py")}

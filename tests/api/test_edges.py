"""Around the edges: interrupts, threads, processes, and data that nobody should give us."""

import copy
import gc
import os
import pickle
import signal
import sys
import threading
import time

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, lazy, value_and_grad, vjp
from autodiff_compiler.backends import cache


def program(k):
    """A function of its own for each number, long enough to be interrupted in many places."""
    lines = [f"    y = np.sin(y * {k}.0) + np.sum(a[: {i + 1}] * y)" for i in range(12)]
    return "\n".join(["def f(x, a):", "    y = x", *lines, "    for i in range(len(a)):", "        y = y * a[i] + x", "    return y"])


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
# A file that was just being opened is closed by the garbage collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_interrupt_leaves_everything_usable():
    limit, a = sys.getrecursionlimit(), np.array([0.5, 0.25, 0.125])
    grad(program(0))(0.3, a)  # loads the compiler
    before = time.perf_counter()
    grad(program(1))(0.3, a)
    takes = time.perf_counter() - before
    interrupted = 0

    def interrupt(*args):
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, interrupt)
    try:
        for k in range(2, 26):
            derivative = grad(program(k))
            modules = set(sys.modules)
            try:
                signal.setitimer(signal.ITIMER_REAL, takes * (k - 1) / 25)
                derivative(0.3, a)
            except KeyboardInterrupt:
                interrupted += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert gc.isenabled()
            assert sys.getrecursionlimit() == limit
            left = {name for name in set(sys.modules) - modules if name.startswith("f_grad_")}
            assert left <= set(cache._loaded)
            taken = []
            other = threading.Thread(target=lambda: taken.append(lazy.LOCK.acquire(blocking=False)) or lazy.LOCK.release())
            other.start()
            other.join()
            assert taken == [True]
            fresh = grad(program(k).replace("def f", "def  f"))
            assert derivative(0.3, a) == fresh(0.3, a)
    finally:
        signal.signal(signal.SIGALRM, old)
    assert interrupted > 5


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_threads_that_compile_at_once(backend):
    shared = grad("def f(x, n): return x ** n", backend=backend)
    results, errors = [], []

    def work(k):
        try:
            own = grad(f"def f(x): return x * x * {k}.0", backend=backend)
            for i in range(30):
                assert own(3.0) == 6.0 * k
                assert shared(2.0, 3) == 12.0
                assert shared(2.0, 3.0) == 12.0
            results.append(k)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(results) == list(range(8))
    assert sum(map(len, shared._table._by_key.values())) == 2
    assert gc.isenabled()


def test_a_call_does_not_wait_for_another_thread_that_compiles():
    scale = [2.0]
    derivative = grad(lambda x: x * x * scale[0])
    assert derivative(1.0) == 4.0
    done = []
    with lazy.LOCK:
        thread = threading.Thread(target=lambda: done.append(derivative(1.0)))
        thread.start()
        thread.join(timeout=10)
    assert done == [4.0]


def test_the_recursion_limit_that_another_thread_sets_stays():
    from autodiff_compiler.frames import room_for_recursion

    before = sys.getrecursionlimit()
    with room_for_recursion():
        sys.setrecursionlimit(12345)
    assert sys.getrecursionlimit() == 12345
    sys.setrecursionlimit(before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_process_forked_while_a_thread_compiles():
    started, stop = threading.Event(), threading.Event()

    def compile_on():
        k = 100
        while not stop.is_set():
            k += 1
            grad(program(k))(0.3, np.ones(3))
            started.set()

    thread = threading.Thread(target=compile_on)
    thread.start()
    started.wait()
    try:
        for _ in range(3):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    signal.alarm(60)
                    code = 0 if grad("def f(x): return x * x * 2.5")(1.0) == 5.0 and gc.isenabled() else 2
                finally:
                    os._exit(code)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        thread.join()


def cubed(x):
    return x * x * x


def test_pickles_and_copies():
    derivative = value_and_grad(cubed)
    for other in (pickle.loads(pickle.dumps(derivative)), copy.copy(derivative), copy.deepcopy(derivative)):
        assert other(2.0) == (8.0, 12.0)
        assert other.primal is cubed
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(grad(lambda x: x))


FOREIGN = [
    np.ones(3, np.float16),
    np.ones(3, np.longdouble),
    np.array([1.0, 2.0], object),
    np.array(["a"]),
    np.array([b"a"]),
    np.array(["2020-01-01"], "M8[D]"),
    np.array([1], "m8[s]"),
    np.zeros(2, dtype=[("a", float), ("b", int)]),
    np.ones(3, ">f8"),
    np.ones(3, ">i4"),
    np.ones(3, np.clongdouble),
    np.float16(1.0),
    np.longdouble(1.0),
]


@pytest.mark.parametrize("value", FOREIGN, ids=lambda v: str(v.dtype))
def test_dtypes_are_refused_by_name(value):
    def f(a):
        return np.sum(a)

    def g(x):
        return x * np.sum(value)

    def h(x):
        return x * np.sum(np.zeros(3, dtype=dtype))

    dtype = value.dtype
    for call in (
        lambda: grad(f)(value),
        lambda: jvp(f, (value,), (value,)),
        lambda: vjp(f, value),
        lambda: grad(f)([value]),
        lambda: grad(g)(1.0),
        lambda: grad(h)(1.0),
    ):
        with pytest.raises(AutodiffError) as caught:
            call()
        assert caught.value.code in ("AD403", "AD206")
        assert str(value.dtype) in str(caught.value)
        assert caught.value.help


def test_a_pinned_platform_alias_is_known():
    assert np.array_equal(grad(lambda a: np.sum(a))(np.ones(2, "<f8" if sys.byteorder == "little" else ">f8")), np.ones(2))


def test_starred_arguments_keep_clear_of_other_names():
    def with_captured(args):
        def restricted(*varied):
            return args[0] * varied[0] ** 2

        return restricted

    def own(args_0, *rest):
        return args_0**2 * rest[0]

    assert grad(with_captured((3.0,)))(2.0) == 12.0
    assert grad(own, argnums=(0, 1))(3.0, 2.0) == (12.0, 9.0)

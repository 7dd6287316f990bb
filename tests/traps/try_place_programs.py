"""What is tried in odd places: loops, generators, derivatives, recursions; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import math

import numpy as np
from judge import Cases

from autodiff_compiler import checkpoint, grad

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])




@case(-0.7)
@case(0.7)
def in_an_arm(x):
    try:
        y = math.log(x) if x < 0.5 else x * x
        z = x > 0.0 and math.sqrt(x) > 0.5
    except ValueError:
        return x * 3.0
    return y + 2.0 * z


@case(A)
def in_a_generator(a):
    try:
        return sum(math.sqrt(v) for v in a)
    except ValueError:
        return sum(v * v for v in a)


@case(A)
def in_a_comprehension(a):
    try:
        roots = [math.sqrt(v) for v in a]
    except ValueError:
        roots = [float(v) * 2.0 for v in a]
    return sum(roots)


@case(800.0)
@case(2.0)
def overflow(x):
    try:
        return math.exp(x)
    except OverflowError:
        return x * 2.0


@case(1e200)
@case(3.0)
def overflow_of_a_power(x):
    try:
        y = x**2
    except OverflowError:
        y = x * 1e-200
    return y


@case(0.7, 3)
@case(-0.7, 3)
def while_condition(x, n):
    k = 0
    try:
        while math.log(x + k) < 1.0:
            k += 1
    except ValueError:
        return x * x
    return x * k


@case(0.7)
def known_when_compiling(x):
    d = {"a": x}
    try:
        y = d["b"]
    except KeyError:
        y = d["a"] * 2.0
    try:
        n = int("seven")
    except ValueError:
        n = 7
    try:
        m = x.shape[0]
    except AttributeError:
        m = 1
    try:
        (p, q) = [x, x, x]
    except ValueError:
        p = q = 2.0
    return y * n * m * p * q


@case(0.7)
def imports(x):
    try:
        import no_such_module_at_all as backend
    except ImportError:
        backend = math
    return backend.sin(x)


@case(A)
def empty_handler(a):
    total = 0.0
    for v in a:
        try:
            total += math.sqrt(v)
        except ValueError:
            pass
    return total


@case(A)
def retry(a):
    jitter = 0.0
    for _ in range(5):
        try:
            s = math.sqrt(a[1] + jitter)
            break
        except ValueError:
            jitter = jitter * 2.0 + 0.2
    return s * a[0] + jitter


@case(-0.7)
@case(0.7)
def assertion(x):
    try:
        assert x > 0.0, "must be positive"
        return x * x
    except AssertionError:
        return -x


@case(-0.7)
@case(0.7)
def the_text_of_what_was_caught(x):
    try:
        if x < 0.0:
            raise ValueError("seven 77")
        return x
    except ValueError as error:
        return x * len(f"{error}") * len(error.args[0])


@case(-0.7)
def shapes(x):
    a = np.ones(3) * x
    b = np.ones(4)
    try:
        c = a + b[: int(4.0 + x)]
    except ValueError:
        c = a * a
    return c.sum()


@case(A, 2)
@case(A, 5)
def list_of_run_time(a, i):
    kept = []
    for v in a:
        if v > 0.0:
            kept.append(v)
    try:
        return kept[i] * 2.0
    except IndexError:
        return kept[-1] * 3.0


@case(A)
def nested_in_loops(a):
    total = 0.0
    for v in a:
        for w in a:
            try:
                try:
                    total += math.log(v * w)
                except ZeroDivisionError:
                    total += 100.0
                finally:
                    total += 0.5
            except ValueError:
                total += v
                if total > 1.0:
                    break
    return total


@case(0.7)
@case(-0.7)
def bound_in_the_body_only(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        pass
    return y


@case(0.5, refused="AD116")
@case(-0.5, refused="AD116")
def in_a_checkpoint(x):
    def g(v):
        return math.log(v)

    try:
        return checkpoint(g)(x)
    except ValueError:
        return x * 7.0


@case(-0.5, refused="AD116")
def in_a_derivative(x):
    try:
        return grad(lambda v: math.log(v))(x)
    except ValueError:
        return x * 7.0


@case(-0.5, 3, refused="AD116")
def in_a_recursion(x, n):
    def go(v, k):
        if v < 0.0:
            raise ValueError("negative")
        if k == 0:
            return v
        return go(v * 1.1, k - 1) * 0.9

    try:
        return go(x, n)
    except ValueError:
        return x * 7.0


@case(A)
def array_changes_its_place(a):
    b, c = a.copy(), a * 2.0
    try:
        b, c = c, b
        b[0] = math.sqrt(a[1])
    except ValueError:
        c[1] = 5.0
    return (b * a).sum() + (c * c).sum()


@case(0.935)
@case(0.0)
def raised_by_either_in_a_loop(x):
    def checked(scale):
        if scale > 1.0:
            return scale
        raise KeyError

    try:
        for j in range(1, 2):
            w = checked(x / x)
    except Exception as error:
        w = 2.0
    return x * w


@case(0.3, 0.7)
@case(0.9, 0.7)
def one_of_several_is_caught_if_any(x, y):
    e, q = {"a": x, "b": 1.0}, np.zeros(1)
    try:
        z = math.asin(y) / y
        if all(v > y for v in e.values()):
            q = np.linspace(-1.0, y, 6) * x
    except ValueError as error:
        z = 5.0
    except Exception as error:
        z = 7.0
    return z * x + np.sum(q)


@case(np.array([[-0.39, 0.897, 0.979]]))
@case(np.array([[-0.39, 0.897], [0.5, 0.979]]))
def caught_around_a_finally(a):
    s, kept = a[0] * 1.0, 1.0
    try:
        try:
            s = a[1] * 2.0
        finally:
            kept = kept + 1.0
        kept = kept * 3.0
    except Exception as error:
        kept = kept + 5.0
    return np.sum(s * a) * kept

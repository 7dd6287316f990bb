"""Exceptions that are caught, in programs that are easily run wrong; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import math

import numpy as np
from judge import Cases

from autodiff_compiler import checkpoint, grad

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


class Own(ValueError):
    pass


def positive(v):
    if v < 0.0:
        raise Own("negative")
    return math.sqrt(v)


@case(0.7)
@case(-0.7)
def log_or_line(x):
    try:
        return math.log(x)
    except ValueError:
        return x * 3.0


@case(2.0, 0)
@case(2.0, 2)
def division(x, y):
    try:
        z = x / y
    except ZeroDivisionError:
        z = x * x
    return z * x


@case(0.7)
@case(-0.7)
def the_rest_of_the_expression_does_not_run(x):
    seen = [0.0]

    def note(v):
        seen[0] += v
        return v

    try:
        y = note(x) + math.log(x) + note(2.0 * x)
    except ValueError:
        y = 5.0
    return y * seen[0]


@case(A)
def in_a_loop(a):
    total = 0.0
    for v in a:
        try:
            total += math.log(v)
        except ValueError:
            total -= v * v
        else:
            total *= 2.0
    return total


@case(A)
def around_a_loop(a):
    total = 1.0
    k = 0
    try:
        for v in a:
            k += 1
            total += math.sqrt(v) * k
    except ValueError:
        total = total * 10.0 + k
    return total


@case(A, 1)
@case(A, 7)
@case(A, -3)
@case(A, -4)
def index(a, i):
    try:
        v = a[i]
    except IndexError:
        v = a[0] * a[1]
    return v * v


@case(0.7)
@case(-0.7)
def in_a_helper(x):
    try:
        y = positive(x) * 2.0
    except Own:
        y = -x
    return y


@case(-0.7)
@case(0.7)
def in_a_helper_that_catches_too(x):
    def inner(v):
        try:
            return positive(v)
        except ZeroDivisionError:
            return 100.0

    try:
        return inner(x)
    except (TypeError, Own):
        return x * x


@case(-0.7)
def first_clause_that_fits(x):
    try:
        return positive(x)
    except ZeroDivisionError:
        return 1.0
    except ValueError:
        return x * 2.0
    except Own:
        return x * 3.0


@case(-0.7)
def not_caught(x):
    try:
        return positive(x)
    except (KeyError, ZeroDivisionError):
        return 1.0


@case(0.7)
@case(-0.7)
def variables_keep_what_was_done(x):
    y = x
    try:
        y = y * 2.0
        y = y + math.sqrt(x)
        y = y * 3.0
    except ValueError:
        y = y + 1.0
    return y


@case(0.7)
@case(-0.7)
def writes_keep_what_was_done(x):
    b = np.zeros(3)
    try:
        b[0] = x
        b[1] = math.sqrt(x)
        b[2] = 5.0 * x
    except ValueError:
        b[2] = x * x
    return b.sum() * b[0]


@case(0.7)
@case(-0.7)
def finally_after_return(x):
    log = [0.0]

    def inner(v):
        try:
            return math.log(v) + log[0]
        except ValueError:
            return v + log[0]
        finally:
            log[0] += v

    return inner(x) * 2.0 + log[0]


@case(A)
def finally_after_continue_and_break(a):
    total = 0.0
    for v in a:
        try:
            if v < 0.0:
                continue
            if v > 1.0:
                break
            total += v
        finally:
            total = total * 2.0 + 1.0
        total += 0.25 * v
    return total


@case(0.7)
@case(-0.7)
def raised_again(x):
    try:
        try:
            return math.log(x)
        except ValueError:
            raise
    except ValueError:
        return x * 7.0


@case(-0.7)
def raised_as_another(x):
    try:
        try:
            return math.log(x)
        except ValueError as error:
            raise KeyError("no") from error
    except KeyError:
        return x * 7.0


@case(-0.7, backends=("python",))
def raised_in_the_handler(x):
    try:
        return math.log(x)
    except ValueError:
        return math.sqrt(x)


@case(0.7)
@case(-0.7)
def the_else_is_not_protected(x):
    y = 1.0
    try:
        try:
            y = abs(x)
        except ValueError:
            y = 50.0
        else:
            y = math.sqrt(x)
    except ValueError:
        y = x * y * 3.0
    return y


@case(0.7, 0)
@case(-0.7, 2)
@case(0.7, 2)
def several_in_one_expression(x, y):
    try:
        return math.log(x) * (1.0 / y) + math.sqrt(x)
    except ZeroDivisionError:
        return x * 3.0
    except ValueError:
        return y * x


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

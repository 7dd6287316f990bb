"""The programs of the modules beside this one that register themselves, with their arguments."""

CASES = []


def case(*args):
    """A program whose float arguments are differentiated."""

    def note(fun):
        CASES.append((fun, args))
        return fun

    return note

"""Programs that read what they overwrite, or nearly, and the number of loops around each copy that they need."""

HEAT_SLICES = """
func f(%u: f64[:], %n: int) {
  %r: f64[:], %trips: int = for %0, %n, %1, %u do (%t: int, %v: f64[:]) {
    %a: f64[:] = load %v[%2:]
    %b: f64[:] = load %v[:-2]
    %c: f64[:] = add %a, %b
    %d: f64[:] = load %v[%1:%m1]
    %e: f64[:] = mul %c, %half
    %g: f64[:] = add %d, %e
    %w: f64[:] = store %v[%1:%m1], %g
    yield %w
  }
  return %r
}
""".replace("%v[:-2]", "%v[:%m2]").replace("  %r: f64[:], ", "  %m2: int = const -2\n  %r: f64[:], ", 1)

HEAT_ELEMENTS = """
func f(%u: f64[:], %n: int) {
  %r: f64[:], %trips: int = for %0, %n, %1, %u do (%t: int, %v: f64[:]) {
    %s: f64[:], %k: int = for %1, %n, %1, %v do (%i: int, %w: f64[:]) {
      %j: int = sub %i, %1
      %a: f64 = load %w[%i]
      %b: f64 = load %w[%j]
      %c: f64 = add %a, %b
      %x: f64[:] = store %w[%i], %c
      yield %x
    }
    yield %s
  }
  return %r
}
"""

RECURRENCE = """
func f(%x: f64[:], %n: int) {
  %y: f64[:] = full %n, %half
  %r: f64[:], %trips: int = for %1, %n, %1, %y do (%i: int, %v: f64[:]) {
    %j: int = sub %i, %1
    %a: f64 = load %v[%j]
    %b: f64 = load %x[%i]
    %c: f64 = mul %a, %b
    %d: f64 = load %v[%i]
    %e: f64 = add %c, %d
    %w: f64[:] = store %v[%i], %e
    yield %w
  }
  return %r
}
"""

# Two buffers, one read and one written, swapped after each step.  Both are arguments.
SWAP = """
func f(%u: f64[:], %v: f64[:], %n: int) {
  %r: f64[:], %q: f64[:], %trips: int = for %0, %n, %1, %u, %v do (%t: int, %a: f64[:], %b: f64[:]) {
    %c: f64[:] = mul %a, %half
    %d: f64[:] = load %c[%1:]
    %e: f64[:] = store %b[%1:], %d
    yield %e, %a
  }
  return %r
}
"""

NESTED_ACCUM = """
func f(%x: f64[:], %n: int) {
  %z: f64[:] = full %n, %half
  %r: f64[:], %k: int = for %0, %n, %1, %z do (%i: int, %a: f64[:]) {
    %s: f64[:], %l: int = for %0, %n, %1, %a do (%j: int, %b: f64[:]) {
      %p: f64 = load %x[%j]
      %q: bool_ = lt %p, %half
      %w: f64[:] = if %q then {
        %d: f64[:] = accum %b[%i], %p
        yield %d
      } else {
        yield %b
      }
      %e: f64[:] = accum %w[%j], %p
      yield %e
    }
    yield %s
  }
  return %r
}
"""

SOLVE = """
func f(%A: f64[:, :], %b: f64[:], %n: int) {
  %r: f64[:], %k: int = for %0, %n, %1, %b do (%i: int, %x: f64[:]) {
    %a: f64[:] = load %A[%i, :%i]
    %y: f64[:] = load %x[:%i]
    %p: f64[:] = mul %a, %y
    %s: f64 = sum %p {axes=(0,)}
    %xi: f64 = load %x[%i]
    %d: f64 = sub %xi, %s
    %w: f64[:] = store %x[%i], %d
    yield %w
  }
  return %r
}
"""

# The state is saved row by row in an array before it is overwritten, and read again backwards.
TAPE = """
func f(%u: f64[:], %n: int) {
  %four: int = const 4
  %tape: f64[:, :] = empty %n, %four {dtype='f64'}
  %r: f64[:], %full: f64[:, :], %k: int = for %0, %n, %1, %u, %tape do (%t: int, %v: f64[:], %s: f64[:, :]) {
    %saved: f64[:, :] = store %s[%t], %v
    %p: f64[:] = mul %v, %half
    %w: f64[:] = store %v[:], %p
    yield %w, %saved
  }
  %z: f64[:] = full %four, %half
  %bar: f64[:], %l: int = for %0, %n, %1, %z do (%t2: int, %g: f64[:]) {
    %row: f64[:] = load %full[%t2]
    %m: f64[:] = mul %row, %g
    %g2: f64[:] = accum %g[:], %m
    yield %g2
  }
  return %r, %bar
}
"""

# Each iteration makes a new state; the list may hold it as it is.
LIST_TAPE = """
func f(%u: f64[:], %n: int) {
  %l0: list[f64[:]] = list_new
  %h: f64[:], %l: list[f64[:]], %k: int = for %0, %n, %1, %u, %l0 do (%t: int, %v: f64[:], %a: list[f64[:]]) {
    %w: f64[:] = mul %v, %half
    %b: list[f64[:]] = list_append %a, %w
    yield %w, %b
  }
  %last: f64[:] = list_get %l, %1
  %s: f64[:] = mul %last, %h
  return %s
}
"""

# The state is overwritten while the list holds it: one copy per iteration is the tape.
LIST_OF_STATES = """
func f(%u: f64[:], %n: int) {
  %l0: list[f64[:]] = list_new
  %h: f64[:], %l: list[f64[:]], %k: int = for %0, %n, %1, %u, %l0 do (%t: int, %v: f64[:], %a: list[f64[:]]) {
    %b: list[f64[:]] = list_append %a, %v
    %w: f64[:] = store %v[%t], %half
    yield %w, %b
  }
  %last: f64[:] = list_get %l, %1
  %s: f64[:] = mul %last, %h
  return %s
}
"""

LIST_ADJOINT = """
func f(%l: list[f64[:]], %n: int) {
  %z: list[f64[:]] = list_zeros %l
  %r: list[f64[:]], %k: int = for %0, %n, %1, %z do (%t: int, %a: list[f64[:]]) {
    %x: f64[:] = list_get %l, %t
    %b: list[f64[:]] = list_accum %a, %t, %x
    %c: list[f64[:]] = list_accum %b, %0, %x
    yield %c
  }
  return %r
}
"""

# b = a * a; a[0] = 5; return (b * a).sum()
OWN_PRODUCT = """
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %b: f64[:] = mul %a, %a
  %a1: f64[:] = store %a[%0], %half
  %c: f64[:] = mul %b, %a1
  %s: f64 = sum %c {axes=(0,)}
  return %s
}
"""

# a[1:] = a[:-1]: the value is a view of what is written.
OVERLAP = """
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %v: f64[:] = load %a[:%m1]
  %b: f64[:] = store %a[%1:], %v
  return %b
}
"""

# The same with an expression: it is a new array.
OVERLAP_EXPRESSION = OVERLAP.replace(
    "  %b: f64[:] = store %a[%1:], %v", "  %w: f64[:] = mul %v, %half\n  %b: f64[:] = store %a[%1:], %w"
)

# A row is read after the matrix was written: the row is copied, not the matrix.
ROW = """
func f(%x: f64[:, :], %n: int) {
  %a: f64[:, :] = mul %x, %half
  %r: f64[:, :], %k: int = for %0, %n, %1, %a do (%i: int, %m: f64[:, :]) {
    %row: f64[:] = load %m[%i]
    %w: f64[:, :] = store %m[%i], %half
    %p: f64[:] = mul %row, %row
    %z: f64[:, :] = store %w[%0], %p
    yield %z
  }
  return %r
}
"""

# The previous state is still needed: one copy per step, and it cannot be otherwise.
PREVIOUS = """
func f(%u: f64[:], %n: int) {
  %z: f64[:] = mul %u, %half
  %y: f64[:] = mul %u, %half
  %r: f64[:], %q: f64[:], %k: int = for %0, %n, %1, %z, %y do (%t: int, %a: f64[:], %old: f64[:]) {
    %b: f64[:] = store %a[%t], %half
    yield %b, %a
  }
  %s: f64[:] = mul %r, %q
  return %s
}
"""

# Steps are accepted or not: buffers change places in one branch only.
ACCEPT = """
func f(%u: f64[:], %n: int) {
  %z: f64[:] = mul %u, %half
  %y: f64[:] = mul %u, %half
  %r: f64[:], %q: f64[:], %k: int = for %0, %n, %1, %z, %y do (%t: int, %a: f64[:], %b: f64[:]) {
    %p: f64 = load %a[%t]
    %w: f64[:] = store %b[%0], %p
    %c: bool_ = lt %p, %half
    %d: f64[:], %e: f64[:] = if %c then {
      yield %w, %a
    } else {
      yield %a, %w
    }
    yield %d, %e
  }
  return %r, %q
}
"""

# A new buffer in each iteration, filled element by element from the last one.
FRESH = """
func f(%u: f64[:], %n: int) {
  %r: f64[:], %k: int = for %0, %n, %1, %u do (%t: int, %a: f64[:]) {
    %z: f64[:] = full %n, %half
    %s: f64[:], %l: int = for %0, %n, %1, %z do (%i: int, %b: f64[:]) {
      %p: f64 = load %a[%i]
      %w: f64[:] = store %b[%i], %p
      yield %w
    }
    yield %s
  }
  %g: f64 = sum %r {axes=(0,)}
  return %g
}
"""

RESULTS = """
func f(%x: f64[:], %m: f64[:, :]) {
  %a: f64[:] = mul %x, %half
  %b: f64[:, :] = mul %m, %half
  %row: f64[:] = load %b[%0]
  %t: f64[:, :] = transpose %m {perm=(1, 0)}
  return %a, %a, %x, %row, %t
}
"""

# b = a if c else x; b[0] = …
MERGED = """
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %p: f64 = load %x[%0]
  %c: bool_ = lt %p, %half
  %b: f64[:] = if %c then {
    yield %a
  } else {
    yield %x
  }
  %d: f64[:] = store %b[%0], %half
  return %d
}
"""

# A write through a reshape of a transposed view.
RESHAPED = """
func f(%x: f64[:, :]) {
  %four: int = const 4
  %size: int = const 16
  %a: f64[:, :] = mul %x, %half
  %t: f64[:, :] = transpose %a {perm=(1, 0)}
  %b: f64[:, :] = store %t.reshape(%size)[%1], %half
  return %b
}
"""

WHILE = """
func f(%u: f64[:], %n: int) {
  %r: f64[:], %q: int, %k: int = while %u, %0 test (%a: f64[:], %i: int) {
    %c: bool = lt %i, %n
    yield %c
  } do (%b: f64[:], %j: int) {
    %w: f64[:] = store %b[%j], %half
    %j2: int = add %j, %1
    yield %w, %j2
  }
  return %r
}
"""

# To ask for the shape of an old version is no reason to keep it.
SHAPES = """
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %b: f64[:] = store %a[%0], %half
  %d: int = dim %a {axis=0}
  %z: f64[:] = full %d, %half
  return %b, %z
}
"""

PROGRAMS = {
    "heat, slices": (HEAT_SLICES, [0]),
    "heat, elements": (HEAT_ELEMENTS, [0]),
    "recurrence": (RECURRENCE, []),
    "swapped buffers": (SWAP, [0, 0]),
    "nested accumulation": (NESTED_ACCUM, []),
    "triangular solve": (SOLVE, [0]),
    "tape": (TAPE, [0]),
    "list tape": (LIST_TAPE, []),
    "list of states": (LIST_OF_STATES, [0, 1]),
    "adjoint of a list": (LIST_ADJOINT, []),
    "product of itself": (OWN_PRODUCT, []),
    "overlapping slices": (OVERLAP, [0]),
    "expression of an overlapping slice": (OVERLAP_EXPRESSION, []),
    "row read later": (ROW, [1]),
    "previous state": (PREVIOUS, [1]),
    "accepted steps": (ACCEPT, []),
    "new buffers": (FRESH, []),
    "results": (RESULTS, [0, 0, 0, 0]),
    "merged with an argument": (MERGED, [0]),
    "reshaped": (RESHAPED, []),
    "while": (WHILE, [0]),
    "shape of an old version": (SHAPES, []),
}

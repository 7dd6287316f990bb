"""Complex numbers and arrays of them: arithmetic that mixes them with real ones, parts, views of parts, writes, products, transforms."""

from __future__ import annotations

import math

from language_arrays import SHAPES, index, subscript, views_of
from language_scope import COMPLEX, FLOAT, INT, Kind, array, plane
from language_snippets import write_idiom
from language_writer import Writer, production

LITERALS = ("1j", "0.5j", "(1.0 - 2.0j)", "(0.3 + 0.4j)", "2j", "(-0.75 + 0.1j)", "complex(0.5, -1.5)", "complex(2)", "0j")
FUNCTIONS = (
    "np.exp(0.3 * {})", "cmath.exp(0.2 * {})", "np.sin(0.3 * {})", "np.sqrt({} + 3.3)", "cmath.sqrt({} + 2.7)", "np.conj({})", "{}.conjugate()",
    "np.tanh(0.2 * {})", "(-{})", "(+{})", "({} ** 2)", "np.log({} + 5.1)", "complex({})", "np.complex128({})", "np.reciprocal({} + 4.5)",
    "np.square({})", "cmath.rect(abs({}), 0.7)", "np.arctan(0.2 * {})", "pow({}, 3)", "({}) ** 1.5", "np.cosh(0.2 * {})",
)  # fmt: skip
ELEMENTWISE = (
    "np.exp(0.3 * {})", "np.sin(0.3 * {})", "np.conj({})", "{}.conj()", "(-{})", "({} * 0.5j)", "({} + 1.0)", "({} ** 2)", "np.sqrt({} + 3.3)",
    "np.tanh(0.2 * {})", "(2 - {})", "({} / (1.3 + 0.2j))", "np.log({} + 5.1)", "1j * {}", "np.cumsum({}, axis=0)", "np.roll({}, 1)",
    "np.where(np.abs({}) > 0.7, 0.5, 1j)", "np.fft.fftshift({})", "np.cosh(0.3 * {})",
)  # fmt: skip
IDIOMS = (
    "{n1} = {P} * 1.0\n{n1}.real = {x}\n{r} = {n1}[0].real + {P}[0].imag",
    "{n1} = {P}.real\n{n1}[0] = {x}\n{r} = {P}[0].real",
    "{n1} = {P}.imag\n{n1} += {x}\n{r} = {P}.imag.sum()",
    "{n1} = {P}.imag[1:]\n{P}[-1] = {z}\n{r} = {n1}[-1]",
    "{n1} = {P}[::-1].real\n{n1}[0] *= {x}\n{r} = {P}[-1].real + {P}[0].imag",
    "{n1} = {P}.conj()\n{n1}[0] = {z}\n{r} = {P}[0].real + {n1}[0].imag",
    "{n1} = np.real({a})\n{n1}[0] = {x}\n{r} = {a}[0]",
    "{n1} = {a}.real\n{n1}[0] = {x}\n{r} = {a}[0] + {a}.imag.sum()",
    "{n1} = {a}.conj()\n{n1} = {n1} * {z}\n{r} = np.abs({n1}).sum()",
    "{n1} = {a}.astype(complex)\n{n1}[0] = {z}\n{n1}.imag[1:] += {x}\n{r} = {n1}[0].imag + {n1}[1].imag + {a}[0]",
    "{n1} = np.zeros(3, dtype=complex)\n{n1}[{i} % 3] = {z}\n{n1}[{i} % 3] += {x}\n{r} = np.sum({n1}.real - {n1}.imag)",
    "{n1} = np.zeros((2, 2), complex)\n{n1}[0] = {z}\n{n1}[:, 1].imag = {y}\n{r} = ({n1}[0, 1] * {n1}[1, 1]).imag",
    "{n1} = {Q} * 1.0\n{n1}.T.real[0] = {x}\n{r} = {n1}[0, 0].real + {n1}[-1, 0].real",
    "{n1} = {Q}.reshape(-1)\n{n1}[0] = {z}\n{r} = {Q}[0, 0].imag",
    "{n1} = np.full(2, {z})\n{n1} *= {w}\n{r} = {n1}[0].real - {n1}[1].imag",
    "{n1} = [{z}, {w}, 1j]\n{n1}[0] = {n1}[1] * {n1}[2]\n{r} = sum({n1}).real + len({n1})",
    "{n1} = 0j\nfor {n2} in {P}:\n    {n1} = {n1} * 0.5 + {n2}\n{r} = abs({n1})",
    "{n1} = 0.0\nfor {n2} in range(3):\n    {n1} = {n1} * 0.3 + {z}\n{r} = ({n1}).real",
    "{n1} = {z}\nwhile abs({n1}) > 0.3:\n    {n1} = {n1} * 0.5j\n{r} = {n1}.imag",
    "{n1} = np.array([{x}, {z}])\n{r} = {n1}[0].real + {n1}[1].imag",
    "{n1} = np.concatenate([{P}, {a}])\n{n1}[-1] = {z}\n{r} = {n1}[-1].real + {n1}[0].imag",
    "{n1} = np.stack([{P}, {P} * 1j])\n{n1}[0, 0] = {x}\n{r} = {n1}[1, 0].real + {P}[0].real",
    "{n1} = np.outer({P}, np.conj({P}))\n{n1}[0] += {x}\n{r} = {n1}[0, 0].real + {n1}[-1, 0].imag",
    "{n1} = np.fft.fft({P})\n{P}[0] = {z}\n{r} = {n1}[0].real + np.fft.ifft({n1})[0].imag",
    "{n1} = np.fft.rfft({a})\n{n1}[0] *= {z}\n{r} = np.fft.irfft({n1}, len({a})).sum()",
    "{n1} = np.vdot({P}, {P}) + np.vdot({P}, {z} * {P})\n{r} = {n1}.real + {n1}.imag",
    "{n1} = np.einsum('i,j->ij', {P}, {P})\n{r} = np.trace({n1}).real + np.einsum('i,i', {P}, np.conj({P})).real",
    "{n1} = {Q} @ np.conj({Q}).T\n{r} = {n1}[0, 0].real + np.trace({n1}).imag",
    "{n1} = {P} == {P}[::-1]\n{P}[{n1}] = {z}\n{r} = {n1}.sum() + {P}[0].real",
    "{n1} = {P}.real > {X}\n{n2} = {P} * 1.0\n{n2}[{n1}] = {z}\n{n2}.imag[~{n1}] -= {x}\n{r} = {n2}.imag.sum() + {n1}.sum()",
    "{n1} = {z}\n{n2} = {n1} == {n1}.conjugate() or {n1} != {w}\n{r} = 1.0 if {n2} else {x}",
    "{n1} = {z}\n{n2} = isinstance({n1}, complex) + isinstance({n1}, float) * 2 + np.iscomplexobj({n1}) * 4\n{r} = {n1}.real + {n2}",
    "{n1}, {n2} = cmath.polar({z})\n{r} = cmath.rect({n1}, {n2} * 0.5).imag",
    "{n1} = {P} * 1.0\n{n1}[1:] = {n1}[:-1] * 1j\n{r} = {n1}[-1].real",
    "{n1} = {P} * 1.0\n{n1}.real[:] = {n1}.imag[::-1]\n{r} = {n1}[0].real - {n1}[-1].imag",
    "{n1} = {P} * 1.0\n{n1}.real, {n1}.imag = {n1}.imag, {n1}.real\n{r} = {n1}[0].real + {n1}[-1].imag",
    "{n1} = {P} * 1.0\nnp.add.at({n1}, [0, 0, 1], {z})\n{r} = {n1}[0].real - {n1}[1].imag",
    "{n1} = {P} * 1.0\n{n1}[[0, 0]] += {z}\nnp.multiply({n1}, 1j, out={n1})\n{r} = {n1}[0].imag",
    "{n1} = {z} if {c} else {w}\n{n1} /= 1.5 + 0.5j\n{r} = {n1}.real",
    "{n1} = lambda v, s=1j: v * s + {X}\n{r} = {n1}({z}).real - {n1}({x}, 2).real",
    "def {n1}(v):\n    v.imag[0] = {X}\n    return v[0]\n{r} = {n1}({P}).real + {P}[0].imag",
    "{n1} = {{'a': {z}, 'b': {w}}}\n{n1}['a'] *= {n1}['b']\n{r} = {n1}['a'].imag",
    "{n1} = {z}\n{n1} **= 2\n{n1} -= {x}\n{n1} *= {i}\n{r} = {n1}.real + {n1}.imag",
    "{n1} = np.sum({P}, keepdims=True) * {P}\n{r} = {n1}.mean().real + np.prod({P}).imag",
    "{n1} = {Q}[0]\n{n1}.real += {x}\n{r} = {Q}[0, 0].real + {Q}[-1, -1].imag",
    "{n1} = np.asfortranarray({Q})\n{n1}.imag[0, 0] = {x}\n{r} = {n1}.imag.T.ravel()[0] + {n1}.ravel()[-1].real",
)  # fmt: skip


# -- numbers -----------------------------------------------------------------------------------------------------------


@production("complex atom", 3)
def _complex_literal(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(LITERALS)


@production("complex", 6)
@production("complex atom", 9)
def _complex_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("complex"))
    return found.name if found else None


@production("complex", 8)
def _complex_arithmetic(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("({a} + {b})", "({a} - {b})", "({a} * {b})", "{a} / (2.5 + {b} * {b}.conjugate())", "({a} * 0.5 - 1j * {b})")
    return g.draw.pick(forms).format(a=g.make(COMPLEX, depth), b=g.make(COMPLEX, depth))


@production("complex", 6)
def _with_a_real_number(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("({z} + {x})", "({x} - {z})", "({x} * {z})", "({z} / (1.5 + abs({x})))", "complex({x}, {y})", "({x} + {y} * 1j)", "({z} * {i})")
    form = g.draw.pick(forms)
    return form.format(z=g.make(COMPLEX, depth), x=g.make(FLOAT, depth), y=g.make(FLOAT, depth), i=g.make(INT, depth))


@production("complex", 5)
def _complex_function(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(FUNCTIONS).format(g.make(COMPLEX, depth))


@production("complex", 4)
@production("complex atom", 3)
def _complex_element(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("plane"))
    return found and found.name + subscript(g, found.kind.shape, len(found.kind.shape), depth)


@production("complex", 3)
def _complex_reduction(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("plane"))
    if found is None:
        return None
    forms = ["np.sum({})", "{}.mean()", "np.prod(0.5 * {})", "{}.sum()", "np.vdot({}, {})"]
    forms += ["{} @ {}", "np.dot({}, {})", "np.einsum('i,i', {}, {})"] if len(found.kind.shape) == 1 else ["np.trace({}.reshape({s}, -1))"]
    return g.draw.pick(forms).replace("{s}", str(found.kind.shape[0])).replace("{}", found.name)


@production("float", 2)
def _part_of_a_number(g: Writer, kind: Kind, depth: int) -> str | None:
    """Only where complex numbers are about, or their theme is."""
    if not g.scope.visible("complex", "plane") and g.theme != __name__:
        return None
    forms = ("{}.real", "{}.imag", "abs({})", "np.abs({})", "np.angle({} + 2.5)", "np.real({})", "np.imag({})", "cmath.phase({} + 3.5)")
    return g.draw.pick(forms).format(f"({g.make(COMPLEX, depth)})")


@production("bool", 1)
def _complex_comparison(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("complex"))
    return found and f"({found.name} {g.draw.pick(('==', '!='))} {g.make(COMPLEX, depth)})"


# -- arrays ------------------------------------------------------------------------------------------------------------


@production("plane", 8)
@production("plane atom", 8)
def _plane_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.of(kind))
    return found.name if found else None


@production("plane", 2)
@production("plane atom", 2)
def _filled_plane(g: Writer, kind: Kind, depth: int) -> str:
    shape = str(kind.shape)
    z = g.atom(COMPLEX)
    forms = [f"np.full({shape}, {z})", f"np.zeros({shape}, dtype=complex)", f"np.ones({shape}, np.complex128)", f"np.ones({shape}) * {z}"]
    if len(kind.shape) == 1:
        forms.append(f"np.array([{', '.join(g.atom(COMPLEX) for _ in range(kind.shape[0]))}])")
    return g.draw.pick(forms)


@production("plane", 4)
def _of_an_array(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("({a} * {z})", "({a} + 1j * {b})", "{a}.astype(complex)", "np.exp(1j * {a})", "({z} - {a})", "np.where({a} > 0.1, {z}, {b})")
    real = array(*kind.shape)
    form = g.draw.pick(forms)
    return form.format(a=g.make(real, depth), b=g.make(real, depth), z=g.make(COMPLEX, depth))


@production("plane", 6)
def _plane_elementwise(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(ELEMENTWISE).format(f"({g.make(kind, depth)})")


@production("plane", 5)
def _of_two_planes(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("({p} + {q})", "({p} - {q})", "({p} * {q})", "({p} * {a})", "({p} + {z})", "({a} - {p})", "np.where({a} > 0.1, {p}, {q})")
    form = g.draw.pick(forms)
    return form.format(
        p=g.make(kind, depth), q=g.make(kind, depth), a=g.make(array(*kind.shape), depth), z=g.make(COMPLEX, depth)
    )


@production("plane", 4)
def _rearranged_plane(g: Writer, kind: Kind, depth: int) -> str | None:
    views = [text for v in g.scope.visible("plane") for text, shape in views_of(g, v) if shape == kind.shape]
    return g.draw.pick(views) if views else None


@production("plane", 2)
def _copied_plane(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("{}.copy()", "np.array({})", "np.asarray({})", "np.ascontiguousarray({})", "np.zeros_like({})", "np.full_like({}, 0.5j)")
    return g.draw.pick(forms).format(f"({g.make(kind, depth)})")


@production("plane", 2)
def _transformed(g: Writer, kind: Kind, depth: int) -> str:
    forms = ("np.fft.fft({})", "np.fft.ifft({})", "np.fft.fft({}, axis=0)", "np.fft.fftn({})", "np.fft.ifft({}, norm='ortho')")
    return g.draw.pick(forms).format(g.make(kind, depth))


@production("plane", 2)
def _product_of_planes(g: Writer, kind: Kind, depth: int) -> str | None:
    if len(kind.shape) != 2:
        return None
    n, m = kind.shape
    a, b = g.make(plane(n, 2), depth), g.make(plane(2, m), depth)
    return g.draw.pick(("({} @ {})", "np.matmul({}, {})", "np.einsum('ij,jk->ik', {}, {})", "np.dot({}, {})")).format(a, b)


@production("array", 2)
def _parts_of_a_plane(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in g.scope.visible("plane") if v.kind.shape == kind.shape])
    if found is None:
        return None
    forms = ("{}.real", "{}.imag", "np.abs({})", "np.real({})", "np.imag({})", "np.angle({} + 2.5)", "({} * {}.conj()).real", "np.absolute({})")
    return g.draw.pick(forms).replace("{}", found.name)


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 2)
def _new_complex(g: Writer) -> bool:
    text, name = g.make(COMPLEX), g.name()
    g.line(f"{name} = {text}")
    g.define(name, COMPLEX)
    return True


@production("statement", 2)
def _change_complex(g: Writer) -> bool:
    found = g.pick(g.scope.own("complex"))
    if found is None:
        return False
    operator = g.draw.pick(("=", "+=", "-=", "*=", "/="))
    value = g.make(FLOAT) if operator != "=" and g.draw.chance(40) else g.make(COMPLEX)
    g.line(f"{found.name} {operator} " + (f"(2.5 + abs({value}))" if operator == "/=" else value))
    return True


@production("statement", 2)
def _new_plane(g: Writer) -> bool:
    found = g.pick(g.scope.visible("array", "plane"))
    kind = plane(*(found.kind.shape if found and g.draw.chance(70) else g.draw.pick(SHAPES)))
    text, name = g.make(kind), g.name()
    g.line(f"{name} = {text}")
    g.define(name, kind)
    return True


@production("statement", 3)
def _new_view_of_a_plane(g: Writer) -> bool:
    """Of it, or of the real or imaginary part of a view: an array that shares its memory."""
    found = g.pick(g.scope.visible("plane"))
    if found is None:
        return False
    text, shape = g.draw.pick([(found.name, found.kind.shape), *views_of(g, found)])
    part = g.draw.weighted([(2, ".real"), (2, ".imag"), (3, "")])
    name = g.name()
    g.line(f"{name} = {text}{part}")
    g.define(name, array(*shape) if part else plane(*shape))
    return True


@production("statement", 4)
def _store_into_a_plane(g: Writer) -> bool:
    """An element, slice, row or part gets a real or complex number, or an array of its shape."""
    found = g.pick(g.scope.visible("plane"))
    if found is None:
        return False
    shape = found.kind.shape
    n = shape[0]
    places = [(subscript(g, shape, len(shape)), ()), ("[:]", shape), ("[...]", shape), ("[::-1]", shape), (f"[{index(g, n)}]", shape[1:])]
    if n > 1:
        places += [("[1:]", (n - 1, *shape[1:])), ("[::2]", ((n + 1) // 2, *shape[1:])), ("[[0, -1]]", (2, *shape[1:]))]
    if len(shape) > 1:
        places += [("[:, 0]", (n, *shape[2:])), ("[..., -1]", shape[:-1]), (".T[0]", shape[::-1][1:])]
    place, kept = g.draw.pick(places)
    part = g.draw.weighted([(3, ""), (1, ".real"), (1, ".imag")])
    real = bool(part) or g.draw.chance(25)
    number, many = (FLOAT, array) if real else (COMPLEX, plane)
    value = g.make(many(*kept)) if kept and math.prod(kept) and g.draw.chance(60) else g.make(number)
    operator = g.draw.weighted([(5, "="), (3, "+="), (2, "*=")])
    g.line(f"{found.name}{part}{place} {operator} {value}")
    return True


@production("statement", 2)
def _plane_in_place(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.own("plane") if not v.frozen])
    if found is None:
        return False
    kind = g.draw.pick((found.kind, array(*found.kind.shape), COMPLEX, FLOAT))
    form = g.draw.weighted([(6, "{v} += {x}"), (4, "{v} *= {x}"), (2, "{v} -= {x}"), (1, "np.multiply({v}, {x}, out={v})"), (1, "np.conj({v}, out={v})")])
    g.line(form.format(v=found.name, x=g.make(kind)))
    return True


@production("statement", 2)
def _part_assigned(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.visible("plane") if not v.frozen])
    if found is None:
        return False
    value = g.make(array(*found.kind.shape)) if g.draw.chance(60) else g.make(FLOAT)
    g.line(f"{found.name}{g.draw.pick(('.real', '.imag'))} {g.draw.pick(('=', '+=', '*='))} {value}")
    return True


@production("statement", 4)
def _complex_idiom(g: Writer) -> bool:
    return write_idiom(g, g.draw.pick(IDIOMS))

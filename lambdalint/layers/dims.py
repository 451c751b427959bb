"""Sizes of axes: integers and polynomials over symbols, such as ``B``, ``n`` or ``2*h*w``.

An unknown size is a symbol of its own, so that two sizes are equal exactly when they come from
the same place; nothing is claimed of two different symbols.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from lambdalint.syntax.frozen import record

_uids = count(1)

MOST_TERMS = 48
MOST_FACTORS = 16
MOST_BITS = 512
MOST_LETTERS = 240
"""Sizes that need more than this become symbols of their own."""

MOST_AXES = 254
"""The axes that a tensor of TensorFlow can have."""


@record(frozen=True, slots=True, order=True)
class Atom:
    """An indivisible symbol.  ``dynamic`` sizes differ from run to run (``None`` in a Keras shape)."""

    label: str
    uid: int
    dynamic: bool = False


Monomial = tuple[Atom, ...]


@record(frozen=True, slots=True)
class Sym:
    """A polynomial with integer coefficients: sorted pairs of a monomial and its coefficient."""

    terms: tuple[tuple[Monomial, int], ...]

    def __str__(self) -> str:
        return _show(self)

    @property
    def atoms(self) -> frozenset[Atom]:
        """The symbols that occur in it."""
        return frozenset(atom for monomial, _ in self.terms for atom in monomial)


Dim: TypeAlias = int | Sym

BATCH = Atom("B", 0, dynamic=True)
B: Sym = Sym((((BATCH,), 1),))
"""The number of samples in a batch."""


COUNTED = "picked?"
"""The label of the number of entries that are picked by what is in them; it is shown as any other unknown."""


def counted() -> Sym:
    """The size of an axis of entries that are picked by what is in them."""
    return fresh(COUNTED, dynamic=True)


def is_counted(dim: Dim) -> bool:
    """Whether a size hangs on how many entries are picked."""
    return isinstance(dim, Sym) and any(atom.label == COUNTED for atom in dim.atoms)


def fresh(label: str = "?", dynamic: bool = False) -> Sym:
    """A new symbol, equal to nothing but itself."""
    return Sym((((Atom(label, next(_uids), dynamic),), 1),))


def _poly(dim: Dim) -> dict[Monomial, int]:
    if isinstance(dim, int):
        return {(): dim} if dim else {}
    return dict(dim.terms)


def _make(poly: dict[Monomial, int]) -> Dim:
    terms = {monomial: factor for monomial, factor in poly.items() if factor}
    if not terms:
        return 0
    if len(terms) == 1 and () in terms:
        return terms[()]
    long = len(terms) > MOST_TERMS or any(len(monomial) > MOST_FACTORS for monomial in terms)
    if long or any(factor.bit_length() > MOST_BITS for factor in terms.values()):
        # Sizes that a loop squares again and again: nothing is compared with them.
        return fresh("?", any(atom.dynamic for monomial in terms for atom in monomial))
    return Sym(tuple(sorted(terms.items())))


@lru_cache(maxsize=4096)
def add(a: Dim, b: Dim) -> Dim:
    """The sum of two sizes."""
    if isinstance(a, int) and isinstance(b, int):
        return a + b
    poly = _poly(a)
    for monomial, factor in _poly(b).items():
        poly[monomial] = poly.get(monomial, 0) + factor
    return _make(poly)


def neg(a: Dim) -> Dim:
    """Minus a size (differences are sizes too)."""
    return mul(a, -1)


def sub(a: Dim, b: Dim) -> Dim:
    """The difference of two sizes."""
    return add(a, neg(b))


@lru_cache(maxsize=4096)
def mul(a: Dim, b: Dim) -> Dim:
    """The product of two sizes."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b if a.bit_length() + b.bit_length() < MOST_BITS else fresh()
    poly: dict[Monomial, int] = {}
    for left, x in _poly(a).items():
        for right, y in _poly(b).items():
            monomial = tuple(sorted(left + right))
            poly[monomial] = poly.get(monomial, 0) + x * y
    return _make(poly)


def product(dims: Iterable[Dim]) -> Dim:
    """The product of many sizes; 1 for none."""
    total: Dim = 1
    for dim in dims:
        total = mul(total, dim)
    return total


@lru_cache(maxsize=4096)
def divide(a: Dim, b: Dim) -> Dim | None:
    """``a / b`` where it is exact for every value of the symbols, else ``None``."""
    if isinstance(b, int):
        if b == 0:
            return None
        poly = _poly(a)
        if all(factor % b == 0 for factor in poly.values()):
            return _make({monomial: factor // b for monomial, factor in poly.items()})
        return None
    if a == b:
        return 1
    if len(b.terms) != 1:
        return _multiple(a, b)
    divisor, scale = b.terms[0]
    result: dict[Monomial, int] = {}
    for monomial, factor in _poly(a).items():
        rest = list(monomial)
        for atom in divisor:
            if atom not in rest:
                return None
            rest.remove(atom)
        if factor % scale:
            return None
        result[tuple(rest)] = factor // scale
    return _make(result)


def _multiple(a: Dim, b: Sym) -> Dim | None:
    """``a / b`` for a sum ``b``: ``8*B*n - 8*B`` by ``n - 1`` is ``8*B``."""
    if isinstance(a, int) or len(a.terms) != len(b.terms):
        return None
    first = Sym(b.terms[:1]) if b.terms[0][0] else b.terms[0][1]
    for term in a.terms:
        quotient = divide(Sym((term,)) if term[0] else term[1], first)
        if quotient is not None and mul(quotient, b) == a:
            return quotient
    return None


def divide_fitting(a: Dim, b: Dim) -> Dim | None:
    """``a / b`` where the quotients in both leave no remainder: ``c`` by ``g * (c // g)`` is 1."""
    exact = divide(a, b)
    for atom in _quotients_in(a, b):
        if exact is not None:
            break
        if all(_holds_once(dim, atom) for dim in (a, b) if isinstance(dim, Sym) and atom in dim.atoms):
            whole, part = _quotients[atom]
            a, b = (
                substitute(dim, atom, whole) if _holds_once(dim, atom) else mul(dim, part) for dim in (a, b)
            )
            exact = divide(a, b)
    return exact


def _quotients_in(*dims: Dim) -> list[Atom]:
    found = {atom for dim in dims if isinstance(dim, Sym) for atom in dim.atoms}
    return sorted(atom for atom in found if atom in _quotients)


def _holds_once(dim: Dim, atom: Atom) -> bool:
    """Whether a symbol is a factor of a size, and no power of it."""
    return isinstance(dim, Sym) and len(dim.terms) == 1 and dim.terms[0][0].count(atom) == 1


_MANY = 50_000
_derived_uids: dict[tuple[str, Dim, Dim], int] = {}
_quotients: dict[Atom, tuple[Dim, Dim]] = {}
"""What was divided by what, by the symbol that stands for it rounded down."""


def forget() -> None:
    """Let go of the symbols of earlier files, where there are many."""
    if len(_derived_uids) > _MANY:
        _derived_uids.clear()
        _quotients.clear()


def _derived(operator: str, a: Dim, b: Dim) -> Sym:
    label = f"({_factor(a)}{operator}{_factor(b)})"
    if len(label) > MOST_LETTERS:
        label = "?"
    atoms = [atom for dim in (a, b) if isinstance(dim, Sym) for atom in dim.atoms]
    # The same operands give the same symbol.
    uid = _derived_uids.setdefault((operator, a, b), next(_uids))
    return Sym((((Atom(label, uid, any(atom.dynamic for atom in atoms)),), 1),))


def floordiv(a: Dim, b: Dim) -> Dim:
    """``a // b``; a symbol of its own where it does not divide."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b if b else fresh()
    exact = divide(a, b)
    if exact is not None:
        return exact
    made = _derived("//", a, b)
    _quotients[made.terms[0][0][0]] = (a, b)
    return made


def mod(a: Dim, b: Dim) -> Dim:
    """``a % b``; a symbol of its own where it is not known."""
    if isinstance(a, int) and isinstance(b, int):
        return a % b if b else fresh()
    return 0 if divide(a, b) is not None else _derived("%", a, b)


def ceildiv(a: Dim, b: Dim) -> Dim:
    """``a / b`` rounded up, as ``same`` padding and strides do."""
    if isinstance(a, int) and isinstance(b, int):
        return -(-a // b) if b else fresh()
    exact = divide(a, b)
    return exact if exact is not None else _derived("/^", a, b)


def maximum(a: Dim, b: Dim) -> Dim:
    """The larger of two sizes."""
    if isinstance(a, int) and isinstance(b, int):
        return max(a, b)
    return a if a == b else _derived(" max ", a, b)


def minimum(a: Dim, b: Dim) -> Dim:
    """The smaller of two sizes."""
    if isinstance(a, int) and isinstance(b, int):
        return min(a, b)
    if a == b or _is_quotient(a, b):
        return a
    return b if _is_quotient(b, a) else _derived(" min ", a, b)


def _is_quotient(part: Dim, whole: Dim) -> bool:
    """Whether a size is another one divided by a number."""
    if not isinstance(part, Sym) or len(part.terms) != 1:
        return False
    atoms, factor = part.terms[0]
    dividend, divisor = _quotients.get(atoms[0], (0, 0))
    return factor == 1 and len(atoms) == 1 and dividend == whole and isinstance(divisor, int) and divisor > 0


def equal(a: Dim, b: Dim) -> bool | None:
    """Whether two sizes are equal for every value of the symbols; ``None`` where it depends."""
    if a == b:
        return True
    difference = sub(a, b)
    return False if isinstance(difference, int) else None


def has_batch(dim: Dim) -> bool:
    """Whether the number of samples occurs in the size."""
    return isinstance(dim, Sym) and BATCH in dim.atoms


def is_dynamic(dim: Dim) -> bool:
    """Whether the size is ``None`` in a Keras shape (the batch, a free time axis)."""
    return isinstance(dim, Sym) and any(atom.dynamic for atom in dim.atoms)


def substitute(dim: Dim, atom: Atom, value: Dim) -> Dim:
    """The size with ``atom`` replaced by ``value``."""
    if isinstance(dim, int) or atom not in dim.atoms:
        return dim
    total: Dim = 0
    for monomial, factor in dim.terms:
        term: Dim = factor
        for part in monomial:
            term = mul(term, value if part == atom else Sym((((part,), 1),)))
        total = add(total, term)
    return total


def _factor(dim: Dim) -> str:
    return f"({_show(dim)})" if isinstance(dim, Sym) and len(dim.terms) > 1 else _show(dim)


def _show(dim: Dim) -> str:
    if isinstance(dim, int):
        return str(dim)
    text = ""
    for monomial, factor in dim.terms:
        name = "*".join("?" if atom.label == COUNTED else atom.label for atom in monomial)
        size = abs(factor)
        part = str(size) if not name else name if size == 1 else f"{size}*{name}"
        if factor < 0:
            text += f" - {part}" if text else f"-{part}"
        else:
            text += f" + {part}" if text else part
    return text


def show(dim: Dim) -> str:
    """The size as messages print it: ``3``, ``B``, ``2*n``."""
    return _show(dim)


def show_shape(dims: tuple[Dim, ...] | None) -> str:
    """A shape as messages print it: ``(B, 2, n)``, or ``(?)`` where not even the rank is known."""
    if dims is None:
        return "(?)"
    inner = ", ".join(map(_show, dims))
    return f"({inner},)" if len(dims) == 1 else f"({inner})"

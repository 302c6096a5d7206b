"""Symbolic sizes: ``batch``, ``2*n + 1``, ``(h + 1) // 2``.

A size is an ``int`` or a :class:`Dim`, a polynomial with integer coefficients over atoms; an atom is a named symbol or
an opaque function (floor division, remainder, broadcast, maximum) of sizes. Sizes that are equal as polynomials are
``==``, so a shape keeps its names through reshapes, convolutions and concatenations.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Union

from .errors import InvalidArgumentError

__all__ = ["Dim", "Size", "broadcast", "evaluate", "fresh", "join", "matches", "numel", "symbol"]

Size = Union[int, "Dim"]
Dims = tuple[Size, ...]

_FUNCTIONS: dict[str, Callable[[int, int], int]] = {
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "broadcast": lambda a, b: b if a == 1 else a,
    "max": max,
    "min": min,
}


class Atom:
    """A named symbol (``args`` empty) or a function of two sizes."""

    __slots__ = ("_key", "args", "name")

    def __init__(self, name: str, args: tuple[Size, ...] = ()) -> None:
        self.name, self.args = name, args
        self._key = name if not args else f"{name}({args[0]!r}, {args[1]!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self._key == other._key

    def __lt__(self, other: Atom) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        if not self.args:
            return self.name
        a, b = (f"({x!r})" if isinstance(x, Dim) and len(x.terms) > 1 else repr(x) for x in self.args)
        return f"{a}{self.name}{b}" if self.name in ("//", "%") else f"{self.name}({a}, {b})"


Monomial = tuple[Atom, ...]


class Dim:
    """A size that is not known before the program runs. Supports + - * // % with sizes, and ``==``."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        self.terms: dict[Monomial, int] = {m: c for m, c in sorted(terms.items()) if c}
        self._hash = hash(tuple(self.terms.items()))

    def __add__(self, other: Size) -> Size:
        terms = dict(self.terms)
        for monomial, coefficient in _terms(other).items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _simplest(terms)

    __radd__ = __add__

    def __neg__(self) -> Size:
        return _simplest({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Size) -> Size:
        return self + (-other)

    def __rsub__(self, other: Size) -> Size:
        return -self + other

    def __mul__(self, other: Size) -> Size:
        terms: dict[Monomial, int] = {}
        for (m1, c1), (m2, c2) in itertools.product(self.terms.items(), _terms(other).items()):
            monomial = tuple(sorted(m1 + m2))
            terms[monomial] = terms.get(monomial, 0) + c1 * c2
        return _simplest(terms)

    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        exact = _divide(self, other)
        return exact if exact is not None else apply("//", self, other)

    def __rfloordiv__(self, other: Size) -> Size:
        return apply("//", other, self)

    def __mod__(self, other: Size) -> Size:
        return 0 if _divide(self, other) is not None else apply("%", self, other)

    def __rmod__(self, other: Size) -> Size:
        return apply("%", other, self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        raise TypeError(f"the size {self!r} is not known before the program runs, so it has no truth value")

    def __repr__(self) -> str:
        parts = []
        for monomial, c in reversed(self.terms.items()):
            product = "*".join(map(repr, monomial))
            text = product if c == 1 and monomial else f"-{product}" if c == -1 and monomial else ""
            parts.append(text or (f"{c}*{product}" if monomial else str(c)))
        return " + ".join(parts).replace("+ -", "- ")

    @property
    def name(self) -> str | None:
        """The symbol's name when the size is one plain symbol."""
        if len(self.terms) == 1:
            ((monomial, c),) = self.terms.items()
            if c == 1 and len(monomial) == 1 and not monomial[0].args:
                return monomial[0].name
        return None

    def symbols(self) -> set[str]:
        """Names of all symbols in it."""
        found: set[str] = set()
        for atom in itertools.chain.from_iterable(self.terms):
            if not atom.args:
                found.add(atom.name)
            for arg in atom.args:
                if isinstance(arg, Dim):
                    found |= arg.symbols()
        return found


def _terms(size: Size) -> Mapping[Monomial, int]:
    return size.terms if isinstance(size, Dim) else {(): int(size)}


def _simplest(terms: Mapping[Monomial, int]) -> Size:
    kept = {m: c for m, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    return Dim(kept)


def _divide(a: Dim, b: Size) -> Size | None:
    """``a / b`` when it is exact for every value of the symbols, else None."""
    divisor = _terms(b)
    if len(divisor) != 1:
        return 1 if a == b else None
    ((monomial, coefficient),) = divisor.items()
    quotient: dict[Monomial, int] = {}
    for m, c in a.terms.items():
        rest = list(m)
        for atom in monomial:
            if atom not in rest:
                return None
            rest.remove(atom)
        if coefficient == 0 or c % coefficient:
            return None
        quotient[tuple(rest)] = c // coefficient
    return _simplest(quotient)


def symbol(name: str) -> Dim:
    """The size called ``name``."""
    return Dim({(Atom(name),): 1})


_counter = itertools.count()


def fresh(prefix: str = "d") -> Dim:
    """A size nothing is known about."""
    return symbol(f"{prefix}{next(_counter)}")


def apply(function: str, a: Size, b: Size) -> Size:
    """``function`` of two sizes: computed when both are numbers, an atom otherwise."""
    if isinstance(a, int) and isinstance(b, int):
        return _FUNCTIONS[function](a, b)
    if function != "//" and a == b:
        return 0 if function == "%" else a
    return Dim({(Atom(function, (a, b)),): 1})


def evaluate(size: Size, values: Mapping[str, int]) -> int:
    """The number a size stands for, given its symbols' values. Raises KeyError for a missing symbol."""
    if isinstance(size, int):
        return size
    total = 0
    for monomial, coefficient in size.terms.items():
        factors = [
            _FUNCTIONS[a.name](*(evaluate(x, values) for x in a.args)) if a.args else values[a.name]
            for a in monomial
        ]
        total += coefficient * prod(factors)
    return total


def substitute(size: Size, values: Mapping[str, Size]) -> Size:
    """``size`` with its symbols replaced."""
    if isinstance(size, int):
        return size
    total: Size = 0
    for monomial, coefficient in size.terms.items():
        term: Size = coefficient
        for a in monomial:
            if a.args:
                x, y = (substitute(arg, values) for arg in a.args)
                term = term * (x // y if a.name == "//" else x % y if a.name == "%" else apply(a.name, x, y))
            else:
                term = term * values.get(a.name, Dim({(a,): 1}))
        total = total + term
    return total


def join(a: Size, b: Size) -> Size:
    """What is known of a size that is either ``a`` or ``b``: itself when they agree, else a fresh symbol."""
    return a if a == b else fresh()


def join_dims(a: Dims, b: Dims) -> Dims:
    """:func:`join` of two shapes of one rank."""
    return tuple(join(x, y) for x, y in zip(a, b, strict=True))


def numel(dims: Iterable[Size]) -> Size:
    """The product of the sizes."""
    total: Size = 1
    for d in dims:
        total = total * d
    return total


def is_static(dims: Iterable[Size]) -> bool:
    """Whether every size is a number."""
    return all(isinstance(d, int) for d in dims)


def broadcast(*shapes: Sequence[Size]) -> Dims:
    """The shape that ``shapes`` broadcast to. Raises InvalidArgumentError when they can not."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(_broadcast_axis(sizes, i, shapes) for i, sizes in enumerate(zip(*padded, strict=True)))


def _broadcast_axis(sizes: Sequence[Size], axis: int, shapes: Sequence[Sequence[Size]]) -> Size:
    numbers = {s for s in sizes if isinstance(s, int) and s != 1}
    if len(numbers) > 1:
        x, y = (list(s) for s in shapes[:2])
        raise InvalidArgumentError(
            f"Broadcast dimension mismatch. Operands could not be broadcast together with the shape of X = {x} and "
            f"the shape of Y = {y}. Received {sorted(numbers)} at axis {axis}."
        )
    if numbers:
        return numbers.pop()
    symbols = sorted({s for s in sizes if isinstance(s, Dim)}, key=repr)
    result: Size = symbols[0] if symbols else 1
    for other in symbols[1:]:
        result = apply("broadcast", result, other)
    return result


def file_dims(dims: Iterable[Size]) -> list[int]:
    """Dims as PaddlePaddle writes them: -1 where unknown."""
    return [d if isinstance(d, int) else -1 for d in dims]


def matches(dims: Dims, shape: tuple[int, ...], seen: dict[Dim, int]) -> bool:
    """Whether the sizes are those of `dims`, a symbol standing for one size throughout (`seen` holds which)."""
    for want, have in zip(dims, shape, strict=True):
        if isinstance(want, Dim):
            if seen.setdefault(want, have) != have:
                return False
        elif want != have:
            return False
    return True

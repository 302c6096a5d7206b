"""Merging: one value that stands for two – what two branches leave, or what a loop starts from and what a round leaves.

The result is a template (`paddlelite.nested`). Tensors and numbers are leaves (a number that differs becomes a weak 0-D
tensor: it takes the dtype of what it meets), lists, tuples and dicts of equal shape are merged element by element, two
lists of different lengths become a TensorArray. Two values that nothing stands for become an `Undecided`, which is an
error only when somebody needs to know which of the two it is.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import dims as D
from ..dtypes import DType, bool_, rank
from ..errors import CaptureError
from ..mode import mode
from ..nested import Hole, Leaf, Object, fill, keys, mapped, parts, rebuilt
from ..op import Spec
from ..ops.array import create_array
from ..refusal import describe as describe_tensor
from ..refusal import go_on, note_problem
from ..tensor.creation import to_tensor, zeros
from ..tensor.tensor import Tensor
from ..weak import is_weak, joined_dtype, kinds_of, leaf_dtype, weaken
from .places import STALE, UNBOUND, Contents, Place, is_container
from .symbolic import bound_of, mark_unsure, negate, refuse
from .undecided import Text, Undecided

_NUMBERS = (bool, int, float, complex, np.generic)
#: Why an attribute or item that one of two paths sets is refused: whether it is there would be Python's to know.
ONE_PATH = "only one path sets it"


@dataclass(frozen=True)
class ListOf(Hole):
    """The place of a list of unknown length: its TensorArray is the i-th tensor."""

    index: int

    def filled(self, values: Any) -> Any:
        from .lists import List

        return List.of(values[self.index])


@dataclass
class Once(Hole):
    """The place of a container or object to which several names may have been given: it is made once."""

    like: Any
    _values: Any = None
    _made: Any = None

    def filled(self, values: Any) -> Any:
        if self._values is not values:
            self._values, self._made = values, fill(self.like, values)
        return self._made

    def __parts__(self) -> list[Any]:
        return [self.like]

    def __rebuilt__(self, new: list[Any]) -> Once:
        return Once(*new)


class Mismatch(Exception):
    """Two values that no one value can stand for; `path` leads to them inside the variable."""

    def __init__(self, path: str, one: Any, two: Any, why: str) -> None:
        self.path, self.one, self.two, self.why = path, one, two, why
        super().__init__(f"{path}: {why}")


def is_leaf(value: Any) -> bool:
    """Whether a value can become a tensor of the graph."""
    return type(value) is not Undecided and isinstance(value, (Tensor, *_NUMBERS))


def may_grow(value: Any) -> bool:
    """Whether a value is a list that a TensorArray can stand for."""
    return type(value) is not Undecided and isinstance(value, list) and hasattr(type(value), "array")


class _Part:
    def __repr__(self) -> str:
        return "_"


def _outline(value: Any) -> Any:
    """The containers of a structure, with `_` for everything else: `{'a': [_, _]}`."""
    if type(value) is Undecided or not isinstance(value, (list, tuple, dict)):
        return _Part()
    if getattr(value, "array", None) is not None:
        return [_Part()]  # (of unknown length)
    if isinstance(value, dict):
        return {key: _outline(part) for key, part in value.items()}
    return (list if isinstance(value, list) else tuple)(_outline(part) for part in value)


def describe(value: Any) -> str:
    """A value as an error message shows it."""
    if value is UNBOUND:
        return "not bound"
    if type(value) is Undecided:
        return f"{describe(value.one)} or {describe(value.two)}"
    if isinstance(value, Tensor):
        kinds = ("bool", "int", "float", "complex")
        return f"a Python {kinds[rank(value.dtype)]}" if is_weak(value) else describe_tensor(value)
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}, {_outline(value)!r}"
    if value is None or isinstance(value, (*_NUMBERS, str)):
        return repr(value)
    if isinstance(value, (type, types.FunctionType)):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    if isinstance(value, (set, range, slice)) and len(repr(value)) < 60:
        return repr(value)
    kind = type(getattr(value, "like", value)) if type(value).__name__ == "Source" else type(value)
    return f"{'an' if kind.__name__[0] in 'aeiouAEIO' else 'a'} {kind.__name__}"


class Type(NamedTuple):
    """What is known of a leaf: its spec, whether it stands for a Python number, and then of which kinds."""

    spec: Spec
    weak: bool
    kinds: frozenset[int]

    @classmethod
    def of(cls, value: Any) -> Type:
        dims, array = (
            (tuple(value.dims), getattr(value, "array", "")) if isinstance(value, Tensor) else ((), "")
        )
        return cls(Spec(dims, leaf_dtype(value), None, array), is_weak(value), kinds_of(value))

    def joined(self, other: Type, symbols: set[Any]) -> Type | str:
        """The type of what has this type or another; why not, when there is none.

        A size that differs becomes a symbol, one of `symbols`, which stand for any size.
        """
        dtype = joined_dtype(self.spec.dtype, self.weak, other.spec.dtype, other.weak)
        if dtype is None:
            return "they have different dtypes"
        if len(self.spec.dims) != len(other.spec.dims):
            return "they have different ranks"
        dims = tuple(_join(a, b, symbols) for a, b in zip(self.spec.dims, other.spec.dims, strict=True))
        spec = Spec(dims, dtype, None, max(self.spec.array, other.spec.array))  # ("full", "empty", "")
        return Type(spec, self.weak and other.weak, self.kinds | other.kinds)

    def perhaps(self, symbols: set[Any]) -> Type:
        """The type of what has this type or is a :func:`dummy`, whose sizes are others where they are not known.

        They become symbols of their own: those of this type stand for the sizes of other tensors, too.
        """
        dims = tuple(d if isinstance(d, int) else _any_size(symbols) for d in self.spec.dims)
        return self._replace(spec=self.spec._replace(dims=dims))


def _join(before: Any, after: Any, symbols: set[Any]) -> Any:
    """A size that is `before` on one path and `after` on another."""
    if before == after or before in symbols:
        return before
    return _any_size(symbols)


def _any_size(symbols: set[Any]) -> Any:
    symbols.add(symbol := D.fresh("carried"))
    return symbol


FLAG = Type(Spec((), bool_), False, frozenset())


def join_types(values: list[Any], path: str, symbols: set[Any]) -> Type:
    """The type of some leaves. Raises Mismatch when they have none in common."""
    found = Type.of(values[0])
    for value in values[1:]:
        joined = found.joined(Type.of(value), symbols)
        if isinstance(joined, str):
            raise Mismatch(path, values[0], value, joined)
        found = joined
    return found


def dummy(spec: Spec) -> Tensor:
    """A tensor for a place that nobody reads: zeros, of size 1 where the size is not known."""
    return zeros([d if isinstance(d, int) else 1 for d in spec.dims], dtype=spec.dtype)


def stand_in(value: Any) -> Any:
    """What a capture that has met a problem goes on with in place of `value`, which a branch computed."""
    made = lambda part: dummy(Type.of(part).spec) if isinstance(part, Tensor) else part
    return value if type(value) is Undecided else mapped(made, value)


class Pair:
    """One leaf: its two values (UNBOUND for one that does not matter), and the type of what stands for both."""

    def __init__(self, one: Any, two: Any, type: Type, final: bool) -> None:
        self.sides, self.type = (one, two), type
        self.final = final  # nothing is written to it later
        self.bound: int | None = None  # which pair says whether there is a value at all

    def side(self, which: int) -> Tensor:
        """The tensor of one side; call it in that side's block."""
        value, spec = self.sides[which], self.type.spec
        if spec.array:
            return as_array(value, spec.dtype)
        if value is UNBOUND:
            return dummy(spec)
        return value.astype(spec.dtype) if isinstance(value, Tensor) else to_tensor(value, dtype=spec.dtype)


class Pairing:
    """Collects the leaves in which two values differ; `at` gives the template of what stands for both.

    `test` holds where the first one is meant, `blame` makes the error for two that do not fit together, `born` is what
    the code that left them has made, and `held` gives containers with what they hold on the one side, and on the other.
    """

    def __init__(
        self,
        test: Any,
        blame: Callable[[Mismatch, str], CaptureError],
        born: dict[int, Any],
        held: tuple[Callable[[Any], Any], Callable[[Any], Any]],
    ) -> None:
        self.test, self.born, self._blame, self._held = test, born, blame, held
        self.pairs: list[Pair] = []
        self.symbols: set[Any] = set()  # sizes that differ
        self._shared: list[Any] = []  # containers for which a copy stands, though others hold them
        self._once: dict[tuple[int, int], Once] = {}  # what stands for two containers that nobody else holds
        #: Those of them that are one on one path only.
        self.partly: list[tuple[Once, Once]] = []
        self.name = ""  # of the place that is being merged

    def at(self, place: Place, one: Any, two: Any, sure: bool = False) -> Any:
        """The template of a place that holds `one` or `two`.

        UNBOUND goes with anything; the merged value may then be unbound, unless nobody can read it there (`sure`). Two
        values between which nobody could choose later are a problem of the capture, which goes on with a stand-in.
        """
        self.name, half = place.name, one is UNBOUND or two is UNBOUND
        if one is STALE or two is STALE:
            return STALE
        try:
            if half and one is not two and not sure and place.owner is not None:
                raise Mismatch(place.name, one, two, ONE_PATH)
            if isinstance(place, Contents) and not half:
                if place.grows and _lengths_differ(one, two):
                    return self._array(one, two)
                return self.alike(one, two, place.name)
            return self.unify(one, two, place.name, unsure=not sure)
        except Mismatch as problem:
            go_on(note_problem(self._blame(problem, place.name)))
            return self.instead(one, two)

    def taken(self) -> list[Any]:
        """The containers, so far, for which a copy stands though others hold them."""
        shared, self._shared = self._shared, []
        return shared

    def instead(self, one: Any, two: Any) -> Any:
        """What the capture goes on with after a problem."""
        return stand_in(two if one is UNBOUND else one)

    def unify(self, one: Any, two: Any, path: str, unsure: bool = True) -> Any:
        """A template for a value that is `one` or `two`. Raises Mismatch where there must be one."""
        if one is two and not self.carries(one):
            return one
        if one is UNBOUND or two is UNBOUND:
            known = two if one is UNBOUND else one
            if unsure and known is not None and not is_leaf(known) and parts(known) is None:
                # No tensor in it could say whether it is there.
                problem = self._blame(Mismatch(path, one, two, ONE_PATH), self.name)
                there = self.flag(two is UNBOUND, path)
                return Undecided(there, self._half(one, two, path, False), UNBOUND, problem)
            return self._half(one, two, path, unsure)
        try:
            return self.alike(one, two, path)
        except Mismatch as problem:
            if not self.may_fork(one, two):
                raise
            mode.capture.forks = True  # type: ignore[union-attr]
            halves = self._half(one, UNBOUND, path, False), self._half(UNBOUND, two, path, False)
            return Undecided(self.flag(True, path), *halves, self._blame(problem, self.name))

    def carries(self, value: Any) -> bool:
        """Whether a leaf stands even for a value that is the same on both sides."""
        return False

    def may_fork(self, one: Any, two: Any) -> bool:
        """Whether two values that do not fit become one of two."""
        return True

    def flag(self, first: bool, path: str) -> Any:
        """The bool that says whether it is the first value, or the second."""
        return self.test if first else negate(self.test)

    def is_new(self, one: Any, two: Any) -> bool:
        """Whether nobody else holds the two objects, so that another may stand for both."""
        return id(one) in self.born and id(two) in self.born

    def alike(self, one: Any, two: Any, path: str) -> Any:
        """A template for two values of one kind. Raises Mismatch when they are not."""
        like = one if type(one) is Undecided else two
        if type(like) is Undecided:
            pairs = zip(alternatives(like, one, path), alternatives(like, two, path), strict=True)
            return rebuilt(like, [self.unify(a, b, path, unsure=False) for a, b in pairs])
        if is_leaf(one) and is_leaf(two):
            numbers = not isinstance(one, Tensor) and type(one) is type(two) and _same(one, two)
            if numbers and not self.carries(one):
                return one
            return Leaf(self._add(one, two, join_types([one, two], path, self.symbols)))
        new, key = self.is_new(one, two), (id(one), id(two))
        if key in self._once:
            return self._once[key]
        if is_container(one) and is_container(two):
            if not new and not self.carries(one):
                self._shared += [one, two]
            one, two = self._held[0](one), self._held[1](two)
        if may_grow(one) and may_grow(two) and _lengths_differ(one, two):
            return self._made_once(key, ListOf(self._array(one, two).index))
        objects = Object.of(one), Object.of(two)
        if (all(objects) and not self.carries(one)) or new:
            if not new and type(one) is type(two):
                self._shared += [one, two]
            one, two = (self._left(i, o) or side for i, (o, side) in enumerate(zip(objects, (one, two))))
        why = differ(one, two)
        if why:
            raise Mismatch(path, one, two, why)
        mine, its = parts(one), parts(two)
        if mine is None or its is None:
            return one
        found = [self.unify(a, b, f"{path}[{k!r}]") for k, a, b in zip(keys(one), mine, its, strict=True)]
        return self._made_once(key, rebuilt(one, found))

    def _left(self, side: int, whole: Object | None) -> Object | None:
        """An object with the attributes that a side has left."""
        return whole and Object(whole.like, dict(self._held[side](whole.like.__dict__)))

    def _made_once(self, key: tuple[int, int], template: Any) -> Any:
        """The template for two containers, the same wherever they are met again."""
        if not all(each in self.born for each in key if each):
            return template
        once = Once(template)
        self.partly += [(once, other) for its, other in self._once.items() if {*its} & {*key} - {0}]
        self._once[key] = once
        return once

    def _half(self, one: Any, two: Any, path: str, unsure: bool) -> Any:
        """A template for a value that only one side has."""
        known = two if one is UNBOUND else one
        key = (0, id(known)) if one is UNBOUND else (id(known), 0)
        if key in self._once:
            return self._once[key]
        if is_leaf(known):
            return Leaf(self._add(one, two, Type.of(known).perhaps(self.symbols), unsure))
        if may_grow(known) and known.array is not None:
            return self._made_once(key, ListOf(self._array(one, two, unsure).index))
        new = id(known) in self.born
        known = (Object.of(known) if new else None) or known
        inner = parts(known)
        if inner is None or (is_container(known) and not new and not self.carries(known)):
            return known  # (the contents of a container that is known outside are looked after by themselves)
        pairs = [(UNBOUND, part) if one is UNBOUND else (part, UNBOUND) for part in inner]
        return self._made_once(key, rebuilt(known, [self._half(a, b, path, unsure) for a, b in pairs]))

    def _array(self, one: Any, two: Any, unsure: bool = False) -> Leaf:
        """Two lists as a TensorArray."""
        items = [item for side in (one, two) for item in items_of(side)]
        item = join_types(items, f"an item of {self.name}", self.symbols) if items else Type.of(0.0)
        spec = item.spec._replace(array="full" if items else "empty")
        return Leaf(self._add(one, two, item._replace(spec=spec), unsure))

    def _add(self, one: Any, two: Any, type: Type, unsure: bool = False) -> int:
        index, pair = len(self.pairs), Pair(one, two, type, _is_final(self.name))
        self.pairs.append(pair)
        bounds: list[Any] = [not unsure if side is UNBOUND else bound_of(side) for side in (one, two)]
        if any(bound is not True for bound in bounds):
            pair.bound = self._add(bounds[0], bounds[1], FLAG)
        return index

    def stand_for(self, tensors: list[Any]) -> None:
        """Make tensors stand for the pairs: for numbers where they are numbers, unbound perhaps where they may be."""
        for pair, tensor in zip(self.pairs, tensors, strict=True):
            if pair.type.weak:
                weaken(tensor, pair.type.kinds)
            if pair.bound is not None:
                mark_unsure(tensor, tensors[pair.bound])


def _is_final(name: str) -> bool:
    """Whether a variable is the function's result, after which nothing of the function runs any more."""
    return name.startswith("_result") and "finally" not in name


def _lengths_differ(one: Any, two: Any) -> bool:
    """Whether two contents of a list cannot be merged element by element."""
    whole = [isinstance(each, list) and getattr(each, "array", None) is None for each in (one, two)]
    return not all(whole) or len(one) != len(two)


def items_of(contents: Any) -> list[Any]:
    """A list's elements, or its TensorArray as the one that stands for all of them (an empty one says nothing)."""
    own = getattr(contents, "array", None) if isinstance(contents, list) else contents
    if own is not None:
        return [own] if own is not UNBOUND and own.array == "full" else []
    odd = [item for item in contents if not is_leaf(item)]
    if odd:
        raise refuse(
            f"a list whose length is known only when the graph runs can hold tensors, not {describe(odd[0])}",
            "Keep one list for each of the tensors in it.",
        )
    return list(contents)


def as_array(contents: Any, dtype: DType) -> Any:
    """A list's contents as a TensorArray of the block that is being built; `dtype` is for one that is empty, and for
    numbers.
    """
    from .lists import make_array

    items = items_of(contents)
    if not items:
        return create_array(dtype)
    if not getattr(items[0], "array", ""):
        return make_array(items, dtype)
    if items[0].dtype is not dtype and is_weak(items[0]):
        raise refuse(
            f"a list of {items[0].dtype.name} numbers gets {dtype.name} ones on another path or in a later round",
            "Begin with numbers of one type.",
        )
    return items[0]


def differ(one: Any, two: Any) -> str:
    """Why two values that are not both leaves are not of one kind; "" when they are."""
    if one is None or two is None:
        return "" if one is two else "one is None"
    kinds = [type(v.like) if type(v) is Object else type(v) for v in (one, two)]
    if kinds[0] is not kinds[1] or isinstance(one, Tensor):
        return "they are of different types"
    if parts(one) is None or (type(one) is Text and one.function is not two.function):
        return "" if _same(one, two) else "they are different objects"
    return "" if keys(one) == keys(two) else "they have different lengths or keys"


def alternatives(like: Any, value: Any, path: str) -> tuple[Any, Any, Any]:
    """The parts of an `Undecided` like another, for a value that is undecided too or one of the two kinds.

    Raises Mismatch when it is neither.
    """
    if type(value) is Undecided:
        if _alike(like.one, value.one) and _alike(like.two, value.two):
            return value.test, value.one, value.two
        if _alike(like.one, value.two) and _alike(like.two, value.one):
            return negate(value.test), value.two, value.one
    elif _alike(like.one, value):
        return True, value, UNBOUND
    elif _alike(like.two, value):
        return False, UNBOUND, value
    raise Mismatch(path, like, value, "they are different objects")


def _alike(one: Any, two: Any) -> bool:
    if type(one) is Undecided or type(two) is Undecided:
        return type(one) is type(two)
    return (is_leaf(one) and is_leaf(two)) or not differ(one, two)


def _same(one: Any, two: Any) -> bool:
    if Object.of(one) is not None or type(one).__module__.startswith("paddlelite"):
        return False  # (its `==` may be about tensors)
    try:
        return bool(one == two)
    except (TypeError, ValueError):
        return False

"""Merging: one value that stands for two, and values that a loop carries.

A *template* is a Python structure with `Leaf(i)` where the i-th tensor goes. Tensors and numbers are leaves (a number
that differs becomes a weak 0-D tensor: it takes the dtype of what it meets), lists, tuples and dicts of equal shape
are merged element by element. Two values that nothing stands for become an `Undecided`, which is an error only when
somebody needs to know which of the two it is.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paddlelite.dtypes import DType, bool_, complex64, default_dtype, int64
from paddlelite.errors import CaptureError
from paddlelite.nn.layer.layers import Layer
from paddlelite.op import Spec
from paddlelite.ops.array import create_array
from paddlelite.refusal import describe as describe_tensor
from paddlelite.tensor.creation import to_tensor, zeros
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak, rank

from .state import CONTAINERS, UNBOUND
from .symbolic import bound_of, negate, refuse
from .undecided import Text, Undecided, known_value

__all__ = [
    "ONE_PATH", "Leaf", "ListOf", "Mismatch", "Object", "Pairing", "alternatives", "as_tensor", "describe",
    "fill", "is_leaf", "may_grow", "parts", "rebuilt", "spec_of",
]  # fmt: skip

_NUMBERS = (bool, int, float, complex, np.generic)


#: Why an attribute or item that one of two paths sets is refused: whether it is there would be Python's to know.
ONE_PATH = "only one path sets it"


@dataclass(frozen=True)
class Leaf:
    """The place of the i-th tensor in a template."""

    index: int


@dataclass
class Object:
    """An object of a user's class in a template: made anew, like `like`, with other attributes."""

    like: Any
    attributes: dict[str, Any]

    @classmethod
    def of(cls, value: Any) -> Object | None:
        """A user's object with its attributes; None for anything else."""
        kind = type(value)
        if kind is Undecided:
            return None
        own = vars(value) if hasattr(value, "__dict__") else None
        ours = isinstance(value, Layer) or kind.__module__.split(".")[0] == "paddlelite"
        if type(own) is not dict or any("__new__" in vars(base) for base in kind.__mro__[:-1]) or ours:
            return None
        return cls(value, dict(own))

    def made(self, attributes: dict[str, Any]) -> Any:
        """A new object with these attributes."""
        new = object.__new__(type(self.like))
        new.__dict__.update(attributes)
        return new


@dataclass(frozen=True)
class ListOf:
    """A list of unknown length in a template: its TensorArray is the i-th tensor."""

    index: int


class Mismatch(Exception):
    """Two values that no one value can stand for; `path` leads to them inside the variable."""

    def __init__(self, path: str, one: Any, two: Any, why: str) -> None:
        self.path, self.one, self.two, self.why = path, one, two, why
        super().__init__(f"{path}: {why}")


def is_leaf(value: Any) -> bool:
    """Whether a value can become a tensor of the graph."""
    return type(value) is not Undecided and isinstance(value, (Tensor, *_NUMBERS))


def parts(value: Any) -> list[Any] | None:
    """What a structure consists of; None for anything that is not one."""
    if type(value) is Undecided:
        return [value.test, value.one, value.two]
    if type(value) is Text:
        return list(value.args)
    if type(value) is Object:
        return list(value.attributes.values())
    if isinstance(value, dict):
        return list(value.values())
    if getattr(value, "array", None) is not None or not isinstance(value, (list, tuple)):
        return None  # (a list that has become a TensorArray is one value)
    return list(value)


def rebuilt(like: Any, new: list[Any]) -> Any:
    """A structure like another with new parts; itself when they are the same."""
    if all(a is b for a, b in zip(parts(like) or (), new, strict=True)):
        return like
    if type(like) is Undecided:
        test, one, two = new
        return known_value(Undecided(test, one, two, like.problem))
    if type(like) is Text:
        return Text(like.function, *new)
    if type(like) is Object:
        return Object(like.like, dict(zip(like.attributes, new, strict=True)))
    if isinstance(like, dict):
        made = copy.copy(like)  # a defaultdict keeps its default
        made.update(zip(like, new, strict=True))
        return made
    return type(like)(*new) if hasattr(like, "_fields") else type(like)(new)


def describe(value: Any) -> str:
    """A value as an error message shows it."""
    if value is UNBOUND:
        return "not bound"
    if type(value) is Undecided:
        return f"{describe(value.one)} or {describe(value.two)}"
    if isinstance(value, Tensor) and not is_weak(value):
        return describe_tensor(value)
    if isinstance(value, Tensor):
        return f"a Python {_KINDS[rank(value.dtype)]}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if value is None or isinstance(value, (*_NUMBERS, str)):
        return repr(value)
    named = isinstance(value, (type, types.FunctionType))
    return (
        f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
        if named
        else f"a {type(value).__name__}"
    )


_KINDS = ("bool", "int", "float", "complex")


def common_dtype(one: Any, two: Any, path: str) -> DType:
    """The dtype of a leaf that is `one` or `two`. Raises Mismatch."""
    return dtype_with(_dtype(one), is_weak(one), one, two, path)


def dtype_with(dtype: DType, weak: bool, one: Any, two: Any, path: str) -> DType:
    """The dtype of a leaf that has `dtype` (weakly, if it stands for a number) or is `two`. Raises Mismatch."""
    other, other_weak = _dtype(two), is_weak(two)
    if weak and other_weak:
        return max(dtype, other, key=rank)
    if weak != other_weak and rank(dtype if weak else other) <= rank(other if weak else dtype):
        return other if weak else dtype
    if dtype is not other:
        raise Mismatch(path, one, two, "they have different dtypes")
    return dtype


def _dtype(value: Any) -> DType:
    """The dtype of a leaf; a Python number has that of its kind."""
    if isinstance(value, Tensor):
        return value.dtype
    number = value.item() if isinstance(value, np.generic) else value
    kind = next(i for i, kind in enumerate((bool, int, float, complex)) if isinstance(number, kind))
    return (bool_, int64, default_dtype(), complex64)[kind]


def as_tensor(value: Any, dtype: DType) -> Tensor:
    """A leaf as a tensor of `dtype`, in the block that is being built."""
    if isinstance(value, Tensor):
        return value if value.dtype is dtype else value.astype(dtype)
    return to_tensor(value, dtype=dtype)


def spec_of(value: Any) -> Spec:
    """Dims and dtype of a leaf."""
    if isinstance(value, Tensor):
        return Spec(tuple(value.dims), value.dtype, None, getattr(value, "array", ""))
    return Spec((), _dtype(value))


def dims_of(value: Any) -> tuple[Any, ...]:
    """The sizes of a leaf; a number has none."""
    return tuple(value.dims) if isinstance(value, Tensor) else ()


def dummy(spec: Spec) -> Tensor:
    """A tensor for a place that nobody reads: zeros, of size 1 where the size is not known."""
    return zeros([d if isinstance(d, int) else 1 for d in spec.dims], dtype=spec.dtype)


def stand_in(value: Any) -> Any:
    """What a capture that has met a problem goes on with in place of `value`, which a branch computed."""
    if type(value) is not Undecided and isinstance(value, Tensor):
        return dummy(spec_of(value)._replace(array=""))
    inner = parts(value)
    return value if inner is None or type(value) is Undecided else rebuilt(value, list(map(stand_in, inner)))


@dataclass
class Pair:
    """One leaf that differs: its two values (UNBOUND for one that does not matter) and what it becomes."""

    one: Any
    two: Any
    dtype: DType
    weak: bool
    unsure: bool = False
    array: bool = False
    bound: int | None = None  # which pair says whether there is a value at all

    def tensors(self) -> tuple[Any, Any]:
        """Both sides' values, a template for the missing one."""
        return self.one, self.two

    def side(self, which: int) -> Tensor:
        """The tensor of one side; call it in that side's block."""
        value = self.tensors()[which]
        if self.array:
            return as_array(value, self.dtype)
        if value is UNBOUND:
            return dummy(spec_of(self.tensors()[1 - which])._replace(dtype=self.dtype))
        return as_tensor(value, self.dtype)


@dataclass
class Pairing:
    """Collects the leaves in which two values differ; `unify` gives the template.

    Of two values that do not fit together, one where `test` holds, `blame` makes the error.
    """

    test: Any
    blame: Callable[[Mismatch], CaptureError]
    born: dict[int, Any]  # what the branches have made
    pairs: list[Pair] = field(default_factory=list)
    shared: list[Any] = field(
        default_factory=list
    )  # containers for which a copy stands, though others hold them

    def unify(self, one: Any, two: Any, path: str, unsure: bool = True) -> Any:
        """A template for a value that is `one` or `two`.

        UNBOUND goes with anything; the merged value then is `unsure`, unless nobody can read it where it is missing.
        """
        if one is two:
            return one
        if one is UNBOUND or two is UNBOUND:
            known = two if one is UNBOUND else one
            if unsure and known is not None and not is_leaf(known) and parts(known) is None:
                return self._perhaps(one, two, path)  # no tensor in it could say whether it is there
            return self._half(one, two, path, unsure)
        try:
            return self.alike(one, two, path)
        except Mismatch as problem:
            halves = (self._half(one, UNBOUND, path, False), self._half(UNBOUND, two, path, False))
            return Undecided(self.test, *halves, self.blame(problem))

    def _perhaps(self, one: Any, two: Any, path: str) -> Any:
        """A value that only one branch has, as one of two."""
        there = negate(self.test) if one is UNBOUND else self.test
        problem = self.blame(Mismatch(path, one, two, ONE_PATH))
        return Undecided(there, self._half(one, two, path, False), UNBOUND, problem)

    def contents(self, one: Any, two: Any, path: str, growing: bool) -> Any:
        """A template for the contents of a container; a list that may be `growing` becomes a TensorArray.

        Raises Mismatch when they are of no one kind.
        """
        if growing and _lengths_differ(one, two):
            return self._array(one, two)
        return self.alike(one, two, path)

    def alike(self, one: Any, two: Any, path: str) -> Any:
        """A template for two values of one kind. Raises Mismatch when they are not."""
        like = one if type(one) is Undecided else two
        if type(like) is Undecided:
            pairs = zip(alternatives(like, one, path), alternatives(like, two, path), strict=True)
            return rebuilt(like, [self.unify(a, b, path, unsure=False) for a, b in pairs])
        if is_leaf(one) and is_leaf(two):
            return self._leaf(one, two, path)
        if may_grow(one) and may_grow(two) and _lengths_differ(one, two):
            return ListOf(self._array(one, two).index)
        if id(one) in self.born and id(two) in self.born:
            one, two = Object.of(one) or one, Object.of(two) or two
        why = differ(one, two)
        if why:
            raise Mismatch(path, one, two, why)
        mine, its = parts(one), parts(two)
        if mine is None or its is None:
            return one
        if isinstance(one, CONTAINERS) and not (id(one) in self.born and id(two) in self.born):
            self.shared += [one, two]
        keys = _keys(one)
        found = [self.unify(a, b, f"{path}[{k!r}]") for k, a, b in zip(keys, mine, its, strict=True)]
        return rebuilt(one, found)

    def _leaf(self, one: Any, two: Any, path: str) -> Any:
        both_numbers = not isinstance(one, Tensor) and not isinstance(two, Tensor)
        if both_numbers and type(one) is type(two) and _same(one, two):
            return one
        dtype = common_dtype(one, two, path)
        if len(dims_of(one)) != len(dims_of(two)):
            raise Mismatch(path, one, two, "they have different ranks")
        return self._add(Pair(one, two, dtype, is_weak(one) and is_weak(two)))

    def _half(self, one: Any, two: Any, path: str, unsure: bool) -> Any:
        known = two if one is UNBOUND else one
        if is_leaf(known):
            dtype = common_dtype(known, known, path)
            return self._add(Pair(one, two, dtype, is_weak(known), unsure))
        if may_grow(known) and known.array is not None:
            return ListOf(self._array(one, two, unsure).index)
        if id(known) in self.born:
            known = Object.of(known) or known
        inner = parts(known)
        if inner is None or (isinstance(known, CONTAINERS) and id(known) not in self.born):
            return known  # (the contents of a container that is known outside are looked after by themselves)
        pairs = [(UNBOUND, part) if one is UNBOUND else (part, UNBOUND) for part in inner]
        return rebuilt(known, [self._half(a, b, path, unsure) for a, b in pairs])

    def _array(self, one: Any, two: Any, unsure: bool = False) -> Leaf:
        """Two lists as a TensorArray."""
        items = [i for side in (one, two) for i in items_of(side)]
        dtype = common_dtype(items[0], items[0], "") if items else default_dtype()
        return self._add(Pair(one, two, dtype, all(map(is_weak, items)), unsure, array=True))

    def _add(self, pair: Pair) -> Leaf:
        self.pairs.append(pair)
        leaf = Leaf(len(self.pairs) - 1)
        bounds = [not pair.unsure if side is UNBOUND else bound_of(side) for side in pair.tensors()]
        if any(bound is not True for bound in bounds):
            pair.bound = len(self.pairs)
            self.pairs.append(Pair(bounds[0], bounds[1], bool_, False))
        return leaf


def _lengths_differ(one: Any, two: Any) -> bool:
    """Whether two contents of a list cannot be merged element by element."""
    if any(not isinstance(each, list) or getattr(each, "array", None) is not None for each in (one, two)):
        return True
    return len(one) != len(two)


def may_grow(value: Any) -> bool:
    """Whether a value is a list that a TensorArray can stand for."""
    return type(value) is not Undecided and isinstance(value, list) and hasattr(value, "array")


def _keys(structure: Any) -> list[Any]:
    """How the parts of a structure are called."""
    if type(structure) is Object:
        return list(structure.attributes)
    return list(structure) if isinstance(structure, dict) else list(range(len(parts(structure) or ())))


def items_of(contents: Any) -> list[Any]:
    """A list's elements, or its TensorArray as the one that stands for all of them (an empty one says nothing)."""
    own = getattr(contents, "array", None) if isinstance(contents, list) else contents
    if own is None:
        odd = [item for item in contents if not is_leaf(item)]
        if odd:
            raise refuse(
                f"a list whose length is known only when the graph runs can hold tensors, not {describe(odd[0])}",
                "Keep one list for each of the tensors in it.",
            )
        return list(contents)
    return [own] if own is not UNBOUND and own.array == "full" else []


def as_array(contents: Any, dtype: DType) -> Any:
    """A list's contents as a TensorArray of the block that is being built; `dtype` is for one that is empty."""
    from .operators.lists import make_array

    items = items_of(contents)
    if not items:
        return create_array(dtype)
    return items[0] if getattr(items[0], "array", "") else make_array(items)


def differ(one: Any, two: Any) -> str:
    """Why two values that are not both leaves are not of one kind; "" when they are."""
    if one is None or two is None:
        return "" if one is two else "one is None"
    if type(one) is not type(two) or isinstance(one, Tensor):
        return "they are of different types"
    mine, its = parts(one), parts(two)
    if mine is None or its is None:
        return "" if _same(one, two) else "they are different objects"
    if type(one) is Text:
        return "" if one.function is two.function and len(mine) == len(its) else "they are different objects"
    if type(one) is Object and type(one.like) is not type(two.like):
        return "they are of different types"
    fits = _keys(one) == _keys(two)
    return "" if fits else "they have different lengths or keys"


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
    leaf = is_leaf(two) and (type(one) is Leaf or is_leaf(one))
    return leaf or not differ(one, two)


def _same(one: Any, two: Any) -> bool:
    try:
        return bool(one == two)
    except (TypeError, ValueError):
        return False


def list_of(array: Any) -> Any:
    """The list that a TensorArray stands for."""
    from .operators.lists import List

    return List.of(array)


def fill(template: Any, values: list[Any]) -> Any:
    """The template with tensors in the places of its leaves."""
    if type(template) is Leaf:
        return values[template.index]
    if type(template) is ListOf:
        return list_of(values[template.index])
    if type(template) is Object:
        filled = {name: fill(part, values) for name, part in template.attributes.items()}
        return template.made(filled)
    inner = None if is_leaf(template) else parts(template)
    return template if inner is None else rebuilt(template, [fill(part, values) for part in inner])

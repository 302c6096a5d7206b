"""Merging: one value that stands for two, and values that a loop carries.

A *template* is a Python structure with `Leaf(i)` where the i-th tensor goes. Tensors and numbers are leaves (a number
that differs becomes a weak 0-D tensor: it takes the dtype of what it meets), lists, tuples and dicts of equal shape
are merged element by element, anything else must be the same on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paddlelite.dtypes import DType, bool_, complex64, default_dtype, int64
from paddlelite.op import Spec
from paddlelite.refusal import describe as describe_tensor
from paddlelite.tensor.creation import to_tensor, zeros
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak, rank

from .state import UNBOUND
from .symbolic import bound_of

__all__ = ["Leaf", "Mismatch", "Pairing", "as_tensor", "describe", "fill", "is_leaf", "spec_of"]

_NUMBERS = (bool, int, float, complex, np.generic)


@dataclass(frozen=True)
class Leaf:
    """The place of the i-th tensor in a template."""

    index: int


class Mismatch(Exception):
    """Two values that no one value can stand for; `path` leads to them inside the variable."""

    def __init__(self, path: str, one: Any, two: Any, why: str) -> None:
        self.path, self.one, self.two, self.why = path, one, two, why
        super().__init__(f"{path}: {why}")


def is_leaf(value: Any) -> bool:
    """Whether a value can become a tensor of the graph."""
    return isinstance(value, (Tensor, *_NUMBERS))


def describe(value: Any) -> str:
    """A value as an error message shows it."""
    if value is UNBOUND:
        return "not bound"
    if isinstance(value, Tensor) and not is_weak(value):
        return describe_tensor(value)
    if isinstance(value, Tensor):
        return f"a Python {_KINDS[rank(value.dtype)]}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return (
        repr(value) if value is None or isinstance(value, (*_NUMBERS, str)) else f"a {type(value).__name__}"
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
    if isinstance(value, Tensor):
        return dummy(spec_of(value)._replace(array=""))
    if isinstance(value, dict):
        return {k: stand_in(v) for k, v in value.items()}
    return [stand_in(v) for v in value] if type(value) in (list, tuple) else value


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
            return as_array(value)
        if value is UNBOUND:
            return dummy(spec_of(self.tensors()[1 - which])._replace(dtype=self.dtype))
        return as_tensor(value, self.dtype)


@dataclass
class Pairing:
    """Collects the leaves in which two values differ; `unify` gives the template."""

    pairs: list[Pair] = field(default_factory=list)

    def unify(self, one: Any, two: Any, path: str, unsure: bool = True, growing: bool = False) -> Any:
        """A template for a value that is `one` or `two`. Raises Mismatch.

        UNBOUND goes with anything; the merged value then is `unsure`, unless nobody can read it where it is missing.
        Contents of a list that may be `growing` become a TensorArray when their lengths differ.
        """
        if one is two:
            return one
        if growing and _lengths_differ(one, two):
            return self._add(Pair(one, two, int64, False, array=True))
        if one is UNBOUND or two is UNBOUND:
            return self._half(one, two, path, unsure)
        if is_leaf(one) and is_leaf(two):
            return self._leaf(one, two, path)
        if type(one) is type(two) and isinstance(one, (list, tuple)) and len(one) == len(two):
            parts = [self.unify(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(one, two, strict=True))]
            return _rebuild(one, parts)
        if type(one) is type(two) and isinstance(one, dict) and list(one) == list(two):
            return type(one)((k, self.unify(one[k], two[k], f"{path}[{k!r}]")) for k in one)
        if type(one) is type(two) and isinstance(one, (list, tuple, dict)):
            raise Mismatch(path, one, two, "they have different lengths or keys")
        if type(one) is type(two) and not isinstance(one, Tensor) and _same(one, two):
            return one
        if one is None or two is None:
            raise Mismatch(path, one, two, "one is None")
        raise Mismatch(path, one, two, "they are of different types")

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
        if isinstance(known, (list, tuple)):
            return _rebuild(known, [self._pick(one, two, part, path, unsure) for part in known])
        if isinstance(known, dict):
            return type(known)((k, self._pick(one, two, part, path, unsure)) for k, part in known.items())
        return known

    def _pick(self, one: Any, two: Any, part: Any, path: str, unsure: bool) -> Any:
        return (
            self._half(UNBOUND, part, path, unsure)
            if one is UNBOUND
            else self._half(part, UNBOUND, path, unsure)
        )

    def _add(self, pair: Pair) -> Leaf:
        self.pairs.append(pair)
        leaf = Leaf(len(self.pairs) - 1)
        bounds = [not pair.unsure if side is UNBOUND else bound_of(side) for side in pair.tensors()]
        if any(bound is not True for bound in bounds):
            pair.bound = len(self.pairs)
            self.pairs.append(Pair(*bounds, bool_, False))
        return leaf


def _lengths_differ(one: Any, two: Any) -> bool:
    """Whether two contents of a list cannot be merged element by element."""
    return not isinstance(one, list) or not isinstance(two, list) or len(one) != len(two)


def as_array(contents: Any) -> Any:
    """A list's contents as a TensorArray of the block that is being built."""
    from .operators.lists import make_array

    return make_array(contents) if isinstance(contents, list) else contents


def _same(one: Any, two: Any) -> bool:
    try:
        return bool(one == two)
    except (TypeError, ValueError):
        return False


def _rebuild(like: Any, parts: list[Any]) -> Any:
    """A list or tuple of the type of `like`, named tuples included."""
    return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)


def fill(template: Any, values: list[Any]) -> Any:
    """The template with tensors in the places of its leaves."""
    if isinstance(template, Leaf):
        return values[template.index]
    if isinstance(template, (list, tuple)):
        parts = [fill(part, values) for part in template]
        same = all(a is b for a, b in zip(parts, template, strict=True))
        return template if same else _rebuild(template, parts)
    if isinstance(template, dict):
        made = {k: fill(part, values) for k, part in template.items()}
        return template if all(made[k] is template[k] for k in made) else type(template)(made)
    return template

"""What a loop carries from round to round: places, their templates, and the types of the tensors in them.

The first try assumes that a value keeps its type; when a round shows otherwise (a number becomes a tensor or a float,
a size changes, something unbound gets a value, an attribute is written that was not known) the assumption is widened
and the body recorded again. Types only widen, so this ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paddlelite import dims as D
from paddlelite.dtypes import DType, bool_
from paddlelite.errors import CaptureError
from paddlelite.op import Spec
from paddlelite.refusal import go_on, note_problem
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak, kinds_of, weaken

from .blame import loop_value
from .merge import (
    ONE_PATH,
    Leaf,
    ListOf,
    Mismatch,
    Object,
    alternatives,
    as_array,
    as_tensor,
    differ,
    dims_of,
    dtype_with,
    dummy,
    fill,
    is_leaf,
    items_of,
    may_grow,
    parts,
    rebuilt,
    spec_of,
)  # fmt: skip
from .state import UNBOUND, Contents, Item, Journal, Place
from .symbolic import bound_of, mark_unsure
from .undecided import Undecided

__all__ = ["Carried"]


@dataclass
class _Slot:
    """One carried tensor: its value before the loop and the type it has in every round."""

    first: Any  # UNBOUND when the loop itself gives the first value
    dims: tuple[Any, ...]
    dtype: DType
    weak: bool
    bound: int | None = None  # the slot that says whether there is a value at all
    array: str = ""  # "full" for a TensorArray, as Spec says it
    kinds: frozenset[int] = frozenset()  # of a weak one: what kinds of numbers it has been

    @property
    def spec(self) -> Spec:
        return Spec(self.dims, self.dtype, None, self.array)

    def start(self) -> Tensor:
        """The tensor before the first round."""
        if self.array:
            return as_array(self.first, self.dtype)
        return dummy(self.spec) if self.first is UNBOUND else as_tensor(self.first, self.dtype)


class Carried:
    """The state of one loop."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self.slots: list[_Slot] = []
        self.first = {place.key: place.get() for place in places}
        self.templates = {place.key: self._template(self.first[place.key]) for place in places}

    def _template(self, value: Any, unbound: bool = False, sure: bool = False) -> Any:
        """A template for `value`; every tensor and number in it is carried.

        With `unbound` it is a value that only a round gives; the variable then may be unbound, unless that is `sure`.
        """
        if is_leaf(value):
            spec = spec_of(value)
            first = UNBOUND if unbound else value
            slot = _Slot(
                first, spec.dims, spec.dtype, is_weak(value), array=spec.array, kinds=kinds_of(value)
            )
            self.slots.append(slot)
            leaf = Leaf(len(self.slots) - 1)
            bound = sure if unbound else bound_of(value)
            if bound is not True:
                self._add_bound(slot, bound)
            return leaf
        inner = parts(value)
        return value if inner is None else rebuilt(value, [self._template(p, unbound, sure) for p in inner])

    def _add_bound(self, slot: _Slot, first: Any) -> None:
        slot.bound = len(self.slots)
        self.slots.append(_Slot(first, (), bool_, False))

    @property
    def unknown(self) -> frozenset[tuple[Any, ...]]:
        """The variables that have no value, and so no type, yet."""
        return frozenset(key for key, template in self.templates.items() if template is UNBOUND)

    @property
    def specs(self) -> list[Spec]:
        """The types of the carried tensors."""
        return [slot.spec for slot in self.slots]

    def place(self, params: list[Any]) -> None:
        """Put the block's parameters where the body finds its variables."""
        for param, slot in zip(params, self.slots, strict=True):
            if slot.weak:
                weaken(param, slot.kinds)
            if slot.bound is not None:
                mark_unsure(param, params[slot.bound])
        for place in self.places:
            place.put(fill(self.templates[place.key], params))

    def after(self, journal: Journal) -> list[Tensor] | None:
        """The carried tensors after a round, or None when something had to be widened. Raises CaptureError."""
        widened = self._add_new(journal)
        values: dict[int, Any] = {}
        for place in self.places:
            entry = journal.entries.get(place.key)
            if entry is None:
                continue
            try:
                with_place = dict(values)
                widened |= self._compare(journal, place, self.templates[place.key], place.get(), with_place)
                values = with_place
            except Mismatch as problem:
                widened |= self._fork(place, loop_value(problem, place.name))
        if widened:
            return None
        # A slot without a value belonged to a list that has become a TensorArray meanwhile.
        found = [values.get(i, slot.first) for i, slot in enumerate(self.slots)]
        return [
            as_array(v, slot.dtype)
            if slot.array
            else dummy(slot.spec)
            if v is UNBOUND
            else as_tensor(v, slot.dtype)
            for v, slot in zip(found, self.slots, strict=True)
        ]

    def _add_new(self, journal: Journal) -> bool:
        """Places that the body wrote to and that were not carried yet."""
        known = set(self.templates)
        entries = [e for k, e in journal.entries.items() if k not in known and not e.place.private]
        new = [e for e in entries if e.place.differs(e.place.get(), e.before)]
        whole = {id(e.place.owner) for e in new if isinstance(e.place, Contents)}
        self.places = [p for p in self.places if not (isinstance(p, Item) and id(p.owner) in whole)]
        for entry in new:
            self.places.append(entry.place)
            self.first[entry.place.key] = entry.before
            self.templates[entry.place.key] = self._template(entry.before)
        return bool(new)

    def _compare(
        self, journal: Journal, place: Place, template: Any, value: Any, values: dict[int, Any]
    ) -> bool:
        """Fit one place's value after a round to its template; True when the template was widened."""
        if template is UNBOUND and value is not UNBOUND:
            if place.owner is not None:
                raise Mismatch(place.name, UNBOUND, value, ONE_PATH)
            self.templates[place.key] = self._template(value, unbound=True)
            return True
        if place.grows and _grew(template, value):
            return self._make_array(place, value)
        if type(template) is not ListOf and may_grow(template) and may_grow(value) and _grew(template, value):
            self._make_array(place, value)
            self.templates[place.key] = ListOf(self.templates[place.key].index)
            return True
        if template is not value and id(value) in journal.born and (own := Object.of(template)):
            self.templates[place.key] = self._template(own)
            return True
        return self._fit(template, value, place.name, values)

    def _fork(self, place: Place, problem: CaptureError) -> bool:
        """Carry a value that is one of two from now on: of the kind before the loop, or of that after a round."""
        first, value = self.first[place.key], place.get()
        kinds = (type(first), type(value))
        if isinstance(place, Contents) or Undecided in kinds or (is_leaf(first) and is_leaf(value)):
            go_on(note_problem(problem))  # with the value from before the loop
            return False
        test = to_tensor(True) if first is not UNBOUND else False
        halves = self._template(first), self._template(value, unbound=True, sure=True)
        self.templates[place.key] = Undecided(self._template(test), *halves, problem)
        return True

    def _make_array(self, place: Place, value: Any) -> bool:
        """Carry a list as a TensorArray from now on; its elements are those before the loop and of this round."""
        first = self.first[place.key]
        items = [item for each in (first, value) for item in items_of(each)]
        specs = [spec_of(item) for item in items]
        dims, dtype = specs[0].dims, specs[0].dtype
        for spec in specs[1:]:
            if len(spec.dims) != len(dims) or spec.dtype is not dtype:
                why = "dtypes" if spec.dtype is not dtype else "ranks"
                raise Mismatch(f"an item of {place.name}", items[0], items[-1], f"they have different {why}")
            dims = tuple(map(_join, dims, spec.dims))
        self.slots.append(_Slot(first, dims, dtype, all(map(is_weak, items)), array="full"))
        self.templates[place.key] = Leaf(len(self.slots) - 1)
        return True

    def _fit(self, template: Any, value: Any, path: str, values: dict[int, Any]) -> bool:
        if type(template) is Leaf:
            values[template.index] = value
            slot = self.slots[template.index]
            bound = value is not UNBOUND and bound_of(value)
            widened = slot.bound is None and bound is not True
            if widened:
                self._add_bound(slot, True)
            if slot.bound is not None:
                values[slot.bound] = bound
            return widened if value is UNBOUND else self._fit_slot(slot, value, path) or widened
        if type(template) is ListOf and isinstance(value, list):
            values[template.index] = value
            return self._fit_slot(self.slots[template.index], value, path)
        if template is value:
            return False
        if type(template) is Object and value is not None:
            value = Object.of(value) or value
        if type(template) is Undecided:
            its = list(alternatives(template, value, path))
        elif why := differ(template, value):
            raise Mismatch(path, template, value, why)
        else:
            its = parts(value) or []
        keys = list(value) if type(value) is dict else range(len(its))
        pairs = zip(keys, parts(template) or (), its, strict=True)
        fitted = [self._fit(a, b, f"{path}[{k!r}]", values) for k, a, b in pairs if b is not UNBOUND]
        return any(fitted)

    def _fit_slot(self, slot: _Slot, value: Any, path: str) -> bool:
        """Widen a carried tensor's type so that `value` fits."""
        if slot.array:
            value = as_array(value, slot.dtype)
            if value.array == "empty":
                return False
        if not is_leaf(value):
            raise Mismatch(
                path, slot.first, value, "one is None" if value is None else "they are of different types"
            )
        dtype = dtype_with(slot.dtype, slot.weak, slot.first, value, path)
        weak = slot.weak and is_weak(value)
        dims = dims_of(value)
        if len(dims) != len(slot.dims):
            raise Mismatch(path, slot.first, value, "they have different ranks")
        joined = tuple(_join(a, b) for a, b in zip(slot.dims, dims, strict=True))
        kinds = slot.kinds | kinds_of(value)
        changed = (dtype, weak, joined) != (slot.dtype, slot.weak, slot.dims) or (
            weak and kinds != slot.kinds
        )
        if changed and not slot.weak and dtype is not slot.dtype:
            raise Mismatch(path, slot.first, value, "they have different dtypes")
        slot.dtype, slot.weak, slot.dims, slot.kinds = dtype, weak, joined, kinds
        return changed

    def start(self) -> list[Tensor]:
        """The carried tensors before the first round."""
        return [slot.start() for slot in self.slots]

    def final(self, results: list[Any]) -> list[tuple[Place, Any]]:
        """The places with their values after the loop."""
        for result, slot in zip(results, self.slots, strict=True):
            if slot.weak:
                weaken(result, slot.kinds)
            if slot.bound is not None:
                mark_unsure(result, results[slot.bound])
        return [(place, fill(self.templates[place.key], results)) for place in self.places]


def _grew(template: Any, contents: Any) -> bool:
    """Whether a list does not have the length it had, and is not a TensorArray yet."""
    if type(template) is Leaf:
        return False
    grown = not isinstance(contents, list) or getattr(contents, "array", None) is not None
    return grown or len(template) != len(contents)


def _join(before: Any, after: Any) -> Any:
    """A size that is `before` in the first round and `after` in the next: a fresh symbol unless it stays."""
    if before == after:
        return before
    if isinstance(before, D.Dim) and (before.name or "").startswith("carried"):
        return before
    return D.fresh("carried")

"""What a loop carries from round to round: the merge of what it starts from and what a round leaves.

The first try assumes that every value keeps its type; when a round shows otherwise (a number becomes a tensor or a
float, a size changes, something unbound gets a value, an attribute is written that was not known) the values are merged
again and the body is recorded once more. Types only widen, so this ends.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..nested import Hole, Leaf, fill, keys, parts
from ..tensor.tensor import Tensor
from .blame import loop_value
from .journal import Journal, note, share, sharers, two_names, watch
from .merge import FLAG, Pairing, Type, is_leaf, may_grow
from .places import STALE, UNBOUND, Contents, Item, Place, is_container
from .undecided import Undecided


class _Rounds(Pairing):
    """Pairs the values before a loop with those after a round. Every leaf is carried, for the next round may differ."""

    def __init__(
        self, places: list[Place], first: dict[Any, Any], last: dict[Any, Any], body: Journal, symbols: Any
    ) -> None:
        super().__init__(None, loop_value, body.born, (body.as_before, lambda container: container))
        self.symbols = symbols
        self.templates = {place.key: self.at(place, first[place.key], last[place.key]) for place in places}

    def carries(self, value: Any) -> bool:
        return is_leaf(value) or parts(value) is not None

    def may_fork(self, one: Any, two: Any) -> bool:
        return Undecided not in (type(one), type(two)) and not (is_leaf(one) and is_leaf(two))

    def instead(self, one: Any, two: Any) -> Any:
        return UNBOUND if one is UNBOUND else self.unify(one, one, "")

    def flag(self, first: bool, path: str) -> Any:
        # It is carried itself: before the loop it says that it is the first value.
        return Leaf(self._add(first, not first, FLAG))

    def is_new(self, one: Any, two: Any) -> bool:
        return id(two) in self.born

    def widen(self, before: _Rounds) -> bool:
        """Make the types at least as wide as those of an earlier try; whether they and all else are the same now."""
        settled = len(self.pairs) == len(before.pairs) and self.templates.keys() == before.templates.keys()
        for key, template in self.templates.items():
            if not _same_form(template, before.templates.get(key)):
                settled = False
                continue
            for mine, its in zip(_holes(template), _holes(before.templates[key]), strict=True):
                now, was = self.pairs[mine], before.pairs[its]
                joined = was.type.joined(now.type, self.symbols)
                if isinstance(joined, Type):  # (else the next try goes on from the new type)
                    now.type = joined
                settled = settled and now.type == was.type and (now.bound is None) == (was.bound is None)
        return settled


def _same_form(one: Any, two: Any) -> bool:
    """Whether two templates differ in the numbers of their leaves at most."""
    if type(one) is not type(two) or keys(one) != keys(two):
        return False
    mine, its = parts(one), parts(two)
    if issubclass(type(one), Hole) and mine is None:
        return True
    return one is two if mine is None or its is None else all(map(_same_form, mine, its))


def _holes(template: Any) -> list[int]:
    inner = parts(template)
    if issubclass(type(template), Hole) and inner is None:
        return [template.index]
    return [index for part in inner or () for index in _holes(part)]


class _Stand(NamedTuple):
    """A list from before a loop, what stands for it in the body, and what that holds when a round begins."""

    key: Any  # of its place
    before: Any
    inside: Contents
    held: Any


def _as_before(place: Place, journal: Journal) -> Any:
    """A list that holds what another did before the recorded code."""
    now, entry = place.get(), journal.entries.get(place.key)
    place.put(entry.before if entry else now)
    copy = place.owner.copy()
    place.put(now)
    return copy


class Carried:
    """The state of one loop."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self.first = {place.key: place.get() for place in places}
        self._lists = {key: value for key, value in self.first.items() if may_grow(value)}
        self.pairing = _Rounds(places, self.first, self.first, Journal(), set())
        self._stands: list[_Stand] = []
        #: Lists from before the loop that its first round changes where something else stands for them.
        self.stale: dict[int, Place] = {}
        self._changes: dict[int, Any] = {}  # the key of the place through which it does
        #: What the body found in each place, and if it is a container, its contents then.
        self._began: dict[Any, tuple[Any, Any]] = {}
        #: The places that a round leaves a container in which is another place's, too, and the containers.
        self._shared: dict[Any, Any] = {}
        #: Those of them where what stands for the container in the next round misses its changes.
        self._apart: set[Any] = set()

    @property
    def unknown(self) -> frozenset[tuple[Any, ...]]:
        """The variables that have no value, and so no type, yet."""
        return frozenset(key for key, template in self.pairing.templates.items() if template is UNBOUND)

    @property
    def specs(self) -> list[Any]:
        """The types of the carried tensors."""
        return [pair.type.spec for pair in self.pairing.pairs]

    def place(self, tensors: list[Any]) -> None:
        """Put the block's parameters where the body finds its variables."""
        self._stands = []
        for place, value in self.values(tensors):
            place.put(value)
            watch(place, value)
            self._began[place.key] = value, _contents(value)
            if place.key in self._apart:
                Contents(place.name, value).put(STALE)
            before = self._lists.get(place.key)
            if before is not None and value is not before and may_grow(value):
                inside = Contents(place.name, value)
                if self._changes.get(id(before), place.key) != place.key:
                    inside.put(STALE)  # another name is the one that changes it
                self._stands.append(_Stand(place.key, before, inside, inside.get()))
        self.forget()

    def forget(self) -> None:
        """Other names for a list that only its first round has changed may not be read."""
        for place in self.stale.values():
            note(place, surely=False)
            place.put(STALE)

    def values(self, tensors: list[Any]) -> list[tuple[Place, Any]]:
        """The places with their values, which these tensors are carried for."""
        self.pairing.stand_for(tensors)
        return [(place, fill(self.pairing.templates[place.key], tensors)) for place in self.places]

    def start(self) -> list[Tensor]:
        """The carried tensors before the first round."""
        return [pair.side(0) for pair in self.pairing.pairs]

    def after(self, journal: Journal) -> list[Tensor] | None:
        """The carried tensors after a round, or None when something had to be widened."""
        known = len(self.stale) + len(self._apart)
        self._find_stale(journal)
        self._find_shared(journal)
        self._add_new(journal)
        before, last = self.pairing, {place.key: place.get() for place in self.places}
        self.pairing = _Rounds(self.places, self.first, last, journal, before.symbols)
        settled = self.pairing.widen(before) and len(self.stale) + len(self._apart) == known
        return [pair.side(1) for pair in self.pairing.pairs] if settled else None

    def _find_stale(self, journal: Journal) -> None:
        """Find the lists from before the loop that the body has changed where something else stands for them."""
        changed = [s for s in self._stands if s.inside.differs(s.inside.get(), s.held)]
        for stand in changed:
            self._changes.setdefault(id(stand.before), stand.key)
        found: list[Place] = [Contents(s.inside.name, s.before) for s in changed]
        found += [
            e.place for e in journal.entries.values() if e.place.owner is not None and e.place.get() is STALE
        ]
        for place in found:
            if self.stale.setdefault(id(place.owner), place) is place:
                copy = _as_before(place, journal)
                self.first = {k: copy if v is place.owner else v for k, v in self.first.items()}
        self.places = [p for p in self.places if id(p.owner) not in self.stale]

    def _find_shared(self, journal: Journal) -> None:
        """Find the containers that two places hold after a round, though in the next each has one of its own.

        Raises CaptureError for changes that would not show in both.
        """
        changed = {
            id(e.place.owner) for e in journal.entries.values() if e.place.differs(e.place.get(), e.before)
        }
        changed |= {id(value) for value, held in self._began.values() if _changed(value, held)}
        last = {place.key: place.get() for place in self.places if place.owner is None}
        held = [id(value) for value in last.values()]
        for key, value in last.items():
            began = self._began.get(key, (None, None))[0]
            touched = id(value) in changed or id(began) in changed
            if _contents(value) is None or began is value:
                continue
            mine = [value, *sharers(value)]
            others = [c for c in mine if c is not value and (id(c) in held or self._from_outside(c, journal))]
            if touched and others:
                raise two_names(value)
            if self._from_outside(value, journal) or held.count(id(value)) > 1:
                self._shared[key] = value
                if touched and not may_grow(began):
                    raise two_names(value)
                self._apart |= {key} if touched else set()

    def _from_outside(self, value: Any, journal: Journal) -> bool:
        """Whether a container is one from before the loop."""
        return id(value) not in journal.born and all(value is not began for began, _ in self._began.values())

    def share(self) -> None:
        """After the loop two names may stand for one container."""
        for place in self.places:
            value, first = place.get(), self.first[place.key]
            if place.key in self._shared:
                share(value, self._shared[place.key])
            if place.owner is None and type(first) is type(value) and first is not value:
                share(value, first)  # (if it makes no round)

    def _add_new(self, journal: Journal) -> None:
        """Carry the places that the body wrote to and that were not known yet."""
        entries = [e for k, e in journal.entries.items() if k not in self.first and not e.place.private]
        new = [
            e
            for e in entries
            if e.place.differs(e.place.get(), e.before) and id(e.place.owner) not in self.stale
        ]
        whole = {id(e.place.owner) for e in new if isinstance(e.place, Contents)}
        self.places = [p for p in self.places if not (isinstance(p, Item) and id(p.owner) in whole)]
        self.places += [entry.place for entry in new]
        self.first.update({entry.place.key: entry.before for entry in new})
        self._lists.update({entry.place.key: entry.before for entry in new if may_grow(entry.before)})


def _contents(value: Any) -> Any:
    """What a container holds; None for anything else."""
    return Contents("", value).get() if is_container(value) else None


def _changed(value: Any, held: Any) -> bool:
    return held is not None and Contents("", value).differs(_contents(value), held)

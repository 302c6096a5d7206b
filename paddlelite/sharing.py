"""Tensors that share memory in a graph: a write to one of them shows in the others, as it does eagerly.

Values are never changed, so a write is followed by ops that give the others their new values; what nobody reads
afterwards is pruned. A view's place in its base is found by calling the view's own op on the positions 0, 1, 2 …, which
works for every op that only picks and rearranges. What a condition has chosen *is* one of two tensors where the
condition says so. Where nobody can say (the first round of a loop has what was before the loop), the other tensor may
not be read after the write, and a write that the caller might see is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import user_line
from .ir import Value
from .refusal import refuse
from .tensor.tensor import Tensor

if TYPE_CHECKING:
    from .capture import Capture, Frame
    from .op import Op

__all__ = ["Sharing"]

_RESHAPES = {"reshape2", "squeeze2", "unsqueeze2", "flatten_contiguous_range"}
_PICKS = {"transpose2", "slice", "strided_slice", "diagonal", "split", "unbind"}


#: Where two tensors are the same: a bool tensor, computed when it is needed; None when nobody knows.
Condition = Callable[[], "Tensor"] | None

_IN_A_LIST = (
    "an in-place write to an element of a list whose length is known only when the graph runs: the list has a copy",
    "Put a clone() into the list, or write before that.",
)


class _View(NamedTuple):
    """How a tensor came from its base: the call, which of its results it is, and the block it was made in."""

    tensor: Tensor
    base: Tensor
    op: Op
    rest: tuple[Any, ...]
    attrs: dict[str, Any]
    index: int  # type: ignore[assignment]  # of a tuple's method, which is not needed here
    frame: Frame

    def again(self, base: Tensor) -> Tensor:
        """The same view of another tensor."""
        result = self.op(base, *self.rest, **self.attrs)
        return result if self.op.single else result[self.index]


class Sharing:
    """The tensors of one capture that share memory."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._views: dict[int, _View] = {}
        self._of: dict[int, list[_View]] = {}
        #: What tensors may be: others, each where a condition holds. In the order in which they were made.
        self._choices: dict[int, tuple[Tensor, list[tuple[Tensor, Condition]]]] = {}
        #: Tensors of which nobody knows what was written to them, each with the lines and the blocks where it was.
        self._lost: dict[int, tuple[Tensor, list[tuple[tuple[str, int], Frame]]]] = {}
        self._held: dict[int, Tensor] = {}  # elements of lists of unknown length
        #: While values are being put back, the views made for that are nobody's.
        self._busy = False

    def note(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], results: list[Any]) -> None:
        """The results of a call of a view op share memory with its first input."""
        if self._busy:
            return
        for index, tensor in enumerate(results):
            view = _View(tensor, inputs[0], op, inputs[1:], attrs, index, self._capture.frame)
            self._views[id(tensor)] = view
            self._of.setdefault(id(inputs[0]), []).append(view)

    def may_be(self, tensor: Any, other: Any, condition: Condition = None) -> None:
        """``tensor`` is ``other`` where a condition (called only when one of them is written to) holds."""
        if not isinstance(tensor, Value) or not isinstance(other, Tensor) or tensor.array or tensor is other:
            return
        known = self._choices.setdefault(id(tensor), (tensor, []))[1]
        known += [(root, condition if root is other else None) for root in self.roots(other)]
        if self._reachable(other):  # what that one may be, this one may be, too
            more = self._choices.get(id(other), (other, []))[1]
            known += [(root, _both(condition, its)) for root, its in more]

    def roots(self, tensor: Tensor) -> list[Tensor]:
        """The tensors that can still be reached and that ``tensor`` is, or else may share memory with."""
        if self._reachable(tensor):
            return [tensor]
        view, choices = self._views.get(id(tensor)), self._choices.get(id(tensor), (tensor, []))[1]
        sources = [source for source, _ in choices] + ([view.base] if view else [])
        return list({id(root): root for source in sources for root in self.roots(source)}.values())

    def kin(self, tensor: Tensor) -> list[Tensor]:
        """The :meth:`roots`, and what else these may be."""
        roots = self.roots(tensor)
        return roots + [other for t in roots for other, _ in self._choices.get(id(t), (t, []))[1]]

    def may_be_same(self, one: Tensor, two: Tensor) -> bool:
        """Whether a condition or loop decides if two are the same tensor."""
        sides = [
            {id(t), *(id(other) for other, _ in self._choices.get(id(t), (t, []))[1])} for t in (one, two)
        ]
        return bool(sides[0] & sides[1])

    def hold(self, tensor: Any) -> None:
        """``tensor`` is an element of a list of unknown length, which has a copy.

        Raises CaptureError when a loop around has written to it, and so will do again.
        """
        frame: Frame | None = self._capture.frame
        while frame is not None and frame.outer is not None:
            own = isinstance(tensor, Value) and tensor.block is frame.block
            if not own and frame.loop and id(tensor) in frame.state:
                raise refuse(*_IN_A_LIST)
            frame = None if own else frame.outer
        self._held[id(tensor)] = tensor

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Tensors inside the ``with`` are read as they were before a loop."""
        was, self._busy = self._busy, True
        try:
            yield
        finally:  # (what fails in a branch need not end the capture)
            self._busy = was

    def check(self, tensor: Tensor) -> None:
        """Raises CaptureError for a tensor of which nobody knows what was written to it."""
        if id(tensor) not in self._lost or self._busy:
            return
        for (file, line), frame in self._lost[id(tensor)][1]:
            if self._may_have_run(frame):
                raise refuse(
                    "a condition or loop on a tensor decides whether this is the tensor that was written to in place "
                    f"at {file}:{line}, and a graph does not keep what it holds now",
                    "Write to a clone() of it.",
                )

    def _may_have_run(self, frame: Frame) -> bool:
        """Whether the block of ``frame`` may have run when the present one does: it is not in the other branch."""
        here = list(self._frames())
        inner: Frame | None = None
        outer: Frame | None = frame
        while outer is not None and not any(outer is each for each in here):
            inner, outer = outer, outer.outer
        around = next((a for a, b in pairwise(here) if b is outer), None)
        return inner is None or around is None or around.fork is None or around.fork is not inner.fork

    def written(self, tensor: Tensor) -> None:
        """``tensor`` was given a new value: give the tensors it shares memory with theirs."""
        if self._busy or not (self._choices or self._held or self._views):
            return
        self._busy = True
        try:
            changed = self._family(tensor, set())
            for each in changed:  # (which grows)
                known = self._choices.get(id(each), (each, []))[1]
                sources = [pair for pair in known if all(pair[0] is not t for t in changed)]
                for given in self._give(each, sources):
                    changed += self._family(given, {id(c) for c in changed})
            for other, choices in list(self._choices.values()):
                if other is not tensor and self._reachable(other):
                    for source, condition in choices:
                        if any(source is each for each in changed):
                            changed += self._give(source, [(other, condition)])
            if any(id(each) in self._held for each in changed):
                raise refuse(*_IN_A_LIST)
        finally:
            self._busy = False

    def _family(self, tensor: Tensor, done: set[int]) -> list[Tensor]:
        """Give the views of ``tensor``, and what it is a view of, their values; all of them."""
        path = [tensor]
        while (view := self._views.get(id(path[-1]))) is not None:
            self._capture.assign(view.base, _put_back(view, self._capture.read(path[-1])))
            path.append(view.base)
        done |= {id(t) for t in path}
        return path + self._refresh(path[-1], done)

    def _refresh(self, base: Tensor, done: set[int]) -> list[Tensor]:
        found = []
        for view in list(self._of.get(id(base), ())):
            if not self._open(view.frame):
                continue  # made in a branch or loop that is closed: nobody can reach it any more
            if id(view.tensor) not in done:
                self._capture.assign(view.tensor, view.again(base))
                done.add(id(view.tensor))
                found.append(view.tensor)
            found += self._refresh(view.tensor, done)
        return found

    def _give(self, tensor: Tensor, others: list[tuple[Tensor, Condition]]) -> list[Tensor]:
        """Give ``tensor``'s value to those of some others that are the same, where it is known when they are; these."""
        from .ops.control import cond

        given = []
        for other, condition in others:
            if not self._reachable(other):
                continue
            if condition is None:
                self._lose(other)
            else:
                new = cond(condition(), lambda: [tensor], lambda other=other: [other])[0]  # type: ignore[misc]
                self._capture.assign(other, new)
                given.append(other)
        return given

    def _lose(self, tensor: Tensor) -> None:
        capture = self._capture
        made_here = isinstance(tensor, Value) or id(tensor) in capture.constants
        argument = not capture.static and any(tensor is v for v in capture.program.inputs)
        if argument or not made_here:
            raise refuse(
                "a loop on a tensor decides whether an in-place write changes a tensor that the caller knows, too",
                "Write to a clone() of it: x = x.clone() before the loop.",
            )
        self._lost.setdefault(id(tensor), (tensor, []))[1].append((user_line(), capture.frame))

    def _reachable(self, tensor: Tensor) -> bool:
        return not isinstance(tensor, Value) or any(tensor.block is frame.block for frame in self._frames())

    def _frames(self) -> Iterator[Frame]:
        frame: Frame | None = self._capture.frame
        while frame is not None:
            yield frame
            frame = frame.outer

    def _open(self, frame: Frame) -> bool:
        """Whether ``frame`` is being built, or is around the one that is."""
        return any(frame is each for each in self._frames())


def _both(one: Condition, two: Condition) -> Condition:
    from .ops.logic import logical_and

    return None if one is None or two is None else lambda: logical_and(one(), two())


def _put_back(view: _View, value: Tensor) -> Tensor:
    """The base of ``view`` with ``value`` at the places that the view shows."""
    from .ops.shape import reshape, reshape_like
    from .tensor.attribute import numel
    from .tensor.creation import arange
    from .tensor.scattering import put_along_axis

    base = view.base
    if view.op.type in _RESHAPES:
        return reshape_like(value, _like(base))
    if view.op.type not in _PICKS:
        raise refuse(
            f"in-place write to a view made by {view.op.type}",
            "Write to a clone() of it, or to the tensor it was made from.",
        )
    count = numel(base)
    positions = view.again(
        reshape_like(arange(count if count._data is None else int(count), dtype="int64"), _like(base))
    )
    flat = [reshape(t, shape=[-1]) for t in (base, positions, value)]
    return reshape_like(put_along_axis(flat[0], flat[1], flat[2], 0, broadcast=False), _like(base))


def _like(t: Any) -> Any:
    from .autograd import Like

    return Like(tuple(t.dims), t.dtype, t)

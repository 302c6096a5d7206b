"""Views in a graph: a write to a view or to what it is a view of shows in both, as it does eagerly.

Values are never changed, so a write is followed by ops that give the other tensors of the family their new values; what
nobody reads afterwards is pruned. Where the elements of a view stand in its base is found by calling the view's own op
on the positions 0, 1, 2 …, which works for every op that only picks and rearranges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .refusal import refuse

if TYPE_CHECKING:
    from .capture import Capture, Frame
    from .op import Op
    from .tensor.tensor import Tensor

__all__ = ["Sharing"]

_RESHAPES = {"reshape2", "squeeze2", "unsqueeze2", "flatten_contiguous_range"}
_PICKS = {"transpose2", "slice", "strided_slice", "diagonal", "split", "unbind"}


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
    """The views made during one capture."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._views: dict[int, _View] = {}
        self._of: dict[int, list[_View]] = {}
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

    def written(self, tensor: Tensor) -> None:
        """``tensor`` was given a new value: give the tensors it shares memory with theirs."""
        if self._busy or (id(tensor) not in self._views and id(tensor) not in self._of):
            return
        self._busy = True
        try:
            path = [tensor]
            while (view := self._views.get(id(path[-1]))) is not None:
                self._capture.assign(view.base, _put_back(view, self._capture.read(path[-1])))
                path.append(view.base)
            self._refresh(path[-1], {id(t) for t in path})
        finally:
            self._busy = False

    def _refresh(self, base: Tensor, done: set[int]) -> None:
        for view in list(self._of.get(id(base), ())):
            if not self._open(view.frame):
                continue  # made in a branch or loop that is closed: nobody can reach it any more
            if id(view.tensor) not in done:
                self._capture.assign(view.tensor, view.again(base))
            self._refresh(view.tensor, done)

    def _open(self, frame: Frame) -> bool:
        """Whether ``frame`` is being built, or is around the one that is."""
        now: Frame | None = self._capture.frame
        while now is not None and now is not frame:
            now = now.outer
        return now is not None


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

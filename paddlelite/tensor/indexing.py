"""``x[index]`` and ``x[index] = value``.

An index is read once into a :class:`_Plan`: a block (integers, slices), new axes (None), and index tensors. The block
is cut first and the tensors applied to it, so that integers are taken away before tensors are placed, as PaddlePaddle
does (NumPy counts an integer among the index tensors when it decides where their axes go).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dims import broadcast as broadcast_dims
from ..dims import is_static
from ..errors import InvalidArgumentError, OutOfRangeError
from ..mode import mode
from ..op import OPS
from ..ops.gather import gather, gather_nd, stacked
from ..ops.index import slice_, strided_slice
from ..ops.order import flip
from ..ops.scatter import index_put
from ..ops.set_value import set_value
from ..ops.shape import reshape, transpose, unsqueeze
from .creation import to_tensor
from .indices import PLAIN, bound_of, check_mask, consumes, item_of, positions, step_of, without_ellipsis
from .manipulation import expand_as
from .operators import astype
from .tensor import Tensor, method
from .views import family, may_write

__all__ = ["getitem", "setitem", "write_tensors"]

_END = 2**31 - 1


@method("__getitem__")
def getitem(x: Tensor, index: Any) -> Tensor:
    """The part of ``x`` that ``index`` names: integers, slices, ``...``, None, bool masks, integer tensors, lists.

    Raises OutOfRangeError (an IndexError) for an index outside its axis or one index too many,
    InvalidArgumentError for what is not an index.
    """
    if x._data is not None and mode.capture is None:
        out = _read_at_once(x, index)
        if out is not None:
            return out if mode.tracer is None else mode.tracer.ranked(out)
    out = _Plan(x, index).read(x)
    if mode.tracer is not None:
        return mode.tracer.ranked(out)
    return (
        reshape(out, shape=[1]) if not out.dims and mode.capture is not None and mode.capture.ranked else out
    )


def _read_at_once(x: Tensor, index: Any) -> Tensor | None:
    """The hot path of eager code: indices that NumPy reads alike. None for others, and for what NumPy refuses."""
    kind = type(index)
    plain = kind in PLAIN or (kind is tuple and all(type(i) in PLAIN for i in index))
    if mode.grad and not x.stop_gradient:
        return _read_recording(x, index if kind is tuple else (index,)) if plain else None
    if not plain:
        if kind is not Tensor or not index.dims or index._data.dtype.kind not in "bi":
            return None
        index = index._data
    try:
        part = x._data[index]
    except (IndexError, ValueError, TypeError):
        return None  # the careful way finds what is wrong
    out = Tensor.__new__(Tensor)
    if type(part) is not np.ndarray:  # a single element: a view, too
        part = x._data[(*(index if kind is tuple else (index,)), ...)] if plain else np.asarray(part)
    out._data = part
    if plain:
        out._is_view_of(x)
    return out


def _read_recording(x: Tensor, index: tuple[Any, ...]) -> Tensor | None:
    """Integers and slices of step 1 from the front, as one call of ``slice``; None for anything else."""
    shape = x._data.shape
    if len(index) > len(shape):
        return None
    axes: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    decrease: list[int] = []
    for axis, i in enumerate(index):
        if type(i) is int:
            if not -shape[axis] <= i < shape[axis]:
                return None
            decrease.append(axis)
            start, end = i, _END if i == -1 else i + 1
        elif type(i) is slice and (i.step is None or i.step == 1):
            start, end = 0 if i.start is None else i.start, _END if i.stop is None else i.stop
            if type(start) is not int or type(end) is not int:
                return None
        else:
            return None
        axes.append(axis)
        starts.append(start)
        ends.append(end)
    return slice_(x, axes=axes, starts=starts, ends=ends, decrease_axis=decrease)


@method("__setitem__")
def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Write ``value`` (a number, array or tensor that broadcasts; it is cast) to the part that ``index`` names.

    Raises as :func:`getitem`, and InvalidArgumentError when the value does not fit.
    """
    if x._data is not None and mode.capture is None and _write_at_once(x, index, value):
        return
    x._write(_Plan(x, index).write(x, _value(value, x)))


def _write_at_once(x: Tensor, index: Any, value: Any) -> bool:
    """The hot path of eager code: write into the array itself, when nobody but views can notice."""
    kind = type(index)
    if kind is Tensor and index.dims and index._data is not None and index._data.dtype.kind in "bi":
        index = index._data
    elif kind not in PLAIN and not (kind is tuple and all(type(i) in PLAIN for i in index)):
        return False
    if isinstance(value, Tensor):
        if not value.stop_gradient or value._data is None:
            return False
        value = value._data
    elif type(value) not in (int, float, bool):
        return False
    if not may_write(x):
        return False
    try:
        x._data[index] = value
    except (IndexError, ValueError, TypeError, OverflowError):
        return False  # the careful way finds what is wrong
    for t in family(x):
        t._touch()
    return True


def _value(value: Any, x: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value if value.dtype is x.dtype else astype(value, x.dtype)
    if isinstance(value, complex) and not x.dtype.is_complex:
        raise InvalidArgumentError(f"a complex number can not be written to a tensor of dtype {x.dtype.name}")
    if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        return to_tensor(np.asarray(value).astype(x.dtype.np))
    if isinstance(value, (list, tuple)):
        made = to_tensor(value)
        return made if made.dtype is x.dtype else astype(made, x.dtype)
    raise InvalidArgumentError(
        f"Only support to assign an integer, float, numpy.ndarray or paddle.Tensor to a paddle.Tensor, but received "
        f"{type(value)}"
    )


class _Plan:
    """What an index means for a tensor of some shape."""

    def __init__(self, x: Tensor, index: Any) -> None:
        # The block: per axis of x. A decreased axis is one that an integer took away.
        self.flips: list[int] = []
        self.axes: list[int] = []
        self.starts: list[Any] = []
        self.ends: list[Any] = []
        self.steps: list[int] = []
        self.decrease: list[int] = []
        # Where the block gets new axes, whether any of them is empty (x[False]), and its index tensors by axis.
        self.new_axes: list[int] = []
        self.empty_axes: list[int] = []
        self.tensors: list[tuple[int, Tensor]] = []
        items = [item_of(i) for i in (index if isinstance(index, tuple) else (index,))]
        used = sum(consumes(i) for i in items)
        rank = len(x.dims)
        if used > rank:
            raise OutOfRangeError(
                f"too many indices: the tensor has {rank} dimensions, but {used} are indexed. The starting index "
                f"is out of bounds in tensor {rank}-th axis."
            )
        self._place(x, without_ellipsis(items, rank - used))

    def _place(self, x: Tensor, items: list[Any]) -> None:
        axis = 0  # of x
        at = 0  # of the block
        for item in items:
            if item is None or isinstance(item, bool):
                self.new_axes.append(at)
                if item is False:
                    self.empty_axes.append(at)
                at += 1
            elif isinstance(item, slice):
                self._slice(axis, item)
                axis, at = axis + 1, at + 1
            elif isinstance(item, int) or (
                isinstance(item, Tensor) and not item.dims and not item.dtype.is_bool
            ):
                self._integer(x, axis, item)
                axis += 1
            else:
                self.tensors.append((at, item))
                count = consumes(item)
                if item.dtype.is_bool:
                    check_mask(item, x, axis)
                axis, at = axis + count, at + count

    def _integer(self, x: Tensor, axis: int, item: Any) -> None:
        n = x.dims[axis]
        if isinstance(item, int) and isinstance(n, int) and not -n <= item < n:
            raise OutOfRangeError(
                f"The starting index {item} of slice is out of bounds in tensor {axis}-th axis, it should be in the "
                f"range of [{-n}, {n})."
            )
        self.decrease.append(axis)
        self._range(axis, item, _END if isinstance(item, int) and item == -1 else item + 1, 1)

    def _range(self, axis: int, start: Any, end: Any, step: int) -> None:
        self.axes.append(axis)
        self.starts.append(start)
        self.ends.append(end)
        self.steps.append(step)

    def _slice(self, axis: int, item: slice) -> None:
        start, stop = bound_of(item.start), bound_of(item.stop)
        step = 1 if item.step is None else step_of(item.step)
        if step < 0:
            # x[a:b:-s] is x backwards, cut by the mirrored bounds: -1 - a counts from the other end.
            self.flips.append(axis)
            start = None if start is None else start * -1 - 1
            stop = None if stop is None else stop * -1 - 1
            step = -step
        if start is None and stop is None and step == 1:
            return
        self._range(axis, 0 if start is None else start, _END if stop is None else stop, step)

    # Reading

    def read(self, x: Tensor) -> Tensor:
        part = self._block(x)
        if self.new_axes:
            part = unsqueeze(part, axes=self.new_axes)
        for a in self.empty_axes:
            part = slice_(part, axes=[a], starts=[0], ends=[0])
        if self.tensors:
            return _read_tensors(part, self.tensors)
        return part if part is not x else slice_(x, axes=[], starts=[], ends=[])

    def _block(self, x: Tensor) -> Tensor:
        if self.flips:
            x = flip(x, axis=self.flips)
        if not self.axes:
            return x
        starts, start_list = positions(self.starts)
        ends, end_list = positions(self.ends)
        if all(s == 1 for s in self.steps):
            return slice_(
                x,
                None,
                None,
                start_list,
                end_list,
                axes=self.axes,
                starts=starts,
                ends=ends,
                decrease_axis=self.decrease,
                infer_flags=[1 if is_static([s, e]) else -1 for s, e in zip(starts, ends, strict=True)],
            )
        return strided_slice(
            x,
            None,
            start_list,
            None,
            end_list,
            axes=self.axes,
            starts=starts,
            ends=ends,
            strides=self.steps,
            decrease_axis=self.decrease,
            infer_flags=[1] * len(self.axes),
        )

    # Writing

    def write(self, x: Tensor, value: Tensor) -> Tensor:
        if self.empty_axes:
            return x
        if not self.tensors:
            return self._write_block(x, value)
        if not (self.axes or self.flips or self.new_axes):
            return write_tensors(x, self.tensors, value)
        # Cut the block out, write into it, put it back.
        part = self._block(x)
        shift = [a - sum(n < a for n in self.new_axes) for a, _ in self.tensors]
        written = write_tensors(
            part, [(a, t) for a, (_, t) in zip(shift, self.tensors, strict=True)], value, self.new_axes
        )
        self.new_axes = []
        return self._write_block(x, written)

    def _write_block(self, x: Tensor, value: Tensor) -> Tensor:
        base = flip(x, axis=self.flips) if self.flips else x
        starts, start_list = positions(self.starts)
        ends, end_list = positions(self.ends)
        where = {"axes": self.axes, "starts": starts, "ends": ends, "steps": self.steps}
        out = set_value(
            base,
            value,
            start_list,
            end_list,
            **where,
            decrease_axes=self.decrease,
            none_axes=self.new_axes,
            dtype=x.dtype,
        )
        return flip(out, axis=self.flips) if self.flips else out


# Index tensors


def _columns(tensors: list[tuple[int, Tensor]]) -> list[tuple[int, Tensor]]:
    """(axis, integer tensor) pairs: a mask becomes the coordinates of its True elements, one vector per axis."""
    found = []
    for axis, t in tensors:
        if not t.dtype.is_bool:
            found.append((axis, t))
            continue
        where = OPS["where_index"](t)
        found += [
            (axis + k, slice_(where, axes=[1], starts=[k], ends=[k + 1], decrease_axis=[1]))
            for k in range(len(t.dims))
        ]
    return found


def _to_front(rank: int, axes: list[int]) -> tuple[list[int], bool]:
    """The order that brings ``axes`` to the front, and whether their result goes back to where they were."""
    order = axes + [a for a in range(rank) if a not in axes]
    return order, axes == list(range(axes[0], axes[0] + len(axes)))


def _read_tensors(x: Tensor, tensors: list[tuple[int, Tensor]]) -> Tensor:
    if len(tensors) == 1 and tensors[0][0] == 0 and tensors[0][1].dtype.is_bool:
        return gather_nd(x, OPS["where_index"](tensors[0][1]))
    pairs = _columns(tensors)
    if len(pairs) == 1:
        axis, t = pairs[0]
        if len(t.dims) == 1:
            return gather(x, t, axis=axis)
    axes = [a for a, _ in pairs]
    index = stacked([t for _, t in pairs])
    order, back = _to_front(len(x.dims), axes)
    moved = x if order == sorted(order) else transpose(x, axis=order)
    out = gather_nd(moved, index)
    lead = len(index.dims) - 1
    if not back or axes[0] == 0:
        return out
    return transpose(out, axis=_insert_order(len(out.dims), lead, axes[0]))


def _insert_order(rank: int, lead: int, at: int) -> list[int]:
    """The order that puts the first ``lead`` of ``rank`` axes after the next ``at``."""
    return [*range(lead, lead + at), *range(lead), *range(lead + at, rank)]


def write_tensors(
    x: Tensor,
    tensors: list[tuple[int, Tensor]],
    value: Tensor,
    new_axes: list[int] | None = None,
    accumulate: bool = False,
) -> Tensor:
    """``x`` with ``value`` written (or added) at (axis, index tensor) pairs.

    ``new_axes`` of the result of reading exist in the value only.
    """
    if new_axes and value.dims and tuple(value.dims) != (1,):
        raise InvalidArgumentError(
            "x[None, tensor] = value needs a value of one element. Leave None out and give value that shape."
        )
    one = all(d == 1 for d in value.dims)
    if one and not accumulate and len(tensors) == 1 and tensors[0][1].dtype.is_bool:
        return _write_mask(x, tensors[0][1], tensors[0][0], value)
    pairs = _columns(tensors)
    axes = [a for a, _ in pairs]
    index = [t for _, t in pairs]
    order, back = _to_front(len(x.dims), axes)
    moved = x if order == sorted(order) else transpose(x, axis=order)
    if back and axes[0] > 0 and len(value.dims) > len(x.dims) - len(axes) - axes[0]:
        value = _value_to_front(x, axes, broadcast_dims(*(t.dims for t in index)), value)
    out = index_put(moved, index, _without_leading_ones(value, moved, index), accumulate=accumulate)
    if order == sorted(order):
        return out
    return transpose(out, axis=[int(a) for a in np.argsort(order)])


def _without_leading_ones(value: Tensor, x: Tensor, index: list[Tensor]) -> Tensor:
    rank = max(len(t.dims) for t in index) + len(x.dims) - len(index)
    extra = len(value.dims) - rank
    if extra > 0 and all(d == 1 for d in value.dims[:extra]):
        return OPS["squeeze2"](value, axes=list(range(extra)))
    return value


def _value_to_front(x: Tensor, axes: list[int], block: tuple[Any, ...], value: Tensor) -> Tensor:
    """A value in the layout of reading (index axes where the tensor's were) in that of index_put (first)."""
    lead, at = len(block), axes[0]
    rank = lead + len(x.dims) - len(axes)
    while len(value.dims) < rank:
        value = unsqueeze(value, axes=[0])
    if len(value.dims) != rank:
        value = OPS["squeeze2"](value, axes=list(range(len(value.dims) - rank)))
    return transpose(value, axis=[*range(at, at + lead), *range(at), *range(at + lead, rank)])


def _write_mask(x: Tensor, mask: Tensor, axis: int, value: Tensor) -> Tensor:
    """One element written wherever ``mask`` is True: the sizes stay known, where boolean gathering would lose them."""
    rank = len(x.dims)
    after = rank - axis - len(mask.dims)
    if after or axis:
        mask = unsqueeze(mask, axes=[*range(axis), *range(axis + len(mask.dims), rank)])
    if len(value.dims) > rank:
        value = reshape(value, shape=[])
    if mode.capture is not None:
        # PaddlePaddle 2's `where` does not broadcast, and what is captured may be written to a file.
        mask, value = (v if tuple(v.dims) == tuple(x.dims) else expand_as(v, x) for v in (mask, value))
    return OPS["where"](mask, value, x)

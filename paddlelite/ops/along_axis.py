"""Ops that read and write one element per index along an axis: take_along_axis, put_along_axis, index_sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .creation import fill_any_like
from .gather import index_onnx, out_of_range, require_index
from .rules import axis_in
from .samples import f32, i32
from .scatter import check_range

_INDEX = np.array([2, 0, -1], np.int64)


@op("take_along_axis", out="Result")
def take_along_axis(Input, Index, *, Axis):  # type: ignore[no-untyped-def]
    """``Input[..., Index[..., i, ...], ...]`` along ``Axis``. ONNX: GatherElements."""
    part = tuple(slice(None) if a == Axis % Input.ndim else slice(0, n) for a, n in enumerate(Index.shape))
    try:
        return np.take_along_axis(Input[part], Index.astype(np.int64, copy=False), Axis)
    except IndexError:
        raise out_of_range(Index, Input.shape[Axis], Axis) from None


@take_along_axis.infer
def _(Input: Any, Index: Any, *, Axis: int) -> Spec:
    require_index(Index, "take_along_axis")
    along(Input, Index, Axis, "take_along_axis")
    return Spec(Index.dims, Input.dtype)


def along(x: Any, index: Any, axis: int, what: str) -> None:
    """Check the shapes of take_along_axis and its kin: one rank, no other axis longer than in ``x``."""
    if len(x.dims) != len(index.dims):
        raise InvalidArgumentError(
            f"{what}: `indices` and `arr` must have the same number of dimensions, got {len(index.dims)} and "
            f"{len(x.dims)}!"
        )
    at = axis_in(axis, len(x.dims))
    for a, (n, m) in enumerate(zip(x.dims, index.dims, strict=True)):
        if a != at and isinstance(n, int) and isinstance(m, int) and m > n:
            raise InvalidArgumentError(
                f"{what}: the indices have size {m} in dimension {a}, where the tensor has {n}"
            )


@take_along_axis.grad(saves="Index")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of

    return put_along_axis(zeros_of(c.like("Input")), c.Index, g, Axis=c.Axis, Reduce="add"), None


@take_along_axis.onnx
def _(b: Any, Input: Any, Index: Any, *, Axis: int) -> Any:
    return b.GatherElements(Input, index_onnx(b, Index), axis=Axis % len(Input.dims))


take_along_axis.sample(f32(3, 4), i32(3, 2, low=-2, high=3), Axis=1)
take_along_axis.sample(f32(3, 4), np.array([[0, 2], [1, -1]], np.int64), Axis=0).sample(
    f32(3), _INDEX, Axis=-1
)


@op("index_sample", composite=True)
def index_sample(X, Index):  # type: ignore[no-untyped-def]
    """Of each row of the matrix ``X`` the elements that the same row of ``Index`` names."""
    return take_along_axis(X, Index, Axis=1)


index_sample.sample(f32(3, 4), i32(3, 2, low=0, high=3))


REDUCTIONS = {
    "assign": "none",
    "add": "add",
    "multiply": "mul",
    "mul": "mul",
    "amin": "min",
    "amax": "max",
    "mean": "",
}


@op("put_along_axis", out="Result")
def put_along_axis(Input, Index, Value, *, Axis, Reduce="assign", Include_self=True):  # type: ignore[no-untyped-def]
    """``Input`` with ``Value`` written along ``Axis`` at ``Index``, or combined with what is there.

    ONNX: ScatterElements.
    """
    index = Index.astype(np.int64, copy=False)
    at = Axis % Input.ndim
    check_range(index, Input.shape[at], at)
    where = tuple(
        index if a == at else g for a, g in enumerate(np.ogrid[tuple(slice(n) for n in index.shape)])
    )
    out = Input.copy()
    how = REDUCTIONS[Reduce]
    if how == "none":
        out[where] = Value
        return out
    if not Include_self:
        out[where] = _NEUTRAL[how](out.dtype)
    if how:
        _COMBINE[how].at(out, where, Value)
        return out
    return _mean_along(out, where, Value, Include_self)


def _extreme(which: str) -> Any:
    def value(dtype: np.dtype) -> Any:
        if dtype.kind in "iu":
            return getattr(np.iinfo(dtype), which)
        return np.inf if which == "max" else -np.inf

    return value


_NEUTRAL: dict[str, Any] = {
    "add": lambda dtype: 0,
    "": lambda dtype: 0,
    "mul": lambda dtype: 1,
    "min": _extreme("max"),
    "max": _extreme("min"),
}
_COMBINE = {"add": np.add, "mul": np.multiply, "min": np.minimum, "max": np.maximum}


def _mean_along(out: np.ndarray, where: Any, value: np.ndarray, include_self: bool) -> np.ndarray:
    counts = np.zeros(out.shape, np.int64)
    np.add.at(counts, where, 1)
    np.add.at(out, where, value)
    counts = np.maximum(counts + include_self, 1)
    return (out / counts).astype(out.dtype) if out.dtype.kind != "i" else out // counts


@put_along_axis.infer
def _(
    Input: Any, Index: Any, Value: Any, *, Axis: int, Reduce: str = "assign", Include_self: bool = True
) -> Spec:
    require_index(Index, "put_along_axis")
    along(Input, Index, Axis, "put_along_axis")
    if Reduce not in REDUCTIONS:
        raise InvalidArgumentError(
            f"put_along_axis: reduce must be one of {sorted(REDUCTIONS)}, got {Reduce!r}"
        )
    return Spec(Input.dims, Input.dtype)


@put_along_axis.grad(saves="Input Index Value Result")
def _(c: Any, g: Any) -> Any:
    how = REDUCTIONS[c.Reduce]
    if how == "":
        raise InvalidArgumentError(
            "put_along_axis with reduce='mean' has no gradient; PaddlePaddle has none either"
        )
    index, where = c.Index, {"Axis": c.Axis}
    cleared = None
    if how == "none" or not c.Include_self:
        zeros = fill_any_like(index, value=0.0, dtype=g.dtype)
        cleared = put_along_axis(g, index, zeros, **where)
    if how in ("none", "add"):
        return g if cleared is None else cleared, None, take_along_axis(g, index, **where)
    if how == "mul":
        both = g * c.Result
        dx = both / c.Input if cleared is None else cleared
        return dx, None, take_along_axis(both, index, **where) / c.Value
    return _extreme_grad(c, g, cleared)


def _extreme_grad(c: Any, g: Any, cleared: Any) -> Any:
    """Of amin and amax: to the elements that are the result, in equal parts (the written ones and, unless it was
    left out, the one that was there)."""
    from .elementwise import cast

    where = {"Axis": c.Axis}
    chosen = take_along_axis(c.Result, c.Index, **where)
    wins = cast((c.Value == chosen).detach(), out_dtype=g.dtype)
    self_wins = cast((c.Input == c.Result).detach(), out_dtype=g.dtype)
    if cleared is not None:
        self_wins = put_along_axis(self_wins, c.Index, fill_any_like(wins, value=0.0), **where)
        untouched = put_along_axis(
            fill_any_like(g, value=1.0), c.Index, fill_any_like(wins, value=0.0), **where
        )
        count = put_along_axis(untouched, c.Index, wins, **where, Reduce="add")
        self_wins = untouched
    else:
        count = put_along_axis(self_wins, c.Index, wins, **where, Reduce="add")
    share = g / count
    return share * self_wins, None, take_along_axis(share, c.Index, **where) * wins


@put_along_axis.onnx
def _(
    b: Any,
    Input: Any,
    Index: Any,
    Value: Any,
    *,
    Axis: int,
    Reduce: str = "assign",
    Include_self: bool = True,
) -> Any:
    how, index, at = REDUCTIONS[Reduce], index_onnx(b, Index), Axis % len(Input.dims)
    value = b.Expand(Value, b.Shape(Index))
    start = Input
    if not Include_self and how != "none":
        neutral = b.const(_NEUTRAL[how](Input.dtype.np), Input.dtype)
        start = b.ScatterElements(Input, index, b.Expand(neutral, b.Shape(Index)), axis=at)
    if how:
        return b.ScatterElements(start, index, value, axis=at, reduction=how)
    total = b.ScatterElements(start, index, value, axis=at, reduction="add")
    wide = "float32" if Input.dtype.is_floating and Input.dtype.itemsize < 8 else "float64"
    one = b.const(1, wide)
    base = b.Expand(b.const(1 if Include_self else 0, wide), b.Shape(Input))
    counts = b.ScatterElements(base, index, b.Expand(one, b.Shape(Index)), axis=at, reduction="add")
    mean = b.Div(b.cast(total, wide), b.Max(counts, one))
    return b.cast(b.Floor(mean) if Input.dtype.is_integer else mean, Input.dtype)


_AT = np.array([[0, 2], [1, 0], [2, 2]], np.int64)
put_along_axis.sample(f32(3, 4), np.array([[0, 2], [1, 3], [2, 1]], np.int64), f32(3, 2), Axis=1)
put_along_axis.sample(f32(3, 4), _AT, f32(3, 2), Axis=1, Reduce="add").sample(
    f32(3, 4), _AT, f32(3, 2), Axis=1, Reduce="mul", tol=1e-4
)
put_along_axis.sample(f32(3, 4), _AT, f32(3, 2), Axis=0, Reduce="amax")
put_along_axis.sample(f32(3, 4), _AT, f32(3, 2), Axis=1, Reduce="amin", Include_self=False)
put_along_axis.sample(f32(3, 4), _AT, f32(3, 2), Axis=1, Reduce="mean", grad="")

"""Padding: pad, pad2d, pad3d, and its opposite, crop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .index import slice_
from .samples import f32, i64
from .shape import content_or, numbers, shape, sizes_onnx


def _pairs(paddings: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(paddings[::2], paddings[1::2], strict=True))


def _constant(x: np.ndarray, pairs: Sequence[tuple[int, int]], value: float) -> np.ndarray:
    """``x`` with ``value`` around it; a negative width cuts off."""
    out = np.full([n + lo + hi for n, (lo, hi) in zip(x.shape, pairs, strict=True)], value, x.dtype)
    inner = tuple(slice(max(lo, 0), out.shape[i] - max(hi, 0)) for i, (lo, hi) in enumerate(pairs))
    taken = tuple(slice(max(-lo, 0), n - max(-hi, 0)) for n, (lo, hi) in zip(x.shape, pairs, strict=True))
    out[inner] = x[taken]
    return out


@op("pad")
def pad(X, *, paddings, pad_value=0.0):  # type: ignore[no-untyped-def]
    """``X`` with ``pad_value`` around it: two widths per axis, before and after. ONNX: Pad."""
    return _constant(X, _pairs(paddings), pad_value)


@pad.infer
def _(X: Any, *, paddings: Sequence[int], pad_value: float = 0.0) -> Spec:
    if len(paddings) != 2 * len(X.dims):
        raise InvalidArgumentError(
            f"The size of paddings should be twice the rank of X, got {len(paddings)} for rank {len(X.dims)}"
        )
    return Spec(_padded(X.dims, _pairs(paddings)), X.dtype)


def _padded(dims: Sequence[D.Size], pairs: Sequence[tuple[Any, Any]]) -> tuple[D.Size, ...]:
    out = tuple(n + lo + hi for n, (lo, hi) in zip(dims, pairs, strict=True))
    if any(isinstance(n, int) and n < 0 for n in out):
        raise InvalidArgumentError(f"padding by {list(pairs)} leaves less than nothing of {list(dims)}")
    return out


@pad.grad(saves="")
def _(c: Any, g: Any) -> Any:
    if all(p >= 0 for p in c.paddings):
        return _cut(g, _pairs(c.paddings))
    return pad(g, paddings=[-p for p in c.paddings])


def _cut(g: Any, pairs: Sequence[tuple[int, int]]) -> Any:
    axes = [i for i, p in enumerate(pairs) if p != (0, 0)]
    ends = [2**31 - 1 if pairs[i][1] == 0 else -pairs[i][1] for i in axes]
    return slice_(g, axes=axes, starts=[pairs[i][0] for i in axes], ends=ends)


def _pad_onnx(b: Any, x: Any, pairs: Sequence[tuple[int, int]], mode: str, value: float) -> Any:
    if all(p == (0, 0) for p in pairs):
        return b.Identity(x)
    widths = b.const([lo for lo, _ in pairs] + [hi for _, hi in pairs], "int64")
    return (
        b.Pad(x, widths, b.const(value, x.dtype), mode="constant")
        if mode == "constant"
        else b.Pad(x, widths, mode=mode)
    )


@pad.onnx
def _(b: Any, X: Any, *, paddings: Sequence[int], pad_value: float = 0.0) -> Any:
    return _pad_onnx(b, X, _pairs(paddings), "constant", pad_value)


pad.sample(f32(2, 3), paddings=[1, 0, 0, 2]).sample(f32(2, 3), paddings=[0, 0, 1, 1], pad_value=1.5)
pad.sample(i64(3), paddings=[1, 1], pad_value=7.0).sample(f32(2, 4), paddings=[1, 0, -1, -2]).sample(
    f32(), paddings=[]
)


_MODES = {
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "edge": "edge",
    "circular": "wrap",
}


def _spatial(layout: str, rank: int, paddings: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Widths of all axes from those of the spatial ones, which are given from the last axis to the first."""
    first = 1 if layout.endswith("C") else 2
    pairs: list[tuple[Any, Any]] = [(0, 0)] * rank
    for i, pair in enumerate(_pairs(paddings)):
        pairs[first + rank - 3 - i] = pair
    return pairs


def _source(n: int, lo: int, hi: int, mode: str) -> np.ndarray:
    """For each place along a padded axis of size ``n``, which element it shows."""
    i = np.arange(-lo, n + hi)
    if mode == "edge":
        return np.clip(i, 0, n - 1)
    if mode == "wrap":
        return i % n
    period = max(2 * (n - 1), 1)
    i = np.abs(i) % period
    return np.where(i >= n, period - i, i)


def _padded_by(x: np.ndarray, pairs: Sequence[tuple[int, int]], mode: str, value: float) -> np.ndarray:
    if mode == "constant":
        return _constant(x, pairs, value)
    for axis, (lo, hi) in enumerate(pairs):
        if lo or hi:
            x = x.take(_source(x.shape[axis], lo, hi, mode), axis)
    return x


def _check_spatial(dims: Sequence[D.Size], pairs: Sequence[tuple[Any, Any]], mode: str) -> None:
    if mode not in _MODES:
        raise InvalidArgumentError(
            f"mode should be one of constant, reflect, replicate, circular (edge in pad2d), but got mode {mode}."
        )
    for n, pair in zip(dims, pairs, strict=True):
        for p in pair:
            if not isinstance(p, int) or not isinstance(n, int) or mode == "constant":
                continue
            if p < 0:
                raise InvalidArgumentError(f"mode {mode} can not cut off: padding {p} is negative")
            if mode == "reflect" and p >= n:
                raise InvalidArgumentError(
                    f"The size of padding in reflect mode must be less than that of the axis, but received padding {p} "
                    f"for size {n}."
                )
            if p > 0 and n == 0:
                raise InvalidArgumentError(f"mode {mode} can not pad an axis of size 0")


@op("pad3d")
def pad3d(  # type: ignore[no-untyped-def]
    X, Paddings=None, *, paddings=(), mode="constant", value=0.0, data_format="NCDHW"
):
    """The last three axes (before the channels in NDHWC) padded: left, right, top, bottom, front, back.

    ``mode``: constant, reflect, replicate or circular. ONNX: Pad.
    """
    pairs = _spatial(data_format, X.ndim, numbers(Paddings, None, paddings))
    _check_spatial(X.shape, pairs, mode)
    return _padded_by(X, pairs, _MODES[mode], value)


def _pad_spec(X: Any, Paddings: Any, paddings: Sequence[int], mode: str, layout: str, rank: int) -> Spec:
    if len(X.dims) != rank:
        raise InvalidArgumentError(
            f"pad{rank - 2}d needs a tensor of {rank} dimensions, got shape {list(X.dims)}"
        )
    widths = content_or(Paddings, None, paddings)
    if widths is None:
        widths = [D.fresh() for _ in range(2 * (rank - 2))]
    if len(widths) != 2 * (rank - 2):
        raise InvalidArgumentError(
            f"Shape of Input(Paddings) should be equal to [{2 * (rank - 2)}], got {len(widths)} widths"
        )
    pairs = _spatial(layout, rank, widths)
    _check_spatial(X.dims, pairs, mode)
    return Spec(_padded(X.dims, pairs), X.dtype)


@pad3d.infer
def _(
    X: Any,
    Paddings: Any = None,
    *,
    paddings: Any = (),
    mode: str = "constant",
    value: float = 0.0,
    data_format: str = "NCDHW",
) -> Spec:
    return _pad_spec(X, Paddings, paddings, mode, data_format, 5)


@op("pad_grad", out="X@GRAD")
def pad_grad(G, Shape=None, *, pairs, mode, shape=()):  # type: ignore[no-untyped-def]
    """The gradient of padding other than by a constant: what came from one element is added up.

    ONNX: ScatterElements.
    """
    sizes = [int(s) for s in Shape] if Shape is not None else list(shape)
    for axis, (lo, hi) in enumerate(pairs):
        if lo or hi:
            n = sizes[axis]
            moved = np.moveaxis(G, axis, 0)
            out = moved[lo : lo + n].copy()
            source = _source(n, lo, hi, mode)
            for place in (*range(lo), *range(lo + n, len(source))):
                out[source[place]] += moved[place]
            G = np.moveaxis(out, 0, axis)
    return G


@pad_grad.infer
def _(G: Any, Shape: Any = None, *, pairs: Any, mode: str, shape: Sequence[int] = ()) -> Spec:
    return Spec(tuple(n - lo - hi for n, (lo, hi) in zip(G.dims, pairs, strict=True)), G.dtype)


@pad_grad.grad(saves="")
def _(c: Any, g: Any) -> Any:
    return pad_by(g, pairs=c.pairs, mode=c.mode), None


@pad_grad.onnx
def _(b: Any, G: Any, Shape: Any = None, *, pairs: Any, mode: str, shape: Sequence[int] = ()) -> Any:
    rank, out = len(pairs), G
    for axis, (lo, hi) in enumerate(pairs):
        if not (lo or hi):
            continue
        at, one = b.const([axis], "int64"), b.const([1], "int64")
        long = b.Shape(out, start=axis, end=axis + 1)
        n = b.Sub(long, b.const([lo + hi], "int64"))
        inner = b.Slice(out, b.const([lo], "int64"), b.Add(n, b.const([lo], "int64")), at)
        scalar = b.Squeeze(n, b.const([0], "int64"))
        places = b.Range(b.const(-lo, "int64"), b.Add(scalar, b.const(hi, "int64")), b.const(1, "int64"))
        source = _source_onnx(b, places, scalar, mode)
        outside = [(0, lo)] * bool(lo) + [(1, hi)] * bool(hi)
        for end, width in outside:
            start = b.const([0], "int64") if end == 0 else b.Sub(long, b.const([width], "int64"))
            stop = b.Add(start, b.Mul(one, b.const([width], "int64")))
            part = b.Slice(out, start, stop, at)
            where = b.Slice(source, start, stop, b.const([0], "int64"))
            where = b.Reshape(where, b.const([-1 if a == axis else 1 for a in range(rank)], "int64"))
            inner = b.ScatterElements(inner, b.Expand(where, b.Shape(part)), part, axis=axis, reduction="add")
        out = inner
    return b.Identity(out) if out is G else out


def _source_onnx(b: Any, i: Any, n: Any, mode: str) -> Any:
    zero, one = b.const(0, "int64"), b.const(1, "int64")
    if mode == "edge":
        return b.Max(b.Min(i, b.Sub(n, one)), zero)
    if mode == "wrap":
        return b.Mod(i, n)
    period = b.Max(b.Mul(b.Sub(n, one), b.const(2, "int64")), one)
    i = b.Mod(b.Abs(i), period)
    return b.Where(b.GreaterOrEqual(i, n), b.Sub(period, i), i)


@op("pad_by")
def pad_by(X, *, pairs, mode):  # type: ignore[no-untyped-def]
    """``X`` padded along each axis by (before, after) elements of itself: reflect, edge or wrap. ONNX: Pad."""
    return _padded_by(X, pairs, mode, 0.0)


pad_by.infer(lambda X, *, pairs, mode: Spec(_padded(X.dims, pairs), X.dtype))
pad_by.grad(lambda c, g: _self_pad_grad(g, c.like("X"), c.pairs, c.mode), saves="")
pad_by.onnx(lambda b, X, *, pairs, mode: _self_pad_onnx(b, X, pairs, mode))
_AROUND = [(1, 2), (0, 0), (2, 1)]
for _mode in ("reflect", "edge", "wrap"):
    pad_by.sample(f32(3, 2, 4), pairs=_AROUND, mode=_mode)
    pad_grad.sample(f32(6, 2, 7), pairs=_AROUND, mode=_mode, shape=[3, 2, 4])


def _self_pad_grad(g: Any, like: Any, pairs: Any, mode: str) -> Any:
    given = None if like.value is None else shape(like.value)
    return pad_grad(g, given, pairs=list(pairs), mode=mode, shape=list(like.dims) if given is None else [])


def _self_pad_onnx(b: Any, x: Any, pairs: Sequence[tuple[int, int]], mode: str) -> Any:
    if mode != "wrap":
        return _pad_onnx(b, x, pairs, mode, 0.0)
    # Pad's wrap came with opset 19: join the far ends on instead, as long as the axis is not wrapped twice.
    for axis, (lo, hi) in enumerate(pairs):
        if lo or hi:
            long = _scalar_of(b, x, axis)
            places = b.Range(b.const(-lo, "int64"), b.Add(long, b.const(hi, "int64")), b.const(1, "int64"))
            x = b.Gather(x, b.Mod(places, long), axis=axis)
    return x


def _scalar_of(b: Any, x: Any, axis: int) -> Any:
    return b.Squeeze(b.Shape(x, start=axis, end=axis + 1), b.const([0], "int64"))


def _pad_rules(record: Any, layout: str, value_name: str) -> None:
    """The gradient and lowering that pad2d and pad3d share."""

    @record.grad(saves="Paddings")
    def _(c: Any, g: Any) -> Any:
        like = c.like("X")
        widths = c.paddings
        if c.Paddings is not None:
            widths = content_or(_sized(c.Paddings), None, ())
            if widths is None or not D.is_static(widths):
                raise InvalidArgumentError(
                    f"the gradient of {record.type} needs paddings that are known when the graph is built"
                )
        pairs = _spatial(c.data_format, len(like.dims), widths)
        if _MODES[c.mode] != "constant":
            return _self_pad_grad(g, like, pairs, _MODES[c.mode]), None
        if all(p >= 0 for pair in pairs for p in pair):
            return _cut(g, pairs), None
        return pad(g, paddings=[-p for pair in pairs for p in pair]), None

    @record.onnx
    def _(b: Any, X: Any, Paddings: Any = None, **attrs: Any) -> Any:
        mode, rank = _MODES[attrs["mode"]], len(X.dims)
        if Paddings is None or Paddings.value is not None:
            widths = attrs["paddings"] if Paddings is None else Paddings.value.tolist()
            pairs = _spatial(attrs["data_format"], rank, [int(w) for w in widths])
            if mode == "constant":
                return _pad_onnx(b, X, pairs, mode, attrs[value_name])
            return _self_pad_onnx(b, X, pairs, mode)
        if mode == "wrap":
            raise InvalidArgumentError(
                "circular padding needs paddings that are known when the graph is built"
            )
        given = sizes_onnx(b, Paddings, None, ())
        order = _spatial(attrs["data_format"], rank, list(range(1, 2 * (rank - 2) + 1)))
        places = [lo for lo, _ in order] + [hi for _, hi in order]
        all_widths = b.Gather(b.Concat(b.const([0], "int64"), given, axis=0), b.const(places, "int64"))
        fill = (b.const(attrs[value_name], X.dtype),) if mode == "constant" else ()
        return b.Pad(X, all_widths, *fill, mode=mode)


_pad_rules(pad3d, "NCDHW", "value")
_SIX = [1, 0, 2, 1, 0, 1]
pad3d.sample(f32(1, 2, 2, 3, 2), paddings=_SIX).sample(
    f32(1, 2, 3, 2, 2), paddings=_SIX, value=1.5, data_format="NDHWC"
)
pad3d.sample(f32(1, 1, 2, 3, 3), paddings=_SIX, mode="reflect").sample(
    f32(1, 1, 2, 3, 3), paddings=_SIX, mode="replicate"
)
pad3d.sample(f32(1, 1, 2, 3, 3), paddings=_SIX, mode="circular").sample(
    f32(1, 1, 2, 3, 3), np.array(_SIX, np.int32)
)
pad3d.sample(f32(1, 1, 2, 3, 3), paddings=[-1, 0, 0, 0, 0, 0])


@op("pad2d", composite=True)
def pad2d(  # type: ignore[no-untyped-def]
    X, Paddings=None, *, paddings=(), pad_value=0.0, mode="constant", data_format="NCHW"
):
    """The last two axes (before the channels in NHWC) padded: top, bottom, left, right. As pad3d of one layer."""
    from .shape import squeeze, unsqueeze

    if Paddings is not None:
        known = content_or(_sized(Paddings), None, ())
        if known is None or not D.is_static(known):
            raise InvalidArgumentError("pad2d needs paddings that are known when the graph is built")
        paddings = known
    top, bottom, left, right = paddings
    depth = 1 if data_format == "NHWC" else 2
    out = pad3d(
        unsqueeze(X, axes=[depth]),
        paddings=[left, right, top, bottom, 0, 0],
        mode="replicate" if mode == "edge" else mode,
        value=pad_value,
        data_format="NDHWC" if data_format == "NHWC" else "NCDHW",
    )
    return squeeze(out, axes=[depth])


def _sized(t: Any) -> Any:
    """``t`` with its values as ``content``, also when it is an eager tensor."""
    return t if t._data is None else Spec(t.dims, t.dtype, t._data)


pad2d.sample(f32(1, 2, 3, 3), paddings=[1, 0, 2, 1]).sample(
    f32(1, 3, 3, 2), paddings=[1, 0, 2, 1], mode="reflect", data_format="NHWC"
)
pad2d.sample(f32(1, 2, 3, 3), paddings=[1, 0, 0, 1], mode="edge")


@op("crop_tensor", composite=True)
def crop_tensor(  # type: ignore[no-untyped-def]
    X, Shape=None, ShapeTensor: Many = None, Offsets=None, OffsetsTensor: Many = None, *, shape=(), offsets=()
):
    """The block of ``X`` that begins at ``offsets`` and has sizes ``shape`` (-1: to the end)."""
    from .join import unbind

    rank = len(X.dims)
    begin: list[Any] = (
        list(unbind(Offsets)) if Offsets is not None else list(OffsetsTensor or offsets) or [0] * rank
    )
    sizes: list[Any] = list(unbind(Shape)) if Shape is not None else list(ShapeTensor or shape)
    if len(begin) != rank or len(sizes) != rank:
        raise InvalidArgumentError(f"crop needs {rank} offsets and sizes, got {len(begin)} and {len(sizes)}")
    begin, sizes = [_plain(v) for v in begin], [_plain(v) for v in sizes]
    for n, o, s in zip(X.dims, begin, sizes, strict=True):
        if (
            isinstance(o, int)
            and isinstance(s, int)
            and isinstance(n, int)
            and (o < 0 or s < -1 or o + max(s, 0) > n)
        ):
            raise InvalidArgumentError(f"crop: offset {o} and size {s} do not fit into an axis of size {n}")
    from ..tensor.indexing import getitem

    ends = [None if isinstance(s, int) and s == -1 else o + s for o, s in zip(begin, sizes, strict=True)]
    return getitem(X, tuple(slice(o, e) for o, e in zip(begin, ends, strict=True)))


def _plain(v: Any) -> Any:
    """A number where the value is known, a 1-element tensor where it is not."""
    if isinstance(v, (int, np.integer)):
        return int(v)
    return int(v._data.reshape(-1)[0]) if v._data is not None else v


crop_tensor.sample(f32(4, 5), shape=[2, -1], offsets=[1, 2]).sample(f32(4, 5), np.array([2, 3], np.int32))


@op("crop", composite=True)
def crop(X, Y=None, Offsets=None, *, offsets=(), shape=()):  # type: ignore[no-untyped-def]
    """:func:`crop_tensor` under its older name; ``Y`` gives the sizes by its own."""
    sizes = list(Y.dims) if Y is not None else list(shape)
    if not D.is_static(sizes):
        raise InvalidArgumentError("crop needs a Y of known shape; use crop_tensor with a shape tensor")
    return crop_tensor(X, None, None, Offsets, shape=sizes, offsets=offsets)


crop.sample(f32(4, 5), f32(2, 3), offsets=[1, 1], grad="X", fixed="Y")

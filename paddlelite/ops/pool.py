"""Max and average pooling of any spatial rank, their gradients, and max pooling with indices.

Maximum and sum over a box are done one axis after the other. The gradient of max pooling goes to the first element
of the window that equals the maximum, as in PaddlePaddle.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import int32
from ..errors import InvalidArgumentError, UnimplementedError
from ..op import Op, Spec, op
from .conv import _channels_back_onnx, _channels_first_onnx, onnx_pads
from .samples import f32
from .shape import shape as shape_op
from .window import (
    Pads,
    filled_like,
    from_channel_first,
    full_dims,
    is_channel_last,
    offsets,
    output_size,
    pad_array,
    pad_pairs,
    padded_shape,
    spatial,
    strided,
    to_channel_first,
)

__all__ = ["max_pool2d_with_index", "pool2d", "pool3d"]

Window = tuple[int, int]


class Boxes:
    """Which box of the input each output of a pooling looks at.

    ``kernel, strides, pads`` when all boxes are alike; ``edges`` (per axis, a begin and end per output) when an
    adaptive pooling makes them uneven.
    """

    def __init__(self, sizes: Sequence[D.Size], attrs: dict[str, Any]) -> None:
        self.edges: list[list[Window]] | None = None
        self.pads: Pads = [(0, 0)] * len(sizes)
        self.counts_padding = not attrs["exclusive"]
        if attrs["global_pooling"] or (attrs["adaptive"] and all(k == 1 for k in attrs["ksize"])):
            self.kernel: list[Any] = list(sizes)
            self.strides = [1] * len(sizes)
            self.out: list[Any] = [1] * len(sizes)
        elif attrs["adaptive"]:
            self._adaptive(sizes, attrs["ksize"])
        else:
            self.kernel, self.strides = list(attrs["ksize"]), list(attrs["strides"])
            ones = [1] * len(sizes)
            pads = pad_pairs(
                attrs["paddings"], attrs["padding_algorithm"], sizes, self.kernel, self.strides, ones
            )
            ceil = attrs["ceil_mode"]
            self.out = [
                output_size(n, k, s, p, 1, ceil)
                for n, k, s, p in zip(sizes, self.kernel, self.strides, pads, strict=True)
            ]
            self.declared: Pads = pads
            self.pads = [self._reach(n, i, pads[i]) if ceil else pads[i] for i, n in enumerate(sizes)]
            return
        self.declared = self.pads

    def _reach(self, n: D.Size, i: int, pad: tuple[int, int]) -> tuple[int, int]:
        """Padding far enough for the last window of ceil_mode."""
        if not isinstance(n, int):
            return pad
        return pad[0], max(pad[1], (self.out[i] - 1) * self.strides[i] + self.kernel[i] - n - pad[0])

    def _adaptive(self, sizes: Sequence[D.Size], out: Sequence[int]) -> None:
        self.out = list(out)
        if not D.is_static(sizes):
            self.kernel, self.strides = [], []
        elif all(n % o == 0 for n, o in zip(sizes, out, strict=True)):  # type: ignore[operator]
            self.kernel = self.strides = [n // o for n, o in zip(sizes, out, strict=True)]  # type: ignore[operator]
        else:
            self.kernel, self.strides = [], []
            self.edges = [
                [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]  # type: ignore[operator]
                for n, o in zip(sizes, out, strict=True)
            ]

    def is_global(self, sizes: Sequence[D.Size]) -> bool:
        return (
            self.edges is None
            and self.kernel == list(sizes)
            and not any(p for pair in self.pads for p in pair)
        )

    def axis_windows(self, i: int, n: int) -> list[Window]:
        """Begin and end of every window along axis ``i``, cut to the input."""
        if self.edges is not None:
            return self.edges[i]
        first = [o * self.strides[i] - self.pads[i][0] for o in range(self.out[i])]
        return [(max(a, 0), min(a + self.kernel[i], n)) for a in first]

    def counts(self, sizes: Sequence[int], dtype: Any) -> Any:
        """By what the sum over each box is divided for an average."""
        if self.edges is None and not any(p for pair in self.pads for p in pair):
            return dtype.type(prod(self.kernel))
        total: Any = np.ones((), dtype)
        for i, n in enumerate(sizes):
            if self.counts_padding and self.edges is None:
                lo, hi = self.declared[i]
                starts = [o * self.strides[i] - lo for o in range(self.out[i])]
                lengths = [min(a + self.kernel[i], n + hi) - a for a in starts]
            else:
                lengths = [max(e - a, 1) for a, e in self.axis_windows(i, n)]
            total = total[..., None] * np.array(lengths, dtype)
        return total


def _fold(x: np.ndarray, boxes: Boxes, ufunc: Any, pad: float) -> np.ndarray:
    """``ufunc`` over every box, axis by axis."""
    if boxes.edges is not None:
        for i, windows in enumerate(boxes.edges):
            x = np.stack(
                [ufunc.reduce(np.take(x, range(a, e), i + 2), axis=i + 2) for a, e in windows], axis=i + 2
            )
        return x
    if boxes.is_global(x.shape[2:]):
        return ufunc.reduce(x, axis=tuple(range(2, x.ndim)), keepdims=True)
    x = pad_array(x, boxes.pads, pad)
    for i, (k, s, o) in enumerate(zip(boxes.kernel, boxes.strides, boxes.out, strict=True)):
        cut = [slice(None)] * x.ndim
        out: Any = None
        for a in range(k):
            cut[i + 2] = slice(a, a + (o - 1) * s + 1, s)
            part = x[tuple(cut)]
            out = part.copy() if out is None else ufunc(out, part, out=out)
        x = out
    return x


def max_pool(x: np.ndarray, boxes: Boxes) -> np.ndarray:
    """The maximum of every box."""
    lowest = -np.inf if x.dtype.kind in "fV" else np.iinfo(x.dtype).min
    return _fold(x, boxes, np.maximum, lowest)


def avg_pool(x: np.ndarray, boxes: Boxes) -> np.ndarray:
    """The mean of every box."""
    sizes = x.shape[2:]
    total = _fold(x, boxes, np.add, 0.0)
    return np.divide(total, boxes.counts(sizes, x.dtype), out=total) if total is not x else x / 1


def _taps(x: np.ndarray, boxes: Boxes) -> list[tuple[Any, Any]]:
    """Pairs of indices (into the padded input, into the output) that together visit every element of every box."""
    if boxes.edges is None:
        every = (slice(None),) * x.ndim
        return [(strided(at, boxes.out, boxes.strides), every) for at in offsets(boxes.kernel)]
    taps = []
    for out in offsets(boxes.out):
        boxes_at = [range(*boxes.edges[i][o]) for i, o in enumerate(out)]
        lead = (slice(None), slice(None))
        every = np.array(np.meshgrid(*boxes_at, indexing="ij")).reshape(len(out), -1).T
        target = lead + tuple(slice(o, o + 1) for o in out)
        taps.extend((lead + tuple(slice(a, a + 1) for a in at), target) for at in every)
    return taps


def _crop(padded: np.ndarray, sizes: Sequence[int], pads: Pads) -> np.ndarray:
    cut = (slice(lo, lo + n) for n, (lo, _) in zip(sizes, pads, strict=True))
    return padded[(slice(None), slice(None), *cut)]


def _max_taps(x: np.ndarray, out: np.ndarray, boxes: Boxes) -> Any:
    """The taps of a max pooling with the mask of outputs whose (first) maximum is there."""
    padded = pad_array(x, boxes.pads, -np.inf)
    open_ = np.ones_like(out, np.bool_)
    for source, target in _taps(x, boxes):
        hit = padded[source] == out[target]
        hit &= open_[target]
        open_[target] ^= hit
        yield source, target, hit


def max_pool_grad(x: np.ndarray, out: np.ndarray, g: np.ndarray, boxes: Boxes) -> np.ndarray:
    """``g`` brought to where each maximum was."""
    dx = filled_like(g, padded_shape(x, boxes.pads))
    for source, target, hit in _max_taps(x, out, boxes):
        dx[source] += g[target] * hit
    return _crop(dx, x.shape[2:], boxes.pads)


def avg_pool_grad(sizes: Sequence[int], g: np.ndarray, boxes: Boxes) -> np.ndarray:
    """``g`` spread evenly over each box."""
    share = g / boxes.counts(sizes, g.dtype)
    if boxes.is_global(sizes):
        return np.broadcast_to(share, (*g.shape[:2], *sizes)).copy()
    full = [n + lo + hi for n, (lo, hi) in zip(sizes, boxes.pads, strict=True)]
    dx = filled_like(g, [*g.shape[:2], *full])
    for source, target in _taps(dx, boxes):
        dx[source] += share[target]
    return _crop(dx, sizes, boxes.pads)


# Records

_NAMES = (
    "pooling_type", "ksize", "global_pooling", "strides", "paddings", "exclusive", "adaptive", "ceil_mode",
    "data_format", "padding_algorithm",
)  # fmt: skip


def _infer_pool(X: Any, *, ksize: Sequence[int], data_format: str, pooling_type: str, **attrs: Any) -> Spec:
    if len(X.dims) != len(ksize) + 2:
        raise InvalidArgumentError(
            f"the input of a {len(ksize)}-D pooling should be a {len(ksize) + 2}-D tensor, but its shape is "
            f"{list(X.dims)}"
        )
    if pooling_type not in ("max", "avg"):
        raise InvalidArgumentError(f"pooling_type should be 'max' or 'avg', but got {pooling_type!r}")
    boxes = Boxes(spatial(X.dims, data_format), {**attrs, "ksize": ksize})
    channels = X.dims[-1] if is_channel_last(data_format) else X.dims[1]
    return Spec(full_dims(X.dims, channels, boxes.out, data_format), X.dtype)


def _pool(type: str, rank: int) -> Op:
    def call(  # type: ignore[no-untyped-def]
        X,
        *,
        pooling_type="max",
        ksize=(1,) * rank,
        global_pooling=False,
        strides=(1,) * rank,
        paddings=(0,) * rank,
        exclusive=True,
        adaptive=False,
        ceil_mode=False,
        data_format="NCHW" if rank == 2 else "NCDHW",
        padding_algorithm="EXPLICIT",
    ):
        x = to_channel_first(X, data_format)
        attrs = {"ksize": ksize, "global_pooling": global_pooling, "strides": strides, "paddings": paddings}
        attrs |= {"exclusive": exclusive, "adaptive": adaptive, "ceil_mode": ceil_mode}
        boxes = Boxes(x.shape[2:], {**attrs, "padding_algorithm": padding_algorithm})
        out = max_pool(x, boxes) if pooling_type == "max" else avg_pool(x, boxes)
        return from_channel_first(out, data_format)

    record = op(type)(call)
    record.__doc__ = f"{rank}-D max or average pooling. ONNX: MaxPool, AveragePool, GlobalAveragePool."
    record.infer(_infer_pool)
    record.onnx(_lower_pool)

    @record.grad(saves="X Out")
    def gradient(c: Any, g: Any) -> Any:
        attrs = {name: getattr(c, name) for name in _NAMES}
        if c.pooling_type == "max":
            return max_pool_grad_op(c.X, c.Out, g, **attrs)
        return avg_pool_grad_op(g, shape_op(c.X), **attrs)

    return record


@op("max_pool_grad", out="X@GRAD")
def max_pool_grad_op(  # type: ignore[no-untyped-def]
    X, Out, G, *, pooling_type, ksize, global_pooling, strides, paddings, exclusive, adaptive, ceil_mode,
    data_format, padding_algorithm,
):  # fmt: skip
    """The gradient of max pooling. ONNX: MaxPool's Indices, ScatterElements(add)."""
    attrs = {"ksize": ksize, "global_pooling": global_pooling, "strides": strides, "paddings": paddings}
    attrs |= {"exclusive": exclusive, "adaptive": adaptive, "ceil_mode": ceil_mode}
    x, out, g = (to_channel_first(a, data_format) for a in (X, Out, G))
    boxes = Boxes(x.shape[2:], {**attrs, "padding_algorithm": padding_algorithm})
    return from_channel_first(max_pool_grad(x, out, g, boxes), data_format)


max_pool_grad_op.infer(lambda X, Out, G, **attrs: Spec(X.dims, G.dtype))


@max_pool_grad_op.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    return None, None, max_pool_select(c.X, c.Out, g, **{name: getattr(c, name) for name in _NAMES})


@op("max_pool_select", out="Selected")
def max_pool_select(  # type: ignore[no-untyped-def]
    X, Out, V, *, pooling_type, ksize, global_pooling, strides, paddings, exclusive, adaptive, ceil_mode,
    data_format, padding_algorithm,
):  # fmt: skip
    """``V`` at the places of the maxima of ``X``: the transpose of the gradient of max pooling. ONNX: Gather."""
    attrs = {"ksize": ksize, "global_pooling": global_pooling, "strides": strides, "paddings": paddings}
    attrs |= {"exclusive": exclusive, "adaptive": adaptive, "ceil_mode": ceil_mode}
    x, out, v = (to_channel_first(a, data_format) for a in (X, Out, V))
    boxes = Boxes(x.shape[2:], {**attrs, "padding_algorithm": padding_algorithm})
    padded = pad_array(v, boxes.pads)
    chosen = filled_like(v, out.shape)
    for source, target, hit in _max_taps(x, out, boxes):
        chosen[target] += padded[source] * hit
    return from_channel_first(chosen, data_format)


max_pool_select.infer(lambda X, Out, V, **attrs: Spec(Out.dims, V.dtype))


@max_pool_select.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    return None, None, max_pool_grad_op(c.X, c.Out, g, **{name: getattr(c, name) for name in _NAMES})


@op("avg_pool_grad", out="X@GRAD")
def avg_pool_grad_op(  # type: ignore[no-untyped-def]
    G, Shape, *, pooling_type, ksize, global_pooling, strides, paddings, exclusive, adaptive, ceil_mode,
    data_format, padding_algorithm,
):  # fmt: skip
    """The gradient of average pooling of a tensor of shape ``Shape``. ONNX: ConvTranspose, or Expand."""
    attrs = {"ksize": ksize, "global_pooling": global_pooling, "strides": strides, "paddings": paddings}
    attrs |= {"exclusive": exclusive, "adaptive": adaptive, "ceil_mode": ceil_mode}
    sizes = spatial([int(s) for s in Shape], data_format)
    boxes = Boxes(sizes, {**attrs, "padding_algorithm": padding_algorithm})
    return from_channel_first(avg_pool_grad(sizes, to_channel_first(G, data_format), boxes), data_format)


@avg_pool_grad_op.infer
def _(G: Any, Shape: Any, *, data_format: str, **attrs: Any) -> Spec:
    if Shape.content is not None:
        return Spec(tuple(Shape.content), G.dtype)
    return Spec(tuple(D.fresh() for _ in G.dims), G.dtype)


@avg_pool_grad_op.grad(saves="")
def _(c: Any, g: Any) -> Any:
    record = pool2d if len(c.ksize) == 2 else pool3d
    return record(g, **{name: getattr(c, name) for name in _NAMES}), None


# ONNX


def _onnx_boxes(dims: Sequence[D.Size], attrs: dict[str, Any]) -> Boxes:
    boxes = Boxes(spatial(dims, attrs["data_format"]), attrs)
    if attrs["ceil_mode"] and not D.is_static(spatial(dims, attrs["data_format"])):
        raise UnimplementedError("pooling with ceil_mode needs an input of known size in ONNX")
    if not boxes.kernel and boxes.edges is None:
        raise UnimplementedError(
            f"adaptive pooling to {list(attrs['ksize'])} needs an input of known size in ONNX (only size 1 does not)"
        )
    if attrs["ceil_mode"] and not attrs["exclusive"] and attrs["pooling_type"] == "avg":
        raise UnimplementedError("average pooling with ceil_mode=True and exclusive=False has no ONNX form")
    return boxes


def _lower_pool(b: Any, X: Any, **attrs: Any) -> Any:
    boxes = _onnx_boxes(X.dims, attrs)
    x = _channels_first_onnx(b, X, attrs["data_format"])
    largest = attrs["pooling_type"] == "max"
    if boxes.edges is not None:
        out = _uneven_onnx(b, x, boxes.edges, b.ReduceMax if largest else b.ReduceMean)
    elif boxes.is_global(spatial(X.dims, attrs["data_format"])):
        out = b.GlobalMaxPool(x) if largest else b.GlobalAveragePool(x)
    else:
        geometry = {"kernel_shape": boxes.kernel, "strides": boxes.strides, "pads": onnx_pads(boxes.pads)}
        if largest:
            out = b.MaxPool(x, **geometry, outputs=1)
        else:
            out = b.AveragePool(x, **geometry, count_include_pad=int(not attrs["exclusive"]))
    return _channels_back_onnx(b, out, len(X.dims), attrs["data_format"])


def _uneven_onnx(b: Any, x: Any, edges: list[list[Window]], reduce: Any) -> Any:
    """Adaptive pooling with boxes of different sizes: a slice and a reduction per box, axis by axis."""
    for i, windows in enumerate(edges):
        axis = b.const([i + 2], "int64")
        cuts = [b.Slice(x, b.const([a], "int64"), b.const([e], "int64"), axis) for a, e in windows]
        x = b.Concat(*[reduce(cut, axis, keepdims=1) for cut in cuts], axis=i + 2)
    return x


def _argmax_onnx(b: Any, X: Any, attrs: dict[str, Any]) -> Any:
    """Flat positions (in the channels-first input) of the maxima, as a vector."""
    boxes = _onnx_boxes(X.dims, attrs)
    if boxes.edges is not None:
        raise UnimplementedError("the gradient of adaptive max pooling with uneven boxes has no ONNX form")
    x = _channels_first_onnx(b, X, attrs["data_format"])
    kernel = boxes.kernel
    if not D.is_static(kernel):
        raise UnimplementedError("the gradient of global max pooling needs an input of known size in ONNX")
    geometry = {"kernel_shape": kernel, "strides": boxes.strides, "pads": onnx_pads(boxes.pads)}
    _, indices = b.MaxPool(x, **geometry, outputs=2)
    return x, b.Reshape(indices, b.const([-1], "int64"))


@max_pool_grad_op.onnx
def _(b: Any, X: Any, Out: Any, G: Any, **attrs: Any) -> Any:
    x, indices = _argmax_onnx(b, X, attrs)
    g = b.Reshape(_channels_first_onnx(b, G, attrs["data_format"]), b.const([-1], "int64"))
    zeros = b.Expand(b.const(0, G.dtype), b.Reshape(b.Size(x), b.const([1], "int64")))
    flat = b.ScatterElements(zeros, indices, g, axis=0, reduction="add")
    return _channels_back_onnx(b, b.Reshape(flat, b.Shape(x)), len(X.dims), attrs["data_format"])


@max_pool_select.onnx
def _(b: Any, X: Any, Out: Any, V: Any, **attrs: Any) -> Any:
    _, indices = _argmax_onnx(b, X, attrs)
    v = b.Reshape(_channels_first_onnx(b, V, attrs["data_format"]), b.const([-1], "int64"))
    shape = b.Shape(_channels_first_onnx(b, Out, attrs["data_format"]))
    return _channels_back_onnx(
        b, b.Reshape(b.Gather(v, indices, axis=0), shape), len(X.dims), attrs["data_format"]
    )


@avg_pool_grad_op.onnx
def _(b: Any, G: Any, Shape: Any, **attrs: Any) -> Any:
    rank, data_format = len(G.dims), attrs["data_format"]
    dims = tuple(Shape.content) if Shape.content is not None else (None,) * rank
    one = attrs["global_pooling"] or (attrs["adaptive"] and all(k == 1 for k in attrs["ksize"]))
    if one:
        target = b.cast(Shape, "int64")
        first = 1 if is_channel_last(data_format) else 2
        sizes = b.Slice(target, b.const([first], "int64"), b.const([first + rank - 2], "int64"))
        count = b.cast(b.ReduceProd(sizes, b.const([0], "int64"), keepdims=0), G.dtype)
        return b.Expand(b.Div(G, count), target)
    if not D.is_static(spatial(dims, data_format)) or not isinstance(G.dims[1], int):
        raise UnimplementedError("the gradient of average pooling needs an input of known size in ONNX")
    boxes = _onnx_boxes(dims, attrs)
    if boxes.edges is not None:
        raise UnimplementedError(
            "the gradient of adaptive average pooling with uneven boxes has no ONNX form"
        )
    sizes_ = [int(n) for n in spatial(dims, data_format)]
    g = _channels_first_onnx(b, G, data_format)
    share = b.Div(g, b.const(np.asarray(boxes.counts(sizes_, G.dtype.np), G.dtype.np)))
    channels = G.dims[-1] if is_channel_last(data_format) else G.dims[1]
    ones = b.const(np.ones((channels, 1, *boxes.kernel), G.dtype.np))
    missing = [
        n - ((o - 1) * s - lo - hi + k)
        for n, o, s, (lo, hi), k in zip(
            sizes_, boxes.out, boxes.strides, boxes.pads, boxes.kernel, strict=True
        )
    ]
    geometry = {"strides": boxes.strides, "pads": onnx_pads(boxes.pads), "kernel_shape": boxes.kernel}
    out = b.ConvTranspose(share, ones, **geometry, group=channels, output_padding=missing)
    return _channels_back_onnx(b, out, rank, data_format)


pool2d = _pool("pool2d", 2)
pool3d = _pool("pool3d", 3)


@op("max_pool2d_with_index", out=("Out", "Mask"))
def max_pool2d_with_index(  # type: ignore[no-untyped-def]
    X, *, ksize, global_pooling=False, adaptive=False, strides=(1, 1), paddings=(0, 0), ceil_mode=False
):
    """Max pooling with the position (in the flattened image, int32) of each maximum. ONNX: MaxPool."""
    attrs = {"ksize": ksize, "global_pooling": global_pooling, "strides": strides, "paddings": paddings}
    boxes = Boxes(
        X.shape[2:],
        {
            **attrs,
            "adaptive": adaptive,
            "ceil_mode": ceil_mode,
            "exclusive": True,
            "padding_algorithm": "EXPLICIT",
        },
    )
    out = max_pool(X, boxes)
    flat = np.arange(prod(X.shape[2:]), dtype=np.int32).reshape(1, 1, *X.shape[2:])
    positions = pad_array(flat, boxes.pads)
    mask = np.zeros(out.shape, np.int32)
    for source, target, hit in _max_taps(X, out, boxes):
        mask[target] += positions[source] * hit
    return out, mask


@max_pool2d_with_index.infer
def _(X: Any, **attrs: Any) -> Any:
    spec = _infer_pool(X, **_as_pool(attrs))
    return spec, spec._replace(dtype=int32)


def _as_pool(attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes of the pool2d that does the same."""
    return {
        **attrs,
        "pooling_type": "max",
        "exclusive": True,
        "data_format": "NCHW",
        "padding_algorithm": "EXPLICIT",
    }


@max_pool2d_with_index.grad(saves="X Out")
def _(c: Any, g: Any, g_mask: Any) -> Any:
    names = ("ksize", "global_pooling", "adaptive", "strides", "paddings", "ceil_mode")
    return max_pool_grad_op(c.X, c.Out, g, **_as_pool({name: getattr(c, name) for name in names}))


@max_pool2d_with_index.onnx
def _(b: Any, X: Any, **attrs: Any) -> Any:
    full = _as_pool(attrs)
    boxes = _onnx_boxes(X.dims, full)
    if boxes.edges is not None or not D.is_static(X.dims[2:]):
        raise UnimplementedError("max pooling with indices needs an input of known size in ONNX")
    geometry = {"kernel_shape": boxes.kernel, "strides": boxes.strides, "pads": onnx_pads(boxes.pads)}
    out, indices = b.MaxPool(X, **geometry, outputs=2)
    return out, b.cast(b.Mod(indices, b.const(prod(X.dims[2:]), "int64")), "int32")


_MAX, _AVG = {"pooling_type": "max"}, {"pooling_type": "avg"}
pool2d.sample(f32(2, 3, 6, 6), ksize=[2, 2], strides=[2, 2], **_MAX)
pool2d.sample(f32(2, 3, 7, 6), ksize=[3, 3], strides=[2, 2], paddings=[1, 1], **_MAX)
pool2d.sample(f32(1, 2, 6, 7), ksize=[3, 2], strides=[2, 2], paddings=[1, 0], ceil_mode=True, **_MAX)
pool2d.sample(f32(1, 2, 5, 5), ksize=[3, 3], strides=[2, 2], paddings=[1, 1], **_AVG)
pool2d.sample(f32(1, 2, 5, 5), ksize=[3, 3], strides=[1, 1], paddings=[1, 1], exclusive=False, **_AVG)
pool2d.sample(f32(2, 3, 5, 4), ksize=[1, 1], adaptive=True, **_AVG).sample(
    f32(2, 3, 6, 4), ksize=[3, 2], adaptive=True, **_AVG
)
pool2d.sample(f32(1, 4, 4, 3), ksize=[2, 2], strides=[2, 1], data_format="NHWC", **_AVG)
pool2d.sample(f32(2, 3, 4, 4), ksize=[1, 1], global_pooling=True, **_MAX)
pool2d.sample(f32(1, 2, 5, 7), ksize=[3, 3], adaptive=True, grad="", **_AVG)
pool3d.sample(f32(1, 2, 4, 4, 4), ksize=[2, 2, 2], strides=[2, 2, 2], **_MAX)
pool3d.sample(f32(1, 2, 4, 4, 4), ksize=[2, 2, 2], strides=[2, 2, 2], **_AVG)
max_pool2d_with_index.sample(f32(2, 2, 5, 5), ksize=[2, 2], strides=[2, 2]).sample(
    f32(1, 2, 5, 5), ksize=[3, 3], paddings=[1, 1]
)
_FULL = {"ksize": [2, 2], "global_pooling": False, "strides": [2, 2], "paddings": [0, 0], "exclusive": True}
_FULL |= {"adaptive": False, "ceil_mode": False, "data_format": "NCHW", "padding_algorithm": "EXPLICIT"}
_X = np.arange(32, dtype=np.float32).reshape(1, 2, 4, 4)
max_pool_grad_op.sample(_X, _X[:, :, 1::2, 1::2], f32(1, 2, 2, 2), grad="G", **_FULL, **_MAX)
max_pool_select.sample(_X, _X[:, :, 1::2, 1::2], f32(1, 2, 4, 4), grad="V", **_FULL, **_MAX)
avg_pool_grad_op.sample(f32(1, 2, 2, 2), np.array([1, 2, 5, 4], np.int32), **_FULL, **_AVG)

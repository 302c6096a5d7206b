"""Max and average pooling of any spatial rank, their gradients, and max pooling with indices."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import float32, int32
from ..errors import InvalidArgumentError, UnimplementedError
from ..op import Op, Spec, op
from .conv import _channels_back_onnx, _channels_first_onnx, onnx_pads
from .pool_kernels import Boxes, Window, avg_pool, avg_pool_grad, max_pool, max_pool_grad, max_taps
from .samples import f32
from .shape import shape as shape_op
from .window import (
    filled_like,
    from_channel_first,
    full_dims,
    is_channel_last,
    offsets,
    pad_array,
    spatial,
    to_channel_first,
)

__all__ = ["max_pool2d_with_index", "pool2d", "pool3d"]


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
    for source, target, hit in max_taps(x, out, boxes):
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
    sizes = spatial(X.dims, attrs["data_format"])
    if b.opset >= 18 and len(sizes) == 2 and D.is_static(sizes) and X.dtype is float32:
        boxes = Boxes(sizes, attrs)
        if boxes.edges is None and prod(boxes.kernel) <= 4 and _covers(sizes, boxes):
            x, out, g = (_channels_first_onnx(b, t, attrs["data_format"]) for t in (X, Out, G))
            return _channels_back_onnx(b, _by_taps_onnx(b, x, out, g, sizes, boxes), 4, attrs["data_format"])
    x, indices = _argmax_onnx(b, X, attrs)
    g = b.Reshape(_channels_first_onnx(b, G, attrs["data_format"]), b.const([-1], "int64"))
    zeros = b.Expand(b.const(0, G.dtype), b.Reshape(b.Size(x), b.const([1], "int64")))
    flat = b.ScatterElements(zeros, indices, g, axis=0, reduction="add")
    return _channels_back_onnx(b, b.Reshape(flat, b.Shape(x)), len(X.dims), attrs["data_format"])


def _covers(sizes: Sequence[int], boxes: Boxes) -> bool:
    """Whether no box reaches beyond the padding (with ceil_mode one may)."""
    each = zip(sizes, boxes.out, boxes.kernel, boxes.strides, boxes.pads, strict=True)
    return all((o - 1) * s + k <= n + lo + hi < o * s + k for n, o, k, s, (lo, hi) in each)


def _by_taps_onnx(b: Any, x: Any, out: Any, g: Any, sizes: Sequence[int], boxes: Boxes) -> Any:
    """For small windows: compare every place in the window with the maximum, give the gradient to the first that is
    equal, and add up by Col2Im. onnxruntime's MaxPool takes ten times as long when it is asked for Indices.
    """
    pads = onnx_pads(boxes.pads)
    padded = x
    if any(pads):
        padded = b.Pad(x, b.const([0, 0, *pads[:2], 0, 0, *pads[2:]], "int64"), b.const(-np.inf, x.dtype))
    axes, steps = b.const([2, 3], "int64"), b.const(list(boxes.strides), "int64")
    flat = b.const([-1, 1, prod(boxes.out)], "int64")
    taken, parts = None, []
    for at in offsets(boxes.kernel):
        end = [a + (o - 1) * s + 1 for a, o, s in zip(at, boxes.out, boxes.strides, strict=True)]
        hit = b.Equal(b.Slice(padded, b.const(list(at), "int64"), b.const(end, "int64"), axes, steps), out)
        first, taken = (hit, hit) if taken is None else (b.And(hit, b.Not(taken)), b.Or(hit, taken))
        parts.append(b.Reshape(b.Mul(b.cast(first, g.dtype), g), flat))
    image, window = b.const(list(sizes), "int64"), b.const(list(boxes.kernel), "int64")
    summed = b.Col2Im(b.Concat(*parts, axis=1), image, window, strides=list(boxes.strides), pads=pads)
    return b.Reshape(summed, b.Shape(x))


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
    for source, target, hit in max_taps(X, out, boxes):
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
pool2d.sample(f32(1, 2, 5, 4), ksize=[2, 2], strides=[2, 2], paddings=[1, 1], **_MAX)
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
_EVEN = np.zeros((1, 2, 4, 4), np.float32)  # the first of equal numbers gets the gradient
max_pool_grad_op.sample(_EVEN, _EVEN[:, :, 1::2, 1::2], f32(1, 2, 2, 2), grad="G", **_FULL, **_MAX)
max_pool_select.sample(_X, _X[:, :, 1::2, 1::2], f32(1, 2, 4, 4), grad="V", **_FULL, **_MAX)
avg_pool_grad_op.sample(f32(1, 2, 2, 2), np.array([1, 2, 5, 4], np.int32), **_FULL, **_AVG)

"""Convolution and transposed convolution of any spatial rank, with their gradients as ops of their own."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Op, Spec, op
from .conv_grad_onnx import lower_filter_grad, lower_input_grad
from .conv_kernels import filter_grad, forward, input_grad
from .rules import sum_to
from .samples import f32
from .shape import shape as shape_op
from .window import (
    Pads,
    from_channel_first,
    full_dims,
    is_channel_last,
    output_size,
    pad_pairs,
    spatial,
    to_channel_first,
)

__all__ = ["conv2d", "conv3d", "conv_filter_grad", "conv_input_grad", "conv2d_transpose", "depthwise_conv2d"]

ATTRS = ("strides", "paddings", "padding_algorithm", "dilations", "groups", "data_format")


# Records


def _geometry(x_sizes: Any, kernel: Any, attrs: dict[str, Any]) -> tuple[Any, Pads, Any, int]:
    """strides, paddings, dilations, groups from PaddlePaddle's attributes."""
    dilations = attrs["dilations"]
    if attrs["padding_algorithm"] == "SAME":
        dilations = [1] * len(kernel)
    pads = pad_pairs(
        attrs["paddings"], attrs["padding_algorithm"], x_sizes, kernel, attrs["strides"], dilations
    )
    return attrs["strides"], pads, dilations, attrs["groups"]


def _infer_conv(Input: Any, Filter: Any, **attrs: Any) -> Spec:
    rank = len(Filter.dims) - 2
    if len(Input.dims) != rank + 2:
        raise InvalidArgumentError(
            f"The input of Op(Conv) should be a {rank + 2}-D Tensor. But received: input's dimension is "
            f"{len(Input.dims)}, input's shape is {list(Input.dims)}."
        )
    if Input.dtype is not Filter.dtype:
        raise InvalidArgumentError(f"conv: Input is {Input.dtype.name}, Filter is {Filter.dtype.name}")
    channels = Input.dims[-1] if is_channel_last(attrs["data_format"]) else Input.dims[1]
    if isinstance(channels, int) and channels != Filter.dims[1] * attrs["groups"]:
        raise InvalidArgumentError(
            "The number of input's channels should be equal to filter's channels * groups for Op(Conv). But received: "
            f"the input's channels is {channels}, the input's shape is {list(Input.dims)}; the filter's channels is "
            f"{Filter.dims[1]}, the filter's shape is {list(Filter.dims)}; the groups is {attrs['groups']}."
        )
    if isinstance(Filter.dims[0], int) and Filter.dims[0] % attrs["groups"]:
        raise InvalidArgumentError(
            f"The number of output's channels ({Filter.dims[0]}) of Op(Conv) should be divided by groups "
            f"({attrs['groups']})."
        )
    kernel, sizes = Filter.dims[2:], spatial(Input.dims, attrs["data_format"])
    strides, pads, dilations, _ = _geometry(sizes, kernel, attrs)
    out = [output_size(*a) for a in zip(sizes, kernel, strides, pads, dilations, strict=True)]
    return Spec(full_dims(Input.dims, Filter.dims[0], out, attrs["data_format"]), Input.dtype)


def _conv(type: str, rank: int) -> Op:
    def call(  # type: ignore[no-untyped-def]
        Input,
        Filter,
        *,
        strides=(1,) * rank,
        paddings=(0,) * rank,
        padding_algorithm="EXPLICIT",
        dilations=(1,) * rank,
        groups=1,
        data_format="NCHW" if rank == 2 else "NCDHW",
    ):
        if Input.dtype != Filter.dtype:  # NumPy would promote; the shape rule says it in full
            raise TypeError("conv: input and filter are of different dtypes")
        x = to_channel_first(Input, data_format)
        attrs = {"strides": strides, "paddings": paddings, "dilations": dilations, "groups": groups}
        attrs["padding_algorithm"] = padding_algorithm
        out = forward(x, Filter, *_geometry(x.shape[2:], Filter.shape[2:], attrs))
        return from_channel_first(out, data_format)

    record = op(type, out="Output")(call)
    record.__doc__ = f"{rank}-D convolution of [N, C, ...] with filters [O, C/groups, ...]. ONNX: Conv."
    record.infer(_infer_conv)
    record.onnx(_lower_conv)

    @record.grad(saves="Input Filter")
    def gradient(c: Any, g: Any) -> Any:
        attrs = {name: getattr(c, name) for name in ATTRS}
        dx = conv_input_grad(g, c.Filter, *_size_slots(c, "Input"), **attrs) if c.needs("Input") else None
        dw = None
        if c.needs("Filter"):
            dw = conv_filter_grad(c.Input, g, **attrs, kernel=list(c.like("Filter").dims[2:]))
        return dx, dw

    return record


def _size_slots(c: Any, name: str) -> tuple[Any]:
    """The shape of a slot as a tensor: conv_input_grad needs the sizes that striding forgets."""
    like = c.like(name)
    if like.value is None:
        from ..tensor.creation import to_tensor

        return (to_tensor(np.array(like.dims, dtype=np.int32)),)
    return (shape_op(like.value),)


@op("conv_input_grad")
def conv_input_grad(  # type: ignore[no-untyped-def]
    G, Filter, Shape, *, strides, paddings, padding_algorithm, dilations, groups, data_format
):
    """The gradient of a convolution's input, whose shape is ``Shape``. ONNX: ConvTranspose (1x1: MatMul)."""
    g = to_channel_first(G, data_format)
    attrs = {"strides": strides, "paddings": paddings, "dilations": dilations, "groups": groups}
    attrs["padding_algorithm"] = padding_algorithm
    sizes = spatial([int(s) for s in Shape], data_format)
    return from_channel_first(
        input_grad(g, Filter, sizes, *_geometry(sizes, Filter.shape[2:], attrs)), data_format
    )


@conv_input_grad.infer
def _(G: Any, Filter: Any, Shape: Any, **attrs: Any) -> Spec:
    if Shape.content is not None:
        return Spec(tuple(Shape.content), G.dtype)
    sizes = [D.fresh() for _ in Filter.dims[2:]]
    return Spec(full_dims(G.dims, Filter.dims[1] * attrs["groups"], sizes, attrs["data_format"]), G.dtype)


@conv_input_grad.grad(saves="G Filter")
def _(c: Any, g: Any) -> Any:
    attrs = {name: getattr(c, name) for name in ATTRS}
    dg = conv_of_rank(len(c.like("Filter").dims) - 2)(g, c.Filter, **attrs) if c.needs("G") else None
    kernel = list(c.like("Filter").dims[2:])
    return dg, conv_filter_grad(g, c.G, **attrs, kernel=kernel) if c.needs("Filter") else None, None


@op("conv_filter_grad")
def conv_filter_grad(  # type: ignore[no-untyped-def]
    Input, G, *, strides, paddings, padding_algorithm, dilations, groups, data_format, kernel
):
    """The gradient of a convolution's filters of size ``kernel``. ONNX: Slice, Concat, MatMul."""
    x, g = to_channel_first(Input, data_format), to_channel_first(G, data_format)
    attrs = {"strides": strides, "paddings": paddings, "dilations": dilations, "groups": groups}
    attrs["padding_algorithm"] = padding_algorithm
    return filter_grad(x, g, kernel, *_geometry(x.shape[2:], kernel, attrs))


@conv_filter_grad.infer
def _(Input: Any, G: Any, *, groups: int, kernel: Sequence[int], data_format: str, **attrs: Any) -> Spec:
    at = -1 if is_channel_last(data_format) else 1
    channels = Input.dims[at]
    return Spec((G.dims[at], channels // groups, *kernel), Input.dtype)


@conv_filter_grad.grad(saves="Input G")
def _(c: Any, g: Any) -> Any:
    attrs = {name: getattr(c, name) for name in ATTRS}
    dx = conv_input_grad(c.G, g, *_size_slots(c, "Input"), **attrs) if c.needs("Input") else None
    return dx, conv_of_rank(len(c.kernel))(c.Input, g, **attrs) if c.needs("G") else None


# ONNX


def _channels_first_onnx(b: Any, x: Any, data_format: str) -> Any:
    rank = len(x.dims)
    return b.Transpose(x, perm=[0, rank - 1, *range(1, rank - 1)]) if is_channel_last(data_format) else x


def _channels_back_onnx(b: Any, x: Any, rank: int, data_format: str) -> Any:
    return b.Transpose(x, perm=[0, *range(2, rank), 1]) if is_channel_last(data_format) else x


def onnx_pads(pads: Pads) -> list[int]:
    """Paddings in ONNX's order: all begins, then all ends."""
    return [lo for lo, _ in pads] + [hi for _, hi in pads]


def _lower_conv(b: Any, Input: Any, Filter: Any, **attrs: Any) -> Any:
    kernel = Filter.dims[2:]
    strides, pads, dilations, groups = _geometry(spatial(Input.dims, attrs["data_format"]), kernel, attrs)
    out = b.Conv(
        _channels_first_onnx(b, Input, attrs["data_format"]),
        Filter,
        strides=list(strides),
        pads=onnx_pads(pads),
        dilations=list(dilations),
        group=groups,
        kernel_shape=list(kernel),
    )
    return _channels_back_onnx(b, out, len(Input.dims), attrs["data_format"])


@conv_input_grad.onnx
def _(b: Any, G: Any, Filter: Any, Shape: Any, **attrs: Any) -> Any:
    kernel, data_format = Filter.dims[2:], attrs["data_format"]
    rank = len(kernel)
    sizes = None if Shape.content is None else spatial(tuple(Shape.content), data_format)
    strides, pads, dilations, groups = _geometry(sizes or [0] * rank, kernel, attrs)
    out_sizes = spatial(G.dims, data_format)
    # What striding forgot: rows at the end that no window reached. Known sizes give it, else it is padded after.
    missing: list[Any] = [0] * rank
    known = all(s == 1 for s in strides)
    if not known and sizes is not None and D.is_static(sizes) and D.is_static(out_sizes):
        known = True
        missing = [
            n - ((o - 1) * s - lo - hi + d * (k - 1) + 1)
            for n, o, s, (lo, hi), d, k in zip(
                sizes, out_sizes, strides, pads, dilations, kernel, strict=True
            )
        ]
    g = _channels_first_onnx(b, G, data_format)
    if rank == 2 and groups == 1 and sizes is not None and D.is_static(sizes) and D.is_static(out_sizes):
        few = lower_input_grad(b, g, Filter, sizes, strides, onnx_pads(pads), dilations)
        if few is not None:
            return _channels_back_onnx(b, few, rank + 2, data_format)
    out = b.ConvTranspose(
        g,
        Filter,
        strides=list(strides),
        pads=onnx_pads(pads),
        dilations=list(dilations),
        group=groups,
        kernel_shape=list(kernel),
        output_padding=missing,
    )
    if not known:
        wanted = b.cast(Shape, "int64")
        first = 1 if is_channel_last(data_format) else 2
        wanted = b.Slice(wanted, b.const([first], "int64"), b.const([first + rank], "int64"))
        got = b.Slice(b.Shape(out), b.const([2], "int64"), b.const([2 + rank], "int64"))
        zeros = b.const([0] * (rank + 4), "int64")
        out = b.Pad(out, b.Concat(zeros, b.Sub(wanted, got), axis=0))
    return _channels_back_onnx(b, out, rank + 2, data_format)


@conv_filter_grad.onnx
def _(b: Any, Input: Any, G: Any, *, kernel: Sequence[int], **attrs: Any) -> Any:
    data_format = attrs["data_format"]
    sizes = spatial(Input.dims, data_format)
    strides, pads, dilations, groups = _geometry(sizes, kernel, attrs)
    x, g = _channels_first_onnx(b, Input, data_format), _channels_first_onnx(b, G, data_format)
    channels = Input.dims[-1] if is_channel_last(data_format) else Input.dims[1]
    filters = G.dims[-1] if is_channel_last(data_format) else G.dims[1]
    if any(p for pair in pads for p in pair):
        x = b.Pad(x, b.const([0, 0, *(lo for lo, _ in pads), 0, 0, *(hi for _, hi in pads)], "int64"))
    spans = _window_ends(b, G, data_format, strides)
    out_sizes = spatial(G.dims, data_format)

    def cut(x: Any, at: Sequence[int], window_axes: Sequence[int], first: int) -> Any:
        start = [at[i] * dilations[i] for i in window_axes]
        axes = b.const([first + i for i in window_axes], "int64")
        steps = b.const([strides[i] for i in window_axes], "int64")
        begin = b.const(start, "int64")
        if isinstance(spans, list):
            return b.Slice(
                x, begin, b.const([s + spans[i] for s, i in zip(start, window_axes)], "int64"), axes, steps
            )
        some = b.Gather(spans, b.const(list(window_axes), "int64"))
        return b.Slice(x, begin, b.Add(begin, some), axes, steps)

    positions = prod(out_sizes) if D.is_static(out_sizes) else None
    return lower_filter_grad(b, x, g, kernel, groups, channels, filters, positions, cut)


def _window_ends(b: Any, G: Any, data_format: str, strides: Sequence[int]) -> Any:
    """How far the last window starts from the first, plus one: numbers, or an ONNX vector."""
    sizes = spatial(G.dims, data_format)
    if D.is_static(sizes):
        return [(n - 1) * s + 1 for n, s in zip(sizes, strides, strict=True)]
    first = 1 if is_channel_last(data_format) else 2
    n = b.Slice(b.Shape(G), b.const([first], "int64"), b.const([first + len(sizes)], "int64"))
    one = b.const(1, "int64")
    return b.Add(b.Mul(b.Sub(n, one), b.const(list(strides), "int64")), one)


conv2d = _conv("conv2d", 2)
depthwise_conv2d = _conv("depthwise_conv2d", 2)
conv3d = _conv("conv3d", 3)


def conv_of_rank(rank: int) -> Op:
    """The convolution of 2 or 3 spatial axes."""
    return conv2d if rank == 2 else conv3d


# Transposed convolution


def transposed_sizes(sizes: Any, kernel: Any, attrs: dict[str, Any]) -> tuple[list[Any], Any, Pads, Any, int]:
    """Output sizes and geometry of a transposed convolution."""
    strides, pads, dilations, groups = _geometry(
        [s * t for s, t in zip(sizes, attrs["strides"])], kernel, attrs
    )
    smallest = [
        (n - 1) * s - lo - hi + d * (k - 1) + 1
        for n, s, (lo, hi), d, k in zip(sizes, strides, pads, dilations, kernel, strict=True)
    ]
    if attrs["output_size"]:
        wanted = list(attrs["output_size"])
        for w, m, s in zip(wanted, smallest, strides, strict=True):
            if isinstance(m, int) and not m <= w < m + s:
                raise InvalidArgumentError(
                    f"output_size of Op(ConvTransposeOp) should be in [{m}, {m + s}), but received {w}."
                )
        return wanted, strides, pads, dilations, groups
    extra = list(attrs["output_padding"]) or [0] * len(kernel)
    return [m + e for m, e in zip(smallest, extra, strict=True)], strides, pads, dilations, groups


def _conv_transpose(type: str, rank: int) -> Op:
    def call(  # type: ignore[no-untyped-def]
        Input,
        Filter,
        Bias=None,
        *,
        output_padding=(),
        output_size=(),
        strides=(1,) * rank,
        paddings=(0,) * rank,
        padding_algorithm="EXPLICIT",
        dilations=(1,) * rank,
        groups=1,
        data_format="NCHW" if rank == 2 else "NCDHW",
    ):
        if Input.dtype != Filter.dtype:  # NumPy would promote; the shape rule says it in full
            raise TypeError("conv_transpose: input and filter are of different dtypes")
        x = to_channel_first(Input, data_format)
        attrs = {"strides": strides, "paddings": paddings, "dilations": dilations, "groups": groups}
        attrs |= {
            "padding_algorithm": padding_algorithm,
            "output_size": output_size,
            "output_padding": output_padding,
        }
        out = input_grad(x, Filter, *transposed_sizes(x.shape[2:], Filter.shape[2:], attrs))
        if Bias is not None:
            out = out + Bias.reshape(-1, *(1,) * rank)
        return from_channel_first(out, data_format)

    record = op(type, out="Output")(call)
    record.__doc__ = f"{rank}-D transposed convolution, filters [C, O/groups, ...]. ONNX: ConvTranspose."

    @record.infer
    def infer(Input: Any, Filter: Any, Bias: Any = None, **attrs: Any) -> Spec:
        channels = Input.dims[-1] if is_channel_last(attrs["data_format"]) else Input.dims[1]
        if len(Input.dims) != rank + 2 or (isinstance(channels, int) and channels != Filter.dims[0]):
            raise InvalidArgumentError(
                "The number of input channels should be equal to filter channels for Op(ConvTransposeOp). But "
                f"received: input's shape {list(Input.dims)}, filter's shape {list(Filter.dims)}."
            )
        if Input.dtype is not Filter.dtype:
            raise InvalidArgumentError(
                f"conv_transpose: Input is {Input.dtype.name}, Filter is {Filter.dtype.name}"
            )
        sizes = transposed_sizes(spatial(Input.dims, attrs["data_format"]), Filter.dims[2:], attrs)[0]
        out = full_dims(Input.dims, Filter.dims[1] * attrs["groups"], sizes, attrs["data_format"])
        return Spec(out, Input.dtype)

    @record.grad(saves="Input Filter Bias")
    def gradient(c: Any, g: Any) -> Any:
        attrs = {name: getattr(c, name) for name in ATTRS}
        dx = conv_of_rank(rank)(g, c.Filter, **attrs) if c.needs("Input") else None
        kernel = list(c.like("Filter").dims[2:])
        dw = conv_filter_grad(g, c.Input, **attrs, kernel=kernel) if c.needs("Filter") else None
        return dx, dw, None if c.Bias is None else sum_to(g, c.like("Bias"), 1)

    @record.onnx
    def lower(b: Any, Input: Any, Filter: Any, Bias: Any = None, **attrs: Any) -> Any:
        kernel, sizes = Filter.dims[2:], spatial(Input.dims, attrs["data_format"])
        wanted, strides, pads, dilations, groups = transposed_sizes(sizes, kernel, attrs)
        smallest = transposed_sizes(sizes, kernel, {**attrs, "output_size": (), "output_padding": ()})[0]
        extra = [w - m for w, m in zip(wanted, smallest, strict=True)]
        if not D.is_static(extra):
            raise InvalidArgumentError(
                "output_size of a transposed convolution needs an input of known size in ONNX"
            )
        x = _channels_first_onnx(b, Input, attrs["data_format"])
        slots = (x, Filter) if Bias is None else (x, Filter, Bias)
        geometry = {"strides": list(strides), "pads": onnx_pads(pads), "dilations": list(dilations)}
        out = b.ConvTranspose(
            *slots, **geometry, group=groups, kernel_shape=list(kernel), output_padding=extra
        )
        return _channels_back_onnx(b, out, rank + 2, attrs["data_format"])

    return record


conv2d_transpose = _conv_transpose("conv2d_transpose", 2)
depthwise_conv2d_transpose = _conv_transpose("depthwise_conv2d_transpose", 2)
conv3d_transpose = _conv_transpose("conv3d_transpose", 3)

conv2d.sample(f32(2, 3, 5, 6), f32(4, 3, 3, 3), paddings=[1, 1], tol=1e-4).sample(
    f32(1, 2, 6, 5), f32(2, 2, 2, 3), strides=[2, 1]
)
conv2d.sample(f32(2, 4, 6, 6), f32(6, 2, 3, 3), groups=2, strides=[2, 2], paddings=[1, 0, 1, 2], tol=1e-4)
conv2d.sample(f32(1, 5, 5, 2), f32(3, 2, 3, 3), data_format="NHWC", dilations=[2, 2], tol=1e-4)
conv2d.sample(f32(1, 2, 5, 7), f32(3, 2, 3, 2), padding_algorithm="SAME", tol=1e-4).sample(
    f32(2, 3, 4, 4), f32(5, 3, 1, 1)
)
depthwise_conv2d.sample(f32(2, 3, 5, 5), f32(3, 1, 3, 3), groups=3, paddings=[1, 1], strides=[2, 2], tol=1e-4)
conv3d.sample(f32(1, 2, 3, 4, 4), f32(2, 2, 2, 2, 2), paddings=[1, 0, 1], tol=1e-4)
conv2d_transpose.sample(
    f32(2, 3, 4, 3), f32(3, 2, 3, 3), strides=[2, 2], paddings=[1, 1], output_padding=[1, 1], tol=1e-4
)
conv2d_transpose.sample(f32(1, 4, 3, 3), f32(4, 1, 2, 2), groups=2, tol=1e-4)
depthwise_conv2d_transpose.sample(f32(1, 3, 3, 3), f32(3, 1, 3, 3), groups=3, strides=[2, 2], tol=1e-4)
conv3d_transpose.sample(f32(1, 2, 2, 3, 3), f32(2, 2, 2, 2, 2), strides=[2, 2, 2], tol=1e-4)
_GRAD = {"strides": [2, 2], "paddings": [1, 1], "padding_algorithm": "EXPLICIT", "dilations": [1, 1]}
_GRAD |= {"groups": 1, "data_format": "NCHW"}
conv_input_grad.sample(f32(2, 4, 3, 3), f32(4, 3, 3, 3), np.array([2, 3, 6, 5], np.int32), **_GRAD, tol=1e-4)
conv_filter_grad.sample(f32(2, 3, 6, 5), f32(2, 4, 3, 3), **_GRAD, kernel=[3, 3], tol=1e-4)
# The other two forms of the filter gradient: many channels, and wide windows on few.
conv_filter_grad.sample(f32(2, 32, 6, 5), f32(2, 4, 3, 3), **_GRAD, kernel=[3, 3], tol=1e-4)
conv_filter_grad.sample(f32(2, 3, 7, 9), f32(2, 4, 3, 4), **_GRAD, kernel=[5, 5], tol=1e-4)

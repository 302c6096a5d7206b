"""Resizing of images and signals: nearest, linear and cubic interpolation along the spatial axes.

Along one axis every result is a weighted sum of a few inputs, so resizing an axis is a product with a small matrix;
the gradient is the product with its transpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Op, Spec, op
from .conv import _channels_back_onnx, _channels_first_onnx
from .samples import f32
from .shape import numbers
from .shape import shape as shape_op
from .window import from_channel_first, full_dims, is_channel_last, spatial, to_channel_first

__all__ = ["RESIZE", "resize_grad"]

_CUBIC = -0.75  # the coefficient of Keys' kernel that PaddlePaddle and OpenCV use


@lru_cache(maxsize=256)
def axis_matrix(
    n: int, out: int, method: str, align_corners: bool, align_mode: int, scale: float
) -> np.ndarray:
    """The float64 matrix ``[out, n]`` that resizes an axis of size ``n``. ``scale`` is 0 when only sizes are given."""
    if align_corners:
        ratio = (n - 1) / (out - 1) if out > 1 else 0.0
    else:
        ratio = 1.0 / scale if scale > 0 else n / out
    at = np.arange(out, dtype=np.float64)
    if method == "nearest":
        source = np.floor(ratio * at + (0.5 if align_corners else 0.0))
        taps = [(source, np.ones(out))]
    elif method == "bicubic":
        source = ratio * at if align_corners else ratio * (at + 0.5) - 0.5
        low = np.floor(source)
        taps = [(low + k, _cubic(source - (low + k))) for k in (-1, 0, 1, 2)]
    else:
        half = align_mode == 0 and not align_corners
        source = np.maximum(ratio * (at + 0.5) - 0.5, 0.0) if half else ratio * at
        low = np.minimum(np.floor(source), n - 1)
        taps = [(low, 1.0 - (source - low)), (low + 1, source - low)]
    matrix = np.zeros((out, n))
    for index, weight in taps:
        np.add.at(matrix, (np.arange(out), np.clip(index, 0, n - 1).astype(np.int64)), weight)
    return matrix


def _cubic(t: np.ndarray) -> np.ndarray:
    t = np.abs(t)
    near = (_CUBIC + 2) * t**3 - (_CUBIC + 3) * t**2 + 1
    far = _CUBIC * t**3 - 5 * _CUBIC * t**2 + 8 * _CUBIC * t - 4 * _CUBIC
    return np.where(t <= 1, near, np.where(t < 2, far, 0.0))


def resize(x: np.ndarray, matrices: Sequence[np.ndarray]) -> np.ndarray:
    """``x`` [N, C, ...] with every spatial axis multiplied by its matrix."""
    dtype = x.dtype
    if dtype.itemsize == 2:
        x = x.astype(np.float32)
    for i, matrix in enumerate(matrices):
        if matrix.shape[0] == matrix.shape[1] and np.array_equal(matrix, np.eye(len(matrix))):
            continue
        x = np.moveaxis(np.matmul(np.moveaxis(x, i + 2, -1), matrix.T.astype(x.dtype)), -1, i + 2)
    return x.astype(dtype)


def _names(rank: int) -> tuple[str, ...]:
    return ("out_d", "out_h", "out_w")[3 - rank :]


def _target(sizes: Sequence[D.Size], OutSize: Any, SizeTensor: Any, Scale: Any, attrs: dict[str, Any]) -> Any:
    """Output sizes and scales (0: given by the sizes) of the axes, from whichever slot or attribute is set."""
    rank = len(sizes)
    if SizeTensor or OutSize is not None:
        return numbers(None if SizeTensor else OutSize, SizeTensor, ()), [0.0] * rank
    scales = [float(s) for s in (attrs["scale"] if Scale is None else np.asarray(Scale).reshape(-1))]
    out = [attrs[name] for name in _names(rank)]
    if Scale is None and all(o > 0 for o in out):
        # As in PaddlePaddle: a scale given with the sizes still sets the ratio.
        return out, (scales * rank)[:rank] if scales else [0.0] * rank
    if not scales:
        raise InvalidArgumentError("interpolation needs output sizes or a scale")
    scales = scales * rank if len(scales) == 1 else scales
    if any(s <= 0 for s in scales):
        raise InvalidArgumentError(f"the scale of an interpolation should be positive, but got {scales}")
    return [_scaled(n, s) for n, s in zip(sizes, scales, strict=True)], scales


def _scaled(n: D.Size, scale: float) -> D.Size:
    if isinstance(n, int):
        return int(n * scale)
    return n * int(scale) if scale == int(scale) else D.fresh()


def _matrices(
    sizes: Sequence[int], out: Sequence[int], scales: Sequence[float], attrs: dict[str, Any]
) -> list[Any]:
    method = attrs["interp_method"]
    rest = (bool(attrs["align_corners"]), int(attrs["align_mode"]))
    return [
        axis_matrix(int(n), int(o), method, *rest, float(s))
        for n, o, s in zip(sizes, out, scales, strict=True)
    ]


_GRAD_NAMES = ("data_layout", "interp_method", "align_corners", "align_mode")


def _interp(type: str, rank: int, method: str) -> Op:
    def call(  # type: ignore[no-untyped-def]
        X,
        OutSize=None,
        SizeTensor: Many = None,
        Scale=None,
        *,
        data_layout="NCHW",
        out_d=0,
        out_h=0,
        out_w=0,
        scale=(),
        interp_method=method,
        align_corners=True,
        align_mode=1,
    ):
        attrs = {
            "out_d": out_d,
            "out_h": out_h,
            "out_w": out_w,
            "scale": scale,
            "interp_method": interp_method,
        }
        attrs |= {"align_corners": align_corners, "align_mode": align_mode}
        x = to_channel_first(X, data_layout)
        out, scales = _target(x.shape[2:], OutSize, SizeTensor, Scale, attrs)
        return from_channel_first(resize(x, _matrices(x.shape[2:], out, scales, attrs)), data_layout)

    record = op(type)(call)
    record.__doc__ = f"{method} interpolation along {rank} axes. ONNX: Resize."

    @record.infer
    def infer(X: Any, OutSize: Any = None, SizeTensor: Any = None, Scale: Any = None, **attrs: Any) -> Spec:
        if len(X.dims) != rank + 2:
            raise InvalidArgumentError(f"{type} needs a {rank + 2}-D tensor, but its shape is {list(X.dims)}")
        sizes = spatial(X.dims, attrs["data_layout"])
        if SizeTensor:
            out = [D.fresh() if t.content is None else t.content.item() for t in SizeTensor]
        elif OutSize is not None:
            out = [D.fresh() for _ in sizes] if OutSize.content is None else list(OutSize.content)
        elif Scale is not None:
            out = [D.fresh() for _ in sizes]
        else:
            out = _target(sizes, None, None, None, attrs)[0]
        channels = X.dims[-1] if is_channel_last(attrs["data_layout"]) else X.dims[1]
        return Spec(full_dims(X.dims, channels, out, attrs["data_layout"]), X.dtype)

    @record.grad(saves="")
    def gradient(c: Any, g: Any) -> Any:
        like = c.like("X")
        fixed = {name: getattr(c, name) for name in _GRAD_NAMES}
        scales = [float(s) for s in c.scale] if not any(c._node.edges[1:]) else []
        shape = _static_shape(like) if like.value is None else shape_op(like.value)
        return resize_grad(g, shape, **fixed, scale=scales), None, None, None

    record.onnx(_lower)
    return record


def _static_shape(like: Any) -> Any:
    from ..tensor.creation import to_tensor

    return to_tensor(np.array(like.dims, dtype=np.int32))


@op("resize_grad", out="X@GRAD")
def resize_grad(  # type: ignore[no-untyped-def]
    G, Shape, *, data_layout="NCHW", interp_method="bilinear", align_corners=True, align_mode=1, scale=()
):
    """The gradient of an interpolation whose input has shape ``Shape``. ONNX: MatMul."""
    attrs = {"interp_method": interp_method, "align_corners": align_corners, "align_mode": align_mode}
    g = to_channel_first(G, data_layout)
    sizes = spatial([int(s) for s in Shape], data_layout)
    matrices = _matrices(sizes, g.shape[2:], _scales(scale, len(sizes)), attrs)
    return from_channel_first(resize(g, [m.T for m in matrices]), data_layout)


def _scales(scale: Sequence[float], rank: int) -> list[float]:
    return (list(scale) * rank)[:rank] if scale else [0.0] * rank


@resize_grad.infer
def _(G: Any, Shape: Any, **attrs: Any) -> Spec:
    return Spec(
        tuple(Shape.content) if Shape.content is not None else tuple(D.fresh() for _ in G.dims), G.dtype
    )


@resize_grad.grad(saves="")
def _(c: Any, g: Any) -> Any:
    like = c.like("G")
    out = spatial(like.dims, c.data_layout)
    if not D.is_static(out):
        raise InvalidArgumentError("the second gradient of an interpolation needs known sizes")
    record = RESIZE[c.interp_method, len(out)]
    fixed = {name: getattr(c, name) for name in _GRAD_NAMES}
    return record(g, **fixed, **dict(zip(_names(len(out)), out, strict=True)), scale=list(c.scale)), None


@resize_grad.onnx
def _(b: Any, G: Any, Shape: Any, *, data_layout: str, scale: Sequence[float], **attrs: Any) -> Any:
    out, sizes = (
        spatial(G.dims, data_layout),
        None if Shape.content is None else spatial(Shape.content, data_layout),
    )
    if sizes is None or not D.is_static((*out, *sizes)):
        raise InvalidArgumentError("the gradient of an interpolation needs known sizes in ONNX")
    g = _channels_first_onnx(b, G, data_layout)
    rank = len(out)
    for i, m in enumerate(_matrices(sizes, out, _scales(scale, rank), attrs)):
        perm = [a for a in range(rank + 2) if a != i + 2] + [i + 2]
        back = [int(a) for a in np.argsort(perm)]
        g = b.Transpose(b.MatMul(b.Transpose(g, perm=perm), b.const(m.astype(G.dtype.np))), perm=back)
    return _channels_back_onnx(b, g, rank + 2, data_layout)


def _lower(
    b: Any, X: Any, OutSize: Any = None, SizeTensor: Any = None, Scale: Any = None, **attrs: Any
) -> Any:
    layout = attrs["data_layout"]
    x = _channels_first_onnx(b, X, layout)
    rank = len(X.dims) - 2
    method = {"nearest": "nearest", "bicubic": "cubic"}.get(attrs["interp_method"], "linear")
    corners = attrs["align_corners"]
    half = method == "cubic" or (method == "linear" and attrs["align_mode"] == 0)
    how = {
        "mode": method,
        "coordinate_transformation_mode": "align_corners"
        if corners
        else "half_pixel"
        if half
        else "asymmetric",
        "nearest_mode": "round_prefer_ceil" if corners else "floor",
        "cubic_coeff_a": _CUBIC,
    }
    sizes = spatial(X.dims, layout)
    scales: Any = None
    if SizeTensor or OutSize is not None:
        parts = SizeTensor or [OutSize]
        wanted = [b.Reshape(b.cast(p, "int64"), b.const([-1], "int64")) for p in parts]
        target = b.Concat(*wanted, axis=0) if len(wanted) > 1 else wanted[0]
    elif Scale is not None:
        scales = b.Expand(
            b.Reshape(b.cast(Scale, "float32"), b.const([-1], "int64")), b.const([rank], "int64")
        )
    else:
        out, given = _target(sizes, None, None, None, attrs)
        if any(given) and not all(
            isinstance(o, int) and isinstance(n, int) and o == n * s
            for o, n, s in zip(out, sizes, given, strict=True)
        ):
            scales = b.const(np.array(given, np.float32))
        else:
            target = b.const([int(o) for o in out], "int64")
    if scales is not None:
        full = b.Concat(b.const(np.ones(2, np.float32)), scales, axis=0)
        out_ref = b.Resize(x, None, full, **how)
    else:
        lead = b.Slice(b.Shape(x), b.const([0], "int64"), b.const([2], "int64"))
        out_ref = b.Resize(x, None, None, b.Concat(lead, target, axis=0), **how)
    return _channels_back_onnx(b, out_ref, rank + 2, layout)


#: The interpolation op by method and number of axes.
RESIZE: dict[tuple[str, int], Op] = {
    ("linear", 1): _interp("linear_interp_v2", 1, "linear"),
    ("bilinear", 2): _interp("bilinear_interp_v2", 2, "bilinear"),
    ("trilinear", 3): _interp("trilinear_interp_v2", 3, "trilinear"),
    ("bicubic", 2): _interp("bicubic_interp_v2", 2, "bicubic"),
    ("nearest", 2): _interp("nearest_interp_v2", 2, "nearest"),
}

for (_method, _rank), _record in RESIZE.items():
    _size = dict(zip(_names(_rank), (5, 7, 4), strict=False))
    _shape = (2, 3, 4, 5, 3)[: _rank + 2]
    _record.sample(f32(*_shape), align_corners=False, align_mode=0, **_size, tol=1e-4)
    _record.sample(f32(*_shape), align_corners=True, **_size, tol=1e-4)
    _record.sample(f32(*_shape), align_corners=False, scale=[2.0], tol=1e-4)
RESIZE["bilinear", 2].sample(
    f32(1, 4, 4, 2), data_layout="NHWC", align_corners=False, out_h=3, out_w=6, tol=1e-4
)
resize_grad.sample(
    f32(1, 2, 6, 4), np.array([1, 2, 3, 5], np.int32), align_corners=False, align_mode=0, tol=1e-4
)

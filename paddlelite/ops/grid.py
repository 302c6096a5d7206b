"""Sampling an image at given points: grid_sampler and affine_grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, UnimplementedError
from ..op import Spec, op
from .samples import f32

__all__ = ["affine_grid", "grid_sampler"]


def _unnormalise(t: np.ndarray, n: int, align_corners: bool) -> np.ndarray:
    """From [-1, 1] to pixels."""
    return (t + 1) / 2 * (n - 1) if align_corners else ((t + 1) * n - 1) / 2


def _slope(n: int, align_corners: bool) -> float:
    return (n - 1) / 2 if align_corners else n / 2


def _reflect(t: np.ndarray, n: int, align_corners: bool) -> tuple[np.ndarray, np.ndarray]:
    """Points folded back at the borders, and the sign the fold gives the slope."""
    low, span = (0.0, n - 1) if align_corners else (-0.5, n)
    if span == 0:
        return np.zeros_like(t), np.zeros_like(t)
    far = np.abs(t - low)
    folds = np.floor(far / span)
    rest = far - folds * span
    odd = folds % 2 == 1
    sign = np.where(t < low, -1.0, 1.0) * np.where(odd, -1.0, 1.0)
    return np.where(odd, span - rest, rest) + low, sign.astype(t.dtype)


def _points(t: np.ndarray, n: int, padding: str, align_corners: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates along one axis and their slope with respect to the grid."""
    at = _unnormalise(t, n, align_corners)
    slope = np.full(t.shape, _slope(n, align_corners), t.dtype)
    if padding == "zeros":
        return at, slope
    if padding == "reflection":
        at, sign = _reflect(at, n, align_corners)
        slope = slope * sign
    inside = (at > 0) & (at < n - 1)
    return np.clip(at, 0, n - 1), slope * inside


def _corners(x: np.ndarray, grid: np.ndarray, mode: str, padding: str, align_corners: bool) -> Any:
    """For every corner of the cells sampled: row, column, whether inside, weight, and the weight's two derivatives."""
    h, w = x.shape[2:]
    px, sx = _points(grid[..., 0], w, padding, align_corners)
    py, sy = _points(grid[..., 1], h, padding, align_corners)
    if mode == "nearest":
        cells = [(np.rint(py), np.rint(px), np.ones_like(px), None, None)]
    else:
        y0, x0 = np.floor(py), np.floor(px)
        fy, fx = py - y0, px - x0
        cells = [
            (y0, x0, (1 - fy) * (1 - fx), -(1 - fx) * sy, -(1 - fy) * sx),
            (y0, x0 + 1, (1 - fy) * fx, -fx * sy, (1 - fy) * sx),
            (y0 + 1, x0, fy * (1 - fx), (1 - fx) * sy, -fy * sx),
            (y0 + 1, x0 + 1, fy * fx, fx * sy, fy * sx),
        ]
    for row, column, weight, dy, dx in cells:
        inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
        rows = np.clip(row, 0, h - 1).astype(np.int64)
        columns = np.clip(column, 0, w - 1).astype(np.int64)
        yield rows, columns, inside, weight, dy, dx


def _batch(x: np.ndarray) -> np.ndarray:
    return np.arange(x.shape[0])[:, None, None]


@op("grid_sampler", out="Output")
def grid_sampler(X, Grid, *, mode="bilinear", padding_mode="zeros", align_corners=True):  # type: ignore[no-untyped-def]
    """``X`` [N, C, H, W] at the points ``Grid`` [N, oH, oW, 2] (x, y in [-1, 1]). ONNX: GridSample."""
    out: Any = 0.0
    for rows, columns, inside, weight, _, _ in _corners(X, Grid, mode, padding_mode, align_corners):
        values = np.moveaxis(X[_batch(X), :, rows, columns], -1, 1)
        out = out + values * (weight * inside)[:, None]
    return out.astype(X.dtype)


@grid_sampler.infer
def _(X: Any, Grid: Any, *, mode: str, padding_mode: str, align_corners: bool) -> Spec:
    if len(X.dims) != 4 or len(Grid.dims) != 4:
        raise InvalidArgumentError(
            f"grid_sample needs 4-D tensors, but got {list(X.dims)} and {list(Grid.dims)}"
        )
    if mode not in ("bilinear", "nearest") or padding_mode not in ("zeros", "border", "reflection"):
        raise InvalidArgumentError(f"grid_sample has no mode {mode!r} with padding_mode {padding_mode!r}")
    return Spec((X.dims[0], X.dims[1], *Grid.dims[1:3]), X.dtype)


@grid_sampler.grad(saves="X Grid")
def _(c: Any, g: Any) -> Any:
    attrs = {"mode": c.mode, "padding_mode": c.padding_mode, "align_corners": c.align_corners}
    return grid_sampler_grad(c.X, c.Grid, g, **attrs)


@grid_sampler.onnx
def _(b: Any, X: Any, Grid: Any, *, mode: str, padding_mode: str, align_corners: bool) -> Any:
    if mode == "bilinear" and padding_mode == "reflection" and not align_corners:
        raise UnimplementedError("grid_sample with reflection and align_corners=False has no equal ONNX form")
    return b.GridSample(X, Grid, mode=mode, padding_mode=padding_mode, align_corners=int(align_corners))


@op("grid_sampler_grad", out=("X@GRAD", "Grid@GRAD"))
def grid_sampler_grad(  # type: ignore[no-untyped-def]
    X, Grid, G, *, mode="bilinear", padding_mode="zeros", align_corners=True
):
    """The gradients of grid_sampler with respect to the image and the points."""
    dx, dgrid = np.zeros_like(X), np.zeros_like(Grid)
    g_last = np.moveaxis(G, 1, -1)
    for rows, columns, inside, weight, slope_y, slope_x in _corners(
        X, Grid, mode, padding_mode, align_corners
    ):
        np.add.at(np.moveaxis(dx, 1, -1), (_batch(X), rows, columns), g_last * (weight * inside)[..., None])
        if slope_y is not None:
            along = (X[_batch(X), :, rows, columns] * g_last).sum(-1) * inside
            dgrid[..., 0] += along * slope_x
            dgrid[..., 1] += along * slope_y
    return dx, dgrid


grid_sampler_grad.infer(lambda X, Grid, G, **attrs: (Spec(X.dims, X.dtype), Spec(Grid.dims, Grid.dtype)))
_GRID = f32(2, 3, 4, 2, low=-0.9, high=0.9)
grid_sampler.sample(f32(2, 3, 5, 6), _GRID, tol=1e-4).sample(
    f32(2, 3, 5, 6), _GRID, align_corners=False, tol=1e-4
)
grid_sampler.sample(f32(2, 3, 5, 6), f32(2, 3, 4, 2, low=-1.5, high=1.5), padding_mode="border", tol=1e-4)
grid_sampler.sample(f32(2, 3, 5, 6), _GRID, mode="nearest", grad="X", tol=1e-4)
grid_sampler_grad.sample(f32(2, 3, 5, 6), _GRID, f32(2, 3, 3, 4), grad="", tol=1e-4)


@op("affine_grid", out="Output", composite=True)
def affine_grid(Theta, OutputShape=None, *, output_shape=(), align_corners=True):  # type: ignore[no-untyped-def]
    """The points [N, H, W, 2] that the affine maps ``Theta`` [N, 2, 3] send the pixels of an image to."""
    from ..tensor.creation import to_tensor
    from .linalg import matmul
    from .shape import reshape

    sizes: Sequence[Any] = output_shape
    if OutputShape is not None:
        content = OutputShape.content if OutputShape._data is None else OutputShape._data
        if content is None:
            raise InvalidArgumentError(
                "affine_grid needs an output shape that is known when the graph is built"
            )
        sizes = list(content)
    h, w = (int(s) for s in sizes[-2:])

    def line(n: int) -> np.ndarray:
        edge = 1.0 if align_corners else (n - 1) / n
        return np.linspace(-edge, edge, n) if n > 1 else np.zeros(1)

    y, x = np.meshgrid(line(h), line(w), indexing="ij")
    base = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(h * w, 3)
    points = matmul(to_tensor(base.astype(Theta.dtype.np)), Theta, trans_y=True)
    return reshape(points, shape=[-1, h, w, 2])


affine_grid.sample(f32(2, 2, 3), output_shape=[2, 3, 4, 5]).sample(
    f32(1, 2, 3), output_shape=[1, 1, 2, 3], align_corners=False
)

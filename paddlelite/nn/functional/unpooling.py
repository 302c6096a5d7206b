"""The way back from max pooling: values at the places they were found, zeros elsewhere."""

from __future__ import annotations

from math import prod
from typing import Any

from ...errors import InvalidArgumentError
from ...tensor.creation import zeros
from ...tensor.manipulation import reshape
from ...tensor.scattering import put_along_axis
from ...tensor.tensor import Tensor
from .conv import each_axis

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]


def _unpooled(
    x: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
    layout: Any,
    rank: int,
) -> Tensor:
    names = ("NCL", "NCHW", "NCDHW")
    if layout != names[rank - 1]:
        raise InvalidArgumentError(f"data_format should be {names[rank - 1]}, but is {layout}")
    for name, each in (("x", x), ("indices", indices)):
        if len(each.dims) != rank + 2:
            raise InvalidArgumentError(
                f"The {name} should have [{', '.join(names[rank - 1])}] format, but received {list(each.shape)}."
            )
    kernel = each_axis(kernel_size, rank, "kernel_size")
    steps = kernel if stride is None else each_axis(stride, rank, "stride")
    border = each_axis(padding, rank, "padding")
    usual = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(x.dims[2:], steps, kernel, border)]
    sizes = usual if output_size is None else [int(n) for n in output_size][-rank:]
    if output_size is not None and len(output_size) not in (rank, rank + 2):
        raise InvalidArgumentError(
            f"output_size should be a sequence containing {rank} or {rank + 2} elements, but is {output_size}"
        )
    for axis, (size, common, step) in enumerate(zip(sizes, usual, steps)):
        if not common - step < size < common + step:
            raise InvalidArgumentError(
                f'invalid output_size "{output_size}" (dim {axis} must be between {common - step} and {common + step})'
            )
    flat = zeros([*x.dims[:2], prod(sizes)], dtype=x.dtype)
    places, values = (reshape(each, [*x.dims[:2], -1]) for each in (indices, x))
    return reshape(put_along_axis(flat, places, values, axis=2), [*x.dims[:2], *sizes])


def max_unpool1d(
    x: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    data_format: str = "NCL",
    output_size: Any = None,
    name: str | None = None,
) -> Tensor:
    """The 1-D form of :func:`max_unpool2d`, of [N, C, L]."""
    return _unpooled(x, indices, kernel_size, stride, padding, output_size, data_format, 1)


def max_unpool2d(
    x: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    data_format: str = "NCHW",
    output_size: Any = None,
    name: str | None = None,
) -> Tensor:
    """``x`` [N, C, H, W] at the places that :func:`max_pool2d` gives with ``return_mask``, zeros elsewhere.

    ``output_size`` chooses among the sizes that pooling makes equal.
    Raises InvalidArgumentError for one that is none of them, or another shape.

    >>> import paddlelite as paddle
    >>> x = paddle.arange(16, dtype="float32").reshape([1, 1, 4, 4])
    >>> best, places = paddle.nn.functional.max_pool2d(x, 2, return_mask=True)
    >>> paddle.nn.functional.max_unpool2d(best, places, 2)[0, 0, 1].tolist()
    [0.0, 5.0, 0.0, 7.0]
    """
    return _unpooled(x, indices, kernel_size, stride, padding, output_size, data_format, 2)


def max_unpool3d(
    x: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    data_format: str = "NCDHW",
    output_size: Any = None,
    name: str | None = None,
) -> Tensor:
    """The 3-D form of :func:`max_unpool2d`, of [N, C, D, H, W]."""
    return _unpooled(x, indices, kernel_size, stride, padding, output_size, data_format, 3)

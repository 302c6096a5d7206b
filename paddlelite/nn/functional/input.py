"""Functionals that take class numbers: embedding and one_hot."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...dtypes import float32
from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...ops.embedding import lookup_table
from ...tensor.tensor import Tensor

__all__ = ["embedding", "embedding_renorm_", "one_hot"]


def embedding(
    x: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    sparse: bool = False,
    scale_grad_by_freq: bool = False,
    name: str | None = None,
) -> Tensor:
    """The rows of ``weight`` [rows, width] at the integers ``x``: [..., width]. Paddle op: lookup_table_v2.

    ``padding_idx``: a row that gives zeros and gets no gradient. ``max_norm``: rows that are used and longer than it
    are first shortened to it, in ``weight`` itself. ``sparse`` is accepted; gradients are dense.

    Raises InvalidArgumentError for a number outside the table.

    >>> import paddlelite as paddle
    >>> w = paddle.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paddle.nn.functional.embedding(paddle.to_tensor([1, 0]), w).numpy()
    array([[3., 4.],
           [1., 2.]], dtype=float32)
    """
    if scale_grad_by_freq:
        raise NotImplementedError(
            "scale_grad_by_freq=True does not exist here: divide the gradient by the counts"
        )
    rows = weight.dims[0]
    if padding_idx is None:
        padding = -1
    elif not -rows <= padding_idx < rows:
        raise InvalidArgumentError(f"padding_idx must be within [-{rows}, {rows})")
    else:
        padding = padding_idx % rows
    if max_norm is not None:
        embedding_renorm_(x, weight, max_norm, norm_type)
    return lookup_table(x, weight, padding_idx=padding)


def embedding_renorm_(x: Tensor, weight: Tensor, max_norm: float, norm_type: float = 2.0) -> Tensor:
    """Shorten the rows of ``weight`` that ``x`` names to at most ``max_norm``, in place."""
    if x._data is None or weight._data is None:
        raise InvalidArgumentError(
            "embedding(max_norm=...) changes the table in place, which a graph can not do"
        )
    used = np.unique(x._data)
    rows = weight._data[used]
    lengths = np.linalg.norm(rows, ord=norm_type, axis=1, keepdims=True)
    array = weight._data.copy()
    array[used] = np.where(lengths > max_norm, rows * (max_norm / (lengths + 1e-7)), rows)
    weight.set_value(array)
    return weight


def one_hot(x: Tensor, num_classes: int = -1, name: str | None = None) -> Tensor:
    """A float tensor with one more axis: 1 at the class numbers ``x``, else 0. Paddle op: one_hot_v2.

    ``num_classes=-1`` is one more than the largest number. Raises InvalidArgumentError for a number outside.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.one_hot(paddle.to_tensor([1, 0]), 2).numpy()
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    if isinstance(num_classes, Tensor):
        if num_classes._data is None:
            return call("one_hot_v2", x, num_classes, depth=-1, dtype=float32, allow_out_of_range=False)
        num_classes = int(num_classes)
    if num_classes == -1:
        if x._data is None:
            raise InvalidArgumentError(
                "one_hot: give num_classes inside a graph, where the numbers are not known"
            )
        num_classes = int(x._data.max()) + 1 if x._data.size else 0
    attrs: dict[str, Any] = {"depth": int(num_classes), "dtype": float32, "allow_out_of_range": False}
    return call("one_hot_v2", x, None, **attrs)

"""What a Model's loss gives, checked before anything is learned from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dims import numel
from ..errors import InvalidTypeError, MismatchError
from ..tensor.tensor import Tensor
from .batches import listed

__all__ = ["losses_of", "outputs_of"]


def outputs_of(network: Any, inputs: list[Any]) -> list[Any]:
    """The outputs of a network. Raises InvalidTypeError when it gives nothing."""
    outputs = network(*inputs)
    if outputs is None:
        raise InvalidTypeError(
            f"the forward() of {type(network).__name__} returned None: it has to return its outputs"
        )
    return listed(outputs)


def losses_of(loss: Callable[..., Any], outputs: list[Any], labels: list[Any]) -> list[Any]:
    """The losses of a batch.

    Raises InvalidTypeError for a loss that is no Tensor, MismatchError (an AssertionError) for one of many elements.
    """
    found = listed(loss(*outputs, *labels))
    for one in found:
        if not isinstance(one, Tensor):
            raise InvalidTypeError(
                f"the loss has to be a Tensor, or a list of them, but is {type(one).__name__}"
            )
        if numel(one.dims) != 1:
            raise MismatchError(
                f"The number of elements of loss should be 1, but its shape is {list(one.shape)}. Maybe that you "
                "should call paddle.mean to process it."
            )
    return found

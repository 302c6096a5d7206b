"""Items of Python sequences found by a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import weaken

from ..symbolic import refuse

__all__ = ["pick"]


def pick(items: Sequence[Any], position: Any) -> Any:
    """`items[position]` where the position is a tensor: the items must be tensors or numbers of one shape."""
    import paddlelite as paddle

    if not isinstance(position, Tensor):
        return items[position]
    tensors = [item if isinstance(item, Tensor) else paddle.to_tensor(item) for item in items]
    if len({(t.dtype, tuple(t.dims)) for t in tensors}) != 1:
        raise refuse("a list is indexed by a tensor, but its items have different dtypes or shapes")
    found = paddle.stack(tensors)[position]
    return found if any(isinstance(item, Tensor) for item in items) else weaken(found)

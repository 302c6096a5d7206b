"""``fluid.data``, ``fluid.embedding`` and ``fluid.one_hot``: 1.6's forms of what ``fluid.layers`` has."""

from __future__ import annotations

from typing import Any

from ..nn import functional as F
from ..static import variables
from .layers.door import rows
from .layers.io import in_graph
from .layers.nn import embedding_of

__all__ = ["data", "embedding", "one_hot"]


def _data(name: str, shape: Any, dtype: Any, lod_level: int) -> Any:
    in_graph("data", name)
    return variables.data(name, shape, dtype, lod_level)


# fmt: off
_TABLE = rows(
    # The shape is the whole shape: nothing is put in front for the batch.
    data=lambda name, shape, dtype="float32", lod_level=0: _data(name, shape, dtype, lod_level),
    # Ids may have any shape: no axis is dropped.
    embedding=lambda input, size, is_sparse=False, is_distributed=False, padding_idx=None, param_attr=None,
    dtype="float32": embedding_of(input, size, padding_idx, param_attr, dtype, squeezes=False),
    one_hot=lambda input, depth, allow_out_of_range=False: F.one_hot(input, int(depth)),
)
# fmt: on

data, embedding, one_hot = (_TABLE[name] for name in __all__)

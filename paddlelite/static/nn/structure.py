"""Tensors in lists, tuples and dicts, as branches and loops return them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import nested
from ...nested import Leaf
from ...tensor.creation import to_tensor
from ...tensor.tensor import Tensor

__all__ = ["flatten", "same"]


def flatten(tree: Any) -> tuple[Any, list[Tensor]]:
    """The structure with leaves in place of tensors (numbers become tensors), and the tensors in order."""
    flat = nested.flatten(tree, lambda part: part is not None and nested.parts(part) is None)
    return flat.template, [t if isinstance(t, Tensor) else to_tensor(t) for t in flat.tensors]


def same(a: Any, b: Any) -> bool:
    """Whether two structures are alike; lists and tuples are."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return (a is None) == (b is None) and isinstance(a, Leaf) == isinstance(b, Leaf)

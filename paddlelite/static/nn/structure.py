"""Tensors in lists, tuples and dicts: taken out in order, and put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...tensor.creation import to_tensor
from ...tensor.tensor import Tensor

__all__ = ["flatten", "same", "unflatten"]


class _Leaf:
    """Where a tensor was."""


_LEAF = _Leaf()


def flatten(tree: Any) -> tuple[Any, list[Tensor]]:
    """The structure with leaves in place of tensors (numbers become tensors), and the tensors in order."""
    tensors: list[Tensor] = []
    return _strip(tree, tensors), tensors


def _strip(tree: Any, tensors: list[Tensor]) -> Any:
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {key: _strip(value, tensors) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_strip(value, tensors) for value in tree)
    tensors.append(tree if isinstance(tree, Tensor) else to_tensor(tree))
    return _LEAF


def unflatten(template: Any, tensors: Iterable[Tensor]) -> Any:
    """The structure with ``tensors`` in place of its leaves."""
    return _fill(template, iter(tensors))


def _fill(template: Any, tensors: Iterator[Tensor]) -> Any:
    if template is None:
        return None
    if isinstance(template, Mapping):
        return {key: _fill(value, tensors) for key, value in template.items()}
    if isinstance(template, (list, tuple)):
        return type(template)(_fill(value, tensors) for value in template)
    return next(tensors)


def same(a: Any, b: Any) -> bool:
    """Whether two structures are alike; lists and tuples are."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return (a is None) == (b is None) and isinstance(a, _Leaf) == isinstance(b, _Leaf)

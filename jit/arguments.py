"""Arguments and results as trees: the tensors in them, where each stands, and the rest as a key."""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import Any

import numpy as np

from paddlelite.static import InputSpec
from paddlelite.tensor.tensor import Tensor

from .merge import Leaf, Object

__all__ = ["Arguments", "flatten", "static_key"]


@dataclass
class Arguments:
    """A call's arguments: `template` with `Leaf(i)` for the i-th tensor, the tensors, and where each stands."""

    template: Any
    tensors: list[Any]
    paths: list[str]
    rest: dict[str, Any] = field(default_factory=dict)  # the constants by their places


def flatten(value: Any) -> Arguments:
    """Split a structure of lists, tuples and dicts into its tensors (or InputSpecs, arrays) and the rest."""
    found = Arguments(None, [], [])
    found.template = _split(value, "", found)
    return found


def _split(value: Any, path: str, found: Arguments) -> Any:
    if isinstance(value, (Tensor, InputSpec, np.ndarray)):
        found.tensors.append(value)
        found.paths.append(path)
        return Leaf(len(found.tensors) - 1)
    kind = type(value)
    if isinstance(value, list) and getattr(value, "array", None) is not None:
        return _split(value.array, path, found)  # type: ignore[attr-defined]
    if isinstance(value, list):
        kind = list
    if kind is list or isinstance(value, tuple):
        names = getattr(value, "_fields", None) or range(len(value))
        parts = [
            _split(part, f"{path}_{n}" if path else str(n), found)
            for n, part in zip(names, value, strict=True)
        ]
        return kind(*parts) if hasattr(value, "_fields") else kind(parts)
    if isinstance(value, dict) and kind.__name__ in ("dict", "OrderedDict"):
        return kind((k, _split(part, f"{path}_{k}" if path else str(k), found)) for k, part in value.items())
    if is_dataclass(kind) and (own := Object.of(value)):
        return Object(
            value, {k: _split(v, f"{path}_{k}" if path else k, found) for k, v in own.attributes.items()}
        )
    if kind is not Leaf:
        found.rest[path] = value
    return value


def static_key(template: Any) -> Any:
    """A hashable key of a template: equal keys mean equal structure and equal constants.

    Objects that are not plain values count as themselves (the cache keeps them alive).
    """
    kind = type(template)
    if kind is Leaf:
        return template
    if kind in (list, tuple) or hasattr(template, "_fields"):
        return (kind, *map(static_key, template))
    if kind is Object:
        return (type(template.like), static_key(template.attributes))
    if isinstance(template, dict):
        return (kind, *((k, static_key(v)) for k, v in template.items()))
    if kind in (bool, int, float, complex, str, bytes, type(None)):
        return (
            kind,
            repr(template) if kind in (float, complex) else template,
        )  # 0.0 and -0.0 differ, nan is itself
    return _Identity(template)


class _Identity:
    """An object as a key: equal only to itself."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.target is self.target

    def __hash__(self) -> int:
        return id(self.target)

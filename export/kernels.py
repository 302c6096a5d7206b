"""Which dtypes onnxruntime's CPU kernels take, and the exact wider dtype to use where one is missing.

``ort_kernels.json`` is measured, not written: it lists what onnxruntime 1.20.1 (the oldest supported)
reports about its own kernels, per op and opset range, for the dtypes this package has;
tests/export/test_kernels.py compares it with the installed release. ``*`` stands for all dtypes; an op that
takes everything is not listed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..dtypes import BY_NAME, DType

__all__ = ["widen"]

# Wider dtypes that hold every value of the narrow one, cheapest first. Arithmetic done there and cast back
# is exact for comparisons and selections, rounds once for halves, and wraps like the narrow integer.
_WIDER: dict[str, tuple[str, ...]] = {
    "bool": ("uint8", "int32", "int64", "float32", "float64"),
    "uint8": ("int32", "int64", "float32", "float64"),
    "int8": ("int32", "int64", "float32", "float64"),
    "int16": ("int32", "int64", "float32", "float64"),
    "int32": ("int64", "float64"),
    "float16": ("float32", "float64"),
    "bfloat16": ("float32", "float64"),
    "float32": ("float64",),
}


@cache
def _table() -> dict[str, list[Any]]:
    text = (Path(__file__).parent / "ort_kernels.json").read_text(encoding="utf-8")
    table: dict[str, list[Any]] = json.loads(text)
    return table


def _kernels(op: str, opset: int) -> list[Mapping[str, str]] | None:
    for first, last, combinations in _table().get(op, ()):
        if first <= opset and (not last or opset <= last):
            return combinations  # type: ignore[no-any-return]
    return None


def _runs(kernel: Mapping[str, str], bound: Mapping[str, str]) -> bool:
    return all(kernel.get(t, "*") == "*" or d in kernel[t].split() for t, d in bound.items())


@cache
def _choose(op: str, opset: int, bound: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...] | None:
    if any(d.startswith("complex") for _, d in bound):
        return None
    kernels = _kernels(op, opset)
    if kernels is None or any(_runs(k, dict(bound)) for k in kernels):
        return ()
    names = [t for t, _ in bound]
    options = [(d, *_WIDER.get(d, ())) for _, d in bound]
    # The cheapest combination: as few casts as possible, then the narrowest dtypes.
    ranked = sorted(
        itertools.product(*(range(len(o)) for o in options)), key=lambda ix: (sum(map(bool, ix)), sum(ix))
    )
    for ix in ranked:
        chosen = {t: o[i] for t, o, i in zip(names, options, ix)}
        if any(_runs(k, chosen) for k in kernels):
            return tuple((t, d) for (t, d), i in zip(chosen.items(), ix) if i)
    return None


def widen(op: str, opset: int, bound: Mapping[str, DType]) -> dict[str, DType] | None:
    """The dtypes to cast to so that onnxruntime has a kernel of ``op`` at ``opset``.

    ``bound`` gives the dtype of each type parameter of the op's schema ("T", "Tind"); the result names
    those that must change. Empty when the kernel exists, None when there is no exact way.
    """
    changes = _choose(op, opset, tuple((t, d.name) for t, d in bound.items()))
    return None if changes is None else {t: BY_NAME[d] for t, d in changes}

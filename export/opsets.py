"""Nodes of the base opset written for another one, in one place.

Lowerings know opset 18 only. Here a call is rewritten when its signature or meaning differs at the opset
asked for, passed through when it is the same there, and refused (:class:`Unsupported`) when the opset can
not express it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .signatures import BASE_OPSET, Signature, schema, signature

if TYPE_CHECKING:
    from .builder import Builder, Ref

__all__ = ["MIN_OPSET", "Unsupported", "adapt", "latest_opset"]

MIN_OPSET = 11


class Unsupported(Exception):
    """A call that can not be written. ``op`` is ONNX's, ``needs`` the opset that has it (0: none)."""

    def __init__(self, op: str, reason: str, needs: int = 0) -> None:
        super().__init__(reason)
        self.op, self.reason, self.needs = op, reason, needs


def latest_opset() -> int:
    """The newest opset the installed onnx can check."""
    from onnx import defs

    return int(defs.onnx_opset_version())


def adapt(
    b: Builder, sig: Signature, refs: tuple[Ref | None, ...], attrs: dict[str, Any], count: int
) -> tuple[Ref, ...] | None:
    """The results of the call at ``b.opset``, or None when it is written as it stands."""
    opset = b.opset
    if opset == BASE_OPSET and sig.since <= BASE_OPSET:
        return None
    found = schema(sig.op, opset)
    if found is not None and found.since_version == sig.since:
        return None
    rule = (_UP if opset > BASE_OPSET >= sig.since else _DOWN).get(sig.op)
    if rule is not None:
        return rule(b, sig, refs, attrs, count)
    if found is None:
        raise Unsupported(sig.op, f"{sig.op} exists from opset {sig.since} on", sig.since)
    return _as_it_stands(b, sig, found, refs, attrs, count)


def _as_it_stands(
    b: Builder, sig: Signature, found: Any, refs: tuple[Ref | None, ...], attrs: dict[str, Any], count: int
) -> tuple[Ref, ...] | None:
    """Nothing to do when the other version has the slots and attributes that are used; refused otherwise."""
    needs = max(sig.since, found.since_version) if b.opset < BASE_OPSET else 0
    if sig.op in _MEANING and b.opset > BASE_OPSET >= sig.since:
        raise Unsupported(sig.op, f"{sig.op} means something else at opset {b.opset}")
    missing = [name for name in attrs if name not in found.attributes]
    if missing:
        raise Unsupported(sig.op, f"{sig.op} has no attribute {missing[0]} at opset {b.opset}", needs)
    used = max((i + 1 for i, r in enumerate(refs) if r is not None), default=0)
    if used > found.max_input or count > found.max_output:
        raise Unsupported(sig.op, f"{sig.op} takes {found.max_input} inputs at opset {b.opset}", needs)
    return None


#: Operators whose newer version means something else for the same inputs.
_MEANING = {"GroupNormalization"}

Rule = Callable[..., "tuple[Ref, ...] | None"]


def _numbers(sig: Signature, ref: Ref | None, what: str) -> list[int] | None:
    """The numbers of a constant input. Raises Unsupported when it is computed at run time."""
    if ref is None:
        return None
    if ref.value is None:
        raise Unsupported(sig.op, f"{sig.op}: {what} computed at run time need opset {sig.since}", sig.since)
    return [int(v) for v in np.atleast_1d(ref.value)]


def _plain(b: Builder, op: str, refs: Any, attrs: dict[str, Any], count: int) -> tuple[Ref, ...]:
    """Add a node of an older version as it is: its dtypes are those of its neighbours."""
    return b._typed(signature(op), tuple(refs), attrs, count)


def _axes_as_attribute(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    """Reductions, Squeeze and Unsqueeze took their axes as an attribute."""
    if schema(sig.op, b.opset).max_input > 1:
        return None
    axes = _numbers(sig, refs[1] if len(refs) > 1 else None, "axes")
    attrs = dict(attrs)
    if attrs.pop("noop_with_empty_axes", 0) and not axes:
        return (b.Identity(refs[0]),)
    if axes:
        rank = len(refs[0].dims) if refs[0].dims is not None else None
        if any(a < 0 for a in axes) and sig.op == "Unsqueeze":
            if rank is None:
                raise Unsupported(
                    sig.op, "Unsqueeze with negative axes of a tensor of unknown rank needs opset 13", 13
                )
            axes = [a + rank + len(axes) if a < 0 else a for a in axes]
        attrs["axes"] = tuple(axes)
    return _plain(b, sig.op, refs[:1], attrs, count)


def _split(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    attrs = dict(attrs)
    sizes = _numbers(sig, refs[1] if len(refs) > 1 else None, "sizes") if b.opset < 13 else None
    if attrs.pop("num_outputs", None) is not None and refs[0].dims is not None:
        size = refs[0].dims[attrs.get("axis", 0)]
        if not isinstance(size, int) or size % count:
            raise Unsupported("Split", "Split in nearly equal parts needs opset 18", 18)
    if b.opset >= 13:
        return _plain(b, "Split", refs, attrs, count)
    if sizes is not None:
        attrs["split"] = tuple(sizes)
    return _plain(b, "Split", refs[:1], attrs, count)


def _softmax(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    """Before opset 13 everything from ``axis`` on was one axis: only the last one means the same."""
    (x,) = refs
    axis = attrs.get("axis", -1)
    if x.dims is None:
        raise Unsupported(sig.op, f"{sig.op} of a tensor of unknown rank needs opset 13", 13)
    rank = len(x.dims)
    axis %= rank
    if axis == rank - 1:
        return _plain(b, sig.op, refs, {"axis": axis}, count)
    perm = list(range(rank))
    perm[axis], perm[-1] = perm[-1], perm[axis]
    moved = _plain(b, sig.op, (b.Transpose(x, perm=perm),), {"axis": rank - 1}, count)[0]
    return (b.Transpose(moved, perm=perm),)


def _negated(opposite: str) -> Rule:
    def rule(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
        x, y = refs
        result = b.Not(getattr(b, opposite)(x, y))
        if x.dtype is not None and x.dtype.is_floating:
            # Not(x < y) is also true for NaN, x >= y is not.
            result = b.Or(getattr(b, "Greater" if opposite == "Less" else "Less")(x, y), b.Equal(x, y))
        return (result,)

    return rule


def _reduction(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    """ScatterElements and ScatterND could only overwrite."""
    reduction = attrs.get("reduction", b"none")
    text = reduction.decode() if isinstance(reduction, bytes) else reduction
    if text == "none":
        return _plain(b, sig.op, refs, {k: v for k, v in attrs.items() if k != "reduction"}, count)
    needs = 16 if text in ("add", "mul") else 18
    if b.opset < needs:
        raise Unsupported(sig.op, f"{sig.op} with reduction={text} needs opset {needs}", needs)
    return None


def _shape(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    whole = _plain(b, "Shape", refs, {}, 1)[0]
    if b.opset >= 15 or not attrs:
        return None if b.opset >= 15 else (whole,)
    end = attrs.get("end", np.iinfo(np.int64).max)
    return (b.Slice(whole, [attrs.get("start", 0)], [end], [0]),)


def _layer_normalization(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    x, scale, *bias = refs
    if count > 1 or x.dims is None:
        raise Unsupported(sig.op, "LayerNormalization with its statistics needs opset 17", 17)
    axes = list(range(attrs.get("axis", -1) % len(x.dims), len(x.dims)))
    centred = b.Sub(x, b.ReduceMean(x, axes, keepdims=1))
    variance = b.ReduceMean(b.Mul(centred, centred), axes, keepdims=1)
    y = b.Mul(b.Div(centred, b.Sqrt(b.Add(variance, attrs.get("epsilon", 1e-5)))), scale)
    return (b.Add(y, bias[0]) if bias and bias[0] is not None else y,)


def _hard_swish(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    return (b.Mul(refs[0], b.HardSigmoid(refs[0], alpha=1 / 6, beta=0.5)),)


def _mish(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    return (b.Mul(refs[0], b.Tanh(b.Softplus(refs[0]))),)


def _batch_normalization(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    if attrs.get("training_mode") or count > 1:
        raise Unsupported(sig.op, "BatchNormalization with batch statistics needs opset 14", 14)
    return _plain(b, sig.op, refs, {k: v for k, v in attrs.items() if k != "training_mode"}, count)


def _pad(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    if len(refs) < 4 or refs[3] is None:
        return _plain(b, sig.op, refs, attrs, count)
    axes, pads = _numbers(sig, refs[3], "axes"), _numbers(sig, refs[1], "sizes")
    assert axes is not None and pads is not None
    if refs[0].dims is None:
        raise Unsupported("Pad", "Pad by axis of a tensor of unknown rank needs opset 18", 18)
    rank = len(refs[0].dims)
    full = [0] * (2 * rank)
    for i, axis in enumerate(axes):
        full[axis % rank], full[axis % rank + rank] = pads[i], pads[i + len(axes)]
    return _plain(b, sig.op, (refs[0], b.const(full, np.int64), *refs[2:3]), attrs, count)


def _resize(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    """Before opset 13 the regions and scales had to be there, empty when they were not meant."""
    attrs = {
        k: v
        for k, v in attrs.items()
        if (k, v) not in (("antialias", 0), ("keep_aspect_ratio_policy", "stretch"))
    }
    refused = _as_it_stands(b, sig, schema("Resize", b.opset), refs, attrs, count)
    if b.opset < 13:
        nothing = b.const(np.zeros(0, np.float32))
        refs = (refs[0], *(nothing if r is None else r for r in (*refs[1:3], None)[:2]), *refs[3:])
    return refused or _plain(b, "Resize", refs, attrs, count)


def _without_default(name: str, value: Any) -> Rule:
    """An attribute that came later and has its old meaning by default."""

    def rule(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
        if (
            attrs.get(name, value) == value
            and name in attrs
            and name not in schema(sig.op, b.opset).attributes
        ):
            return _plain(b, sig.op, refs, {k: v for k, v in attrs.items() if k != name}, count)
        return _as_it_stands(b, sig, schema(sig.op, b.opset), refs, attrs, count)

    return rule


def _grid_sample(b: Builder, sig: Signature, refs: Any, attrs: dict[str, Any], count: int) -> Any:
    """Opset 20 renamed the modes."""
    renamed = {"bilinear": "linear", "bicubic": "cubic"}
    mode = attrs.get("mode", "bilinear")
    return _plain(b, sig.op, refs, {**attrs, "mode": renamed.get(mode, mode)}, count)


_UP: dict[str, Rule] = {"GridSample": _grid_sample}

_DOWN: dict[str, Rule] = {
    **dict.fromkeys(
        (
            *(f"Reduce{r}" for r in ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp")),
            *("ReduceSumSquare", "Squeeze", "Unsqueeze"),
        ),
        _axes_as_attribute,
    ),
    "Split": _split,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "GreaterOrEqual": _negated("Less"),
    "LessOrEqual": _negated("Greater"),
    "ScatterElements": _reduction,
    "ScatterND": _reduction,
    "Shape": _shape,
    "LayerNormalization": _layer_normalization,
    "HardSwish": _hard_swish,
    "Mish": _mish,
    "BatchNormalization": _batch_normalization,
    "Pad": _pad,
    "Reshape": _without_default("allowzero", 0),
    "ArgMax": _without_default("select_last_index", 0),
    "ArgMin": _without_default("select_last_index", 0),
    "Resize": _resize,
}

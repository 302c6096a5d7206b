"""Losses of single numbers: cross entropy of probabilities and of logits, and those made of other ops."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .compose import call
from .elementwise import add, divide, multiply, scale, subtract
from .quiet import quiet
from .reduce import reduce_mean, reduce_sum
from .samples import f32, f64

__all__ = ["bce_loss", "sigmoid_cross_entropy_with_logits"]


def _same_shape(name: str, X: Any, Label: Any) -> None:
    pairs = zip(X.dims, Label.dims, strict=False)
    if len(X.dims) != len(Label.dims) or any(
        isinstance(p, int) and isinstance(q, int) and p != q for p, q in pairs
    ):
        raise InvalidArgumentError(
            f"{name}: Input(X) and Input(Label) shall have the same shape, but received "
            f"{list(X.dims)} and {list(Label.dims)}"
        )


# Cross entropy of probabilities


@op("bce_loss")
def bce_loss(X, Label):  # type: ignore[no-untyped-def]
    """``-(Label * log(X) + (1 - Label) * log(1 - X))``, logarithms at least -100. ONNX: Log, Max, Mul."""
    if X.shape != Label.shape:
        raise ValueError("shapes")  # the shape rule says it in full
    low = X.dtype.type(-100)
    yes = np.maximum(quiet(np.log, X), low)
    no = np.maximum(quiet(np.log1p, -X), low)
    return (Label - X.dtype.type(1)) * no - Label * yes


@bce_loss.infer
def _(X: Any, Label: Any) -> Spec:
    _same_shape("bce_loss", X, Label)
    return Spec(X.dims, X.dtype)


@bce_loss.grad(saves="X Label")
def _(c: Any, g: Any) -> Any:
    x = c.X
    spread = multiply(x, scale(x, scale=-1.0, bias=1.0))
    floor = call("fill_any_like", spread, value=1e-12)
    return multiply(g, divide(subtract(x, c.Label), call("elementwise_max", spread, floor))), None


@bce_loss.onnx
def _(b: Any, X: Any, Label: Any) -> Any:
    one, low = b.const(1, X.dtype), b.const(-100, X.dtype)
    yes, no = b.Max(b.Log(X), low), b.Max(b.Log(b.Sub(one, X)), low)
    return b.Sub(b.Mul(b.Sub(Label, one), no), b.Mul(Label, yes))


bce_loss.sample(f32(2, 3, low=0.1, high=0.9), f32(2, 3, low=0.0, high=1.0), grad="X")
bce_loss.sample(f64(3, low=0.1, high=0.9), f64(3, low=0.0, high=1.0), grad="X")


# Cross entropy of logits


@op("sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(X, Label, pos_weight=None, *, normalize=False, ignore_index=-100):  # type: ignore[no-untyped-def]
    """``-(w * Label * log(sigmoid(X)) + (1 - Label) * log(1 - sigmoid(X)))`` without overflow.

    0 where the label is ``ignore_index``; ``normalize`` divides by the number of the others. ONNX: Softplus, Mul.
    """
    if X.shape != Label.shape:
        raise ValueError("shapes")
    one = X.dtype.type(1)
    soft = np.log1p(np.exp(-np.abs(X)))
    if pos_weight is None:
        out = np.maximum(X, 0) - X * Label + soft
    else:
        out = (one - Label) * X + (one + (pos_weight - one) * Label) * (soft + np.maximum(-X, 0))
    ignored = ignore_index == Label
    out = np.where(ignored, X.dtype.type(0), out)
    if normalize:
        out = out / X.dtype.type(max(Label.size - int(ignored.sum()), 1e-5))
    return out.astype(X.dtype, copy=False)


@sigmoid_cross_entropy_with_logits.infer
def _(X: Any, Label: Any, pos_weight: Any = None, **attrs: Any) -> Spec:
    _same_shape("sigmoid_cross_entropy_with_logits", X, Label)
    return Spec(X.dims, X.dtype)


def _kept(label: Any, ignore_index: int) -> Any:
    """1 where the label counts."""
    return call("not_equal", label, call("fill_any_like", label, value=float(ignore_index))).astype(
        label.dtype
    )


@sigmoid_cross_entropy_with_logits.grad(saves="X Label pos_weight")
def _(c: Any, g: Any) -> Any:
    chance = call("sigmoid", c.X)
    if c.pos_weight is None:
        slope = subtract(chance, c.Label)
    else:
        weight = scale(multiply(scale(c.pos_weight, bias=-1.0), c.Label), bias=1.0)
        slope = subtract(
            scale(c.Label, scale=-1.0, bias=1.0), multiply(weight, scale(chance, scale=-1.0, bias=1.0))
        )
    kept = _kept(c.Label, c.ignore_index)
    out = multiply(multiply(g, slope), kept)
    if c.normalize:
        out = divide(out, reduce_sum(kept, dim=[], reduce_all=True))
    return out, None, None


@sigmoid_cross_entropy_with_logits.onnx
def _(b: Any, X: Any, Label: Any, pos_weight: Any = None, *, normalize: bool, ignore_index: int) -> Any:
    one = b.const(1, X.dtype)
    fall = b.Softplus(b.Neg(X))
    if pos_weight is not None:
        fall = b.Mul(fall, b.Add(one, b.Mul(b.Sub(pos_weight, one), Label)))
    out = b.Add(b.Mul(b.Sub(one, Label), X), fall)
    kept = b.Not(b.Equal(Label, b.const(ignore_index, Label.dtype)))
    out = b.Where(kept, out, b.const(0, X.dtype))
    return b.Div(out, b.ReduceSum(b.cast(kept, X.dtype), keepdims=0)) if normalize else out


_logits = sigmoid_cross_entropy_with_logits
_logits.sample(f32(2, 3), f32(2, 3, low=0.0, high=1.0), grad="X")
_logits.sample(f32(2, 3), f32(2, 3, low=0.0, high=1.0), f32(3, low=0.5), grad="X")
_logits.sample(f32(4), np.array([0, 1, -100, 1], np.float32), normalize=True, grad="X")
_logits.sample(f32(), f32(low=0.0, high=1.0), grad="X")


# Made of other ops


@op("huber_loss", out=("Out", "Residual"), composite=True)
def huber_loss(X, Y, *, delta=1.0):  # type: ignore[no-untyped-def]
    """``r * r / 2`` for ``r = Y - X`` up to ``delta``, ``delta * (|r| - delta / 2)`` beyond."""
    residual = subtract(Y, X)
    inner = call("clip", residual, min=-delta, max=delta)
    # With c = clip(r): c * (r - c / 2) is both branches at once.
    return multiply(inner, subtract(residual, scale(inner, scale=0.5))), residual


@op("kldiv_loss", out="Loss", composite=True)
def kldiv_loss(X, Target, *, reduction="mean", log_target=False):  # type: ignore[no-untyped-def]
    """``Target * (log(Target) - X)``, 0 where the target is not positive."""
    if log_target:
        loss = multiply(call("exp", Target), subtract(Target, X))
    else:
        zero = call("fill_any_like", Target, value=0.0)
        positive = call("greater_than", Target, zero)
        safe = call("where", positive, Target, call("fill_any_like", Target, value=1.0))
        loss = multiply(call("where", positive, Target, zero), subtract(call("log", safe), X))
    if reduction == "none":
        return loss
    if reduction == "mean":
        return reduce_mean(loss, dim=[], reduce_all=True)
    total = reduce_sum(loss, dim=[], reduce_all=True)
    return total if reduction == "sum" else divide(total, _count(X))


def _count(x: Any) -> Any:
    """The first size of ``x``, in its dtype."""
    size = x.dims[0]
    if isinstance(size, int):
        return call("fill_constant", None, None, None, shape=[], dtype=x.dtype, value=float(size))
    first = call("slice", call("shape", x), axes=[0], starts=[0], ends=[1], decrease_axis=[0])
    return call("cast", first, in_dtype=first.dtype, out_dtype=x.dtype)


@op("log_loss", out="Loss", composite=True)
def log_loss(Predicted, Labels, *, epsilon=1e-4):  # type: ignore[no-untyped-def]
    """``-Labels * log(Predicted + epsilon) - (1 - Labels) * log(1 - Predicted + epsilon)``."""
    yes = multiply(Labels, call("log", scale(Predicted, bias=epsilon)))
    rest = scale(Predicted, scale=-1.0, bias=1.0 + epsilon)
    no = multiply(scale(Labels, scale=-1.0, bias=1.0), call("log", rest))
    return scale(add(yes, no), scale=-1.0)


@op("hinge_loss", out="Loss", composite=True)
def hinge_loss(Logits, Labels):  # type: ignore[no-untyped-def]
    """``max(0, 1 - Logits * (2 * Labels - 1))``."""
    return call("relu", scale(multiply(Logits, scale(Labels, scale=2.0, bias=-1.0)), scale=-1.0, bias=1.0))


huber_loss.sample(f32(2, 3), f32(2, 3), delta=0.7)
kldiv_loss.sample(f32(2, 3), f32(2, 3), reduction="none").sample(f32(2, 3), f32(2, 3, low=0.1))
kldiv_loss.sample(f32(2, 3), f32(2, 3), reduction="batchmean", log_target=True)
log_loss.sample(f32(3, 1, low=0.1, high=0.9), f32(3, 1, low=0.0, high=1.0), epsilon=1e-4)
hinge_loss.sample(f32(3, 1), f32(3, 1, low=0.0, high=1.0))

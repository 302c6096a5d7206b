"""softmax_with_cross_entropy and its fused gradient; the negative log likelihood of class numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, OutOfRangeError
from ..mode import mode
from ..op import Spec, op
from .compose import call, vjp
from .elementwise import multiply
from .quiet import quiet
from .reduce import reduce_sum
from .rules import axis_in
from .samples import Lazy, f32, f64, i64

__all__ = ["nll_loss", "softmax_with_cross_entropy"]


@op("softmax_with_cross_entropy", out=("Softmax", "Loss"), detached="Softmax")
def softmax_with_cross_entropy(  # type: ignore[no-untyped-def]
    Logits, Label, *, soft_label=False, use_softmax=True, numeric_stable_mode=True, ignore_index=-100, axis=-1
):
    """``-log(softmax(Logits))`` at the labels: class numbers, or with ``soft_label`` a distribution over the classes.

    The axis has size 1 in Loss. A label of ``ignore_index`` gives 0. With ``use_softmax=False`` the input holds
    probabilities already. ONNX: LogSoftmax, GatherElements.
    """
    _check(Logits, Label, soft_label, axis)
    if use_softmax:
        shifted = Logits - Logits.max(axis=axis, keepdims=True, initial=_lowest(Logits.dtype))
        softmax = np.exp(shifted)
        total = softmax.sum(axis=axis, keepdims=True, dtype=Logits.dtype)
        softmax /= total
        log_total = np.log(total)
    else:
        softmax, shifted, log_total = Logits, quiet(np.log, Logits), Logits.dtype.type(0)
    if soft_label:
        loss = (Label * (log_total - shifted)).sum(axis=axis, keepdims=True, dtype=Logits.dtype)
        return softmax, loss
    ignored, index = _index(Label, ignore_index, Logits.shape[axis])
    loss = log_total - _pick(shifted, index, axis)
    if ignored is not None:
        loss[ignored] = 0
    return softmax, loss


def _check(logits: np.ndarray, label: np.ndarray, soft_label: bool, axis: int) -> None:
    """Refuse labels that would broadcast or be cut to numbers; the shape rule then says what is wrong."""
    want = list(logits.shape)
    if not soft_label:
        want[axis] = 1
    if list(label.shape) != want or (not soft_label and label.dtype.kind not in "iu"):
        raise ValueError("logits and labels do not fit")


def _lowest(dtype: np.dtype) -> float:
    return -3.0e38 if dtype.itemsize > 2 else -6.0e4


def _index(label: np.ndarray, ignore_index: int, classes: int) -> tuple[np.ndarray | None, np.ndarray]:
    """Where labels are ignored (None: nowhere), and class numbers that may be used as indices."""
    if label.size == 0 or (label.min() >= 0 and label.max() < classes and not 0 <= ignore_index < classes):
        return None, label
    ignored = label == ignore_index
    index = np.where(ignored, 0, label)
    if index.min() < 0 or index.max() >= classes:
        bad = index[(index < 0) | (index >= classes)].flat[0]
        raise _NoSuchClass(
            f"Target {bad} is out of bounds: label value should be in the range of [0, {classes}) or equal to the "
            f"ignore_index {ignore_index}."
        )
    return ignored, index


class _NoSuchClass(InvalidArgumentError, OutOfRangeError):
    """PaddlePaddle raises ValueError or IndexError here, by the op; this is both."""


def _pick(values: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    if values.ndim == 2 and axis in (-1, 1):
        return values[np.arange(len(values)), index.reshape(-1)][:, None]
    return np.take_along_axis(values, index.astype(np.int64, copy=False), axis)


@softmax_with_cross_entropy.infer
def _(Logits: Any, Label: Any, *, soft_label: bool, axis: int, **attrs: Any) -> Any:
    rank = len(Logits.dims)
    axis = axis_in(axis, rank)
    if len(Label.dims) != rank:
        raise InvalidArgumentError(
            "ShapeError: Input(Logits) and Input(Label) should have the same rank, got "
            f"{list(Logits.dims)} and {list(Label.dims)}"
        )
    if not Logits.dtype.is_floating or not (
        Label.dtype is Logits.dtype if soft_label else Label.dtype.is_integer
    ):
        raise InvalidArgumentError(
            f"softmax_with_cross_entropy: the logits are {Logits.dtype.name}, the labels {Label.dtype.name}; "
            + ("soft labels have the dtype of the logits" if soft_label else "labels are integers")
        )
    for i, (p, q) in enumerate(zip(Logits.dims, Label.dims, strict=True)):
        want = 1 if i == axis and not soft_label else p
        if isinstance(want, int) and isinstance(q, int) and want != q:
            raise InvalidArgumentError(
                f"ShapeError: the {i}-th dimension of Label should be {want}, but received Logits' shape = "
                f"{list(Logits.dims)}, Label's shape = {list(Label.dims)}"
            )
    loss = tuple(1 if i == axis else d for i, d in enumerate(Logits.dims))
    return Spec(Logits.dims, Logits.dtype), Spec(loss, Logits.dtype)


@softmax_with_cross_entropy.grad(saves="Logits Label Softmax")
def _(c: Any, _g: Any, g: Any) -> Any:
    attrs = {name: getattr(c, name) for name in ("soft_label", "ignore_index", "axis")}
    if not c.use_softmax:
        return vjp(lambda p: _of_probabilities(p, c.Label, **attrs), [c.Logits], [True], [g])[0], None
    softmax = call("softmax", c.Logits, axis=c.axis) if mode.grad else c.Softmax
    return softmax_with_cross_entropy_grad(softmax, c.Label, g, **attrs), None


def _of_probabilities(p: Any, label: Any, *, soft_label: bool, ignore_index: int, axis: int) -> Any:
    """The loss of probabilities in small ops."""
    axis = axis % len(p.dims)
    if soft_label:
        return -reduce_sum(label * call("log", p), dim=[axis], keep_dim=True)
    ignored = call("equal", label, call("fill_any_like", label, value=ignore_index))
    index = multiply(label, call("logical_not", ignored).astype(label.dtype))
    picked = call("log", call("take_along_axis", p, index, Axis=axis))
    return -multiply(picked, call("logical_not", ignored).astype(p.dtype))


@op("softmax_with_cross_entropy_grad", out="Logits@GRAD")
def softmax_with_cross_entropy_grad(Softmax, Label, G, *, soft_label=False, ignore_index=-100, axis=-1):  # type: ignore[no-untyped-def]
    """The gradient of ``softmax_with_cross_entropy``: ``(Softmax - label) * G``. ONNX: Sub, Mul."""
    if soft_label:
        out = Softmax * Label.sum(axis=axis, keepdims=True, dtype=Softmax.dtype)
        out -= Label
        out *= G
        return out
    ignored, index = _index(Label, ignore_index, Softmax.shape[axis])
    g = G if ignored is None else np.where(ignored, G.dtype.type(0), G)
    out = Softmax * g
    if out.ndim == 2 and axis in (-1, 1):
        out[np.arange(len(out)), index.reshape(-1)] -= g[:, 0]
    else:
        index = index.astype(np.int64, copy=False)
        np.put_along_axis(out, index, np.take_along_axis(out, index, axis) - g, axis)
    return out


softmax_with_cross_entropy_grad.infer(lambda Softmax, *rest, **attrs: Spec(Softmax.dims, Softmax.dtype))


@softmax_with_cross_entropy_grad.grad(saves="Softmax Label G")
def _(c: Any, h: Any) -> Any:
    attrs = {name: getattr(c, name) for name in ("soft_label", "ignore_index", "axis")}

    def at(softmax: Any, g: Any) -> Any:
        return softmax_with_cross_entropy_grad(softmax, c.Label, g, **attrs)

    # The result is affine in Softmax: its slope is the difference of the values at 1 and at 0.
    ones, zeros = (call("fill_any_like", c.Softmax, value=v) for v in (1.0, 0.0))
    slope = at(ones, c.G) - at(zeros, c.G)
    unit = call("fill_any_like", c.G, value=1.0)
    return h * slope, None, reduce_sum(h * at(c.Softmax, unit), dim=[c.axis], keep_dim=True)


def _hard_onnx(b: Any, Label: Any, ignore_index: int) -> tuple[Any, Any]:
    """int64 labels that are valid indices, and where they are ignored."""
    label = b.cast(Label, "int64")
    ignored = b.Equal(label, b.const(ignore_index, "int64"))
    return b.Where(ignored, b.const(0, "int64"), label), ignored


@softmax_with_cross_entropy.onnx
def _(
    b: Any,
    Logits: Any,
    Label: Any,
    *,
    soft_label: bool,
    use_softmax: bool,
    ignore_index: int,
    axis: int,
    **a: Any,
) -> Any:
    axis = axis % len(Logits.dims)
    if use_softmax:
        logs = b.LogSoftmax(Logits, axis=axis)
        softmax = b.Softmax(Logits, axis=axis)
    else:
        logs, softmax = b.Log(Logits), b.Identity(Logits)
    if soft_label:
        return softmax, b.Neg(b.ReduceSum(b.Mul(Label, logs), b.const([axis], "int64"), keepdims=1))
    index, ignored = _hard_onnx(b, Label, ignore_index)
    loss = b.Neg(b.GatherElements(logs, index, axis=axis))
    return softmax, b.Where(ignored, b.const(0, Logits.dtype), loss)


@softmax_with_cross_entropy_grad.onnx
def _(b: Any, Softmax: Any, Label: Any, G: Any, *, soft_label: bool, ignore_index: int, axis: int) -> Any:
    axis = axis % len(Softmax.dims)
    if soft_label:
        mass = b.ReduceSum(Label, b.const([axis], "int64"), keepdims=1)
        return b.Mul(b.Sub(b.Mul(Softmax, mass), Label), G)
    index, ignored = _hard_onnx(b, Label, ignore_index)
    g = b.Where(ignored, b.const(0, G.dtype), G)
    classes = b.Gather(b.Shape(Softmax), b.const([axis], "int64"), axis=0)
    hot = b.OneHot(
        b.Squeeze(index, b.const([axis], "int64")), classes, b.const([0.0, 1.0], G.dtype), axis=axis
    )
    return b.Mul(b.Sub(Softmax, hot), g)


_labels = i64(4, 1, low=0, high=2)
_ignoring = np.array([[1], [-100], [2], [0]])
_soft = f32(4, 3, low=0.1, high=1.0)
_swce = softmax_with_cross_entropy
_swce.sample(f32(4, 3), _labels, grad="Logits").sample(f32(4, 3), _ignoring, grad="Logits")
_swce.sample(f32(4, 3), _soft, soft_label=True, grad="Logits")
_swce.sample(f32(2, 3, 4), Lazy((2, 1, 4), np.int64, 0, 2), axis=1, grad="Logits")
_swce.sample(f64(4, 3), _labels, ignore_index=1, grad="Logits")
_swce.sample(f32(4, 3, low=0.1, high=1.0), _ignoring, use_softmax=False, grad="Logits")
_swce.sample(f32(4, 3, low=0.1, high=1.0), _soft, use_softmax=False, soft_label=True, grad="Logits")
softmax_with_cross_entropy_grad.sample(f32(4, 3), _labels, f32(4, 1), grad="Softmax G")
softmax_with_cross_entropy_grad.sample(f32(4, 3), _soft, f32(4, 1), soft_label=True, grad="Softmax G")
softmax_with_cross_entropy_grad.sample(f32(4, 3), _ignoring, f32(4, 1), ignore_index=-100, grad="Softmax G")


@op("nll_loss", out=("Out", "Total_weight"), detached="Total_weight")
def nll_loss(X, Label, Weight=None, *, ignore_index=-100, reduction="mean"):  # type: ignore[no-untyped-def]
    """``-X`` at the class numbers ``Label``, weighted by class; classes are on axis 1.

    ONNX: NegativeLogLikelihoodLoss.
    """
    if (X.shape[0], *X.shape[2:]) != Label.shape or Label.dtype.kind not in "iu":
        raise ValueError("input and labels do not fit")
    weights = _class_weights(X, Label, Weight, ignore_index)
    _, index = _index(Label, ignore_index, X.shape[1])
    losses = -weights * np.take_along_axis(X, index.astype(np.int64)[:, None], 1)[:, 0]
    total = weights.sum(dtype=X.dtype)
    if reduction == "none":
        return losses, total
    out = losses.sum(dtype=X.dtype)
    return (out if reduction == "sum" else quiet(np.divide, out, total)), total


def _class_weights(
    X: np.ndarray, label: np.ndarray, weight: np.ndarray | None, ignore_index: int
) -> np.ndarray:
    """The weight of every label: that of its class, 0 where it is ignored."""
    ignored, index = _index(label, ignore_index, X.shape[1])
    out = np.ones(label.shape, X.dtype) if weight is None else weight[index]
    return out if ignored is None else np.where(ignored, X.dtype.type(0), out)


@nll_loss.infer
def _(X: Any, Label: Any, Weight: Any = None, *, reduction: str, **attrs: Any) -> Any:
    if len(X.dims) < 2 or len(Label.dims) != len(X.dims) - 1:
        raise InvalidArgumentError(
            "nll_loss: the input has classes on axis 1 and the labels one axis less, got "
            f"{list(X.dims)} and {list(Label.dims)}"
        )
    if not Label.dtype.is_integer:
        raise InvalidArgumentError(f"nll_loss: labels are integers, got {Label.dtype.name}")
    if reduction not in ("none", "mean", "sum"):
        raise InvalidArgumentError(f"reduction should be 'sum', 'mean' or 'none', but received {reduction}")
    return Spec((X.dims[0], *X.dims[2:]) if reduction == "none" else (), X.dtype), Spec((), X.dtype)


@nll_loss.grad(saves="Label Weight Total_weight")
def _(c: Any, g: Any, _g: Any) -> Any:
    like = c.like("X")
    attrs = {"ignore_index": c.ignore_index, "reduction": c.reduction, "classes": like.dims[1]}
    return nll_loss_grad(c.Label, c.Weight, c.Total_weight, g, **attrs), None, None


@op("nll_loss_grad", out="X@GRAD")
def nll_loss_grad(Label, Weight, Total, G, *, ignore_index=-100, reduction="mean", classes=1):  # type: ignore[no-untyped-def]
    """The gradient of ``nll_loss``: minus the weight of the label at its class. ONNX: OneHot, Mul."""
    shape = (Label.shape[0], classes, *Label.shape[1:])
    out = np.zeros(shape, G.dtype)
    weights = _class_weights(out, Label, Weight, ignore_index)
    if reduction == "mean":
        weights = quiet(np.divide, weights, Total)
    _, index = _index(Label, ignore_index, classes)
    np.put_along_axis(out, index.astype(np.int64)[:, None], (-weights * G)[:, None], 1)
    return out


@nll_loss_grad.infer
def _(Label: Any, Weight: Any, Total: Any, G: Any, *, classes: int, **attrs: Any) -> Spec:
    return Spec((Label.dims[0], classes, *Label.dims[1:]), G.dtype)


@nll_loss_grad.grad(saves="Label Weight Total")
def _(c: Any, h: Any) -> Any:
    out = nll_loss(h, c.Label, c.Weight, ignore_index=c.ignore_index, reduction="none")[0]
    if c.reduction == "mean":
        out = out / c.Total
    if c.reduction != "none":
        out = reduce_sum(out, dim=[], reduce_all=True)
    return None, None, None, out


@nll_loss.onnx
def _(b: Any, X: Any, Label: Any, Weight: Any = None, *, ignore_index: int, reduction: str) -> Any:
    index, ignored = _hard_onnx(b, Label, ignore_index)
    one = b.const(1, X.dtype)
    weights = b.Where(
        ignored, b.const(0, X.dtype), one if Weight is None else b.Gather(Weight, index, axis=0)
    )
    weights = b.Expand(weights, b.Shape(index))
    axis = b.const([1], "int64")
    losses = b.Neg(b.Mul(weights, b.Squeeze(b.GatherElements(X, b.Unsqueeze(index, axis), axis=1), axis)))
    total = b.ReduceSum(weights, keepdims=0)
    if reduction == "none":
        return losses, total
    out = b.ReduceSum(losses, keepdims=0)
    return (out if reduction == "sum" else b.Div(out, total)), total


@nll_loss_grad.onnx
def _(
    b: Any, Label: Any, Weight: Any, Total: Any, G: Any, *, ignore_index: int, reduction: str, classes: int
) -> Any:
    index, ignored = _hard_onnx(b, Label, ignore_index)
    weights = b.const(1, G.dtype) if Weight is None else b.Gather(Weight, index, axis=0)
    weights = b.Where(ignored, b.const(0, G.dtype), weights)
    if reduction == "mean":
        weights = b.Div(weights, Total)
    hot = b.OneHot(index, b.const([classes], "int64"), b.const([0.0, 1.0], G.dtype), axis=1)
    return b.Neg(b.Mul(hot, b.Unsqueeze(b.Mul(weights, G), b.const([1], "int64"))))


_ids = i64(4, low=0, high=2)
nll_loss.sample(f32(4, 3), _ids, f32(3, low=0.5), grad="X").sample(
    f32(4, 3), _ids, reduction="none", grad="X"
)
nll_loss.sample(f32(4, 3), _ids, reduction="sum", ignore_index=1, grad="X")
nll_loss.sample(f32(2, 3, 4), Lazy((2, 4), np.int64, 0, 2), f32(3, low=0.5), grad="X")
nll_loss_grad.sample(_ids, f32(3, low=0.5), np.array(2.5, np.float32), f32(), classes=3, grad="G")
nll_loss_grad.sample(_ids, None, np.array(4.0, np.float32), f32(4), reduction="none", classes=3, grad="G")

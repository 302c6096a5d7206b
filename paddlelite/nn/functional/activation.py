"""Activation functions: F.relu, F.softmax, F.gelu and their relatives."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError
from ...mode import mode
from ...op import OPS
from ...ops import activation, gates, unary
from ...ops import softmax as _softmax_ops
from ...tensor.arguments import axis_of, in_place
from ...tensor.operators import astype, require_tensor
from ...tensor.tensor import Tensor

__all__ = [
    "celu", "elu", "elu_", "gelu", "glu", "gumbel_softmax",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hardtanh_",
    "leaky_relu", "leaky_relu_", "log_sigmoid", "log_softmax", "maxout", "mish", "prelu", "relu", "relu6", "relu_",
    "rrelu", "selu", "sigmoid", "silu", "softmax", "softmax_", "softplus", "softshrink", "softsign", "swish",
    "swiglu", "tanh", "tanh_", "tanhshrink", "thresholded_relu", "thresholded_relu_",
]  # fmt: skip


def relu(x: Tensor, name: str | None = None) -> Tensor:
    """``max(x, 0)`` of a tensor of any shape. Paddle op: relu.

    Raises InvalidArgumentError when ``x`` is not a Tensor.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.relu(paddle.to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """
    return activation.relu(x)


def relu6(x: Tensor, name: str | None = None) -> Tensor:
    """``min(max(x, 0), 6)``. Paddle op: relu6."""
    return activation.relu6(x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01, name: str | None = None) -> Tensor:
    """``x`` where positive, else ``negative_slope * x``. Paddle op: leaky_relu."""
    return activation.leaky_relu(x, alpha=float(negative_slope))


def elu(x: Tensor, alpha: float = 1.0, name: str | None = None) -> Tensor:
    """``x`` where positive, else ``alpha * (exp(x) - 1)``. Paddle op: elu."""
    return activation.elu(x, alpha=float(alpha))


def selu(
    x: Tensor, scale: float = 1.0507009873554804934193349852946, alpha: float = 1.6732632423543772848170429916717,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Scaled :func:`elu`. Paddle op: selu. Raises InvalidArgumentError for ``scale <= 1`` or ``alpha < 0``."""
    if scale <= 1.0:
        raise InvalidArgumentError(f"The scale must be greater than 1.0. Received: {scale}.")
    if alpha < 0:
        raise InvalidArgumentError(f"The alpha must be no less than zero. Received: {alpha}.")
    return activation.selu(x, scale=float(scale), alpha=float(alpha))


def celu(x: Tensor, alpha: float = 1.0, name: str | None = None) -> Tensor:
    """``max(0, x) + min(0, alpha * (exp(x / alpha) - 1))``. Paddle op: celu."""
    if alpha == 0:
        raise ZeroDivisionError("alpha cannot be 0 for celu")
    return activation.celu(x, alpha=float(alpha))


def gelu(x: Tensor, approximate: bool | str = False, name: str | None = None) -> Tensor:
    """``x`` times the normal distribution function at ``x``. Paddle op: gelu.

    ``approximate=True`` (or "tanh") is the tanh form.
    """
    if isinstance(approximate, str):
        if approximate not in ("tanh", "none"):
            raise InvalidArgumentError(f"approximate must be a bool, 'tanh' or 'none', got {approximate!r}")
        approximate = approximate == "tanh"
    return gates.gelu(x, approximate=bool(approximate))


def sigmoid(x: Tensor, name: str | None = None) -> Tensor:
    """``1 / (1 + exp(-x))``. Paddle op: sigmoid."""
    return unary.sigmoid(x)


def tanh(x: Tensor, name: str | None = None) -> Tensor:
    """The hyperbolic tangent. Paddle op: tanh."""
    return unary.tanh(x)


def silu(x: Tensor, name: str | None = None) -> Tensor:
    """``x * sigmoid(x)``. Paddle op: silu."""
    return activation.silu(x)


def swish(x: Tensor, name: str | None = None) -> Tensor:
    """``x * sigmoid(x)``. Paddle op: swish."""
    return activation.swish(x, beta=1.0)


def mish(x: Tensor, name: str | None = None) -> Tensor:
    """``x * tanh(softplus(x))``. Paddle op: mish."""
    return gates.mish(x)


def softplus(x: Tensor, beta: float = 1, threshold: float = 20, name: str | None = None) -> Tensor:
    """``log(1 + exp(beta * x)) / beta``; ``x`` itself where ``beta * x > threshold``. Paddle op: softplus."""
    return gates.softplus(x, beta=float(beta), threshold=float(threshold))


def log_sigmoid(x: Tensor, name: str | None = None) -> Tensor:
    """``log(sigmoid(x))``. Paddle op: logsigmoid."""
    return gates.logsigmoid(x)


def softsign(x: Tensor, name: str | None = None) -> Tensor:
    """``x / (1 + |x|)``. Paddle op: softsign."""
    return gates.softsign(x)


def tanhshrink(x: Tensor, name: str | None = None) -> Tensor:
    """``x - tanh(x)``. Paddle op: tanh_shrink."""
    return gates.tanh_shrink(x)


def hardshrink(x: Tensor, threshold: float = 0.5, name: str | None = None) -> Tensor:
    """``x`` where ``|x| > threshold``, else 0. Paddle op: hard_shrink."""
    return gates.hard_shrink(x, threshold=float(threshold))


def softshrink(x: Tensor, threshold: float = 0.5, name: str | None = None) -> Tensor:
    """``x`` moved towards 0 by ``threshold``. Paddle op: softshrink. Raises InvalidArgumentError for a negative one."""
    if threshold < 0:
        raise InvalidArgumentError(f"The threshold must be no less than zero. Received: {threshold}.")
    return gates.softshrink(x, **{"lambda": float(threshold)})


def hardsigmoid(x: Tensor, slope: float = 0.1666667, offset: float = 0.5, name: str | None = None) -> Tensor:
    """``slope * x + offset`` between 0 and 1. Paddle op: hard_sigmoid."""
    return gates.hard_sigmoid(x, slope=float(slope), offset=float(offset))


def hardswish(x: Tensor, name: str | None = None) -> Tensor:
    """``x * min(max(x + 3, 0), 6) / 6``. Paddle op: hard_swish."""
    return gates.hard_swish(x, threshold=6.0, scale=6.0, offset=3.0)


def hardtanh(x: Tensor, min: float = -1.0, max: float = 1.0, name: str | None = None) -> Tensor:
    """``x`` kept between two bounds. Paddle op: brelu."""
    return activation.brelu(x, t_min=float(min), t_max=float(max))


def thresholded_relu(
    x: Tensor, threshold: float = 1.0, value: float = 0.0, name: str | None = None
) -> Tensor:
    """``x`` where above ``threshold``, else ``value``. Paddle op: thresholded_relu."""
    return activation.thresholded_relu(x, threshold=float(threshold), value=float(value))


def prelu(x: Tensor, weight: Tensor, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """``x`` where positive, else ``weight * x`` with one slope or one a channel. Paddle op: prelu.

    Raises InvalidArgumentError when the number of slopes is neither 1 nor the number of channels.
    """
    rank = len(require_tensor(x, "prelu").dims)
    if len(require_tensor(weight, "prelu", "weight").dims) != 1:
        raise InvalidArgumentError("The dim count of weight shape should be 1 in prelu().")
    if weight.dims[0] == 1:
        return activation.prelu(x, weight, mode="all", data_format="NCHW")
    if data_format not in ("NC", "NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"):
        raise InvalidArgumentError(
            f"data_format must be one of NC, NCL, NCHW, NCDHW, NLC, NHWC, NDHWC, got {data_format}"
        )
    if rank <= 1:
        raise InvalidArgumentError(
            "The dim count of x should be equal or larger than 2 in prelu() when weight is not [1]."
        )
    layout = "NCHW" if data_format[1] == "C" else "NHWC"
    channels = x.dims[1] if layout == "NCHW" else x.dims[-1]
    if isinstance(channels, int) and weight.dims[0] != channels:
        raise InvalidArgumentError(
            f"The weight size should be equal to x input channel in prelu() when it is not 1: {weight.dims[0]} "
            f"slopes, {channels} channels."
        )
    return activation.prelu(x, weight, mode="channel", data_format=layout)


def softmax(x: Tensor, axis: int = -1, dtype: Any = None, name: str | None = None) -> Tensor:
    """``exp(x) / sum(exp(x))`` along ``axis``; ``x`` is cast to ``dtype`` first when that is given. Paddle op: softmax.

    Raises InvalidArgumentError for an axis out of range, NotFoundError for integers.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.softmax(paddle.to_tensor([0.0, 0.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    if dtype is not None:
        x = astype(require_tensor(x, "softmax"), dtype)
    return _softmax_ops.softmax(x, axis=axis if type(axis) is int else axis_of(axis))


def log_softmax(x: Tensor, axis: int = -1, dtype: Any = None, name: str | None = None) -> Tensor:
    """``x - log(sum(exp(x)))`` along ``axis``. Paddle op: log_softmax."""
    if dtype is not None:
        x = astype(require_tensor(x, "log_softmax"), dtype)
    return _softmax_ops.log_softmax(x, axis=axis if type(axis) is int else axis_of(axis))


def maxout(x: Tensor, groups: int, axis: int = 1, name: str | None = None) -> Tensor:
    """The largest of each ``groups`` neighbours along ``axis``. Paddle op: maxout.

    Raises InvalidArgumentError when ``groups`` does not divide the axis.
    """
    return OPS["maxout"](require_tensor(x, "maxout"), groups=int(groups), axis=axis_of(axis))


def glu(x: Tensor, axis: int = -1, name: str | None = None) -> Tensor:
    """The first half of ``x`` along ``axis`` times the sigmoid of the second half.

    Raises InvalidArgumentError when the axis has an odd size.
    """
    from ...tensor.manipulation import chunk

    if isinstance(x.dims[axis], int) and x.dims[axis] % 2:
        raise InvalidArgumentError(f"glu needs an even size along axis {axis}, got {x.dims[axis]}")
    a, b = chunk(x, 2, axis)
    return a * unary.sigmoid(b)


def swiglu(x: Tensor, y: Tensor | None = None, name: str | None = None) -> Tensor:
    """``silu(x) * y``; without ``y`` the two halves of ``x`` along its last axis."""
    from ...tensor.manipulation import chunk

    if y is None:
        x, y = chunk(x, 2, -1)
    return activation.silu(x) * y


def rrelu(
    x: Tensor,
    lower: float = 1.0 / 8.0,
    upper: float = 1.0 / 3.0,
    training: bool = True,
    name: str | None = None,
) -> Tensor:
    """``x`` where not negative, else ``x`` times a slope drawn from [lower, upper]; their mean when not training.

    Raises InvalidArgumentError unless ``0 <= lower <= upper <= 1``.
    """
    require_tensor(x, "rrelu")
    if not 0 <= lower <= upper <= 1:
        raise InvalidArgumentError(f"rrelu needs 0 <= lower <= upper <= 1, got {lower} and {upper}")
    if not training:
        return activation.leaky_relu(x, alpha=(lower + upper) / 2)
    negative = 1.0 - activation.inside(x, low=0.0)
    slopes = _random(x, "uniform", float(lower), float(upper))
    return activation.relu(x) + x * negative * slopes


def _random(x: Tensor, how: str, *limits: float) -> Tensor:
    from ...tensor import random

    shape = list(x.dims) if all(isinstance(d, int) for d in x.dims) else x.shape
    return getattr(random, how)(shape, x.dtype, *limits)


def gumbel_softmax(
    x: Tensor, temperature: float = 1.0, hard: bool = False, axis: int = -1, name: str | None = None
) -> Tensor:
    """Softmax of ``x`` plus Gumbel noise, over ``temperature``. Jang et al. 2016.

    ``hard`` gives one-hot vectors, with the gradient of the soft ones. Raises InvalidArgumentError for a
    temperature that is not positive.
    """
    if temperature <= 0:
        raise InvalidArgumentError(f"The temperature must be greater than 0, got {temperature}")
    # log(-log(u)) must stay finite.
    uniform = _random(require_tensor(x, "gumbel_softmax"), "uniform", 1e-5, 1.0 - 1e-5)
    noise = -unary.log(-unary.log(uniform))
    soft = _softmax_ops.softmax((x + noise) * (1.0 / temperature), axis=axis_of(axis))
    if not hard:
        return soft
    was, mode.grad = mode.grad, False
    try:
        step = astype(soft == soft.max(axis=axis, keepdim=True), soft.dtype) - soft
    finally:
        mode.grad = was
    return soft + step


relu_ = in_place(relu, "relu_")
elu_ = in_place(elu, "elu_")
leaky_relu_ = in_place(leaky_relu, "leaky_relu_")
hardtanh_ = in_place(hardtanh, "hardtanh_")
tanh_ = in_place(tanh, "tanh_")
softmax_ = in_place(softmax, "softmax_")
thresholded_relu_ = in_place(thresholded_relu, "thresholded_relu_")

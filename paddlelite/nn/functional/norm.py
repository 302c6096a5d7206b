"""Normalizing functionals."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import InvalidArgumentError
from ...mode import mode
from ...ops import group_norm as G
from ...ops import layer_norm as L
from ...ops.batch_norm import batch_norm as _batch_norm
from ...ops.compose import call
from ...ops.elementwise import divide
from ...ops.shape import reshape
from ...tensor.tensor import Tensor

__all__ = [
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "normalize",
    "rms_norm",
]


def batch_norm(
    x: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.9,
    epsilon: float = 1e-5,
    data_format: str = "NCHW",
    use_global_stats: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """Normalize each channel of ``x`` [N, C, ...] (Ioffe and Szegedy, 2015); all other tensors are [C].

    While ``training`` by the batch's own statistics, and ``running_mean`` and ``running_var`` are moved towards them
    in place: ``running * momentum + batch * (1 - momentum)``. Otherwise, and with ``use_global_stats=True``, by the
    running statistics. Raises InvalidArgumentError when a size does not fit. Paddle op: batch_norm.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([[1.0], [3.0]])
    >>> mean, variance = paddle.zeros([1]), paddle.ones([1])
    >>> paddle.nn.functional.batch_norm(x, mean, variance, training=True).numpy().round(3)
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> mean.numpy().round(4)
    array([0.2], dtype=float32)
    """
    if len(x.dims) < 2:
        raise InvalidArgumentError("expected dim >= 2, but got 1")
    layout = _layout(data_format)
    frozen = (not training) if use_global_stats is None else use_global_stats
    out, mean, variance, *_ = _batch_norm(
        x,
        weight,
        bias,
        running_mean,
        running_var,
        is_test=not training,
        momentum=float(momentum),
        epsilon=float(epsilon),
        data_layout=layout,
        use_global_stats=frozen,
        trainable_statistics=False if use_global_stats is None else not use_global_stats and not training,
    )
    if not frozen:
        _move(running_mean, mean)
        _move(running_var, variance)
    return out


def _move(running: Tensor, new: Tensor) -> None:
    """Give running statistics their new value; in a capture they become state of the program."""
    if mode.capture is not None:
        mode.capture.write(running, new)
    else:
        running._data = new._data
        running._touch()


def _layout(data_format: str) -> str:
    if data_format not in ("NC", "NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"):
        raise InvalidArgumentError(
            "expected 'NC', 'NCL', 'NLC', 'NCHW', 'NHWC', 'NCDHW' or 'NDHWC' for data_format but got "
            + data_format
        )
    return "NCHW" if data_format.startswith("NC") else "NHWC"


def _flat(t: Tensor | None) -> Tensor | None:
    return t if t is None or len(t.dims) == 1 else reshape(t, shape=[-1])


def layer_norm(
    x: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    epsilon: float = 1e-5,
    name: str | None = None,
) -> Tensor:
    """Normalize over the last axes, whose sizes are ``normalized_shape`` (Ba, Kiros and Hinton, 2016).

    Raises InvalidArgumentError when they are not, or when they are all of them. Paddle op: layer_norm.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.layer_norm(paddle.to_tensor([[1.0, 3.0]]), 2).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """
    sizes = _last_sizes(x, normalized_shape)
    begin = len(x.dims) - len(sizes)
    if not begin:
        raise InvalidArgumentError(
            f"layer_norm needs an axis that it does not normalize over, but x has shape {list(x.dims)}"
        )
    weight, bias = (_flat(t) for t in (weight, bias))
    return L.layer_norm(x, weight, bias, epsilon=float(epsilon), begin_norm_axis=begin)[0]


def _last_sizes(x: Tensor, normalized_shape: int | Sequence[int]) -> list[int]:
    sizes = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
    dims = x.dims[len(x.dims) - len(sizes) :] if len(sizes) <= len(x.dims) else ()
    if len(dims) != len(sizes) or any(isinstance(d, int) and d != s for d, s in zip(dims, sizes)):
        raise InvalidArgumentError(
            f"Given normalized_shape is {sizes}, expected input with shape [*, {', '.join(map(str, sizes))}], but got "
            f"input shape {list(x.dims)}"
        )
    return sizes


def rms_norm(
    input: Tensor,
    normalized_shape: Sequence[int] | int,
    weight: Tensor | None = None,
    eps: float = 1e-5,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Divide by the root of the mean square of the last axes, times ``weight`` (Zhang and Sennrich, 2019).

    Returns the result and the inverse roots.
    """
    sizes = _last_sizes(input, normalized_shape)
    begin = len(input.dims) - len(sizes)
    return L.rms_norm(input, _flat(weight), epsilon=float(eps), begin_norm_axis=begin)


def group_norm(
    x: Tensor,
    num_groups: int,
    epsilon: float = 1e-5,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Normalize each sample over groups of channels (Wu and He, 2018). Paddle op: group_norm.

    Raises InvalidArgumentError when the channels do not divide into the groups.
    """
    layout = _layout(data_format)
    return G.group_norm(x, weight, bias, epsilon=float(epsilon), groups=int(num_groups), data_layout=layout)[
        0
    ]


def instance_norm(
    x: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.9,
    eps: float = 1e-5,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Normalize each channel of each sample (Ulyanov et al., 2016). Paddle op: instance_norm.

    As in PaddlePaddle, running statistics are accepted and not used.
    """
    if not data_format.startswith("NC"):
        raise InvalidArgumentError(
            f"instance_norm only has channels on axis 1, got data_format {data_format}"
        )
    return G.instance_norm(x, weight, bias, epsilon=float(eps))[0]


def normalize(
    x: Tensor,
    p: float = 2,
    axis: int = 1,
    epsilon: float = 1e-12,
    out: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """``x`` divided by its p-norm along ``axis`` (at least ``epsilon``).

    Paddle ops: p_norm, elementwise_max, elementwise_div.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.normalize(paddle.to_tensor([[3.0, 4.0]])).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """
    if len(x.dims) == 1:
        axis = 0
    length = call("p_norm", x, porder=float(p), axis=axis, keepdim=True, epsilon=float(epsilon))
    floor = call("fill_any_like", length, value=float(epsilon))
    result = divide(x, call("elementwise_max", length, floor))
    return result if out is None else out._write(result)


def local_response_norm(
    x: Tensor,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """``x / (k + alpha * mean of squares over size channels) ** beta`` (Krizhevsky et al., 2012).

    Raises InvalidArgumentError for fewer than 3 axes.
    """
    rank = len(x.dims)
    if rank < 3:
        raise InvalidArgumentError(f"Expected 3D or higher dimensionality input, but got {rank} dimensions")
    if data_format not in ("NCL", "NLC", "NCHW", "NHWC", "NCDHW", "NDHWC"):
        raise InvalidArgumentError(
            f"data_format should be in one of [NCL, NCHW, NCDHW, NLC, NHWC, NDHWC], but got {data_format}"
        )
    mid = G.response_norm(x, int(size), float(k), float(alpha), 1 if data_format[1] == "C" else rank - 1)
    return divide(x, call("pow", mid, factor=float(beta)))

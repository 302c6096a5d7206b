"""What the layers of ``fluid.dygraph`` and the functions of ``fluid.layers`` have in common: the computation itself."""

from __future__ import annotations

import math
from typing import Any

import paddlelite as paddle

from ...errors import InvalidArgumentError
from ...mode import mode
from ...nn import functional as F
from ...nn.initializer import Constant
from ...param_attr import ParamAttr
from ...tensor.tensor import Tensor

__all__ = [
    "check_pool",
    "dense",
    "dropout",
    "embed",
    "gru_step",
    "layer_norm",
    "listed",
    "pool",
    "prelu",
    "prelu_shape",
    "statistic",
    "training",
    "transposed_filter",
]


def training(is_test: bool) -> bool:
    """Whether a layer that is told ``is_test`` trains: ``Layer.eval()`` switches for the whole guard."""
    return not is_test and (mode.tracer is None or mode.tracer.training)


def check_pool(size: Any, kind: str, everything: bool) -> None:
    """Raise InvalidArgumentError (a ValueError) for what no pooling is."""
    if kind not in ("max", "avg"):
        raise InvalidArgumentError(f"Unknown pool_type: '{kind}'. It can only be 'max' or 'avg'.")
    if not everything and size == -1:
        raise InvalidArgumentError(
            "When the global_pooling is False, pool_size must be passed and be a valid value"
        )


def pool(
    x: Any, rank: int, size: Any, kind: str, stride: Any, padding: Any, everything: bool, ceil: bool, exclusive: bool,
    layout: str | None = None,
) -> Any:  # fmt: skip
    """``pool2d`` and ``pool3d``."""
    check_pool(size, kind, everything)
    layout = layout or ("NCHW" if rank == 2 else "NCDHW")
    if everything:
        axes = list(range(1, rank + 1)) if layout[-1] == "C" else list(range(2, rank + 2))
        return (paddle.max if kind == "max" else paddle.mean)(x, axes, True)
    if kind == "max":
        function = F.max_pool2d if rank == 2 else F.max_pool3d
        return function(x, size, stride, padding, ceil_mode=ceil, data_format=layout)
    average: Any = F.avg_pool2d if rank == 2 else F.avg_pool3d
    return average(x, size, stride, padding, ceil_mode=ceil, exclusive=exclusive, data_format=layout)


def dense(inputs: Any, weights: Any, bias: Any, axes: int) -> Any:
    """The sum of the inputs' products with their weights, flattened from axis ``axes`` on, and the bias."""
    out = None
    for x, w in zip(inputs, weights, strict=True):
        product = paddle.matmul(flattened(x, axes), w)
        if axes != 1:
            product = paddle.reshape(product, [*sizes(x, axes), w.shape[-1]])
        out = product if out is None else paddle.add(out, product)
    return out if bias is None else paddle.add(out, bias)


def flattened(x: Any, axes: int) -> Any:
    """``x`` as a matrix whose rows are its first ``axes`` axes."""
    if not 0 < axes < len(x.dims):
        raise InvalidArgumentError(
            f"num_flatten_dims must be between 1 and {len(x.dims) - 1} for an input of shape {list(x.shape)}, "
            f"but is {axes}"
        )
    if axes == 1 and len(x.dims) == 2:
        return x
    return paddle.reshape(x, [-1, math.prod(known(x, axis) for axis in range(axes, len(x.dims)))])


def sizes(x: Any, axes: int) -> list[Any]:
    """The first ``axes`` sizes, for reshape, which also takes those that are known when the program runs."""
    return list(x.shape[:axes])


def known(x: Any, axis: int) -> int:
    """A size that a parameter's shape depends on."""
    size = x.dims[axis]
    if not isinstance(size, int) or size < 0:
        raise InvalidArgumentError(
            f"axis {axis} of {x.name} (shape {list(x.shape)}) must have a known size: a parameter's shape depends on it"
        )
    return size


def embed(ids: Any, weight: Any, padding_idx: int | None) -> Any:
    """Rows of ``weight``; a last axis of size 1 is replaced by the row."""
    if len(ids.dims) > 1 and ids.dims[-1] == 1:
        ids = paddle.squeeze(ids, -1)
    return F.embedding(ids, weight, padding_idx)


def statistic(owner: Any, name: str | None, size: int, fill: float) -> Any:
    """A running mean or variance: a parameter that no optimizer changes."""
    attr = ParamAttr(name=name, initializer=Constant(fill), trainable=False)
    return owner.create_parameter([size], attr)


def layer_norm(x: Any, weight: Any, bias: Any, axis: int, epsilon: float) -> Any:
    """Normalization over the axes from ``axis`` on; weight and bias are flat."""
    first = axis % len(x.dims)
    shape = [known(x, i) for i in range(first, len(x.dims))]
    weight, bias = (p if p is None or len(shape) == 1 else paddle.reshape(p, shape) for p in (weight, bias))
    return F.layer_norm(x, shape, weight, bias, epsilon)


def prelu_shape(kind: str, shape: Any) -> list[int]:
    """The shape of prelu's alpha for an input of ``shape``."""
    if kind == "all":
        return [1]
    if kind == "channel":
        return [1, int(shape[1]), 1, 1]
    return [1, *(int(s) for s in shape[1:])]


def prelu(x: Any, alpha: Any, kind: str) -> Any:
    """``max(0, x) + alpha * min(0, x)``."""
    if kind == "channel":
        alpha = paddle.reshape(alpha, [1, -1] + [1] * (len(x.dims) - 2))
    return paddle.add(F.relu(x), paddle.multiply(alpha, paddle.subtract(x, F.relu(x))))


def dropout(x: Any, p: float, is_test: bool, seed: int | None, how: str) -> Any:
    """1.x's dropout: by default it scales at test time; ``how`` may be "upscale_in_train". A seed fixes the mask."""
    implementations = {"downgrade_in_infer": "downscale_in_infer", "upscale_in_train": "upscale_in_train"}
    if how not in implementations:
        raise InvalidArgumentError(
            f"dropout_implementation must be one of {list(implementations)}, but is {how!r}"
        )
    trains = training(is_test)
    if not seed or not trains or not p:
        return F.dropout(x, p, training=trains, mode=implementations[how])
    from .door import seeded

    shape = [known(x, axis) for axis in range(len(x.dims))]
    mask = seeded(seed, lambda draw: draw.uniform(size=shape) >= p, lambda: None, x.dtype)
    scaled = paddle.scale(x, 1.0 / (1.0 - p)) if how == "upscale_in_train" and p < 1 else x
    return paddle.multiply(scaled, mask)


def gru_step(x: Any, hidden: Any, weight: Any, bias: Any, act: Any, gate_act: Any, origin: bool) -> Any:
    """``gru_unit``. The weight's memory is a [d, 2d] matrix for the gates, then a [d, d] matrix for the candidate."""
    from .activations import apply

    width = int(weight.shape[0])
    flat = paddle.reshape(weight, [-1])
    gates_of = paddle.reshape(flat[: 2 * width * width], [width, 2 * width])
    candidate_of = paddle.reshape(flat[2 * width * width :], [width, width])
    if bias is not None:
        x = paddle.add(x, bias)
    gates = apply(paddle.add(x[:, : 2 * width], paddle.matmul(hidden, gates_of)), gate_act)
    update, reset = gates[:, :width], gates[:, width:]
    kept = paddle.multiply(reset, hidden)
    candidate = apply(paddle.add(x[:, 2 * width :], paddle.matmul(kept, candidate_of)), act)
    old, new = (hidden, candidate) if origin else (candidate, hidden)
    out = paddle.add(new, paddle.multiply(update, paddle.subtract(old, new)))
    # In 1.x no gradient comes back from the last two.
    return out, kept.detach(), paddle.concat([gates, candidate], axis=1).detach()


def listed(value: Any, count: int) -> list[int]:
    """One size for every axis."""
    return [int(v) for v in value] if isinstance(value, (list, tuple)) else [int(value)] * count


def transposed_filter(shape: Any, output: Any, stride: Any, padding: Any, dilation: Any) -> list[int]:
    """The filter with which a transposed convolution of ``shape`` gives ``output``."""
    parts = zip(shape, *(listed(v, len(shape)) for v in (output, stride, padding, dilation)))
    return [(o - (int(i) - 1) * s + 2 * p - 1) // d + 1 for i, o, s, p, d in parts]


def like_batch(x: Any, shape: Any, input_axis: int, output_axis: int) -> list[Any]:
    """``shape`` with the size of ``x``'s axis put in: for the ``..._batch_size_like`` functions."""
    out = list(shape)
    out[output_axis] = x.shape[input_axis]
    return out


def aligned(x: Any, y: Any, axis: int) -> tuple[Any, Any]:
    """``x`` and ``y`` so that they broadcast: 1.x lays y's axes over x's from ``axis`` on."""
    if not isinstance(y, Tensor) or not isinstance(x, Tensor):
        return x, y
    after = len(x.dims) - axis - len(y.dims)
    if axis == -1 or after <= 0:
        return x, y
    return x, paddle.reshape(y, [*sizes(y, len(y.dims)), *[1] * after])

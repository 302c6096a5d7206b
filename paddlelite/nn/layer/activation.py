"""Activations as layers, one for each functional."""

from __future__ import annotations

from typing import Any

from ...dtypes import get_default_dtype
from ...tensor.tensor import Tensor
from .. import functional as F
from ..initializer import Constant
from .common import named
from .layers import Layer

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Silu",
    "Softmax",
    "Softmax2D",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Swish",
    "Tanh",
    "Tanhshrink",
    "ThresholdedReLU",
]


def _activation(class_name: str, function: str, doc: str, **defaults: Any) -> type[Layer]:
    """A layer that calls ``F.<function>`` with its constructor's arguments, which have these names and defaults."""

    class Activation(Layer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            names = [*defaults, "name"]
            if len(args) > len(names) or kwargs.keys() - set(names):
                unknown = sorted(kwargs.keys() - set(names)) or args
                raise TypeError(f"{class_name}() takes the arguments {names}, got {unknown}")
            given = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
            missing = [n for n, v in given.items() if v is ...]
            if missing:
                raise TypeError(f"{class_name}() missing required argument: {missing[0]!r}")
            self._name = given.pop("name", None)
            self._arguments = given
            for key, value in given.items():
                object.__setattr__(self, f"_{key}", value)

        def forward(self, x: Tensor) -> Tensor:
            return getattr(F, function)(x, **self._arguments)

        def extra_repr(self) -> str:
            return named(", ".join(f"{k}={v}" for k, v in self._arguments.items()), self._name)

    Activation.__name__ = Activation.__qualname__ = class_name
    Activation.__module__ = __name__
    Activation.__doc__ = f"{doc} See :func:`paddlelite.nn.functional.{function}`."
    return Activation


CELU = _activation("CELU", "celu", "``max(0, x) + min(0, alpha * (exp(x / alpha) - 1))``.", alpha=1.0)
ELU = _activation("ELU", "elu", "``x`` above 0, ``alpha * (exp(x) - 1)`` below.", alpha=1.0)
GELU = _activation(
    "GELU", "gelu", "``x`` times the normal distribution function of ``x``.", approximate=False
)
GLU = _activation("GLU", "glu", "One half of ``x`` times the sigmoid of the other.", axis=-1)
Hardshrink = _activation(
    "Hardshrink", "hardshrink", "``x`` outside [-threshold, threshold], else 0.", threshold=0.5
)
Hardsigmoid = _activation("Hardsigmoid", "hardsigmoid", "A sigmoid of three straight lines.")
Hardswish = _activation("Hardswish", "hardswish", "``x`` times a sigmoid of straight lines.")
Hardtanh = _activation("Hardtanh", "hardtanh", "``x`` limited to [min, max].", min=-1.0, max=1.0)
LeakyReLU = _activation(
    "LeakyReLU", "leaky_relu", "``x`` above 0, a fraction of it below.", negative_slope=0.01
)
LogSigmoid = _activation("LogSigmoid", "log_sigmoid", "The logarithm of the sigmoid.")
LogSoftmax = _activation("LogSoftmax", "log_softmax", "The logarithm of softmax.", axis=-1)
Maxout = _activation("Maxout", "maxout", "The largest of each group of channels.", groups=..., axis=1)
Mish = _activation("Mish", "mish", "``x * tanh(softplus(x))``.")
ReLU = _activation("ReLU", "relu", "``max(x, 0)``.")
ReLU6 = _activation("ReLU6", "relu6", "``min(max(x, 0), 6)``.")
SELU = _activation(
    "SELU",
    "selu",
    "The self-normalizing exponential unit.",
    scale=1.0507009873554804934193349852946,
    alpha=1.6732632423543772848170429916717,
)
Sigmoid = _activation("Sigmoid", "sigmoid", "``1 / (1 + exp(-x))``.")
Silu = _activation("Silu", "silu", "``x * sigmoid(x)``.")
SiLU = Silu
Softmax = _activation("Softmax", "softmax", "``exp(x)`` over its sum along ``axis``.", axis=-1)
Softplus = _activation("Softplus", "softplus", "``log(1 + exp(beta * x)) / beta``.", beta=1, threshold=20)
Softshrink = _activation("Softshrink", "softshrink", "``x`` moved towards 0 by ``threshold``.", threshold=0.5)
Softsign = _activation("Softsign", "softsign", "``x / (1 + |x|)``.")
Swish = _activation("Swish", "swish", "``x * sigmoid(x)``.")
Tanh = _activation("Tanh", "tanh", "The hyperbolic tangent.")
Tanhshrink = _activation("Tanhshrink", "tanhshrink", "``x - tanh(x)``.")
ThresholdedReLU = _activation(
    "ThresholdedReLU",
    "thresholded_relu",
    "``x`` above the threshold, else ``value``.",
    threshold=1.0,
    value=0.0,
)


class Softmax2D(Layer):
    """Softmax over the channels of a [N, C, H, W] or [C, H, W] tensor."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self._name = name

    def forward(self, x: Tensor) -> Tensor:
        if len(x.dims) not in (3, 4):
            raise ValueError(f"Softmax2D requires a 3D or 4D tensor as input. Received: {len(x.dims)}D.")
        return F.softmax(x, axis=-3)

    def extra_repr(self) -> str:
        return named("", self._name)


class PReLU(Layer):
    """``x`` above 0, ``weight * x`` below; one weight, or one a channel. See :func:`paddlelite.nn.functional.prelu`."""

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        weight_attr: Any = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._num_parameters, self._init, self._data_format, self._name = (
            num_parameters,
            init,
            data_format,
            name,
        )
        self._weight = self.create_parameter(
            [num_parameters], weight_attr, default_initializer=Constant(init)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.prelu(x, self._weight, data_format=self._data_format)

    def extra_repr(self) -> str:
        return named(
            f"num_parameters={self._num_parameters}, data_format={self._data_format}, "
            f"init={self._init}, dtype={self._dtype}",
            self._name,
        )


class RReLU(Layer):
    """Leaky ReLU with a random slope in [lower, upper] while training."""

    def __init__(self, lower: float = 1.0 / 8.0, upper: float = 1.0 / 3.0, name: str | None = None) -> None:
        super().__init__()
        self._lower, self._upper, self._name = lower, upper, name

    def forward(self, x: Tensor) -> Tensor:
        return F.rrelu(x, lower=self._lower, upper=self._upper, training=self.training)

    def extra_repr(self) -> str:
        return named(
            f"lower={self._lower}, upper={self._upper}, training={self.training}, dtype={self._dtype}",
            self._name,
        )

"""Weights made of others before each call of a layer: length and direction apart, or a bounded spectral norm."""

from __future__ import annotations

from typing import Any

from ..autograd import no_grad
from ..errors import InvalidArgumentError, PreconditionNotMetError, UnimplementedError
from ..mode import mode
from ..tensor.manipulation import reshape, transpose
from ..tensor.random import normal
from ..tensor.tensor import Tensor
from . import functional as F

__all__ = ["remove_weight_norm", "spectral_norm", "weight_norm"]


class _Made:
    """A hook before ``forward`` that makes ``layer.<name>`` of parameters of other names."""

    def __init__(self, name: str) -> None:
        self.name = name

    def install(self, layer: Any) -> None:
        setattr(layer, self.name, self.made(layer))
        self.handle = layer.register_forward_pre_hook(self)

    def __call__(self, layer: Any, inputs: Any) -> None:
        if mode.capture is None and hasattr(type(layer.forward), "main_program"):
            # The program of `forward` alone would keep the weight that was made when it was captured.
            raise UnimplementedError(
                f"{type(layer).__name__}.{self.name} is made of others before `forward`, which is translated by "
                "itself: translate a layer that has this one in it, such as nn.Sequential(layer)"
            )
        setattr(layer, self.name, self.made(layer))

    def made(self, layer: Any) -> Tensor:
        raise NotImplementedError


def _weight(layer: Any, name: str, kind: str) -> Any:
    """The parameter, if nothing makes it yet."""
    for hook in layer._forward_pre_hooks.values():
        made = getattr(hook, "function", hook)
        if isinstance(made, _Made) and made.name == name:
            raise PreconditionNotMetError(f"Cannot register two {kind} hooks on the same parameter {name}")
    weight = layer._parameters.get(name)
    if weight is None:
        raise InvalidArgumentError(f"{kind}: {layer} has no parameter {name!r}")
    return weight


class _WeightNorm(_Made):
    def __init__(self, name: str, dim: int | None) -> None:
        super().__init__(name)
        self.dim = dim

    def length(self, weight: Tensor) -> Tensor:
        """The lengths along all axes but ``dim``; of everything, if that is None."""
        squares = weight * weight
        axes = [axis for axis in range(weight.ndim) if axis != self.dim]
        return (squares.sum() if self.dim is None else squares.sum(axis=axes)).sqrt()

    def made(self, layer: Any) -> Tensor:
        direction, length = getattr(layer, self.name + "_v"), getattr(layer, self.name + "_g")
        scale = length / self.length(direction).clip(min=1e-12)
        if self.dim is not None:
            scale = reshape(scale, [-1 if axis == self.dim else 1 for axis in range(direction.ndim)])
        return direction * scale


def weight_norm(layer: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Train the length ``<name>_g`` and the direction ``<name>_v`` of a weight by themselves (Salimans, Kingma, 2016).

    ``dim``: the axis whose slices have a length each; None (or -1, as in PaddlePaddle) for one length. Gives the layer.
    Raises InvalidArgumentError for another ``dim`` or no such parameter, PreconditionNotMetError for a second time.

    >>> import paddlelite as paddle
    >>> layer = paddle.nn.utils.weight_norm(paddle.nn.Linear(2, 3), dim=1)
    >>> [(name, list(p.shape)) for name, p in layer.named_parameters()]
    [('bias', [3]), ('weight_g', [3]), ('weight_v', [2, 3])]
    """
    weight = _weight(layer, name, "weight_norm")
    if dim is not None and not -weight.ndim <= dim < weight.ndim:
        raise InvalidArgumentError(
            f"dim must set between [-R, R), R means the dimension of weight, but is {dim}"
        )
    hook = _WeightNorm(name, None if dim in (None, -1) else dim % weight.ndim)
    with no_grad():
        length = hook.length(weight)
        parts = {"_g": length, "_v": weight}
        del layer._parameters[name]
        for suffix, value in parts.items():
            part = layer.create_parameter(list(value.shape), dtype=value.dtype)
            part.set_value(value)
            layer.add_parameter(name + suffix, part)
    hook.install(layer)
    return layer


def remove_weight_norm(layer: Any, name: str = "weight") -> Any:
    """Undo `weight_norm`: the weight is a parameter again, with its present value.

    Raises InvalidArgumentError if there is none.
    """
    for hook in layer._forward_pre_hooks.values():
        made = getattr(hook, "function", hook)
        if isinstance(made, _WeightNorm) and made.name == name:
            with no_grad():
                value = made.made(layer)
            made.handle.remove()
            delattr(layer, name)
            del layer._parameters[name + "_g"], layer._parameters[name + "_v"]
            weight = layer.create_parameter(list(value.shape), dtype=value.dtype)
            weight.set_value(value)
            layer.add_parameter(name, weight)
            return layer
    raise InvalidArgumentError(f"weight_norm of '{name}' not found in {layer}")


class _SpectralNorm(_Made):
    def __init__(self, name: str, iterations: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.iterations, self.dim, self.eps = iterations, dim, eps

    def matrix(self, weight: Tensor) -> Tensor:
        order = [self.dim, *(axis for axis in range(weight.ndim) if axis != self.dim)]
        return reshape(transpose(weight, order), [weight.shape[self.dim], -1])

    def made(self, layer: Any) -> Tensor:
        weight, u, v = (getattr(layer, self.name + suffix) for suffix in ("_orig", "_u", "_v"))
        matrix = self.matrix(weight)
        if layer.training:
            with no_grad():
                for _ in range(self.iterations):
                    v.set_value(F.normalize(matrix.t() @ u, axis=0, epsilon=self.eps))
                    u.set_value(F.normalize(matrix @ v, axis=0, epsilon=self.eps))
        return weight / (u.detach().clone() @ (matrix @ v.detach().clone()))


def spectral_norm(
    layer: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Divide a weight by its largest singular value, found by power iterations while training (Miyato et al., 2018).

    ``dim``: the axis of the outputs; by default 1 for Linear and transposed convolutions, 0 for others. The parameter
    is ``<name>_orig``; ``<name>_u`` and ``<name>_v`` are kept as buffers. Gives the layer.
    Raises ValueError if ``n_power_iterations`` is not positive, and as `weight_norm`.

    >>> import paddlelite as paddle
    >>> layer = paddle.nn.utils.spectral_norm(paddle.nn.Linear(2, 3))
    >>> sorted(layer.state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    from .layer.common import Linear
    from .layer.conv import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose

    if n_power_iterations <= 0:
        raise InvalidArgumentError(
            f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
        )
    if dim is None:
        dim = int(isinstance(layer, (Conv1DTranspose, Conv2DTranspose, Conv3DTranspose, Linear)))
    weight = _weight(layer, name, "spectral_norm")
    hook = _SpectralNorm(name, n_power_iterations, dim, eps)
    with no_grad():
        for suffix, size in zip(("_u", "_v"), hook.matrix(weight).shape):
            layer.register_buffer(name + suffix, F.normalize(normal(shape=[size]), axis=0, epsilon=eps))
    del layer._parameters[name]
    layer.add_parameter(name + "_orig", weight)
    hook.install(layer)
    return layer

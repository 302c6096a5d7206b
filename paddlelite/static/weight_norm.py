"""``WeightNormParamAttr``: a weight that is a direction and a length, each of which is trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ..autograd import no_grad
from ..errors import InvalidArgumentError, InvalidTypeError, PreconditionNotMetError
from ..framework import unique_name
from ..mode import mode
from ..param_attr import ParamAttr
from ..tensor.tensor import Tensor
from .building import Builder
from .variables import declare_parameter

__all__ = ["WeightNormParamAttr"]


class WeightNormParamAttr(ParamAttr):
    """A weight ``g * v / |v|`` with the parameters ``<name>_v``, its direction, and ``<name>_g``, its length
    (Salimans, Kingma, 2016).

    Args:
        dim: the axis whose slices have a length each; None for one length of all.

    The others: see `paddle.ParamAttr`; they hold for both parameters, and the initializer gives the first weight.

    Raises InvalidTypeError for a ``dim`` that is no int, and when a weight is made InvalidArgumentError for an axis it
    does not have, PreconditionNotMetError in dynamic mode.

    >>> import paddlelite as paddle
    >>> paddle.enable_static()
    >>> with paddle.static.program_guard(paddle.static.Program()):
    ...     x = paddle.static.data("x", [None, 3])
    ...     y = paddle.static.nn.fc(
    ...         x, 2, weight_attr=paddle.static.WeightNormParamAttr(1, "w"), bias_attr=False
    ...     )
    ...     [(p.name, list(p.shape)) for p in paddle.static.default_main_program().all_parameters()]
    [('w_v', [3, 2]), ('w_g', [1, 2])]
    >>> paddle.disable_static()
    """

    def __init__(
        self,
        dim: int | None = None,
        name: str | None = None,
        initializer: Any = None,
        learning_rate: float = 1.0,
        regularizer: Any = None,
        trainable: bool = True,
        do_model_average: bool = False,
        need_clip: bool = True,
    ) -> None:
        super().__init__(
            name, initializer, learning_rate, regularizer, trainable, do_model_average, need_clip
        )
        if isinstance(dim, bool) or not (dim is None or isinstance(dim, int)):
            raise InvalidTypeError(f"WeightNormParamAttr: dim must be an int or None, but is {dim!r}")
        self.dim = dim

    def make(self, owner: str, shape: Sequence[int], dtype: Any, init: Any) -> Tensor:
        """The weight, as ops on its two parameters, which are made."""
        builder = mode.capture
        if not isinstance(builder, Builder):
            raise PreconditionNotMetError(
                "WeightNormParamAttr is for static mode: in dynamic mode use paddle.nn.utils.weight_norm(layer)"
            )
        if self.dim is not None and not 0 <= self.dim < len(shape):
            raise InvalidArgumentError(
                f"WeightNormParamAttr(dim={self.dim}) for a weight of shape {list(shape)}: it has no such axis"
            )
        name = self.name or unique_name.generate(f"{owner}.w")
        sizes = [size if axis == self.dim else 1 for axis, size in enumerate(shape)]
        direction = declare_parameter(builder, shape, dtype, f"{name}_v", self._of("_v", name), init)

        def first_length(made: Any, block: Any) -> None:
            with no_grad():
                made.set_value(self._length(direction))

        length = declare_parameter(builder, sizes, dtype, f"{name}_g", self._of("_g", name), first_length)
        return direction * (length / self._length(direction))  # type: ignore[no-any-return]

    def _of(self, suffix: str, name: str) -> ParamAttr:
        part = copy.copy(self)
        part.name = name + suffix
        return part

    def _length(self, direction: Any) -> Tensor:
        axes = [axis for axis in range(len(direction.dims)) if axis != self.dim]
        return (direction * direction).sum(axis=axes, keepdim=True).sqrt()  # type: ignore[no-any-return]

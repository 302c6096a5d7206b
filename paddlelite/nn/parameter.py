"""Parameter: a tensor that a layer owns and an optimizer updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtypes import default_dtype, dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError
from ..framework import unique_name
from ..mode import mode
from ..tensor.tensor import Tensor

__all__ = ["EagerParamBase", "Parameter", "create_parameter", "make_parameter"]


class Parameter(Tensor):
    """A trainable tensor with a unique name (Paddle's ``EagerParamBase``).

    Made by :meth:`paddlelite.nn.Layer.create_parameter`. ``optimize_attr["learning_rate"]`` multiplies the learning
    rate, ``regularizer`` overrides the optimizer's weight decay, ``need_clip`` says whether
    gradient clipping counts it.

    Raises InvalidArgumentError for a negative size.
    """

    def __init__(self, shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> None:
        if isinstance(shape, Tensor):
            raise InvalidTypeError(
                "Parameter(shape, dtype): shape must be a list of sizes; use create_parameter()"
            )
        if any(int(s) < 0 for s in shape):
            raise InvalidArgumentError(
                f"Each dimension of shape for Parameter must be greater than 0, but received {list(shape)}"
            )
        want = default_dtype() if dtype is None else dtype_of(dtype)
        self._data = np.zeros([int(s) for s in shape], want.np)
        self._name = kwargs.pop("name", None) or unique_name.generate("_eager_param_base")
        self.stop_gradient = not kwargs.pop("trainable", True)
        self.persistable = True
        self.optimize_attr: dict[str, Any] = kwargs.pop("optimize_attr", {"learning_rate": 1.0})
        self.regularizer: Any = kwargs.pop("regularizer", None)
        self.do_model_average = kwargs.pop("do_model_average", True)
        self.need_clip: bool = kwargs.pop("need_clip", True)
        self.is_distributed = kwargs.pop("is_distributed", False)
        if kwargs:
            raise InvalidTypeError(f"Parameter() got unexpected arguments {sorted(kwargs)}")

    @property
    def trainable(self) -> bool:
        """Whether gradients are computed for it; the opposite of ``stop_gradient``."""
        return not self.stop_gradient

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        if not isinstance(trainable, bool):
            raise InvalidArgumentError(
                f"The type of trainable MUST be bool, but the type is {type(trainable)}"
            )
        self.stop_gradient = not trainable

    def set_init_func(self, obj: Any) -> None:
        raise NotImplementedError(
            "parameters are initialized when they are made; lazy initialization does not exist here"
        )

    def __repr__(self) -> str:
        return f"Parameter containing:\n{Tensor.__repr__(self)}"

    __str__ = __repr__

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        out = super().__deepcopy__(memo)
        out._name = self.name + unique_name.generate("_deepcopy")
        out.optimize_attr = dict(self.optimize_attr)
        return out  # type: ignore[return-value]

    def __reduce__(self) -> tuple[Any, ...]:
        state = {
            k: v
            for k, v in self.__dict__.items()
            if k not in ("_data", "_node", "_grad", "_base", "_views", "_version")
        }
        return _unpickle, (self._data, state)


EagerParamBase = Parameter


def _unpickle(array: np.ndarray, state: dict[str, Any]) -> Parameter:
    out = Parameter.__new__(Parameter)
    out.__dict__.update(state)
    out._data = array
    return out


def make_parameter(
    owner: str, shape: Any, attr: Any, dtype: Any, is_bias: bool = False, default_initializer: Any = None
) -> Any:
    """A parameter of the layer named ``owner``, initialized; None when ``attr`` is False.

    The initializer is, in this order: the attribute's, the global one, the layer's default, 0 for a bias and Xavier's
    uniform distribution for a weight.
    """
    from ..param_attr import ParamAttr
    from . import initializer as I

    attr = ParamAttr._to_attr(attr)
    if attr is False:
        return None
    init = attr.initializer or I.global_initializer(is_bias) or default_initializer
    if init is None:
        init = I.Constant(0.0) if is_bias else I.XavierUniform()
    if hasattr(attr, "make"):  # a weight that is computed from parameters
        return attr.make(owner, shape, dtype, init)
    name = attr.name or unique_name.generate(f"{owner}.{'b' if is_bias else 'w'}")
    if mode.capture is not None and mode.capture.static:
        from ..static.variables import declare_parameter

        return declare_parameter(mode.capture, shape, dtype, name, attr, init)  # type: ignore[arg-type]
    out = Parameter(
        [int(s) for s in shape],
        dtype,
        name=name,
        trainable=attr.trainable,
        optimize_attr={"learning_rate": attr.learning_rate},
        regularizer=attr.regularizer,
        do_model_average=attr.do_model_average,
        need_clip=attr.need_clip,
    )
    # Also inside a capture a parameter is made at once: it is a tensor from outside the program.
    was, mode.capture = mode.capture, None
    try:
        init(out)
    finally:
        mode.capture = was
    if mode.tracer is not None:
        mode.tracer.made(out)
    return out


def create_parameter(
    shape: Any,
    dtype: Any = None,
    name: str | None = None,
    attr: Any = None,
    is_bias: bool = False,
    default_initializer: Any = None,
) -> Any:
    """A parameter that belongs to no layer. Arguments as in :meth:`paddlelite.nn.Layer.create_parameter`.

    >>> import paddlelite as paddle
    >>> paddle.create_parameter([2, 3], "float32").shape
    paddle.Size([2, 3])
    """
    from ..param_attr import ParamAttr

    if attr is None and name is not None:
        attr = ParamAttr(name=name)
    return make_parameter(
        unique_name.generate("create_parameter"), shape, attr, dtype, is_bias, default_initializer
    )

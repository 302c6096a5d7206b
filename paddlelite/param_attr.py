"""ParamAttr: what a layer is told about a parameter it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import InvalidTypeError

if TYPE_CHECKING:
    from .regularizer import WeightDecayRegularizer

__all__ = ["ParamAttr"]


class ParamAttr:
    """Name, initial values and training options of one parameter.

    Args:
        name: the parameter's name; made up when None.
        initializer: what fills it (`paddle.nn.initializer`); the layer's default when None.
        learning_rate: factor on the optimizer's learning rate.
        regularizer: instead of the optimizer's `weight_decay`.
        trainable: False keeps it as it is.
        do_model_average: accepted.
        need_clip: whether gradient clipping counts and scales it.

    Raises:
        TypeError: an argument is of the wrong type.

    Examples:
        >>> import paddlelite as paddle
        >>> attr = paddle.ParamAttr(name="scale", initializer=paddle.nn.initializer.Constant(2.0))
        >>> paddle.create_parameter([2], "float32", attr=attr).numpy()
        array([2., 2.], dtype=float32)
    """

    def __init__(
        self,
        name: str | None = None,
        initializer: Any = None,
        learning_rate: float = 1.0,
        regularizer: WeightDecayRegularizer | None = None,
        trainable: bool = True,
        do_model_average: bool = True,
        need_clip: bool = True,
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise InvalidTypeError(
                f"ParamAttr: name must be a str or None, but received {type(name).__name__}"
            )
        if isinstance(learning_rate, (str, bytes)) or not hasattr(learning_rate, "__float__"):
            raise InvalidTypeError(
                f"ParamAttr: learning_rate must be a number, but received {type(learning_rate).__name__}"
            )
        if initializer is not None and not callable(initializer):
            raise InvalidTypeError(
                "ParamAttr: initializer must be one of paddle.nn.initializer, "
                f"but received {type(initializer).__name__}"
            )
        self.name = name
        self.initializer = initializer
        self.learning_rate = learning_rate
        self.regularizer = regularizer
        self.trainable = trainable
        self.do_model_average = do_model_average
        self.need_clip = need_clip

    @staticmethod
    def _to_attr(arg: Any) -> Any:
        """What a layer's `weight_attr` stands for: a ParamAttr, a list of them, or False for no parameter at all."""
        from .nn.initializer import Initializer
        from .regularizer import WeightDecayRegularizer

        if arg is None or arg is True:
            return ParamAttr()
        if arg is False or isinstance(arg, ParamAttr):
            return arg
        if isinstance(arg, (list, tuple)):
            return [ParamAttr._to_attr(one) for one in arg]
        if isinstance(arg, str):
            return ParamAttr(name=arg)
        if isinstance(arg, Initializer):
            return ParamAttr(initializer=arg)
        if isinstance(arg, WeightDecayRegularizer):
            return ParamAttr(regularizer=arg)
        raise InvalidTypeError(
            f"{type(arg)} can not be cast to ParamAttr: give a ParamAttr, a name, an initializer, a regularizer, "
            "None for the default or False for no parameter"
        )

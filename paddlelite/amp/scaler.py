"""GradScaler as PaddlePaddle has it on the CPU: it scales by one."""

from __future__ import annotations

from typing import Any

from ..place import warn_cpu_only
from ..tensor.tensor import Tensor

__all__ = ["AmpScaler", "GradScaler"]


class GradScaler:
    """Scales losses against underflow in float16. There is no float16 training on the CPU, so it scales by one.

    Args:
        enable: False to do without the warning that it makes no effect.
        init_loss_scaling, incr_ratio, decr_ratio, incr_every_n_steps, decr_every_n_nan_or_inf,
            use_dynamic_loss_scaling: checked, and of no effect.

    Raises:
        ValueError: `incr_ratio` is not above 1, or `decr_ratio` not below.

    Examples:
        >>> import warnings
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> sgd = paddle.optimizer.SGD(0.1, parameters=layer.parameters())
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     scaler = paddle.amp.GradScaler()
        >>> scaler.scale(layer(paddle.ones([1, 2])).mean()).backward()
        >>> scaler.step(sgd)
        >>> scaler.update()
    """

    def __init__(
        self,
        enable: bool = True,
        init_loss_scaling: float = 65536.0,
        incr_ratio: float = 2.0,
        decr_ratio: float = 0.5,
        incr_every_n_steps: int = 2000,
        decr_every_n_nan_or_inf: int = 1,
        use_dynamic_loss_scaling: bool = True,
    ) -> None:
        self.set_incr_ratio(incr_ratio)
        self.set_decr_ratio(decr_ratio)
        self._incr_every = incr_every_n_steps
        self._decr_every = decr_every_n_nan_or_inf
        if enable:
            warn_cpu_only("paddle.amp.GradScaler makes no effect")

    def scale(self, var: Tensor) -> Tensor:
        """`var` itself.

        Raises:
            TypeError: it is no Tensor.
        """
        if not isinstance(var, Tensor):
            raise TypeError(f"GradScaler.scale: expected a Tensor, but received {type(var).__name__}")
        return var

    def unscale_(self, optimizer: Any) -> None:
        """Nothing: the gradients are not scaled."""

    def step(self, optimizer: Any) -> None:
        """`optimizer.step()`."""
        optimizer.step()

    def update(self) -> None:
        """Nothing: the scale stays one."""

    def minimize(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.minimize(...)`."""
        return optimizer.minimize(*args, **kwargs)

    def is_enable(self) -> bool:
        """Whether losses are scaled: never."""
        return False

    def is_use_dynamic_loss_scaling(self) -> bool:
        """Whether the scale adapts: never."""
        return False

    def get_init_loss_scaling(self) -> float:
        """The scale."""
        return 1.0

    def set_init_loss_scaling(self, new_init_loss_scaling: float) -> None:
        """Of no effect."""

    def get_incr_ratio(self) -> float:
        """By how much the scale would grow."""
        return self._incr_ratio

    def set_incr_ratio(self, new_incr_ratio: float) -> None:
        """Note the ratio, which must be above 1."""
        if not new_incr_ratio > 1.0:
            raise ValueError(f"The new_incr_ratio must be > 1.0, but is {new_incr_ratio}.")
        self._incr_ratio = new_incr_ratio

    def get_decr_ratio(self) -> float:
        """By how much the scale would shrink."""
        return self._decr_ratio

    def set_decr_ratio(self, new_decr_ratio: float) -> None:
        """Note the ratio, which must be below 1."""
        if not new_decr_ratio < 1.0:
            raise ValueError(f"The new_decr_ratio must be < 1.0, but is {new_decr_ratio}.")
        self._decr_ratio = new_decr_ratio

    def get_incr_every_n_steps(self) -> int:
        """After how many good steps the scale would grow."""
        return self._incr_every

    def set_incr_every_n_steps(self, new_incr_every_n_steps: int) -> None:
        """Note the number."""
        self._incr_every = new_incr_every_n_steps

    def get_decr_every_n_nan_or_inf(self) -> int:
        """After how many bad steps the scale would shrink."""
        return self._decr_every

    def set_decr_every_n_nan_or_inf(self, new_decr_every_n_nan_or_inf: int) -> None:
        """Note the number."""
        self._decr_every = new_decr_every_n_nan_or_inf

    def state_dict(self) -> dict[str, Any]:
        """Empty: there is no state."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Of no effect; the state of a GPU's scaler is accepted.

        Raises:
            TypeError: it is no dict.
        """
        if not isinstance(state_dict, dict):
            raise TypeError(
                f"GradScaler.load_state_dict: expected a dict, but received {type(state_dict).__name__}"
            )


AmpScaler = GradScaler

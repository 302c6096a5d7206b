"""Mixed precision as `paddle.Model.prepare` takes it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ..amp import GradScaler, auto_cast
from ..errors import InvalidArgumentError

__all__ = ["Precision"]

_LEVELS = ("O0", "O1", "O2")
_LISTS = ("custom_white_list", "custom_black_list")
_SCALING = (
    "init_loss_scaling",
    "incr_ratio",
    "decr_ratio",
    "incr_every_n_steps",
    "decr_every_n_nan_or_inf",
    "use_dynamic_loss_scaling",
)


class Precision:
    """The level, the lists of ops and the scaling of the loss that ``amp_configs`` asks for.

    Raises ValueError for another level or unknown keys.
    """

    def __init__(self, configs: Any) -> None:
        asked: dict[str, Any] = dict(configs) if isinstance(configs, dict) else {"level": configs or "O0"}
        self.level = asked.pop("level", "O1")
        if self.level not in _LEVELS:
            raise InvalidArgumentError(
                f"amp_configs['level'] should be 'O0', 'O1' or 'O2', but is {self.level!r}."
            )
        unknown = sorted(set(asked) - {*_LISTS, *_SCALING})
        if unknown:
            raise InvalidArgumentError(
                "Except for 'level', the keys of 'amp_configs' must be accepted by mixed precision APIs, but "
                f"{tuple(unknown)} could not be recognized."
            )
        self._lists = {name: asked.pop(name) for name in _LISTS if name in asked}
        self.scaler = GradScaler(**asked) if self.level != "O0" else None

    def context(self) -> AbstractContextManager[None]:
        """In which the network is called."""
        return auto_cast(enable=self.level != "O0", level=self.level, **self._lists)

    def step(self, optimizer: Any, loss: Any, update: bool) -> None:
        """Backward, and with ``update`` a step of the optimizer."""
        if self.scaler is None:
            loss.backward()
            if update:
                optimizer.step()
            return
        scaled = self.scaler.scale(loss)
        scaled.backward()
        if update:
            self.scaler.minimize(optimizer, scaled)

"""What static programs use besides layers: accuracy, moving averages of parameters, places."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..autograd import no_grad
from ..errors import PreconditionNotMetError
from ..framework import unique_name
from ..metric import accuracy
from ..mode import mode
from ..nn.initializer import Constant
from ..place import CPUPlace, warn_cpu_only
from ..tensor.pairs import minimum
from ..tensor.tensor import Tensor
from .building import Builder
from .scope import global_scope
from .variables import GlobalVariable, declare, set_program_state

__all__ = ["ExponentialMovingAverage", "accuracy", "cpu_places", "cuda_places", "set_program_state"]


def cpu_places(device_count: int | None = None) -> list[CPUPlace]:
    """As many CPU places as asked for; else as the environment's CPU_NUM says, or one."""
    count = int(os.environ.get("CPU_NUM", "1")) if device_count is None else device_count
    return [CPUPlace() for _ in range(count)]


def cuda_places(device_ids: Sequence[int] | None = None) -> list[CPUPlace]:
    """The CPU: accepted, with one warning."""
    warn_cpu_only("cuda_places()")
    return [CPUPlace()]


class ExponentialMovingAverage:
    """Moving averages of a program's parameters: ``average = decay * average + (1 - decay) * parameter``.

    Args:
        decay: how much of the average stays.
        thres_steps: a step counter; the decay is then at most ``(1 + steps) / (10 + steps)``.

    :meth:`update` appends to the program being built, after ``minimize``; inside :meth:`apply` the parameters are their
    averages, corrected for having started at zero.
    """

    def __init__(self, decay: float = 0.999, thres_steps: Any = None, name: str | None = None) -> None:
        self._decay, self._steps = float(decay), thres_steps
        self._name = f"{name}." if name else ""
        self._averages: list[tuple[Any, GlobalVariable]] = []
        self._power: GlobalVariable | None = None

    def update(self) -> None:
        """Append the averages' update. Raises PreconditionNotMetError outside static mode."""
        builder = mode.capture
        if not isinstance(builder, Builder):
            raise PreconditionNotMetError("ExponentialMovingAverage.update() needs paddle.enable_static()")
        with no_grad(), builder.part("optimize"):
            decay: Any = self._decay
            if isinstance(self._steps, Tensor):
                steps = self._steps.astype("float32").reshape([])
                decay = minimum((steps + 1.0) / (steps + 10.0), steps * 0.0 + self._decay)
            self._power = self._declared(builder, [1], "decay_pow", 1.0)
            builder.write(self._power, builder.read(self._power) * decay)
            for parameter in builder.program.all_parameters():
                if parameter.stop_gradient:
                    continue
                average = self._declared(builder, list(parameter.dims), f"{parameter.name}_ema", 0.0)
                now = builder.read(parameter)
                builder.write(average, builder.read(average) * decay + now * (1.0 - decay))
                self._averages.append((parameter, average))

    def _declared(self, builder: Builder, shape: list[int], key: str, start: float) -> GlobalVariable:
        from ..dtypes import float32

        name = unique_name.generate(f"{self._name}{key}")
        return declare(builder, GlobalVariable(shape, float32, name), Constant(start))

    @contextmanager
    def apply(self, executor: Any, need_restore: bool = True) -> Iterator[None]:
        """Inside, the scope's parameters are their averages; afterwards, with ``need_restore``, themselves again.

        Raises PreconditionNotMetError when nothing was averaged yet.
        """
        held = None if self._power is None else global_scope().held(self._power.name)
        if held is None or float(held._data.reshape(-1)[0]) == 1.0:
            raise PreconditionNotMetError(
                "there are no averages yet: update() is run with the training program"
            )
        correction = 1.0 - float(held._data.reshape(-1)[0])
        self._kept = {p.name: p.get_value()._data for p, _ in self._averages}
        for parameter, average in self._averages:
            parameter.set_value(average.get_value()._data / correction)
        try:
            yield
        finally:
            if need_restore:
                self.restore(executor)

    def restore(self, executor: Any) -> None:
        """Give the parameters their own values back."""
        for parameter, _ in self._averages:
            parameter.set_value(self._kept[parameter.name])

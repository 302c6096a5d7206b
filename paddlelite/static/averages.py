"""Averages of a program's parameters over its runs, which can take the parameters' place for testing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..dtypes import float32, int64
from ..errors import PreconditionNotMetError
from ..framework import unique_name
from ..mode import mode
from ..nn.initializer import Constant
from ..tensor.creation import full
from ..tensor.pairs import minimum
from ..tensor.search import where
from ..tensor.tensor import Tensor
from .building import Builder
from .scope import global_scope
from .variables import GlobalVariable, declare

__all__ = ["ExponentialMovingAverage", "ModelAverage"]


class _Averages:
    """What they have in common: taking the parameters' place in the scope, and giving it back."""

    def _values(self) -> list[tuple[Any, np.ndarray]]:
        """Every parameter with its average, from the scope. Raises PreconditionNotMetError before there is one."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the averages are")

    @contextmanager
    def apply(self, executor: Any, need_restore: bool = True) -> Iterator[None]:
        """Inside, the scope's parameters are their averages; afterwards, with ``need_restore``, themselves again.

        Raises PreconditionNotMetError when nothing was averaged yet.
        """
        values = self._values()
        self._kept = [(p, p.get_value()._data) for p, _ in values]
        for parameter, average in values:
            parameter.set_value(average)
        try:
            yield
        finally:
            if need_restore:
                self.restore(executor)

    def restore(self, executor: Any) -> None:
        """Give the parameters their own values back."""
        for parameter, value in self._kept:
            parameter.set_value(value)


def _builder(what: str) -> Builder:
    if not isinstance(mode.capture, Builder):
        raise PreconditionNotMetError(f"{what} needs paddle.enable_static()")
    return mode.capture


def _held(variable: GlobalVariable | None) -> np.ndarray | None:
    """The value in the scope, if there is one."""
    held = None if variable is None else global_scope().held(variable.name)
    return None if held is None else held._data


_TOO_EARLY = "there are no averages yet: they are made with every run of the training program"


class ExponentialMovingAverage(_Averages):
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
        builder = _builder("ExponentialMovingAverage.update()")
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
        name = unique_name.generate(f"{self._name}{key}")
        return declare(builder, GlobalVariable(shape, float32, name), Constant(start))

    def _values(self) -> list[tuple[Any, np.ndarray]]:
        power = _held(self._power)
        if power is None or float(power[0]) == 1.0:
            raise PreconditionNotMetError(_TOO_EARLY)
        correction = 1.0 - float(power[0])
        return [(p, average.get_value()._data / correction) for p, average in self._averages]


class ModelAverage(_Averages):
    """The mean of a program's parameters over a window of its last updates.

    Args:
        average_window_rate: the window's length, as a share of the updates so far.
        min_average_window, max_average_window: what it is at least, and at most.
        regularization: accepted, as in PaddlePaddle, where it has no effect.

    Made after ``minimize``, it appends to the program being built. When a window is full it is kept and the next one
    begins; inside :meth:`apply` the parameters are the mean of both. Parameters with
    ``ParamAttr(do_model_average=False)`` are left alone.

    Raises PreconditionNotMetError outside static mode.
    """

    def __init__(
        self,
        average_window_rate: float,
        min_average_window: int = 10000,
        max_average_window: int = 10000,
        regularization: Any = None,
        name: str | None = None,
    ) -> None:
        builder = _builder("ModelAverage")
        self._sums: list[tuple[Any, list[GlobalVariable]]] = []
        with no_grad(), builder.part("optimize"):
            updates = self._counter(builder, "num_updates")
            self._counts = [self._counter(builder, n) for n in ("num_accumulates", "old_num_accumulates")]
            seen, count = builder.read(updates) + 1, builder.read(self._counts[0]) + 1
            share = (seen.astype("float32") * float(average_window_rate)).astype("int64")
            least = minimum(share, full([1], int(max_average_window), "int64"))
            full_window = (count >= int(min_average_window)).logical_and(count >= least)
            builder.write(updates, seen)
            self._turn(builder, self._counts, count, full_window)
            for parameter in builder.program.all_parameters():
                if parameter.do_model_average is False:
                    continue
                names = (unique_name.generate(f"{parameter.name}_{key}") for key in ("sum_1", "sum_3"))
                sums = [
                    declare(
                        builder, GlobalVariable(list(parameter.dims), parameter.dtype, name), Constant(0.0)
                    )
                    for name in names
                ]
                total = builder.read(sums[0]) + builder.read(parameter)
                self._turn(builder, sums, total, full_window.reshape([]))
                self._sums.append((parameter, sums))

    @staticmethod
    def _counter(builder: Builder, key: str) -> GlobalVariable:
        return declare(builder, GlobalVariable([1], int64, unique_name.generate(key)), Constant(0))

    @staticmethod
    def _turn(builder: Builder, window: list[GlobalVariable], total: Tensor, is_full: Tensor) -> None:
        """A full window becomes the old one, and the present one begins at 0."""
        present, old = window
        builder.write(old, where(is_full, total, builder.read(old)))
        builder.write(present, where(is_full, total * 0, total))

    def _values(self) -> list[tuple[Any, np.ndarray]]:
        counts = [0 if held is None else int(held[0]) for held in map(_held, self._counts)]
        if not sum(counts):
            raise PreconditionNotMetError(_TOO_EARLY)
        return [(p, np.add(*(s.get_value()._data for s in sums)) / sum(counts)) for p, sums in self._sums]

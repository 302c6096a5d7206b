"""SGD, Momentum, ASGD and Rprop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..nn.clip import Treatment
from .blocks import Job
from .optimizer import Optimizer, Update
from .ranges import in_order
from .registers import chosen
from .state import Slot

__all__ = ["ASGD", "SGD", "Momentum", "Rprop"]


class SGD(Optimizer):
    """Stochastic gradient descent: `p -= lr * g` (Paddle's op `sgd`).

    Args: see `Optimizer`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> sgd = paddle.optimizer.SGD(0.1, parameters=layer.parameters(), weight_decay=1e-4)
        >>> layer(paddle.ones([3, 2])).mean().backward()
        >>> sgd.step()
        >>> sgd.clear_grad()
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        multi_precision: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate, parameters, weight_decay, grad_clip, name, multi_precision=multi_precision
        )

    def _jobs(self, update: Update) -> Sequence[Job]:
        rate = update.rate

        def block(p: Any, g: Any, scratch: Any) -> None:
            np.subtract(p, np.multiply(g, rate, scratch[0]), p)

        return [update.job(block)]


class Momentum(Optimizer):
    """SGD with a velocity: `v = momentum * v + g`, `p -= lr * v` (Paddle's op `momentum`; Sutskever et al.).

    Args:
        momentum: how much of the velocity stays.
        use_nesterov: step by `g + momentum * v` instead of `v`.
        rescale_grad: factor on the gradients; PaddlePaddle heeds it on the GPU only.

    The others: see `Optimizer`; `use_multi_tensor` is accepted, all parameters are always updated together.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> momentum = paddle.optimizer.Momentum(0.1, momentum=0.9, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        momentum: float = 0.9,
        parameters: Any = None,
        use_nesterov: bool = False,
        weight_decay: Any = None,
        grad_clip: Any = None,
        multi_precision: bool = False,
        rescale_grad: float = 1.0,
        use_multi_tensor: bool = False,
        name: str | None = None,
    ) -> None:
        self._rescale = float(rescale_grad)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            multi_precision=multi_precision,
            momentum=momentum,
            use_nesterov=use_nesterov,
        )

    def _check(self, options: dict[str, Any]) -> None:
        if options["momentum"] is None:
            raise ValueError("momentum is not set")

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("velocity")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        rate, momentum, nesterov = (
            update.rate,
            float(update.options["momentum"]),
            update.options["use_nesterov"],
        )
        if self._rescale != 1.0:
            clip = update.clip or Treatment()
            update.clip = clip._replace(scale=self._rescale * (1.0 if clip.scale is None else clip.scale))

        def block(p: Any, g: Any, scratch: Any, v: Any) -> None:
            t = scratch[0]
            np.multiply(v, momentum, v)
            np.add(v, g, v)
            if nesterov:
                np.multiply(v, momentum, t)
                np.add(t, g, t)
                np.multiply(t, rate, t)
            else:
                np.multiply(v, rate, t)
            np.subtract(p, t, p)

        return [update.job(block, "velocity")]


class ASGD(Optimizer):
    """Averaged gradients: step by the mean of the last gradient of each of `batch_num` batches (Paddle's op `asgd`).

    Args:
        batch_num: how many batches make the mean, an int > 0.

    The others: see `Optimizer`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> asgd = paddle.optimizer.ASGD(0.1, batch_num=10, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        batch_num: int = 1,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        multi_precision: bool = False,
        name: str | None = None,
    ) -> None:
        if batch_num is None:
            raise ValueError("batch_num should not be none")
        if batch_num <= 0:
            raise ValueError(f"batch_num should be greater than 0, but received {batch_num}")
        self._batches = int(batch_num)
        super().__init__(
            learning_rate, parameters, weight_decay, grad_clip, name, multi_precision=multi_precision
        )

    def _slots(self, update: Update) -> list[Slot]:
        shape = (self._batches, *update.tensor.dims)
        return [Slot("d"), Slot("y", shape=shape), Slot("m", shape=(1,), dtype=np.int64)]

    def _jobs(self, update: Update) -> Sequence[Job]:
        seen, batches = update.acc["m"], self._batches
        row = update.acc["y"][seen.item() % batches]
        seen += 1
        count = seen.item()
        rate = update.rate / chosen(count < batches, count, batches)

        def block(p: Any, g: Any, scratch: Any, d: Any, y: Any) -> None:
            np.subtract(d, y, d)
            np.add(d, g, d)
            np.copyto(y, g)
            np.subtract(p, np.multiply(d, rate, scratch[0]), p)

        update.acc = {**update.acc, "row": row}
        return [update.job(block, "d", "row")]


class Rprop(Optimizer):
    """Resilient propagation: a step of its own for every element, from the signs alone (Paddle's op `rprop`).

    Args:
        learning_rate: the first steps.
        learning_rate_range: the least and the greatest step.
        etas: factors where the gradient's sign changed, and where it stayed.

    The others: see `Optimizer`. For full batches: the sign of a small batch's gradient is mostly noise.

    Raises:
        ValueError: a range is not in order.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> rprop = paddle.optimizer.Rprop(0.1, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_range: tuple[float, float] = (1e-5, 50),
        parameters: Any = None,
        etas: tuple[float, float] = (0.5, 1.2),
        grad_clip: Any = None,
        multi_precision: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, parameters, None, grad_clip, name, multi_precision=multi_precision)
        low, high = learning_rate_range
        in_order("learning_rate_range", 0.0 < low <= self.get_lr() <= high, learning_rate_range)
        in_order("etas", 0.0 < etas[0] < 1.0 < etas[1], etas)
        self._first = self.get_lr()
        self._range = (float(low), float(high))
        self._etas = (float(etas[0]), float(etas[1]))

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("prevs"), Slot("learning_rates", fill=self._first)]

    def _jobs(self, update: Update) -> Sequence[Job]:
        (low, high), (down, up) = self._range, self._etas

        def block(p: Any, g: Any, scratch: Any, previous: Any, steps: Any) -> None:
            t, u = scratch
            np.multiply(g, previous, t)
            turned = t < 0
            np.multiply(steps, np.where(turned, down, np.where(t > 0, up, 1.0)), out=steps)
            np.clip(steps, low, high, out=steps)
            np.copyto(previous, np.where(turned, 0.0, g))
            np.subtract(p, np.multiply(np.sign(previous, t), steps, u), p)

        return [update.job(block, "prevs", "learning_rates")]

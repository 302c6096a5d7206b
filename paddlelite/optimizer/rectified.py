"""NAdam and RAdam: Adam with a schedule in its corrections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .adam import _mean, _mean_square
from .blocks import Job
from .optimizer import Optimizer, Update
from .ranges import below_one, not_negative
from .registers import chosen, sqrt, wide
from .state import Slot

__all__ = ["NAdam", "RAdam"]


class NAdam(Optimizer):
    """Adam with Nesterov's momentum (Dozat; Paddle's op `nadam`).

    Args:
        momentum_decay: how fast the momentum rises to `beta1`, >= 0.

    The others: see `Adam`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> nadam = paddle.optimizer.NAdam(0.01, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.002,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        _not_negative_rate(learning_rate)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            momentum_decay=momentum_decay,
        )

    def _check(self, options: dict[str, Any]) -> None:
        below_one(options, "beta1", "beta2")
        not_negative(options, "epsilon", "momentum_decay")

    def _slots(self, update: Update) -> list[Slot]:
        numbers = [Slot(name, 1.0, filled=True) for name in ("momentum_decay_pow", "beta2_pow", "mu_product")]
        return [*numbers, Slot("moment1"), Slot("moment2")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        beta1, beta2, epsilon = (update.options[name] for name in ("beta1", "beta2", "epsilon"))
        decay = update.options["momentum_decay"]
        base = _times(update, "momentum_decay_pow", 0.96)
        power2 = _times(update, "beta2_pow", beta2)
        now = beta1 * (1 - 0.5 * base**decay)
        following = beta1 * (1 - 0.5 * (base * 0.96) ** decay)
        product = _times(update, "mu_product", now)
        of_mean = update.rate * following / (1 - product * following)
        of_gradient = update.rate * (1 - now) / (1 - product)
        correction = 1 / (1 - power2)

        def block(p: Any, g: Any, scratch: Any, m: Any, v: Any) -> None:
            t, u = scratch
            _mean(m, g, beta1, t)
            _mean_square(v, g, beta2, t)
            np.sqrt(np.multiply(v, correction, t), t)
            np.add(t, epsilon, t)
            np.subtract(p, np.divide(np.multiply(m, of_mean, u), t, u), p)
            np.subtract(p, np.divide(np.multiply(g, of_gradient, u), t, u), p)

        return [update.job(block, "moment1", "moment2")]


class RAdam(Optimizer):
    """Adam that waits with its scaling until enough has been seen (Liu et al.; Paddle's op `radam`).

    Args: see `Adam`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> radam = paddle.optimizer.RAdam(0.01, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: float = 1e-8,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        _not_negative_rate(learning_rate)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
        )

    def _check(self, options: dict[str, Any]) -> None:
        below_one(options, "beta1", "beta2")
        not_negative(options, "epsilon")

    def _slots(self, update: Update) -> list[Slot]:
        powers = [Slot("beta1_pow", 1.0, filled=True), Slot("beta2_pow", 1.0, filled=True)]
        return [*powers, Slot("rho", 0.0, filled=True), Slot("moment1"), Slot("moment2")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        beta1, beta2, epsilon = (update.options[name] for name in ("beta1", "beta2", "epsilon"))
        power1 = wide(_times(update, "beta1_pow", beta1))
        power2 = wide(_times(update, "beta2_pow", beta2))
        # rho is t * beta2 ** t / (1 - beta2 ** t), from that of the step before
        rho = (wide(update.acc["rho"].item()) * (beta2 - power2) + power2) / (1 - power2)
        update.acc["rho"][...] = rho
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * rho
        rectify = length > 5
        ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        rate = update.rate / (1 - power1) * chosen(rectify, sqrt(abs(ratio * (1 - power2))), 1.0)

        def block(p: Any, g: Any, scratch: Any, m: Any, v: Any) -> None:
            t, u = scratch
            _mean(m, g, beta1, t)
            _mean_square(v, g, beta2, t)
            np.multiply(m, rate, u)
            np.divide(u, chosen(rectify, np.add(np.sqrt(v, t), epsilon, t), 1.0), u)
            np.subtract(p, u, p)

        return [update.job(block, "moment1", "moment2")]


def _times(update: Update, slot: str, factor: float) -> float:
    """Multiply a number among the accumulators; what it is then."""
    acc = update.acc[slot]
    acc *= factor
    return acc.item()


def _not_negative_rate(learning_rate: Any) -> None:
    if isinstance(learning_rate, (int, float)) and not learning_rate >= 0:
        raise ValueError(f"Invalid learning rate: {learning_rate}, expect learning_rate >= 0.")

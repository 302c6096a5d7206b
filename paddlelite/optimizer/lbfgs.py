"""L-BFGS: steps from the curvature that the last gradients show."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd import enable_grad
from ..errors import UnimplementedError
from ..tensor.tensor import Tensor, _wrap_array
from .graph import is_static
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Limited-memory BFGS (Nocedal and Wright, algorithm 7.4) for losses without noise.

    Args:
        max_iter: iterations of one `step`.
        max_eval: evaluations of the loss in one `step`; `max_iter * 5 // 4` when None.
        tolerance_grad: end when no element of the gradient is greater.
        tolerance_change: end when no parameter moves farther, or the loss changes less.
        history_size: how many steps the curvature is taken from.
        line_search_fn: None for steps of `learning_rate`, or "strong_wolfe".

    Raises:
        ValueError: another `line_search_fn`.
        UnimplementedError: `weight_decay` or `grad_clip` (which PaddlePaddle ignores), several parameter groups, or
            parameters of low precision.

    Examples:
        >>> import paddlelite as paddle
        >>> x = paddle.create_parameter(
        ...     [2], "float32", default_initializer=paddle.nn.initializer.Constant(3.0)
        ... )
        >>> lbfgs = paddle.optimizer.LBFGS(parameters=[x], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     lbfgs.clear_grad()
        ...     loss = ((x - paddle.to_tensor([1.0, 2.0])) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> loss = lbfgs.step(closure)
        >>> [round(value, 3) for value in x.tolist()]
        [1.0, 2.0]
    """

    def __init__(
        self,
        learning_rate: Any = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(
                f"only 'strong_wolfe' is supported as line_search_fn, but received {line_search_fn!r}"
            )
        if weight_decay is not None or grad_clip is not None:
            raise UnimplementedError(
                "LBFGS with weight_decay or grad_clip: add the decay to the loss that the closure computes"
            )
        if is_static():
            raise UnimplementedError(
                "LBFGS in static mode: it evaluates the loss several times a step; use it in dynamic mode"
            )
        super().__init__(learning_rate, parameters, None, None, name)
        if len(self._groups) != 1:
            raise UnimplementedError("LBFGS with several parameter groups: give it one list of parameters")
        if any(p._data.dtype not in (np.float32, np.float64) for p in self._groups[0].params):
            raise UnimplementedError("LBFGS with parameters of low precision: use float32 or float64")
        self._max_iter = max_iter
        self._max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        self._tolerance_grad = tolerance_grad
        self._tolerance_change = tolerance_change
        self._search = line_search_fn
        self._memory = _Memory(history_size)
        self._grad: np.ndarray | None = None
        self._direction = np.zeros(0)
        self._length = 0.0
        self._loss = 0.0
        self._iterations = self._evaluations = 0

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor:  # type: ignore[override]
        """Minimize the loss that `closure` computes and differentiates; returns the first one.

        Raises:
            TypeError: no closure.
        """
        if not callable(closure):
            raise TypeError(f"LBFGS.step needs a closure that computes the loss, but received {closure!r}")
        loss = self._evaluate(closure)
        value, grad = float(loss), self._flat_grad()
        evaluations = 1
        for done in range(self._max_iter):
            if _greatest(grad) <= self._tolerance_grad:
                break
            self._turn(grad)
            slope = float(np.dot(grad, self._direction))
            if slope > -self._tolerance_change:
                break
            before, used = value, 0
            if self._search:
                value, grad, used = self._searched(closure, value, grad, slope)
            else:
                self._move(self._values_now(), self._length)
                if done < self._max_iter - 1:  # the last step's loss would not be looked at
                    value, grad, used = float(self._evaluate(closure)), self._flat_grad(), 1
            evaluations += used
            if evaluations >= self._max_eval or self._small(value - before):
                break
        self._evaluations += evaluations
        self._loss = value
        return loss

    def _small(self, change: float) -> bool:
        moved = _greatest(self._direction) * abs(self._length)
        return moved <= self._tolerance_change or abs(change) < self._tolerance_change

    def _turn(self, grad: np.ndarray) -> None:
        """The next direction, and the length to try first."""
        if self._grad is None:
            self._direction = -grad
            self._length = min(1.0, 1.0 / float(np.abs(grad).sum())) * self.get_lr()
        else:
            self._memory.learn(grad - self._grad, self._direction * np.asarray(self._length, grad.dtype))
            self._direction = self._memory.direction(grad)
            self._length = self.get_lr()
        self._grad = grad
        self._iterations += 1

    def _searched(
        self, closure: Callable[[], Tensor], value: float, grad: np.ndarray, slope: float
    ) -> tuple[float, np.ndarray, int]:
        start = self._values_now()
        looks = 0

        def look(step: float) -> Point:
            nonlocal looks
            looks += 1
            self._move(start, step)
            loss, found = float(self._evaluate(closure)), self._flat_grad()
            return Point(step, loss, found, float(np.dot(found, self._direction)))

        size = _greatest(self._direction)
        best = strong_wolfe(look, Point(0.0, value, grad, slope), self._length, size, self._tolerance_change)
        self._length = best.step
        self._move(start, best.step)
        return best.loss, best.grad, looks

    @staticmethod
    def _evaluate(closure: Callable[[], Tensor]) -> Tensor:
        with enable_grad():
            return closure()

    def _params(self) -> list[Any]:
        return [p for p in self._groups[0].params if not p.stop_gradient]

    def _flat_grad(self) -> np.ndarray:
        parts = [
            np.zeros(p._data.size, p._data.dtype) if p._grad is None else p._grad._data
            for p in self._params()
        ]
        return np.concatenate([part.reshape(-1) for part in parts])

    def _values_now(self) -> list[np.ndarray]:
        return [p._data.copy() for p in self._params()]

    def _move(self, start: list[np.ndarray], step: float) -> None:
        """Set the parameters to `start + step * direction`."""
        place = 0
        for p, values in zip(self._params(), start):
            part = self._direction[place : place + values.size].reshape(values.shape)
            np.copyto(self._values(p), values + part * step, casting="same_kind")
            p._touch()
            place += values.size

    def minimize(self, *args: Any, **kwargs: Any) -> Any:
        """LBFGS evaluates the loss several times: use `step(closure)`."""
        raise UnimplementedError("LBFGS does not use this way to minimize loss: call step(closure)")

    def state_dict(self) -> dict[str, Any]:
        """The curvature seen so far, under PaddlePaddle's names, as copies."""
        if self._grad is None:
            return {"state": {}}
        memory = self._memory
        return {
            "state": {
                "func_evals": self._evaluations,
                "n_iter": self._iterations,
                "d": _wrap_array(self._direction.copy()),
                "alpha": self._length,
                "old_yk": [_wrap_array(y.copy()) for y, _, _ in memory.pairs],
                "old_sk": [_wrap_array(s.copy()) for _, s, _ in memory.pairs],
                "ro": [_wrap_array(np.asarray(r)) for _, _, r in memory.pairs],
                "H_diag": _wrap_array(np.asarray(memory.scale, self._grad.dtype)),
                "prev_flat_grad": _wrap_array(self._grad.copy()),
                "prev_loss": self._loss,
            }
        }

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state.

        Raises:
            TypeError: it is no dict with a dict "state".
            ValueError: it is of other parameters.
        """
        saved = state_dict.get("state") if isinstance(state_dict, dict) else None
        if not isinstance(saved, dict):
            raise TypeError("LBFGS.set_state_dict: expected a dict with a dict under 'state'")
        if not saved:
            self._grad, self._memory = None, _Memory(self._memory.size)
            return
        size = sum(p._data.size for p in self._params())
        grad = _array(saved["prev_flat_grad"])
        if grad.size != size:
            raise ValueError(f"the state is of {grad.size} elements, but the parameters have {size}")
        memory = _Memory(self._memory.size)
        for y, s, r in zip(saved["old_yk"], saved["old_sk"], saved["ro"]):
            memory.pairs.append((_array(y), _array(s), float(r)))
        memory.scale = float(saved["H_diag"])
        self._memory, self._grad, self._direction = memory, grad, _array(saved["d"])
        self._length, self._loss = float(saved["alpha"]), float(saved["prev_loss"])
        self._iterations, self._evaluations = int(saved["n_iter"]), int(saved["func_evals"])

    load_state_dict = set_dict = set_state_dict


class _Memory:
    """The last changes of the gradient (y) and of the parameters (s), and the approximate inverse Hessian of them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pairs: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=size)
        self.scale = 1.0

    def learn(self, y: np.ndarray, s: np.ndarray) -> None:
        """Note a pair, unless the curvature along it is not positive."""
        curvature = float(np.dot(y, s))
        if curvature > 1e-10:
            self.pairs.append((y, s, 1.0 / curvature))
            self.scale = curvature / float(np.dot(y, y))

    def direction(self, grad: np.ndarray) -> np.ndarray:
        """Minus the inverse Hessian times the gradient, in two loops over the pairs."""
        q = -grad
        shares = []
        for y, s, r in reversed(self.pairs):
            shares.append(float(np.dot(s, q)) * r)
            q = q - y * shares[-1]
        q = q * self.scale
        for (y, s, r), share in zip(self.pairs, reversed(shares)):
            q = q + s * (share - float(np.dot(y, q)) * r)
        return q


def _array(value: Any) -> np.ndarray:
    return np.array(value._data if isinstance(value, Tensor) else value)


def _greatest(array: np.ndarray) -> float:
    return float(np.abs(array).max(initial=0))

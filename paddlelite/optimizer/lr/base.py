"""What every learning-rate scheduler shares: the epoch counter, the present rate, and their state."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from itertools import pairwise
from typing import Any


class LRScheduler:
    """A learning rate that changes with `step()`; subclasses define `get_lr()`.

    Args:
        learning_rate: the rate the schedule starts from, a number >= 0.
        last_epoch: the epoch before the first one; -1 starts afresh.
        verbose: print a line at every step.

    Raises:
        TypeError: `learning_rate` is not a number.
        ValueError: `learning_rate` is negative.

    Examples:
        >>> import paddlelite as paddle
        >>> class Halving(paddle.optimizer.lr.LRScheduler):
        ...     def get_lr(self):
        ...         return self.base_lr * 0.5**self.last_epoch
        >>> halving = Halving(0.8)
        >>> halving.step()
        >>> halving()
        0.4
    """

    def __init__(self, learning_rate: float = 0.1, last_epoch: int = -1, verbose: bool = False) -> None:
        self.base_lr = rate("learning_rate", learning_rate)
        self.last_lr = self.base_lr
        self.last_epoch = last_epoch
        self.verbose = verbose
        self.state_keys()
        self.step()

    def __call__(self) -> float:
        """The present learning rate."""
        return self.last_lr

    def get_lr(self) -> Any:
        """The learning rate at `self.last_epoch`: what a subclass defines."""
        raise NotImplementedError(
            f"{type(self).__name__} does not define get_lr(), which gives the rate of an epoch"
        )

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch, or to `epoch`."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self.last_lr = float(self.get_lr() if epoch is None else self._lr_of_jump())
        self._report()

    def _lr_of_jump(self) -> Any:
        """The rate after `step(epoch)`; recurrent schedules that also know a closed form give that."""
        return self.get_lr()

    def _report(self) -> None:
        if self.verbose:
            print(f"Epoch {self.last_epoch}: {type(self).__name__} set learning rate to {self.last_lr}.")  # noqa: T201

    def state_keys(self) -> None:
        """Set `self.keys`, the names of the attributes that are saved; a subclass may name others."""
        self.keys: list[str] = ["last_epoch", "last_lr"]

    def state_dict(self) -> dict[str, Any]:
        """The values that `set_state_dict` needs to go on from here: `last_epoch` and `last_lr`."""
        self.state_keys()
        return {key: getattr(self, key) for key in self.keys if key in self.__dict__}

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state.

        Raises:
            RuntimeError: a value is missing from `state_dict`.
        """
        self.state_keys()
        for key in self.keys:
            if key not in state_dict:
                raise RuntimeError(
                    f"{type(self).__name__}: can't find [ {key} ] in state_dict, which has {list(state_dict)}"
                )
        unused = [key for key in state_dict if key not in self.keys]
        if unused:
            warnings.warn(
                f"{type(self).__name__} does not use {unused} of the state_dict: was it another's?",
                stacklevel=2,
            )
        for key in self.keys:
            setattr(self, key, state_dict[key])

    def set_dict(self, state_dict: dict[str, Any]) -> None:
        """The older name of `set_state_dict`."""
        self.set_state_dict(state_dict)


def rate(name: str, value: Any) -> float:
    """`value` as a learning rate: a number that is not negative."""
    value = number(name, value)
    if not value >= 0:
        raise ValueError(f"Invalid learning rate: {name} must not be negative, but received {value}")
    return value


def number(name: str, value: Any) -> float:
    """`value` as a float, or a TypeError that names it."""
    if isinstance(value, (str, bytes)) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(f"The type of '{name}' must be 'float' or 'int', but received {type(value)}")
    return float(value)


def integer(name: str, value: Any) -> int:
    """`value` if it is an int, or a TypeError that names it."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"The type of '{name}' must be 'int', but received {type(value)}")
    return int(value)


def function(name: str, value: Any, owner: object) -> Any:
    """`value` if it can be called, or a TypeError that names it."""
    if not callable(value):
        raise TypeError(
            f"The type of '{name}' in '{type(owner).__name__}' must be 'function', but received {type(value)}"
        )
    return value


def increasing(name: str, values: Iterable[float]) -> list[float]:
    """`values` as a list, each greater than the one before."""
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"The type of '{name}' must be 'tuple, list', but received {type(values)}")
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError(f"The elements of {name} must be incremented, but received {list(values)}")
    return list(values)

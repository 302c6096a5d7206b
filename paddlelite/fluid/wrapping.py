"""Optimizers around an optimizer: ``LookaheadOptimizer``, ``RecomputeOptimizer``; and ``ModelAverage``."""

from __future__ import annotations

from typing import Any

from ..autograd import no_grad
from ..dtypes import int64
from ..errors import InvalidArgumentError, InvalidTypeError, PreconditionNotMetError, UnimplementedError
from ..mode import mode
from ..nn.initializer import Constant
from ..static import averages
from ..static.backward import builder_of
from ..static.building import building
from ..static.programs import default_startup_program, program_guard
from ..static.variables import GlobalVariable, declare
from ..tensor.search import where
from .modes import enter

__all__ = ["LookaheadOptimizer", "ModelAverage", "RecomputeOptimizer"]


def _in_a_program(name: str) -> None:
    enter(f"optimizer.{name}")
    if mode.tracer is not None:
        raise PreconditionNotMetError(
            f"In dygraph, don't support {name}: it is for programs. In a guard, use the optimizer inside."
        )


class ModelAverage(averages.ModelAverage):
    __doc__ = averages.ModelAverage.__doc__

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _in_a_program("ModelAverage")
        super().__init__(*args, **kwargs)


class LookaheadOptimizer:
    """Two sets of parameters: every ``k`` runs, the slow ones go the share ``alpha`` of the way to the fast ones.

    The fast parameters, which ``inner_optimizer`` updates, then go on from there (Zhang et al.).

    Raises PreconditionNotMetError in a guard, AssertionError (InvalidArgumentError) for arguments out of range.
    """

    def __init__(self, inner_optimizer: Any, alpha: float = 0.5, k: int = 5) -> None:
        _in_a_program("LookaheadOptimizer")
        if inner_optimizer is None:
            raise _OutOfRange("inner optimizer can not be None")
        if not 0.0 <= alpha <= 1.0:
            raise _OutOfRange("alpha should be larger or equal to 0.0, and less or equal than 1.0")
        if not isinstance(k, int) or k <= 0:
            raise _OutOfRange("k should be a positive integer")
        self.inner_optimizer, self.alpha, self.k = inner_optimizer, float(alpha), k

    def minimize(self, loss: Any, startup_program: Any = None) -> Any:
        """Append gradients, updates and the slow parameters to the program of ``loss``."""
        result = self.inner_optimizer.minimize(loss, startup_program)
        builder = builder_of(loss, "minimize")
        guard = program_guard(builder.program, startup_program or default_startup_program())
        with guard, building(builder.program), no_grad(), builder.part("optimize"):
            step = declare(builder, GlobalVariable([1], int64, "lookahead_step"), Constant(0))
            builder.write(step, builder.read(step) + 1)
            now = (builder.read(step) % self.k == 0).reshape([])
            for parameter in builder.program.all_parameters():
                self._follow(builder, parameter, now)
        return result

    def _follow(self, builder: Any, parameter: Any, now: Any) -> None:
        made = GlobalVariable(list(parameter.dims), parameter.dtype, f"{parameter.name}@SLOW")
        read: Any = default_startup_program().builder.read
        slow = declare(builder, made, lambda variable, block: variable.set_value(read(parameter)))
        fast, behind = builder.read(parameter), builder.read(slow)
        met = where(now, fast * self.alpha + behind * (1.0 - self.alpha), fast)
        builder.write(slow, where(now, met, behind))
        builder.write(parameter, met)


class RecomputeOptimizer:
    """``optimizer`` for programs that named checkpoints: the same numbers, by the same ops.

    PaddlePaddle computes what lies between the checkpoints a second time, to save memory; here nothing is computed
    twice, and nothing is saved.

    Raises PreconditionNotMetError in a guard.
    """

    def __init__(self, optimizer: Any) -> None:
        _in_a_program("RecomputeOptimizer")
        self._optimizer = optimizer
        self._checkpoints: list[Any] | None = None

    def _set_checkpoints(self, checkpoints: Any) -> None:
        if not isinstance(checkpoints, list):
            raise InvalidTypeError(
                f"_set_checkpoints() takes a list of Variables, not {type(checkpoints).__name__}"
            )
        self._checkpoints = checkpoints

    def load(self, stat_dict: Any) -> None:
        """Refused, as in PaddlePaddle."""
        raise UnimplementedError("load function is not supported by Recompute Optimizer for now")

    def minimize(self, loss: Any, *args: Any, **kwargs: Any) -> Any:
        """As the optimizer's own. Raises InvalidArgumentError (an AssertionError) before ``_set_checkpoints``."""
        if self._checkpoints is None:
            raise _OutOfRange("You should call _set_checkpoints first")
        return self._optimizer.minimize(loss, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._optimizer, name)


class _OutOfRange(InvalidArgumentError, AssertionError):
    """PaddlePaddle raises AssertionError."""

"""Which of 1.x's two modes a call of ``paddle.fluid`` is in: eager inside a guard, a static graph everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import PreconditionNotMetError
from ..framework import unique_name
from ..ir import Program, Value
from ..mode import mode
from ..nn.parameter import Parameter
from ..place import warn_cpu_only
from ..static import programs
from ..tensor.tensor import Tensor
from .tracer import Tracer

__all__ = [
    "disable_dygraph",
    "enable_dygraph",
    "enter",
    "guard",
    "in_dygraph_mode",
]


class GuardProgram(Program):
    """The default program inside a guard, where nothing is appended to: it is asked for its ``random_seed``."""

    @property
    def random_seed(self) -> int:
        """The seed of everything random in the guard; setting it starts the generator afresh."""
        return self._random_seed

    @random_seed.setter
    def random_seed(self, seed: int) -> None:
        from ..framework.random import seed as reseed

        self._random_seed = seed
        if seed:  # 0 means: not set
            reseed(seed)

    _random_seed = 0


@contextmanager
def guard(place: Any = None) -> Iterator[None]:
    """Inside, calls compute at once, as in PaddlePaddle 1.x: names start afresh, and tensors keep their gradients.

    ``place`` may be any: everything runs on the CPU. Who leaves it is in 1.x's static mode, where a Variable of the
    guard can be printed, saved and asked for its values, but computes no more; ``paddle.disable_static()`` ends that.

    >>> import numpy as np
    >>> import paddlelite.fluid as fluid
    >>> with fluid.dygraph.guard():
    ...     x = fluid.dygraph.to_variable(np.ones([2, 2], np.float32))
    ...     loss = fluid.layers.reduce_sum(x)
    ...     loss.backward()
    ...     print(loss.gradient())
    [1.]
    """
    if place is not None and "cpu" not in str(place).lower():
        warn_cpu_only(f"fluid.dygraph.guard({place})")
    was = mode.capture, mode.tracer, mode.grad
    mode.capture = None
    outer = programs.switch_programs(GuardProgram(), GuardProgram())
    mode.tracer, mode.grad = Tracer(), True
    try:
        with unique_name.guard():
            yield
    finally:
        mode.capture = None
        programs.switch_programs(*outer)
        mode.capture, mode.tracer, mode.grad = was
        if mode.tracer is None:
            programs.enable_static()


_enabled: list[Any] = []


def enable_dygraph(place: Any = None) -> None:
    """Enter a guard that lasts until :func:`disable_dygraph`."""
    if mode.tracer is None:
        entered = guard(place)
        entered.__enter__()
        _enabled.append(entered)


def disable_dygraph() -> None:
    """Leave the guard that :func:`enable_dygraph` has entered."""
    if _enabled:
        _enabled.pop().__exit__(None, None, None)


def in_dygraph_mode() -> bool:
    """Whether calls compute at once: 1.x does so inside a guard only."""
    return mode.tracer is not None


def enter(what: str, arguments: Any = ()) -> None:
    """Called first by everything of fluid that computes or makes something: outside of a guard, 1.x builds a graph.

    Raises PreconditionNotMetError when one of ``arguments`` belongs to the other mode.
    """
    if mode.tracer is not None:
        for x in _tensors(arguments):
            if isinstance(x, Value) and mode.capture is None:
                raise PreconditionNotMetError(
                    f"fluid.{what}: {x.name} is a Variable of a static graph, but inside fluid.dygraph.guard() calls "
                    "compute at once. Make it from values, with fluid.dygraph.to_variable(array), or leave the guard."
                )
        return
    for x in _tensors(arguments):
        if not isinstance(x, (Value, Parameter)):
            raise PreconditionNotMetError(
                f"fluid.{what}: an eager Tensor ({x.name}, shape {list(x.dims)}) is used outside of "
                "fluid.dygraph.guard(), where paddle.fluid builds a static graph. Put the call in "
                "`with fluid.dygraph.guard():`, or use the function of paddle or paddle.nn.functional."
            )
    programs.enable_static()
    if mode.capture.static:  # type: ignore[union-attr]
        mode.capture.ranked = True  # type: ignore[union-attr]


def _tensors(arguments: Any) -> Iterator[Tensor]:
    for x in arguments:
        if isinstance(x, Tensor):
            yield x
        elif isinstance(x, (list, tuple)):
            yield from _tensors(x)

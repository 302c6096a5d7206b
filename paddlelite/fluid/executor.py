"""``fluid.executor``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..static import executor as core
from ..static.scope import global_scope, scope_guard
from . import modes
from .tracer import Single

__all__ = ["Executor", "global_scope", "scope_guard"]


class Executor(core.Executor):
    """``paddle.static.Executor``: outside of a guard, what is called from now on builds a program."""

    def __init__(self, place: Any = None) -> None:
        modes.enter("Executor")
        super().__init__(place)

    def run(self, program: Any = None, feed: Any = None, *args: Any, **kwargs: Any) -> list[Any]:
        """See :meth:`paddlelite.static.Executor.run`. What has shape [1] can be printed as in a guard.

        A program that reads (``PyReader(iterable=False)``) takes its next batch when nothing is fed; after the last
        one ``fluid.core.EOFException`` is raised.
        """
        builder = core.chosen(program)._builder
        if not feed and builder is not None and builder.feeds:
            feed = {name: array for give in builder.feeds for name, array in give().items()}
        arrays = super().run(program, feed, *args, **kwargs)
        return [Single.of(a) if isinstance(a, np.ndarray) else a for a in arrays]

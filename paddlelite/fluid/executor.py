"""``fluid.executor``."""

from __future__ import annotations

from typing import Any

from ..static import executor as core
from ..static.scope import global_scope, scope_guard
from . import modes

__all__ = ["Executor", "global_scope", "scope_guard"]


class Executor(core.Executor):
    """``paddle.static.Executor``: outside of a guard, what is called from now on builds a program."""

    def __init__(self, place: Any = None) -> None:
        modes.enter("Executor")
        super().__init__(place)

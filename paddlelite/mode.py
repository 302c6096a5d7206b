"""What the running thread is doing: recording gradients or not, building a graph or not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .capture import Capture
    from .fluid.tracer import Tracer

__all__ = ["mode"]


class _Mode(threading.local):
    #: Whether calls are recorded for backward.
    grad: bool = True
    #: The graph being built, when ops append nodes instead of computing.
    capture: Capture | None = None
    #: Inside ``paddle.fluid.dygraph.guard()``: what tensors do otherwise there, as in PaddlePaddle 1.x.
    tracer: Tracer | None = None
    #: So many rounds may loops still make, for programs that are run on made-up inputs.
    rounds: float = float("inf")


#: This thread's mode.
mode = _Mode()

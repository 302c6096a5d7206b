"""Checks that run with the graph: what `assert`, and `raise` under a condition on a tensor, become."""

from __future__ import annotations

from typing import Any

from ..errors import PreconditionNotMetError
from ..op import Many, op

__all__ = ["Raised", "assert_op"]


class Raised(Exception):
    """Carries the user's own exception out of a kernel unchanged."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        super().__init__(str(error))


@op("assert", out=(), graph_only=True)
def assert_op(Cond, Data: Many, *, summarize=20, error=None):  # type: ignore[no-untyped-def]
    """Raises ``error`` (a new one like it) when ``Cond`` is false, else does nothing. ONNX has no such op.

    ``error`` lives in memory only; a file keeps the check without the text.
    """
    if bool(Cond.reshape(())):
        return ()
    if error is None:
        shown = ", ".join(str(d.reshape(-1)[:summarize]) for d in Data)
        raise PreconditionNotMetError(f"a check of the graph failed{': ' + shown if shown else ''}")
    raise Raised(type(error)(*error.args))


@assert_op.infer
def _(Cond: Any, Data: Any, *, summarize: int = 20, error: Any = None) -> tuple[Any, ...]:
    return ()

"""What runs with the graph for its effect: `assert`, `raise` under a condition on a tensor, and `print`."""

from __future__ import annotations

from typing import Any

from ..errors import PreconditionNotMetError
from ..op import Many, op

__all__ = ["assert_op", "is_users", "print_op"]


#: Set on exceptions that are the user's own, which pass through executors unchanged.
_MARK = "_paddlelite_raised_by_the_user"


def is_users(error: BaseException) -> bool:
    """Whether an exception was raised by an ``assert`` op and is the user's own."""
    return getattr(error, _MARK, False)


@op("assert", out=(), graph_only=True)
def assert_op(Cond, Data: Many, *, summarize=20, error=None):  # type: ignore[no-untyped-def]
    """Raises ``error`` (a new one like it, or ``error(Data)``) when ``Cond`` is false. ONNX has no such op.

    ``error`` lives in memory only; a file keeps the check without the text.
    """
    if bool(Cond.reshape(())):
        return ()
    if error is None:
        shown = ", ".join(str(d.reshape(-1)[:summarize]) for d in Data)
        raise PreconditionNotMetError(f"a check of the graph failed{': ' + shown if shown else ''}")
    users = error(Data) if callable(error) else type(error)(*error.args)
    setattr(users, _MARK, True)
    raise users


@op("print_message", out=(), graph_only=True)
def print_op(Data: Many, *, message):  # type: ignore[no-untyped-def]
    """Prints ``message(Data)``, which gives the values and the options of ``print``. It is no part of files."""
    values, options = message(Data)
    print(*values, **options)
    return ()


@print_op.infer
def _(Data: Any, *, message: Any) -> tuple[Any, ...]:
    return ()


@assert_op.infer
def _(Cond: Any, Data: Any, *, summarize: int = 20, error: Any = None) -> tuple[Any, ...]:
    return ()

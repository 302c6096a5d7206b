"""Tracing: run a function's rewritten twin on symbolic inputs and keep the Program."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from paddlelite.capture import Capture
from paddlelite.errors import CaptureError
from paddlelite.ir import Program
from paddlelite.mode import mode
from paddlelite.op import Spec

from . import convert as _convert
from .guards import Guards
from .merge import fill
from .spec import flatten

__all__ = ["Traced", "bare", "trace"]

#: One capture at a time in a process: the user's objects that it reads and writes are shared.
LOCK = threading.RLock()


@dataclass
class Traced:
    """A captured function: its program, the structure of its result, and what it depends on besides arguments."""

    program: Program
    result: Any
    guards: Guards
    decisions: dict[tuple[str, int], str]  # file and line -> what became of the construct there


class _Run(Capture):
    """A capture that rewrites what is called and notes what that depends on."""

    def __init__(self) -> None:
        super().__init__()
        self.guards = Guards()
        self.decisions: dict[tuple[str, int], str] = {}
        self.convert = self.converted

    def converted(self, target: Callable[..., Any]) -> Callable[..., Any]:
        """What is called in place of `target`, a function or a layer's forward."""
        self.guards.note(target)
        return _convert.convert(target)


def trace(function: Callable[..., Any], template: Any, inputs: Sequence[tuple[Spec, str, bool]]) -> Traced:
    """Capture `function(*args, **kwargs)`, where `template` is `(args, kwargs)` with leaves for the tensors.

    `inputs` gives each leaf's spec, name and stop_gradient. Raises CaptureError, or what the function itself raises.
    """
    with LOCK:
        outer, was_grad = mode.capture, mode.grad
        if outer is not None:
            raise CaptureError("a capture cannot begin inside another one")
        run = _Run()
        try:
            with run:
                mode.grad = True
                values = [run.input(spec, name, stop) for spec, name, stop in inputs]
                args, kwargs = fill(template, values)
                result = run.converted(function)(*args, **kwargs)
                found = flatten(result)
                program = run.finish(found.tensors)
        finally:
            mode.grad = was_grad
        return Traced(program, found.template, run.guards, run.decisions)


def bare(function: Callable[..., Any]) -> types.FunctionType | None:
    """The Python function behind a callable."""
    function = getattr(function, "__func__", function)
    return function if isinstance(function, types.FunctionType) else None

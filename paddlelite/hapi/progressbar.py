"""The lines that show how far a loop over batches is, in PaddlePaddle's form."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any

import numpy as np

from ..errors import InvalidTypeError

__all__ = ["ProgressBar"]


class ProgressBar:
    """How many of ``num`` steps are done (None: nobody knows how many), with named values beside it.

    ``verbose``: 0 nothing, 1 a bar that is drawn over, 2 or 3 a line each time.
    """

    def __init__(self, num: int | None = None, width: int = 30, verbose: int = 1, name: str = "step") -> None:
        if isinstance(num, int) and num <= 0:
            raise InvalidTypeError(f"num should be None or integer (> 0), but is {num}")
        columns = get_terminal_size().columns or 80
        self._num = num
        self._width = max(0, min(width, int(columns * 0.6), columns - 50))
        self._verbose = verbose
        self.name = name
        self._start = time.time()
        self._shown = 0  # characters of the line that the next one is drawn over

    def update(self, current_num: int, values: Sequence[tuple[str, Any]] = ()) -> None:
        """Show that ``current_num`` steps are done."""
        if not self._verbose:
            return
        each = (time.time() - self._start) / current_num if current_num else 0
        shown = "".join(f" - {name}:{_numbers(value)}" for name, value in values)
        if self._verbose == 1:
            self._draw(current_num, shown, each)
        else:
            sys.stdout.write(f"{self._count(current_num)}{shown} - {_duration(each)}/{self.name}\n")
        sys.stdout.flush()

    def _count(self, current: int) -> str:
        if self._num is None:
            return f"{self.name} {current:3}"
        return f"{self.name} {current:{len(str(self._num))}}/{self._num}"

    def _draw(self, current: int, shown: str, each: float) -> None:
        line: str = self._count(current)
        left = 0 if self._num is None else max(0, self._num - current)
        if self._num is not None:
            done = int(self._width * current / self._num)
            bar = ("=" * (done - 1) + (">" if left else "=")) if done > 0 else ""
            line += f" [{bar}{'.' * (self._width - done)}]"
        line += shown
        if left:
            line += f" - ETA: {_clock(int(each * left))}"
        line += f" - {_duration(each)}/{self.name}"
        sys.stdout.write("\b" * self._shown + "\r" + line.ljust(self._shown) + ("" if left else "\n"))
        self._shown = len(line)


def _duration(seconds: float) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def _clock(seconds: int) -> str:
    if seconds > 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{seconds // 60}:{seconds % 60:02}" if seconds > 60 else f"{seconds}s"


def _numbers(value: Any) -> str:
    return "".join(f" {_number(each)}" for each in (value if isinstance(value, list) else [value]))


def _number(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f":
        value = value.item()
    if isinstance(value, (float, np.floating)):
        return f"{value:.4f}" if abs(float(value)) > 1e-3 else f"{value:.4e}"
    return str(value)

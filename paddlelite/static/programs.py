"""Static mode, and which programs calls append to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import InvalidTypeError
from ..ir import Program
from ..mode import mode

__all__ = [
    "default_main_program",
    "default_startup_program",
    "device_guard",
    "disable_static",
    "enable_static",
    "in_static_mode",
    "name_scope",
    "program_guard",
    "switch_programs",
]


class _Defaults:
    main = Program()
    startup = Program()


def in_static_mode() -> bool:
    """Whether calls append to the default main program."""
    return mode.capture is not None and mode.capture.static


def enable_static() -> None:
    """From now on calls of this thread append to the default main program instead of computing.

    >>> import paddlelite as paddle
    >>> paddle.enable_static()
    >>> paddle.in_dynamic_mode()
    False
    >>> paddle.disable_static()
    """
    if mode.capture is None:
        mode.capture = _Defaults.main.builder


def disable_static(place: Any = None) -> None:
    """Back to computing at once."""
    if in_static_mode():
        mode.capture = None


def default_main_program() -> Program:
    """The program that calls append to in static mode."""
    return _Defaults.main


def default_startup_program() -> Program:
    """The program that gives parameters and other persistable variables their first values."""
    return _Defaults.startup


def switch_programs(main: Program, startup: Program) -> tuple[Program, Program]:
    """Make these the default programs; returns those before."""
    was = _Defaults.main, _Defaults.startup
    _Defaults.main, _Defaults.startup = main, startup
    if in_static_mode():
        mode.capture = main.builder
    return was


@contextmanager
def program_guard(main_program: Program, startup_program: Program | None = None) -> Iterator[None]:
    """Inside, these are the default programs.

    Raises InvalidTypeError for something that is no Program.

    >>> import paddlelite as paddle
    >>> paddle.enable_static()
    >>> main = paddle.static.Program()
    >>> with paddle.static.program_guard(main):
    ...     x = paddle.static.data("x", [None, 2]) * 2
    >>> [op.type for op in main.global_block().ops]
    ['scale']
    >>> paddle.disable_static()
    """
    for name, program in (("main_program", main_program), ("startup_program", startup_program)):
        if not isinstance(program, Program) and not (program is None and name == "startup_program"):
            raise InvalidTypeError(
                f"The type of '{name}' in paddle.static.program_guard must be Program, but received {type(program)}."
            )
    was = switch_programs(main_program, _Defaults.startup if startup_program is None else startup_program)
    try:
        yield
    finally:
        switch_programs(*was)


@contextmanager
def name_scope(prefix: str | None = None) -> Iterator[None]:
    """Ops appended inside are marked with ``prefix``, which shows in errors and printed programs."""
    if mode.capture is None:
        yield
        return
    with mode.capture.scope(str(prefix or "")):
        yield


@contextmanager
def device_guard(device: str | None = None) -> Iterator[None]:
    """Accepted: everything runs on the CPU. Raises ValueError for a device that PaddlePaddle does not know."""
    kind = (device or "cpu").partition(":")[0]
    if kind not in ("cpu", "gpu", "cuda", "xpu", "npu", "all", ""):
        raise ValueError(f"The Attr(device) should be 'cpu', 'gpu' or None, but received {device}")
    yield

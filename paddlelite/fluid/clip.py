"""``fluid.clip`` and ``fluid.dygraph_grad_clip``: gradient clipping under the names of 1.x."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import InvalidTypeError, UnimplementedError
from ..nn.clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from ..static import programs

__all__ = [
    "ErrorClipByValue",
    "GradientClipByGlobalNorm",
    "GradientClipByNorm",
    "GradientClipByValue",
    "as_clip",
    "of_program",
    "set_gradient_clip",
]


def _only(clip: Any, need_clip: Callable[[Any], bool] | None) -> Any:
    """``clip`` for the parameters that ``need_clip`` names."""
    if need_clip is None:
        return
    if not callable(need_clip):
        raise InvalidTypeError(
            "The type of need_clip must be function, and it takes a parameter and returns a bool"
        )
    raise UnimplementedError("need_clip: say it of the parameter, with ParamAttr(need_clip=False)")


class GradientClipByValue(ClipGradByValue):
    """Limit every element of every gradient."""

    def __init__(self, max: float, min: float | None = None, need_clip: Any = None) -> None:
        super().__init__(max, min)
        _only(self, need_clip)


class GradientClipByNorm(ClipGradByNorm):
    """Scale each gradient down to a norm."""

    def __init__(self, clip_norm: float, need_clip: Any = None) -> None:
        super().__init__(clip_norm)
        _only(self, need_clip)


class GradientClipByGlobalNorm(ClipGradByGlobalNorm):
    """Scale all gradients by one factor, down to a common norm."""

    def __init__(self, clip_norm: float, group_name: str = "default_group", need_clip: Any = None) -> None:
        super().__init__(clip_norm, group_name)
        _only(self, need_clip)


class ErrorClipByValue:
    """Refused: it clipped the gradients of intermediate variables of a program."""

    def __init__(self, max: float, min: float | None = None) -> None:
        raise UnimplementedError(
            "fluid.clip.ErrorClipByValue is not supported: clip the parameters' gradients"
        )


_of_programs: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def set_gradient_clip(clip: Any, param_list: Any = None, program: Any = None) -> None:
    """Clip the gradients of every optimizer of ``program`` (the default one) that has no clip of its own.

    Raises UnimplementedError for a ``param_list``: those that are not meant say ``ParamAttr(need_clip=False)``.
    """
    if param_list is not None:
        raise UnimplementedError(
            "set_gradient_clip(param_list=...): give all other parameters ParamAttr(need_clip=False) instead"
        )
    _of_programs[program or programs.default_main_program()] = as_clip(clip)


def of_program() -> Any:
    """What :func:`set_gradient_clip` was given for the default program, or None."""
    return _of_programs.get(programs.default_main_program())


def as_clip(clip: Any) -> Any:
    """``clip`` if it is one, or None. Raises InvalidTypeError for anything else."""
    if clip is not None and not isinstance(clip, ClipGradBase):
        raise InvalidTypeError(f"a gradient clip must be one of fluid.clip, but got {type(clip).__name__}")
    return clip

"""``fluid.clip`` and ``fluid.dygraph_grad_clip``: gradient clipping under the names of 1.x."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import InvalidTypeError
from ..nn.clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from ..static import programs
from .layers.door import refused

GradientClipBase = ClipGradBase

__all__ = [
    "ErrorClipByValue",
    "GradientClipBase",
    "GradientClipByGlobalNorm",
    "GradientClipByNorm",
    "GradientClipByValue",
    "as_clip",
    "of_program",
    "set_gradient_clip",
]


class _Chosen(ClipGradBase):
    """A clip for the parameters that ``need_clip``, a function, says it of."""

    _need: Callable[[Any], bool] | None = None

    def _only(self, need_clip: Any) -> None:
        if need_clip is not None and not callable(need_clip):
            raise InvalidTypeError(
                "The type of need_clip must be function, and it takes a parameter and returns a bool"
            )
        self._need = need_clip

    def _treat(self, pairs: Any) -> Any:
        need = self._need
        if need is None:
            return super()._treat(pairs)
        meant = [bool(need(p)) for p, _ in pairs]
        found = iter(super()._treat([pair for pair, is_meant in zip(pairs, meant) if is_meant]))
        return [next(found) if is_meant else None for is_meant in meant]


class GradientClipByValue(_Chosen, ClipGradByValue):
    """Limit every element of every gradient."""

    def __init__(self, max: float, min: float | None = None, need_clip: Any = None) -> None:
        super().__init__(max, min)
        self._only(need_clip)


class GradientClipByNorm(_Chosen, ClipGradByNorm):
    """Scale each gradient down to a norm."""

    def __init__(self, clip_norm: float, need_clip: Any = None) -> None:
        super().__init__(clip_norm)
        self._only(need_clip)


class GradientClipByGlobalNorm(_Chosen, ClipGradByGlobalNorm):
    """Scale all gradients by one factor, down to a common norm."""

    def __init__(self, clip_norm: float, group_name: str = "default_group", need_clip: Any = None) -> None:
        super().__init__(clip_norm, group_name)
        self._only(need_clip)


ClipByValue, ClipByNorm = GradientClipByValue, GradientClipByNorm
ClipByGlobalNorm = GradientClipByGlobalNorm


class _Several(ClipGradBase):
    """Clips of different parameters."""

    def __init__(self, clips: list[Any]) -> None:
        self._clips = clips

    def _treat(self, pairs: Any) -> Any:
        found = zip(*(clip._treat(pairs) for clip in self._clips))
        return [next((t for t in of_one if t is not None), None) for of_one in found]


ErrorClipByValue = refused("ErrorClipByValue", "clip the parameters' gradients", "fluid.clip")

_of_programs: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()


def set_gradient_clip(clip: Any, param_list: Any = None, program: Any = None) -> None:
    """Clip the gradients of every optimizer of ``program`` (the default one) that has no clip of its own.

    ``param_list`` (parameters, or their names): only of these; another call may say it of others.
    """
    program = program or programs.default_main_program()
    clip = as_clip(clip)
    if param_list is None:
        _of_programs[program] = [clip]
        return
    if not isinstance(clip, _Chosen):
        raise InvalidTypeError("set_gradient_clip(param_list=...) takes a GradientClipBy... of fluid.clip")
    names = {p if isinstance(p, str) else p.name for p in param_list}
    clip = copy.copy(clip)
    clip._only(lambda parameter: parameter.name in names)
    _of_programs.setdefault(program, []).append(clip)


def of_program() -> Any:
    """What :func:`set_gradient_clip` was given for the default program, or None."""
    clips = _of_programs.get(programs.default_main_program(), [])
    return _Several(clips) if len(clips) > 1 else clips[0] if clips else None


def as_clip(clip: Any) -> Any:
    """``clip`` if it is one, or None. Raises InvalidTypeError for anything else."""
    if clip is not None and not isinstance(clip, ClipGradBase):
        raise InvalidTypeError(f"a gradient clip must be one of fluid.clip, but got {type(clip).__name__}")
    return clip

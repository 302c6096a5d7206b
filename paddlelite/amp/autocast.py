"""Automatic mixed precision as PaddlePaddle has it on the CPU: accepted and checked, and without effect.

Half precision saves time and memory on GPUs. On the CPU PaddlePaddle computes in float32 whatever `auto_cast` says, and
so does this package; a script that uses it runs unchanged and gives PaddlePaddle's CPU results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from ..place import warn_cpu_only

__all__ = [
    "auto_cast",
    "decorate",
    "get_autocast_cpu_dtype",
    "get_autocast_dtype",
    "get_autocast_gpu_dtype",
    "is_autocast_enabled",
    "is_bfloat16_supported",
    "is_float16_supported",
]

_LEVELS = ("O0", "OD", "O1", "O2")


@contextmanager
def auto_cast(
    enable: bool = True,
    custom_white_list: Collection[str] | None = None,
    custom_black_list: Collection[str] | None = None,
    level: str = "O1",
    dtype: str = "float16",
    use_promote: bool = True,
) -> Iterator[None]:
    """A context in which a GPU would compute in lower precision; the CPU computes in float32, with one warning.

    Args:
        enable: False to do nothing, without the warning.
        custom_white_list, custom_black_list: names of ops; they must not overlap.
        level: "O0", "OD", "O1" or "O2".
        dtype: "float16" or "bfloat16".
        use_promote: accepted.

    Raises:
        ValueError: an argument is none of these.

    Examples:
        >>> import warnings
        >>> import paddlelite as paddle
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     with paddle.amp.auto_cast(dtype="bfloat16"):
        ...         product = paddle.ones([2, 2]) @ paddle.ones([2, 2])
        >>> product.dtype
        paddle.float32
    """
    _check_level(level, _LEVELS)
    if enable:
        _check_dtype(dtype)
    if set(custom_white_list or ()) & set(custom_black_list or ()):
        raise ValueError("Custom white list overlap custom black list")
    if enable:
        warn_cpu_only("paddle.amp.auto_cast makes no effect")
    yield


def decorate(
    models: Any,
    optimizers: Any = None,
    level: str = "O1",
    dtype: str = "float16",
    master_weight: bool | None = None,
    save_dtype: str | None = None,
    master_grad: bool = False,
    excluded_layers: Any = None,
) -> Any:
    """The models, or the models and optimizers, as they are: on the CPU nothing is converted, as in PaddlePaddle.

    Raises:
        ValueError: `level` is neither "O1" nor "O2", or `dtype` neither "float16" nor "bfloat16".

    Examples:
        >>> import warnings
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 2)
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     paddle.amp.decorate(layer, level="O2") is layer
        True
    """
    _check_level(level, ("O1", "O2"))
    _check_dtype(dtype)
    warn_cpu_only("paddle.amp.decorate makes no effect")
    return models if optimizers is None else (models, optimizers)


def _check_level(level: str, levels: tuple[str, ...]) -> None:
    if not isinstance(level, str) or level.upper() not in levels:
        raise ValueError(f"level should be {', '.join(levels[:-1])} or {levels[-1]}, but received {level!r}.")


def _check_dtype(dtype: str) -> None:
    if dtype not in ("float16", "bfloat16"):
        raise ValueError(f"If enable amp, dtype should be 'float16' or 'bfloat16', but received {dtype!r}.")


def is_float16_supported(device: str | None = None) -> bool:
    """Whether mixed precision would compute in float16: no.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.amp.is_float16_supported()
        False
    """
    return False


def is_bfloat16_supported(device: str | None = None) -> bool:
    """Whether mixed precision would compute in bfloat16: no.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.amp.is_bfloat16_supported()
        False
    """
    return False


def is_autocast_enabled(device_type: Any = None) -> bool:
    """Whether `auto_cast` is in effect: it never is.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.amp.is_autocast_enabled()
        False
    """
    return False


def get_autocast_dtype(device_type: Any = None) -> str:
    """The lower precision that `auto_cast` would use: PaddlePaddle's default.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.amp.get_autocast_dtype()
        'float16'
    """
    return "float16"


get_autocast_cpu_dtype = get_autocast_gpu_dtype = get_autocast_dtype

"""paddle.set_flags and get_flags: the switches of PaddlePaddle's C++ that scripts set.

Those about memory and devices are kept and mean nothing here; those that would change results are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError, UnimplementedError

__all__ = ["get_flags", "set_flags"]

_flags: dict[str, Any] = {
    "FLAGS_allocator_strategy": "auto_growth",
    "FLAGS_benchmark": False,
    "FLAGS_call_stack_level": 1,
    "FLAGS_check_nan_inf": False,
    "FLAGS_conv_workspace_size_limit": 512,
    "FLAGS_cpu_deterministic": False,
    "FLAGS_cudnn_deterministic": False,
    "FLAGS_cudnn_exhaustive_search": False,
    "FLAGS_eager_delete_tensor_gb": 0.0,
    "FLAGS_embedding_deterministic": 0,
    "FLAGS_enable_pir_api": True,
    "FLAGS_fast_eager_deletion_mode": True,
    "FLAGS_fraction_of_cpu_memory_to_use": 1.0,
    "FLAGS_fraction_of_gpu_memory_to_use": 0.92,
    "FLAGS_gpu_memory_limit_mb": 0,
    "FLAGS_init_allocated_mem": False,
    "FLAGS_initial_cpu_memory_in_mb": 500,
    "FLAGS_initial_gpu_memory_in_mb": 0,
    "FLAGS_memory_fraction_of_eager_deletion": 1.0,
    "FLAGS_paddle_num_threads": 1,
    "FLAGS_reallocate_gpu_memory_in_mb": 0,
    "FLAGS_selected_gpus": "",
    "FLAGS_sync_nccl_allreduce": True,
    "FLAGS_use_mkldnn": False,
    "FLAGS_use_pinned_memory": True,
}

_REFUSED = {"FLAGS_check_nan_inf": "look for them with paddle.isfinite(x).all()"}


def set_flags(flags: dict[str, Any]) -> None:
    """Set flags by name.

    Raises TypeError for what is no dict, ValueError for an unknown name, UnimplementedError for a flag that would
    change what programs do.

    >>> import paddlelite as paddle
    >>> paddle.set_flags({"FLAGS_eager_delete_tensor_gb": 1.0})
    >>> paddle.get_flags("FLAGS_eager_delete_tensor_gb")
    {'FLAGS_eager_delete_tensor_gb': 1.0}
    """
    if not isinstance(flags, dict):
        raise InvalidTypeError("flags in set_flags should be a dict")
    for name, value in flags.items():
        _check(name, "set its value")
        if name in _REFUSED and value:
            raise UnimplementedError(f"{name} is not supported: {_REFUSED[name]}")
    _flags.update(flags)


def get_flags(flags: str | Sequence[str]) -> dict[str, Any]:
    """Flags by name. Raises TypeError for what is no name or list of names, ValueError for an unknown one."""
    names = [flags] if isinstance(flags, str) else flags
    if not isinstance(names, (list, tuple)):
        raise InvalidTypeError("Flags in get_flags should be a list, tuple or string.")
    for name in names:
        _check(name, "get its value")
    return {name: _flags[name] for name in names}


def _check(name: str, what: str) -> None:
    if name not in _flags:
        raise InvalidArgumentError(f"Flag {name} cannot {what} through this function.")

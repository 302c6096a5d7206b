"""paddle.distributed with one process, which is all there is: scripts that can run on one device run.

Collectives of one process change nothing. What asks for more processes is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from .errors import InvalidArgumentError, UnimplementedError
from .framework.execution import DataParallel

__all__ = [
    "DataParallel", "ParallelEnv", "ReduceOp", "all_gather", "all_gather_object", "all_reduce", "barrier", "broadcast",
    "destroy_process_group", "get_rank", "get_world_size", "init_parallel_env", "is_available", "is_initialized",
    "reduce", "spawn",
]  # fmt: skip


class ReduceOp:
    """How the tensors of the processes become one."""

    SUM = 0
    MAX = 1
    MIN = 2
    PROD = 3
    AVG = 4


class ParallelEnv:
    """The surroundings of this process: it is the only one."""

    rank = local_rank = device_id = dev_id = 0
    world_size = nranks = nrings = 1
    device_type = "cpu"
    current_endpoint = ""
    trainer_endpoints: tuple[str, ...] = ()


_started = False


def init_parallel_env() -> ParallelEnv:
    """Nothing to do for one process. Raises UnimplementedError where a launcher has started several."""
    global _started
    several = os.environ.get("PADDLE_TRAINERS_NUM", "1")
    if several not in ("", "1"):
        raise UnimplementedError(
            f"PADDLE_TRAINERS_NUM is {several}, but paddlelite trains in one process: start the script by itself."
        )
    _started = True
    return ParallelEnv()


def get_rank(group: Any = None) -> int:
    """0: the number of this process.

    >>> import paddlelite as paddle
    >>> paddle.distributed.get_rank(), paddle.distributed.get_world_size()
    (0, 1)
    """
    return 0


def get_world_size(group: Any = None) -> int:
    """1: how many processes there are."""
    return 1


def is_available() -> bool:
    """Whether several processes can train together: False."""
    return False


def is_initialized() -> bool:
    """Whether `init_parallel_env` has been called."""
    return _started


def destroy_process_group(group: Any = None) -> None:
    """Undo `init_parallel_env`."""
    global _started
    _started = False


def barrier(group: Any = None) -> None:
    """Wait for the other processes, of which there are none."""


def _check_rank(name: str, rank: int) -> None:
    if rank != 0:
        raise InvalidArgumentError(f"{name} is {rank}, but there is one process, number 0")


def all_reduce(tensor: Any, op: int = ReduceOp.SUM, group: Any = None, sync_op: bool = True) -> None:
    """The sum (or another ``op``) over one process: ``tensor`` as it is."""


def reduce(
    tensor: Any, dst: int = 0, op: int = ReduceOp.SUM, group: Any = None, sync_op: bool = True
) -> None:
    """As `all_reduce`. Raises InvalidArgumentError if ``dst`` is not 0."""
    _check_rank("dst", dst)


def broadcast(tensor: Any, src: int = 0, group: Any = None, sync_op: bool = True) -> None:
    """``tensor`` as it is. Raises InvalidArgumentError if ``src`` is not 0."""
    _check_rank("src", src)


def all_gather(tensor_list: list[Any], tensor: Any, group: Any = None, sync_op: bool = True) -> None:
    """Append ``tensor`` to ``tensor_list``."""
    tensor_list.append(tensor.clone())


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Append ``obj`` to ``object_list``."""
    object_list.append(obj)


def spawn(
    func: Callable[..., Any],
    args: Sequence[Any] = (),
    nprocs: int = -1,
    join: bool = True,
    daemon: bool = False,
    **options: Any,
) -> None:
    """Call ``func(*args)``, here. Raises UnimplementedError for more than one process."""
    if nprocs not in (-1, 1):
        raise UnimplementedError(f"spawn: nprocs is {nprocs}, but paddlelite trains in one process")
    func(*args)

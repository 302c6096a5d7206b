"""``fluid.framework``: programs and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..device import is_compiled_with_cuda
from ..errors import InvalidArgumentError
from ..ir import Block, Program
from ..ir import Node as Operator
from ..nn.parameter import Parameter
from ..place import CPUPlace, CUDAPlace, warn_cpu_only
from ..static import device_guard, name_scope, programs
from ..tensor.tensor import Tensor as Variable
from . import modes
from .modes import in_dygraph_mode

__all__ = [
    "Block",
    "Operator",
    "Parameter",
    "Program",
    "Variable",
    "cpu_places",
    "cuda_pinned_places",
    "cuda_places",
    "default_main_program",
    "default_startup_program",
    "device_guard",
    "in_dygraph_mode",
    "is_compiled_with_cuda",
    "name_scope",
    "program_guard",
    "require_version",
]


def default_main_program() -> Program:
    """The program that calls append to; inside a guard, one to set ``random_seed`` of."""
    modes.enter("default_main_program")
    return programs.default_main_program()


def default_startup_program() -> Program:
    """The program that gives parameters their first values; inside a guard, one to set ``random_seed`` of."""
    modes.enter("default_startup_program")
    return programs.default_startup_program()


@contextmanager
def program_guard(main_program: Program, startup_program: Program | None = None) -> Iterator[None]:
    """Inside, these are the default programs."""
    modes.enter("program_guard")
    with programs.program_guard(main_program, startup_program):
        yield


def cpu_places(device_count: int | None = None) -> list[CPUPlace]:
    """Places on the CPU."""
    return [CPUPlace() for _ in range(device_count or 1)]


def cuda_places(device_ids: Any = None) -> list[CUDAPlace]:
    """One place: what is given it runs on the CPU, with one warning."""
    warn_cpu_only("fluid.cuda_places()")
    return [CUDAPlace(0)]


cuda_pinned_places = cpu_places


def require_version(min_version: str, max_version: str | None = None) -> None:
    """Raise InvalidArgumentError when a script asks for a release after 1.8, whose fluid this is not."""
    if not all(part.isdigit() for part in min_version.split(".")):
        raise InvalidArgumentError(f"require_version: {min_version!r} is no version such as '1.5.2'")
    if [int(part) for part in min_version.split(".")] > [1, 8, 99]:
        raise InvalidArgumentError(
            f"fluid is that of PaddlePaddle 1.8 here, but the script requires {min_version}"
        )

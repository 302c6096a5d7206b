"""CompiledProgram and its strategies: accepted, since every program is compiled when it is run."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidTypeError
from ..ir import Program
from ..place import warn_cpu_only

__all__ = ["BuildStrategy", "CompiledProgram", "ExecutionStrategy", "ParallelExecutor"]


class _Strategy:
    """Options that say how a program is to be run elsewhere; here they are kept and change nothing."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"


class BuildStrategy(_Strategy):
    """Which fusions PaddlePaddle may make. Accepted: onnxruntime decides by itself."""

    class ReduceStrategy:
        AllReduce, Reduce, _NoReduce = 0, 1, 2

    class GradientScaleStrategy:
        CoeffNumDevice, One, Customized = 0, 1, 2


class ExecutionStrategy(_Strategy):
    """How many threads and how often to clean up. Accepted: onnxruntime decides by itself."""

    num_threads = 0
    num_iteration_per_drop_scope = 100
    num_iteration_per_run = 1


class CompiledProgram:
    """A program to be run by ``Executor.run``: the program itself, which is compiled at its first run.

    Raises InvalidTypeError for something that is no Program.
    """

    def __init__(self, program_or_graph: Any, build_strategy: BuildStrategy | None = None) -> None:
        if not isinstance(program_or_graph, Program):
            raise InvalidTypeError(
                "The type of program_to_graph parameter is wrong, expected Graph or Program, but received "
                f"{type(program_or_graph).__name__}"
            )
        self._program = program_or_graph
        self._build_strategy = build_strategy

    def with_data_parallel(self, *args: Any, **kwargs: Any) -> CompiledProgram:
        """Itself: there is one device. Warns once."""
        warn_cpu_only("CompiledProgram.with_data_parallel")
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._program, name)


class ParallelExecutor:
    """1.x: runs a main program on all devices, of which there is one."""

    def __init__(
        self,
        use_cuda: bool = False,
        loss_name: str | None = None,
        main_program: Program | None = None,
        share_vars_from: Any = None,
        exec_strategy: Any = None,
        build_strategy: Any = None,
        num_trainers: int = 1,
        trainer_id: int = 0,
        scope: Any = None,
    ) -> None:
        from .executor import Executor

        if use_cuda:
            warn_cpu_only("ParallelExecutor(use_cuda=True)")
        self._program, self._scope, self._executor = main_program, scope, Executor()

    @property
    def device_count(self) -> int:
        """One."""
        return 1

    def run(
        self, fetch_list: Any, feed: Any = None, feed_dict: Any = None, return_numpy: bool = True
    ) -> list[Any]:
        """``Executor.run`` of the main program."""
        return self._executor.run(
            self._program, feed or feed_dict, fetch_list, scope=self._scope, return_numpy=return_numpy
        )

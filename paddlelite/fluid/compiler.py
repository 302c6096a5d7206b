"""``fluid.compiler``."""

from __future__ import annotations

from ..static.compiled import BuildStrategy, CompiledProgram, ExecutionStrategy, ParallelExecutor

__all__ = ["BuildStrategy", "CompiledProgram", "ExecutionStrategy", "ParallelExecutor"]

"""``fluid.evaluator``: evaluators inside programs, which 1.x itself has replaced by ``fluid.metrics``."""

from __future__ import annotations

from .layers.door import refused

__all__ = ["ChunkEvaluator", "DetectionMAP", "EditDistance"]

ChunkEvaluator, EditDistance, DetectionMAP = (
    refused(name, f"use fluid.metrics.{name}", "fluid.evaluator")
    for name in ("ChunkEvaluator", "EditDistance", "DetectionMAP")
)

"""``fluid.install_check``."""

from __future__ import annotations

from ..utils import run_check

__all__ = ["run_check"]

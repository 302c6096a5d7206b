"""paddle.static.nn: layers that make their parameters in the program they are called for, and control flow."""

from __future__ import annotations

from .common import fc

__all__ = ["fc"]

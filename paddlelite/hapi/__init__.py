"""High-level tools around a network: `paddle.Model`, `paddle.callbacks`, `paddle.summary`, `paddle.flops`."""

from . import callbacks
from .flops import flops
from .model import Model
from .summary import summary

__all__ = ["Model", "callbacks", "flops", "summary"]

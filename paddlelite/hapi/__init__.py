"""High-level tools around a network."""

from .summary import summary

__all__ = ["summary"]

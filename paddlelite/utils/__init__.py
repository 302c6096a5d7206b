"""paddle.utils: what scripts ask of their surroundings, and nested structures."""

from ..framework import unique_name
from . import download
from .check import run_check
from .structures import flatten, map_structure, pack_sequence_as
from .versions import deprecated, require_version, try_import

__all__ = [
    "deprecated", "download", "flatten", "map_structure", "pack_sequence_as", "require_version", "run_check",
    "try_import", "unique_name",
]  # fmt: skip

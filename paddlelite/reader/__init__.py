"""paddle.reader: what is done to readers, functions without arguments that give the samples of a data set."""

from . import decorator
from .decorator import (
    ComposeNotAligned,
    batch,
    buffered,
    cache,
    chain,
    compose,
    firstn,
    map_readers,
    multiprocess_reader,
    shuffle,
    xmap_readers,
)

__all__ = [
    "ComposeNotAligned", "buffered", "cache", "chain", "compose", "firstn", "map_readers", "multiprocess_reader",
    "shuffle", "xmap_readers",
]  # fmt: skip

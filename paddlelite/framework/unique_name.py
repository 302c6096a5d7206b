"""Unique names: one counter per key, so that ``linear`` gives ``linear_0``, ``linear_1``, ..."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["generate", "guard", "switch"]


class UniqueNameGenerator:
    """The counters, and a prefix for all names made."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.ids: Counter[str] = Counter()

    def __call__(self, key: str) -> str:
        number = self.ids[key]
        self.ids[key] += 1
        return f"{self.prefix}{key}_{number}"


_generator = UniqueNameGenerator()


def generate(key: str) -> str:
    """The next name for ``key``.

    >>> from paddlelite.framework import unique_name
    >>> with unique_name.guard():
    ...     [unique_name.generate("fc"), unique_name.generate("fc"), unique_name.generate("conv")]
    ['fc_0', 'fc_1', 'conv_0']
    """
    return _generator(key)


def switch(new_generator: UniqueNameGenerator | None = None) -> UniqueNameGenerator:
    """Use other counters from now on (fresh ones by default); returns those used before."""
    global _generator
    old, _generator = _generator, UniqueNameGenerator() if new_generator is None else new_generator
    return old


@contextmanager
def guard(new_generator: Any = None) -> Iterator[None]:
    """Use other counters inside the ``with``: fresh ones, with a prefix when a string is given."""
    if isinstance(new_generator, (str, bytes)):
        prefix = new_generator.decode() if isinstance(new_generator, bytes) else new_generator
        new_generator = UniqueNameGenerator(prefix)
    old = switch(new_generator)
    try:
        yield
    finally:
        switch(old)

"""The random generator: ``paddle.seed`` and where random ops take their numbers from.

Every random op takes the generator's state, an int64 vector (seed, number of draws), as its first input and draws from
Philox, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). The numbers
depend on the state alone, so an eager run and a captured program that start from one ``paddle.seed`` agree, also when
the draws happen in branches and loops.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops.random import rng_advance
from ..tensor.tensor import Tensor, _wrap_array

__all__ = [
    "Generator",
    "GeneratorState",
    "default_generator",
    "get_rng_state",
    "next_state",
    "seed",
    "set_rng_state",
]

_STEP = np.array([0, 1], np.int64)


class GeneratorState:
    """What :func:`get_rng_state` returns: a generator's seed and how many draws it has made."""

    __slots__ = ("_seed", "draws")

    def __init__(self, seed: int, draws: int) -> None:
        self._seed, self.draws = seed, draws

    def current_seed(self) -> int:
        """The seed it was set with."""
        return self._seed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GeneratorState) and (self._seed, self.draws) == (other._seed, other.draws)

    def __hash__(self) -> int:
        return hash((self._seed, self.draws))

    def __repr__(self) -> str:
        return f"GeneratorState(seed={self._seed}, draws={self.draws})"


class Generator:
    """A source of random numbers. Unless :func:`seed` is called it starts from the system's entropy.

    ``state`` is the tensor a captured program reads and leaves changed.
    """

    def __init__(self, seed: int | None = None) -> None:
        start = int.from_bytes(os.urandom(7), "little") if seed is None else _seed_of(seed)
        self.state = _wrap_array(np.array([start, 0], np.int64))
        self.state.persistable = True
        self.state.name = "rng_state"

    def next_state(self) -> Tensor:
        """The state for one draw; the generator moves on to the next one."""
        state = self.state
        capture = mode.capture
        if capture is not None:
            now = capture.read(state)
            capture.write(state, rng_advance(now))
            return now
        array = state._data
        # A new array, never a change of the old one: whoever drew from it may keep it.
        state._data = array + _STEP
        return _wrap_array(array)

    def manual_seed(self, seed: int) -> Generator:
        """Start again from ``seed``."""
        self._set(_seed_of(seed), 0)
        return self

    def initial_seed(self) -> int:
        """The seed of the last :meth:`manual_seed`."""
        return int(self.state._data[0])

    def get_state(self) -> GeneratorState:
        """Where the generator stands, for :meth:`set_state`."""
        return GeneratorState(*self.state._data.tolist())

    def set_state(self, state: GeneratorState) -> None:
        """Go back to where :meth:`get_state` was called. Raises InvalidTypeError for anything else."""
        if not isinstance(state, GeneratorState):
            raise InvalidTypeError(
                f"a generator's state comes from get_rng_state(), got {type(state).__name__}"
            )
        self._set(state._seed, state.draws)

    def _set(self, seed: int, draws: int) -> None:
        array = np.array([seed, draws], np.int64)
        if mode.capture is not None and not mode.capture.static:
            mode.capture.write(self.state, mode.capture.constant(_wrap_array(array)))
        else:
            self.state._data = array


def _seed_of(seed: Any) -> int:
    if isinstance(seed, (Tensor, np.generic)) or (isinstance(seed, float) and seed.is_integer()):
        seed = int(seed)
    if not isinstance(seed, int):
        raise InvalidTypeError(f"a seed must be an integer, got {type(seed).__name__}")
    if not -(2**63) <= seed < 2**64:
        raise InvalidArgumentError(f"a seed has 64 bits, got {seed}")
    return seed if seed < 2**63 else seed - 2**64


#: The generator all random functions draw from.
_default = Generator()


def default_generator() -> Generator:
    """The generator all random functions draw from."""
    return _default


def next_state() -> Tensor:
    """The state for one draw of the default generator, eager or symbolic: what a random op takes first."""
    return _default.next_state()


def seed(seed: int) -> Generator:
    """Seed the generator that all random functions draw from, and return it.

    Raises InvalidTypeError when ``seed`` is not an integer.

    >>> import paddlelite as paddle
    >>> _ = paddle.seed(7)
    >>> first = paddle.rand([2])
    >>> _ = paddle.seed(7)
    >>> bool((paddle.rand([2]) == first).all())
    True
    """
    return _default.manual_seed(seed)


def get_rng_state(device: str | None = None) -> list[GeneratorState]:
    """Where the generator stands (a list, one per device), for :func:`set_rng_state`."""
    return [_default.get_state()]


def set_rng_state(state_list: Sequence[GeneratorState], device: str | None = None) -> None:
    """Go back to where :func:`get_rng_state` was called.

    Raises InvalidArgumentError unless there is one state, InvalidTypeError when it is something else.

    >>> import paddlelite as paddle
    >>> state = paddle.get_rng_state()
    >>> x = paddle.rand([2])
    >>> paddle.set_rng_state(state)
    >>> bool((paddle.rand([2]) == x).all())
    True
    """
    if not isinstance(state_list, (list, tuple)) or len(state_list) != 1:
        raise InvalidArgumentError("Length of state list should be equal to the cpu device count, which is 1")
    _default.set_state(state_list[0])


def get_cuda_rng_state() -> list[GeneratorState]:
    """The states of the GPUs' generators: none, everything runs on the CPU."""
    return []


def set_cuda_rng_state(state_list: Sequence[GeneratorState]) -> None:
    """Set the states of the GPUs' generators: accepts what :func:`get_cuda_rng_state` returned."""
    if len(state_list) != 0:
        raise InvalidArgumentError(
            "Length of cuda state list should be equal to the cuda device count, which is 0"
        )

"""``fluid.layers.IfElse``: the rows of a batch that fulfil a condition take one way, the others another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import InvalidArgumentError, PreconditionNotMetError
from ...tensor.logic import logical_not
from ...tensor.manipulation import concat, reshape
from ...tensor.scattering import gather
from ...tensor.search import argsort, nonzero

__all__ = ["IfElse"]


class IfElse:
    """Compute on the rows where ``cond`` [N, 1] holds and on the others, and put the results in the rows' order.

    ``input(x)`` are the rows of ``x`` [N, ...] that go the way of the block it is called in, ``output(...)`` the
    results of the block, as many rows each. Both blocks give equally many results, of equal shapes and dtypes; a block
    that is left out gives none. Calling the object gives the list of results.

    Source: PaddlePaddle 1.8's IfElse.
    """

    def __init__(self, cond: Any, name: str | None = None) -> None:
        if len(cond.dims) != 2 or cond.dims[1] != 1:
            raise InvalidArgumentError(
                f"IfElse: cond must have the shape [N, 1], but received {list(cond.dims)}"
            )
        held = reshape(cond, [-1])
        self._rows = {True: _positions(held), False: _positions(logical_not(held))}
        self._results: dict[bool, tuple[Any, ...]] = {}
        self._now: bool | None = None

    @contextmanager
    def _block(self, way: bool) -> Iterator[None]:
        if self._now is not None:
            raise PreconditionNotMetError("IfElse: a block cannot begin inside another one")
        self._now = way
        try:
            yield
        finally:
            self._now = None

    def true_block(self) -> Any:
        """The block for the rows where the condition holds, as a context."""
        return self._block(True)

    def false_block(self) -> Any:
        """The block for the other rows, as a context."""
        return self._block(False)

    def input(self, x: Any) -> Any:
        """The rows of ``x`` that go the way of this block."""
        return gather(x, self._rows[self._inside("input")])

    def output(self, *outs: Any) -> None:
        """The results of this block."""
        self._results[self._inside("output")] = outs

    def _inside(self, what: str) -> bool:
        if self._now is None:
            raise PreconditionNotMetError(f"IfElse: {what}() is called inside true_block() or false_block()")
        return self._now

    def __call__(self) -> list[Any]:
        if not self._results:
            raise PreconditionNotMetError("IfElse: no block has an output()")
        if len(self._results) == 1:
            return list(next(iter(self._results.values())))
        yes, no = self._results[True], self._results[False]
        if len(yes) != len(no):
            raise InvalidArgumentError(
                f"IfElse: the blocks must give equally many results, but true_block() gives {len(yes)} and "
                f"false_block() {len(no)}"
            )
        order = argsort(concat([self._rows[True], self._rows[False]]))
        return [gather(concat([a, b]), order) for a, b in zip(yes, no)]


def _positions(held: Any) -> Any:
    return reshape(nonzero(held), [-1])

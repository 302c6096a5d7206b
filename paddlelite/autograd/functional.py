"""Jacobians and Hessians: matrices of derivatives, computed when they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import InvalidArgumentError
from .backward import grad

__all__ = ["Jacobian", "hessian", "jacobian"]


class Jacobian:
    """The derivatives of ``ys`` by ``xs``, a matrix (or one for each row of a batch). ``J[:]`` is the tensor; other
    indices, methods and attributes are those of the tensor.
    """

    def __init__(self, ys: Any, xs: Any, batched: bool) -> None:
        self._ys, self._xs, self._batched = ys, xs, batched
        self._rows: Any = None
        wanted = (1, 2) if batched else (0, 1)
        for name, each in (("ys", ys), ("xs", xs)):
            if each.ndim not in wanted:
                raise InvalidArgumentError(
                    f"{name}.ndim should be {wanted[0]} or {wanted[1]} when is_batched={batched} but got {each.ndim}"
                )
        if batched and ys.shape[0] != xs.shape[0]:
            raise InvalidArgumentError(
                f"ys and xs should have as many rows, but have {ys.shape[0]} and {xs.shape[0]}"
            )

    @property
    def shape(self) -> list[int]:
        kept = 1 if self._batched else 0
        batch = [int(self._xs.shape[0])] if self._batched else []
        return [*batch, *(int(n) for each in (self._ys, self._xs) for n in each.shape[kept:])]

    def __getitem__(self, index: Any) -> Any:
        return self._evaluated()[index]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._evaluated(), name)

    def _evaluated(self) -> Any:
        if self._rows is None:
            self._rows = self._derivatives()
        return self._rows

    def _derivatives(self) -> Any:
        from ..tensor.creation import zeros_like
        from ..tensor.manipulation import stack

        axis = 1 if self._batched else 0
        if self._ys.ndim == axis:
            return self._of(self._ys)
        found = [
            self._of(self._ys[:, i] if self._batched else self._ys[i]) for i in range(self._ys.shape[axis])
        ]
        return stack(found, axis=axis) if found else zeros_like(self._xs)[:0]

    def _of(self, y: Any) -> Any:
        """The derivatives of one number, or of one in each row: rows do not depend on each other."""
        from ..tensor.creation import zeros_like

        (found,) = grad([y.sum()], [self._xs], retain_graph=True, create_graph=True, allow_unused=True)
        return zeros_like(self._xs) if found is None else found


def _each(value: Any, function: Callable[[Any], Any]) -> Any:
    return tuple(function(each) for each in value) if isinstance(value, (list, tuple)) else function(value)


def _batched(batch_axis: int | None) -> bool:
    if batch_axis not in (None, 0):
        raise InvalidArgumentError(f"batch_axis should be None or 0, but is {batch_axis!r}")
    return batch_axis == 0


def jacobian(ys: Any, xs: Any, batch_axis: int | None = None) -> Any:
    """The derivatives of ``ys`` [m] by ``xs`` [n], a matrix [m, n]; of tuples a tuple for each.

    ``batch_axis=0``: of ``ys`` [b, m] by ``xs`` [b, n], where each row depends on its own only: [b, m, n].

    Raises InvalidArgumentError for another number of axes.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> paddle.autograd.jacobian(x * x, x)[:].tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    batched = _batched(batch_axis)
    return _each(ys, lambda y: _each(xs, lambda x: Jacobian(y, x, batched)))


def hessian(ys: Any, xs: Any, batch_axis: int | None = None) -> Any:
    """The second derivatives of one number ``ys`` by ``xs`` [n], a matrix [n, n]; of a tuple a tuple of tuples.

    ``batch_axis=0``: of ``ys`` [b] by ``xs`` [b, n]: [b, n, n].

    Raises InvalidArgumentError for more than one number, or another number of axes.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> paddle.autograd.hessian((x**3).sum(), x)[:].tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    batched = _batched(batch_axis)
    if (ys.ndim > batched and ys.shape[-1] != 1) or ys.ndim > batched + 1:
        raise InvalidArgumentError(
            f"hessian is of one number{' a row' if batched else ''}, but ys is {list(ys.shape)}"
        )
    first = _each(xs, lambda x: Jacobian(ys.reshape(ys.shape[:1]) if batched else ys.reshape([]), x, batched))
    return _each(first, lambda found: _each(xs, lambda x: Jacobian(found._evaluated(), x, batched)))

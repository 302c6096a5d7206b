"""A Python function of arrays as an op: ``paddle.static.py_func``."""

from __future__ import annotations

from typing import Any

from ..op import Many, Spec, op

__all__ = ["py_func"]


@op("py_func", out="*Out", graph_only=True)
def py_func(X: Many, *, function, specs, backward=None):  # type: ignore[no-untyped-def]
    """The arrays that ``function(X)`` gives, which are what ``specs`` says. It is no part of files.

    ``backward`` has the function and the specs of a call that gives the gradients of ``X`` from the inputs, the results
    and their gradients.
    """
    return function(X)


@py_func.infer
def _(X: Any, *, function: Any, specs: Any, backward: Any = None) -> list[Spec]:
    return list(specs)


@py_func.lives
def _(node: Any, carries: Any = None) -> list[bool]:
    return [node.attrs["backward"] is not None] * len(node.outputs)


@py_func.grad(saves="X Out")
def _(c: Any, gs: Any) -> Any:
    function, specs, wanted = c.backward
    given = [g for g in gs if g is not None]
    arrived = [g is not None for g in gs]
    found = iter(py_func([*c.X, *c.Out, *given], function=function(arrived), specs=specs))
    return ([next(found) if want else None for want in wanted],)

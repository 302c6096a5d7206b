"""``fluid.layers.control_flow``: branches and loops, in a guard and in a graph."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...errors import InvalidArgumentError
from ...mode import mode
from .door import attribute, rows

__all__ = ["TABLE"]

static_nn: Any = paddle.static.nn


def _cond(pred: Any, true_fn: Any, false_fn: Any) -> Any:
    if mode.capture is not None:
        return static_nn.cond(pred, true_fn, false_fn)
    chosen = true_fn if bool(pred) else false_fn
    return None if chosen is None else chosen()


def _case(pairs: Any, default: Any) -> Any:
    if mode.capture is not None:
        return static_nn.case(pairs, default)
    if not pairs:
        raise InvalidArgumentError("case: pred_fn_pairs must not be empty")
    for pred, function in pairs:
        if bool(pred):
            return function()
    return (default or pairs[-1][1])()


def _switch_case(index: Any, functions: Any, default: Any) -> Any:
    if mode.capture is not None:
        return static_nn.switch_case(index, functions, default)
    if isinstance(functions, dict):
        pairs = sorted(functions.items())
    else:
        pairs = [f if isinstance(f, (tuple, list)) else (at, f) for at, f in enumerate(functions)]  # type: ignore[misc]
    wanted = int(index)
    for key, function in pairs:
        if key == wanted:
            return function()
    return (default or max(pairs, key=lambda pair: pair[0])[1])()


def _while_loop(condition: Any, body: Any, values: Any) -> Any:
    if not isinstance(values, (list, tuple)) or not values:
        raise InvalidArgumentError("while_loop: loop_vars must be a list that is not empty")
    if mode.capture is not None:
        return static_nn.while_loop(condition, body, list(values))
    values = list(values)
    while bool(condition(*values)):
        given = body(*values)
        values = list(given) if isinstance(given, (list, tuple)) else [given]
    return values


# fmt: off
TABLE = rows(
    cond=lambda pred, true_fn=None, false_fn=None, name=None: _cond(pred, true_fn, false_fn),
    case=lambda pred_fn_pairs, default=None, name=None: _case(pred_fn_pairs, default),
    switch_case=lambda branch_index, branch_fns, default=None, name=None: _switch_case(
        branch_index, branch_fns, default
    ),
    while_loop=lambda cond, body, loop_vars, is_test=False, name=None: _while_loop(cond, body, loop_vars),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)

"""``fluid.layers.control_flow``: branches and loops, in a guard and in a graph."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError, UnimplementedError
from ...mode import mode
from ...static import nn as static_nn
from ...static import tools
from ...static.nn.blocks import Switch as _Switch
from ...static.nn.blocks import While as _While
from ...tensor import array as arrays
from ..modes import enter
from .door import attribute, rows
from .if_else import IfElse
from .static_rnn import StaticRNN

__all__ = ["TABLE", "IfElse", "StaticRNN", "Switch", "While", "in_program"]


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


class While(_While):
    """A loop of a program, with its body in a block: see :class:`paddlelite.static.nn.blocks.While`."""

    def __init__(self, cond: Any, is_test: bool = False, name: str | None = None) -> None:
        in_program("While", "write a loop of Python", cond)
        super().__init__(cond, is_test, name)


class Switch(_Switch):
    """The first case that holds, in a program: see :class:`paddlelite.static.nn.blocks.Switch`."""

    def __init__(self, name: str | None = None) -> None:
        in_program("Switch", "write if and else")
        super().__init__(name)


def in_program(what: str, instead: str, *arguments: Any) -> None:
    """Refuse what there is in programs only."""
    enter("layers." + what, arguments)
    if mode.tracer is not None and mode.capture is None:
        raise UnimplementedError(
            f"fluid.layers.{what} builds a program; inside fluid.dygraph.guard() {instead}"
        )


# fmt: off
TABLE = rows(
    cond=lambda pred, true_fn=None, false_fn=None, name=None: _cond(pred, true_fn, false_fn),
    case=lambda pred_fn_pairs, default=None, name=None: _case(pred_fn_pairs, default),
    switch_case=lambda branch_index, branch_fns, default=None, name=None: _switch_case(
        branch_index, branch_fns, default
    ),
    create_array=lambda dtype: arrays.create_array(dtype),
    array_write=lambda x, i, array=None: arrays.array_write(x, i, array),
    array_read=lambda array, i: arrays.array_read(array, i),
    array_length=lambda array: arrays.array_length(array),
    Print=lambda input, first_n=-1, message=None, summarize=20, print_tensor_name=True, print_tensor_type=True,
    print_tensor_shape=True, print_tensor_lod=True, print_phase="both": tools.Print(
        input, first_n, message, summarize, print_tensor_name, print_tensor_type, print_tensor_shape, True,
        print_tensor_lod, print_phase,
    ),
    while_loop=lambda cond, body, loop_vars, is_test=False, name=None: _while_loop(cond, body, loop_vars),
)
# fmt: on
TABLE |= {"IfElse": IfElse, "StaticRNN": StaticRNN, "Switch": Switch, "While": While}

__getattr__ = attribute(TABLE, __name__)

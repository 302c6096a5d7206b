"""Branches and loops of functions: ``cond``, ``case``, ``switch_case``, ``while_loop``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...autograd import no_grad
from ...dtypes import bool_
from ...errors import InvalidArgumentError, InvalidTypeError, MismatchError
from ...mode import mode
from ...nested import fill
from ...ops import control
from ...ops.own_gradient import with_gradient
from ...staged.branches import either_of
from ...staged.rounds import repeated
from ...staged.symbolic import is_symbolic, predicate, rewriting
from ...tensor.creation import to_tensor
from ...tensor.tensor import Tensor
from .structure import flatten, same

__all__ = ["case", "cond", "static_pylayer", "switch_case", "while_loop"]


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
    return_names: Sequence[str] | None = None,
) -> Any:
    """What ``true_fn()`` returns where ``pred`` holds, else what ``false_fn()`` does.

    Both return tensors in lists, tuples and dicts of one structure, or None. Raises InvalidTypeError when ``pred`` is
    no bool tensor or a function can not be called, InvalidArgumentError when the structures differ, and TypeChange
    when dtypes or ranks do.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor(2.0)
    >>> float(paddle.static.nn.cond(x > 1, lambda: x * 2, lambda: x))
    4.0
    """
    if not isinstance(pred, Tensor):
        raise InvalidTypeError(f"The type of 'pred' in cond must be Variable, but received {type(pred)}.")
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if function is not None and not callable(function):
            raise InvalidTypeError(
                f"The {what} in cond must be callable, but received {type(function).__name__}"
            )
    if is_symbolic(pred) and rewriting() is not None:
        return either_of(predicate(pred), true_fn or _nothing, false_fn or _nothing)
    templates: list[Any] = []

    def branch(function: Callable[[], Any] | None) -> Callable[[], list[Tensor]]:
        def run() -> list[Tensor]:
            template, tensors = flatten(None if function is None else function())
            if templates and not same(templates[0], template):
                raise InvalidArgumentError(
                    "Incompatible return values of true_fn and false_fn in cond: they return different structures"
                )
            templates.append(template)
            return tensors

        return run

    results = control.cond(pred, branch(true_fn), branch(false_fn))
    return fill(templates[0], results)


def _nothing() -> None:
    """The branch that nobody gave."""


def case(pred_fn_pairs: Any, default: Callable[[], Any] | None = None, name: str | None = None) -> Any:
    """The result of the function of the first pair (condition, function) whose condition holds.

    ``default`` runs where none does; without one it is the last pair's function. Raises InvalidTypeError for
    something else than such pairs, InvalidArgumentError when there are none.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor(3.0)
    >>> float(paddle.static.nn.case([(x < 2, lambda: x), (x < 4, lambda: -x)], default=lambda: x * 0))
    -3.0
    """
    if not isinstance(pred_fn_pairs, (list, tuple)):
        raise InvalidTypeError(
            f"The type of 'pred_fn_pairs' in case must be list or tuple, but received {type(pred_fn_pairs)}."
        )
    pairs = list(pred_fn_pairs)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[1]):
            raise InvalidTypeError(
                f"The elements' type of 'pred_fn_pairs' in case must be tuple of a Variable and a callable, "
                f"but received {pair!r}"
            )
    if not pairs:
        raise InvalidArgumentError("case needs at least one pair (condition, function)")
    last = default if default is not None else pairs.pop()[1]
    return _first(pairs, last)


def _first(pairs: Sequence[Any], last: Callable[[], Any]) -> Any:
    if not pairs:
        return last()
    (pred, function), *rest = pairs
    return cond(pred, function, lambda: _first(rest, last))


def switch_case(
    branch_index: Any, branch_fns: Any, default: Callable[[], Any] | None = None, name: str | None = None
) -> Any:
    """The result of the function whose number is ``branch_index``, an integer tensor of one element.

    ``branch_fns``: functions, or pairs (number, function), or a dict of them. ``default`` runs for every other number;
    without one it is the function of the greatest number. Raises InvalidTypeError for wrong types,
    InvalidArgumentError for a number that appears twice.

    >>> import paddlelite as paddle
    >>> i = paddle.to_tensor(1)
    >>> int(paddle.static.nn.switch_case(i, [lambda: i * 0, lambda: i + 10]))
    11
    """
    if not isinstance(branch_index, Tensor) or not branch_index.dtype.is_integer:
        raise InvalidTypeError("The branch_index in switch_case must be a Variable of an integer dtype")
    items = list(branch_fns.items()) if isinstance(branch_fns, Mapping) else list(branch_fns)
    pairs = [item if isinstance(item, (tuple, list)) else (i, item) for i, item in enumerate(items)]
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], int) or not callable(pair[1]):
            raise InvalidTypeError(f"switch_case needs pairs of an int and a callable, but received {pair!r}")
    numbers = [n for n, _ in pairs]
    if len(set(numbers)) != len(numbers):
        raise InvalidArgumentError(f"the numbers of switch_case's functions must differ, but are {numbers}")
    pairs.sort(key=lambda pair: pair[0])
    last = default if default is not None else pairs[-1][1]
    return _first([(branch_index == n, function) for n, function in pairs], last)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    is_test: bool = False,
    name: str | None = None,
) -> list[Any]:
    """Repeat ``loop_vars = body(*loop_vars)`` while ``cond(*loop_vars)`` holds; returns the last ones.

    Raises InvalidTypeError when ``cond`` or ``body`` can not be called or ``loop_vars`` is no list or tuple,
    InvalidArgumentError when it is empty or the body returns another structure, TypeChange when it changes a dtype or
    rank.

    >>> import paddlelite as paddle
    >>> i, total = paddle.static.nn.while_loop(
    ...     lambda i, t: i < 4, lambda i, t: [i + 1, t + i], [paddle.to_tensor(0), paddle.to_tensor(0)]
    ... )
    >>> int(total)
    6
    """
    for what, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise InvalidTypeError(f"{what} in while_loop should be callable")
    if not isinstance(loop_vars, (list, tuple)):
        raise InvalidTypeError("loop_vars in while_loop should be a list or tuple")
    if not loop_vars:
        raise InvalidArgumentError("loop_vars in while_loop should not be empty")
    template, tensors = flatten([x if not isinstance(x, (int, float)) else to_tensor(x) for x in loop_vars])

    def step(*carried: Tensor) -> list[Tensor]:
        result = body(*fill(template, carried))
        if len(template) == 1 and not isinstance(result, (list, tuple)):
            result = [result]
        found, values = flatten(list(result) if isinstance(result, tuple) else result)
        if not same(template, found):
            raise InvalidArgumentError(
                "body in while_loop should return the same arity (length and structure) and types as loop_vars"
            )
        return values

    def test(*carried: Tensor) -> Any:
        pred = cond(*fill(template, carried))
        if not isinstance(pred, Tensor) or pred.dtype is not bool_:
            got = pred.dtype.name if isinstance(pred, Tensor) else type(pred).__name__
            raise InvalidTypeError(f"cond in while_loop should return a boolean variable, but returned {got}")
        return pred

    if rewriting() is not None:
        return fill(template, repeated(test, step, tensors, (cond, body)))  # type: ignore[no-any-return]
    return fill(template, control.while_loop(test, step, tensors))  # type: ignore[no-any-return]


def static_pylayer(
    forward_fn: Callable[..., Any],
    inputs: list[Any],
    backward_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Any:
    """What ``forward_fn(*inputs)`` returns, with the gradient that ``backward_fn`` gives.

    ``backward_fn`` takes the gradients of the results and gives one (or None) for each input; without it the results
    carry none. Both are built into the program. `paddle.autograd.PyLayer` does the same in both modes.

    Raises MismatchError (an AssertionError) in dynamic mode and for ``inputs`` that are no list, InvalidArgumentError
    for functions that can not be called, for inputs that want a gradient when there is no ``backward_fn``, and for
    gradients of another number, shape or dtype.
    """
    capture = mode.capture
    if capture is None:
        raise MismatchError("please use PyLayer instead of static_pylayer in dygraph mode")
    if not isinstance(inputs, list):
        raise MismatchError(f"inputs of static_pylayer must be a list, but are {type(inputs).__name__}")
    for what, function in (("forward_fn", forward_fn), ("backward_fn", backward_fn)):
        if not callable(function) and not (function is None and what == "backward_fn"):
            raise InvalidArgumentError(f"`{what}` should be callable")
    _, tensors = flatten(inputs)
    wanting = [t.name for t in tensors if not t.stop_gradient]
    if backward_fn is None and wanting:
        raise InvalidArgumentError(
            "``stop_gradient`` attr of all inputs to ``forward_fn`` are expected to be True, when ``backward_fn == "
            f"None``, but {wanting[0]}.stop_gradient got False"
        )
    with no_grad():
        outputs = forward_fn(*inputs)
    if outputs is None or backward_fn is None:
        return outputs
    template, results = flatten(outputs)

    def gradient(*grads: Tensor) -> list[Any]:
        found = backward_fn(*grads)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    return fill(template, with_gradient(capture, results, tensors, gradient))

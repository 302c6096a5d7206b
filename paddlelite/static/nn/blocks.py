"""PaddlePaddle 1.x's control flow: blocks that assign to variables from outside, as ``While(cond).block()`` does.

A program's control flow is functional, so what a block writes to becomes its results: a ``with`` block is traced into
a frame, and the tensors written to in it are carried by a ``while_loop``, or come out of a ``cond`` whose other branch
leaves them as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...capture import Capture, Frame
from ...dtypes import bool_
from ...errors import InvalidTypeError, PreconditionNotMetError, UnimplementedError
from ...ir import Value
from ...mode import mode
from ...ops.control import close_while, is_local, join_branches, join_specs
from ...ops.logic import logical_and
from ...ops.shape import reshape
from ...ops.unary import logical_not
from ...tensor.tensor import Tensor

__all__ = ["Switch", "While", "carried", "conditional_block"]


def _capture(what: str) -> Capture:
    capture = mode.capture
    if capture is None or not capture.static:
        raise PreconditionNotMetError(
            f"{what} builds a static program: call paddle.enable_static() first, or write a Python loop"
        )
    return capture


def _predicate(what: str, cond: Any) -> Tensor:
    if not isinstance(cond, Tensor) or cond.dtype is not bool_:
        got = cond.dtype.name if isinstance(cond, Tensor) else type(cond).__name__
        raise InvalidTypeError(f"condition in {what} should be a bool Variable, but received {got}")
    return cond


class While:
    """A loop whose body is a ``with`` block that writes to the condition::

        cond = paddle.less_than(i, n)
        loop = While(cond)
        with loop.block():
            ...
            paddle.increment(i)
            paddle.assign(paddle.less_than(i, n), output=cond)

    Raises InvalidTypeError when the condition is no bool Variable, UnimplementedError when the body does not write to
    it or gives a variable another shape.
    """

    def __init__(self, cond: Any, is_test: bool = False, name: str | None = None) -> None:
        _capture("While")
        self._cond = _predicate("While", cond)

    @contextmanager
    def block(self) -> Iterator[None]:
        """The body."""
        capture = _capture("While")
        with capture.inner() as body:
            yield
        written = [t for t, _ in body.state.values() if not is_local(t, body)]
        if not any(t is self._cond for t in written):
            raise UnimplementedError(
                "the body of a While does not write to its condition, so that it would never end: assign to it with "
                "paddle.assign(new, output=cond) or less_than(x, y, cond=cond)"
            )
        start = [capture.read(t) for t in written]
        params = [carried(body, outer) for outer in start]
        outs = [body.state[id(t)][1] for t in written]
        for tensor, param, out in zip(written, params, outs, strict=True):
            _agree(tensor, param, out)
        body.block.params = [*params, *(p for p in body.block.params if not any(p is q for q in params))]
        for outer in start:
            body.lifted.pop(outer, None)
        body.block.outputs = outs
        close_while(capture, [], written, self._test(capture, written, params), body)

    def _test(self, capture: Capture, written: list[Tensor], params: list[Value]) -> Frame:
        with capture.inner() as test:
            own = [test.block.own(Value(p.spec)) for p in params]
            test.block.params = list(own)
            at = next(i for i, t in enumerate(written) if t is self._cond)
            test.block.outputs = [reshape(own[at], shape=[]) if own[at].dims else own[at]]  # type: ignore[list-item]
        return test


def carried(frame: Frame, outer: Value) -> Value:
    """The body's parameter for a variable that it writes to."""
    found = frame.lifted.get(outer)
    if found is None:
        found = frame.block.own(Value(outer.spec))
        found.stop_gradient = outer.stop_gradient
    found.content = None
    return found


def _agree(tensor: Tensor, param: Value, out: Value) -> None:
    """Check that an iteration gives back what it took; an array that was empty holds elements from now on."""
    joined = join_specs(param.spec, out.spec)
    if param.array:
        param._dims, param._dtype, param.array = joined.dims, joined.dtype, joined.array
    elif tuple(param.dims) != tuple(out.dims):
        raise UnimplementedError(
            f"the body of a While changes the shape of {tensor.name} from {list(param.shape)} to {list(out.shape)}: "
            "use paddle.static.nn.while_loop, whose variables may grow"
        )


@contextmanager
def conditional_block(pred: Any) -> Iterator[None]:
    """What is called inside happens only where ``pred`` holds when the program runs."""
    capture = _capture("a conditional block")
    _predicate("a conditional block", pred)
    with capture.inner() as taken:
        yield
    with capture.inner() as skipped:
        pass
    join_branches(capture, pred, [(taken, []), (skipped, [])])


class Switch:
    """The first case whose condition holds, or the default::

    with Switch() as switch:
        with switch.case(step < warmup):
            paddle.assign(small, output=rate)
        with switch.default():
            paddle.assign(large, output=rate)
    """

    def __init__(self, name: str | None = None) -> None:
        #: That no case before has held; None before the first one.
        self._free: Tensor | None = None

    def __enter__(self) -> Switch:
        _capture("Switch")
        return self

    def __exit__(self, *exc: Any) -> None:
        self._free = None

    @contextmanager
    def case(self, condition: Any) -> Iterator[None]:
        """What happens where ``condition`` holds and no earlier one did."""
        pred = _scalar(_predicate("Switch.case", condition))
        mine = pred if self._free is None else logical_and(self._free, pred)
        other = logical_not(pred)
        self._free = other if self._free is None else logical_and(self._free, other)
        with conditional_block(mine):
            yield

    @contextmanager
    def default(self) -> Iterator[None]:
        """What happens where no condition holds. Raises PreconditionNotMetError before the first case."""
        if self._free is None:
            raise PreconditionNotMetError("there should be at least one condition before Switch.default()")
        with conditional_block(self._free):
            yield


def _scalar(pred: Tensor) -> Tensor:
    return reshape(pred, shape=[]) if pred.dims else pred

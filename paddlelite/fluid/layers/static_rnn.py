"""``StaticRNN``: a step written once, in a block, that the program does for every time of its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paddlelite as paddle

from ...capture import Frame, replay
from ...errors import InvalidArgumentError, PreconditionNotMetError
from ...ir import Value
from ...mode import mode
from ...op import Spec
from ...ops.control import is_local
from ...static.nn.blocks import carried
from ...tensor.creation import full
from . import forward

__all__ = ["StaticRNN"]


class StaticRNN:
    """A recurrent network over inputs ``[time, batch, ...]`` whose number of times is known::

        rnn = fluid.layers.StaticRNN()
        with rnn.step():
            word = rnn.step_input(words)
            before = rnn.memory(shape=[-1, hidden], batch_ref=word)
            now = fluid.layers.fc([word, before], hidden, act="tanh")
            rnn.update_memory(before, now)
            rnn.step_output(now)
        out = rnn()  # [time, batch, hidden]

    The step is traced into a block of its own, and its ops are appended once for each time.

    Raises UnimplementedError in a guard, InvalidArgumentError (a ValueError) for calls outside of the block, inputs of
    unknown or different lengths and memories that are never updated.
    """

    def __init__(self, name: str | None = None) -> None:
        from .control_flow import in_program

        in_program("StaticRNN", "write a loop of Python")
        self._body: Frame | None = None
        self._length: int | None = None
        self._inputs: list[tuple[Any, Value]] = []  # [time, ...], and what stands for one time of it
        self._starts: list[Value] = []
        self._memories: list[Value] = []
        self._updates: dict[int, Any] = {}  # by the place of the memory
        self._given: list[Any] = []
        self._results: list[Any] | None = None

    @contextmanager
    def step(self) -> Iterator[None]:
        """The step."""
        capture: Any = mode.capture
        with capture.inner() as body:
            self._body = body
            try:
                yield
            finally:
                self._body = None
        self._unroll(capture, body)

    def _inside(self, method: str) -> Frame:
        if self._body is None:
            raise InvalidArgumentError(f"You must invoke {method} in rnn block")
        return self._body

    @contextmanager
    def _before(self, body: Frame) -> Iterator[Any]:
        """What is appended inside comes before the steps."""
        capture: Any = mode.capture
        was, capture.frame = capture.frame, body.outer
        try:
            yield capture
        finally:
            capture.frame = was

    def _stand_in(self, body: Frame, like: Value, dims: Any) -> Value:
        value = body.block.own(Value(Spec(tuple(dims), like.dtype)))
        value.stop_gradient = like.stop_gradient
        return value

    def step_input(self, x: Any) -> Value:
        """What ``x`` [time, ...] is at one time."""
        body = self._inside("step_input")
        if not isinstance(x.dims[0], int) or x.dims[0] < 1 or self._length not in (None, x.dims[0]):
            raise InvalidArgumentError(
                f"Static RNN only take fix seq_len input: {x.name} has shape {list(x.shape)}"
                + (f", the others have {self._length} times" if self._length else "")
            )
        self._length = x.dims[0]
        with self._before(body) as capture:
            whole = capture.read(x)
        self._inputs.append((whole, self._stand_in(body, whole, whole.dims[1:])))
        return self._inputs[-1][1]

    def memory(
        self,
        init: Any = None,
        shape: Any = None,
        batch_ref: Any = None,
        init_value: float = 0.0,
        init_batch_dim_idx: int = 0,
        ref_batch_dim_idx: int = 1,
    ) -> Value:
        """What was given to ``update_memory`` one time before; first ``init``, or ``init_value`` in ``shape``.

        The batch's size is that of ``batch_ref``, a step input, whose ``[time, batch, ...]`` is looked at.
        """
        body = self._inside("memory")
        if init is None and (shape is None or batch_ref is None):
            raise InvalidArgumentError(
                "if init is None, memory at least need shape and batch_ref, of which the batch's size is taken"
            )
        if init is not None and init.block is body.block:
            raise InvalidArgumentError("memory(init=...): it is made in the step; make it before the block")
        with self._before(body) as capture:
            if init is None:
                ref: Any = next((whole for whole, one in self._inputs if one is batch_ref), batch_ref)
                sizes = forward.like_batch(ref, shape, ref_batch_dim_idx, init_batch_dim_idx)
                init = full(sizes, init_value, ref.dtype)
            start = capture.read(init)
        self._starts.append(start)
        self._memories.append(self._stand_in(body, start, start.dims))
        return self._memories[-1]

    def update_memory(self, mem: Any, var: Any) -> None:
        """What ``mem`` is at the next time."""
        self._inside("update_memory")
        self._updates[self._place(mem)] = var

    def _place(self, memory: Any) -> int:
        for place, known in enumerate(self._memories):
            if known is memory:
                return place
        raise InvalidArgumentError("update_memory: it is no memory of this rnn")

    def step_output(self, o: Any) -> None:
        """Collect ``o`` of all times as one result."""
        self._inside("step_output")
        self._given.append(o)

    def output(self, *outputs: Any) -> None:
        """:meth:`step_output` for each of them."""
        for one in outputs:
            self.step_output(one)

    def _unroll(self, capture: Any, body: Frame) -> None:
        if self._length is None:
            raise InvalidArgumentError("StaticRNN: the step has no step_input, so that nobody knows how many")
        missing = [m for place, m in enumerate(self._memories) if place not in self._updates]
        if missing:
            raise InvalidArgumentError("StaticRNN: a memory should be updated in every step: update_memory")
        written = [t for t, _ in body.state.values() if not is_local(t, body)]
        now: list[Any] = [capture.read(t) for t in written]  # running statistics, the generator
        states = [carried(body, value) for value in now]
        fixed = {param: outer for outer, param in body.lifted.items() if not any(param is s for s in states)}
        ones = [one for _, one in self._inputs]
        body.block.params = [*ones, *self._memories, *states, *fixed]
        body.block.outputs = [
            *(self._in(body, self._updates[place]) for place in range(len(self._memories))),
            *(body.state[id(t)][1] for t in written),
            *(self._in(body, given) for given in self._given),
        ]
        going, collected = [*self._starts, *now], []
        for time in range(self._length):
            inputs = [whole[time] for whole, _ in self._inputs]
            results = replay(body.block, [*inputs, *going, *fixed.values()])
            going = results[: len(going)]
            collected.append(results[len(going) :])
        for tensor, value in zip(written, going[len(self._starts) :], strict=True):
            capture.assign(tensor, value)
        self._results = [paddle.stack(list(of_one), 0) for of_one in zip(*collected)]

    @staticmethod
    def _in(body: Frame, given: Any) -> Any:
        """What ``given`` is at the end of the step, which may have been made outside."""
        if given.block is body.block and id(given) not in body.state:
            return given
        capture: Any = mode.capture
        was, capture.frame = capture.frame, body
        try:
            return capture.read(given)
        finally:
            capture.frame = was

    def __call__(self) -> Any:
        """The results, ``[time, ...]``; a list of several. Raises PreconditionNotMetError before the block's end."""
        if self._results is None:
            raise PreconditionNotMetError("RNN output can only be retrieved after rnn block")
        if not self._results:
            raise InvalidArgumentError("RNN has no output")
        return self._results[0] if len(self._results) == 1 else self._results

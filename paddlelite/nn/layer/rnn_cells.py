"""One step of a recurrent network: SimpleRNNCell, LSTMCell, GRUCell, and the base for users' own cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...ops.elementwise import add, multiply, subtract
from ...ops.linalg import matmul
from ...tensor.attribute import size_value
from ...tensor.creation import full
from ...tensor.tensor import Tensor
from ..initializer import Constant, Uniform
from ..parameter import Parameter
from .layers import Layer

__all__ = ["GRUCell", "LSTMCell", "RNNCellBase", "SimpleRNNCell"]


class RNNCellBase(Layer):
    """The base of recurrent cells: ``forward(inputs, states)`` returns the output and the new states.

    ``state_shape`` gives the sizes of one sample's states, without the batch.
    """

    def get_initial_states(
        self,
        batch_ref: Tensor,
        shape: Any = None,
        dtype: Any = None,
        init_value: float = 0.0,
        batch_dim_idx: int = 0,
    ) -> Any:
        """States filled with ``init_value`` for the batch of ``batch_ref``, shaped as ``shape`` or ``state_shape``."""
        shape = self.state_shape if shape is None else shape
        dtype = get_default_dtype() if dtype is None else dtype
        if _is_shape(shape):
            sizes = [s for s in shape if s != -1] if len(shape) and shape[0] == -1 else list(shape)
            return full([size_value(batch_ref, batch_dim_idx), *sizes], init_value, dtype)
        if isinstance(shape, dict):
            return {
                k: self.get_initial_states(batch_ref, s, dtype, init_value, batch_dim_idx)
                for k, s in shape.items()
            }
        return type(shape)(
            self.get_initial_states(batch_ref, s, dtype, init_value, batch_dim_idx) for s in shape
        )

    @property
    def state_shape(self) -> Any:
        """The sizes of the states of one sample."""
        raise NotImplementedError("Please add implementation for `state_shape` in the used cell.")

    @property
    def state_dtype(self) -> Any:
        """The dtype of the states."""
        raise NotImplementedError("Please add implementation for `state_dtype` in the used cell.")


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, (list, tuple)) and all(isinstance(s, (int, np.integer)) for s in shape)


class _GatedCell(RNNCellBase):
    """Parameters and checks of the three built-in cells."""

    _gates = 1

    def _make(
        self, input_size: int, hidden_size: int, attrs: Sequence[Any], width: int | None = None
    ) -> None:
        if hidden_size <= 0:
            raise InvalidArgumentError(
                f"hidden_size of {type(self).__name__} must be greater than 0, but now equals to {hidden_size}"
            )
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = 1.0 / float(np.sqrt(hidden_size))
        rows = self._gates * hidden_size
        shapes = ([rows, input_size], [rows, width or hidden_size], [rows], [rows])
        for name, shape, attr in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), shapes, attrs, strict=True
        ):
            setattr(self, name, self._parameter(shape, attr, bound))

    def _parameter(self, shape: Sequence[int], attr: Any, bound: float) -> Parameter:
        """A parameter; for ``attr=False`` a fixed one that changes nothing (a bias of 0) or multiplies by 1."""
        is_bias = len(shape) == 1
        fixed = attr is False
        start = Constant(0.0 if is_bias else 1.0) if fixed else Uniform(-bound, bound)
        out: Any = self.create_parameter(
            shape, None if fixed else attr, is_bias=is_bias, default_initializer=start
        )
        out.stop_gradient = out.stop_gradient or fixed
        return out

    def _inputs_and_states(self, inputs: Tensor, states: Any) -> tuple[Tensor, Tensor]:
        """``inputs @ w_ih.T + b_ih`` and ``h @ w_hh.T + b_hh``."""
        ours = add(matmul(inputs, self.weight_ih, trans_y=True), self.bias_ih)
        return ours, add(matmul(states, self.weight_hh, trans_y=True), self.bias_hh)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


class SimpleRNNCell(_GatedCell):
    """``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`` (or relu); returns ``(h', h')``.

    >>> import paddlelite as paddle
    >>> cell = paddle.nn.SimpleRNNCell(4, 3)
    >>> y, h = cell(paddle.ones([2, 4]))
    >>> y.shape
    paddle.Size([2, 3])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: str = "tanh",
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        if activation not in ("tanh", "relu"):
            raise InvalidArgumentError(
                f"activation for SimpleRNNCell should be tanh or relu, but get {activation}"
            )
        self.activation = activation
        self._make(input_size, hidden_size, (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr))

    @property
    def state_shape(self) -> tuple[int, ...]:
        return (self.hidden_size,)

    def forward(self, inputs: Tensor, states: Tensor | None = None) -> tuple[Tensor, Tensor]:
        h = self.get_initial_states(inputs) if states is None else states
        out = call(self.activation, add(*self._inputs_and_states(inputs, h)))
        return out, out

    def extra_repr(self) -> str:
        text = super().extra_repr()
        return text if self.activation == "tanh" else f"{text}, activation={self.activation}"


class LSTMCell(_GatedCell):
    """One step of a long short-term memory (Hochreiter and Schmidhuber, 1997); returns ``(h', (h', c'))``."""

    _gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        proj_size: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        if proj_size < 0:
            raise InvalidArgumentError("proj_size must be a non-negative integer")
        if proj_size >= hidden_size > 0:
            raise InvalidArgumentError("proj_size must be smaller than hidden_size")
        attrs = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        self.proj_size = proj_size
        self._make(input_size, hidden_size, attrs, proj_size or None)
        if proj_size > 0:
            self.weight_ho = self._parameter(
                [hidden_size, proj_size], weight_hh_attr, 1.0 / float(np.sqrt(hidden_size))
            )

    @property
    def state_shape(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return (self.proj_size or self.hidden_size,), (self.hidden_size,)

    def forward(self, inputs: Tensor, states: Any = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        h, c = self.get_initial_states(inputs) if states is None else states
        gates = add(*self._inputs_and_states(inputs, h))
        i, f, g, o = call("split", gates, num=4, axis=-1)
        c = add(multiply(call("sigmoid", f), c), multiply(call("sigmoid", i), call("tanh", g)))
        h = multiply(call("sigmoid", o), call("tanh", c))
        if self.proj_size > 0:
            h = matmul(h, self.weight_ho)
        return h, (h, c)


class GRUCell(_GatedCell):
    """One step of a gated recurrent unit (Cho et al., 2014); returns ``(h', h')``."""

    _gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._make(input_size, hidden_size, (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr))

    @property
    def state_shape(self) -> tuple[int, ...]:
        return (self.hidden_size,)

    def forward(self, inputs: Tensor, states: Tensor | None = None) -> tuple[Tensor, Tensor]:
        h = self.get_initial_states(inputs) if states is None else states
        ours, theirs = self._inputs_and_states(inputs, h)
        x_r, x_z, x_n = call("split", ours, num=3, axis=-1)
        h_r, h_z, h_n = call("split", theirs, num=3, axis=-1)
        z = call("sigmoid", add(x_z, h_z))
        n = call("tanh", add(x_n, multiply(call("sigmoid", add(x_r, h_r)), h_n)))
        out = add(multiply(subtract(h, n), z), n)
        return out, out

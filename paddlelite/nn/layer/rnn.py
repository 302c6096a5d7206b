"""Recurrent networks: RNN and BiRNN around any cell; SimpleRNN, LSTM and GRU on the fused ``rnn`` op."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...dtypes import int32
from ...errors import InvalidArgumentError, UnimplementedError
from ...mode import mode
from ...ops.compose import call
from ...ops.elementwise import add, cast, multiply, subtract
from ...ops.index import slice_
from ...ops.join import concat, stack
from ...ops.rnn import rnn as _rnn
from ...ops.shape import transpose
from ...tensor.attribute import size_value
from ...tensor.creation import full
from ...tensor.tensor import Tensor
from .. import functional as F
from .container import LayerList
from .layers import Layer
from .rnn_cells import GRUCell, LSTMCell, RNNCellBase, SimpleRNNCell

__all__ = ["GRU", "LSTM", "RNN", "BiRNN", "SimpleRNN"]


def _map(function: Callable[..., Any], *trees: Any) -> Any:
    """``function`` of the tensors at each place of nested states."""
    first = trees[0]
    if isinstance(first, (list, tuple)):
        return type(first)(_map(function, *parts) for parts in zip(*trees, strict=True))
    if isinstance(first, dict):
        return {k: _map(function, *(t[k] for t in trees)) for k in first}
    return function(*trees)


def _steps(
    cell: Any, inputs: Tensor, states: Any, length: Tensor | None, reverse: bool, kwargs: Any
) -> tuple[Any, Any]:
    """A cell called for every step of ``inputs`` [T, N, ...]; states stay past the end, outputs are the cell's."""
    count = inputs.dims[0]
    if not isinstance(count, int):
        raise UnimplementedError(
            "RNN around a cell in a graph needs a known number of steps: give the InputSpec a number "
            "for the time axis, or "
            "use SimpleRNN, LSTM or GRU"
        )
    outputs: list[Any] = [None] * count
    for t in range(count - 1, -1, -1) if reverse else range(count):
        out, new = cell(
            slice_(inputs, axes=[0], starts=[t], ends=[t + 1], decrease_axis=[0]), states, **kwargs
        )
        if length is None:
            states = new
        else:
            states = _map(lambda n, old, t=t: _blend(n, old, length, t), new, states)
        outputs[t] = out
    return _map(lambda *parts: stack(list(parts), axis=0), *outputs), states


def _alive(like: Tensor, length: Tensor, t: int) -> Tensor:
    """1 for the samples whose sequence is longer than ``t``, shaped to multiply ``like``."""
    longer = call("greater_than", length, call("fill_any_like", length, value=float(t)))
    column = call("reshape2", longer, None, None, shape=[-1] + [1] * (len(like.dims) - 1))
    return cast(column, out_dtype=like.dtype)


def _blend(new: Tensor, old: Tensor, length: Tensor, t: int) -> Tensor:
    return add(old, multiply(subtract(new, old), _alive(new, length, t)))


def _time_first(x: Tensor) -> Tensor:
    return transpose(x, axis=[1, 0, *range(2, len(x.dims))])


class RNN(Layer):
    """Any cell over all steps of ``inputs`` [N, T, ...] ([T, N, ...] when ``time_major``).

    Returns the outputs of all steps and the last states. ``sequence_length`` [N]: states stay past it;
    the outputs there are what the cell gives (the fused networks give 0), as in PaddlePaddle.

    >>> import paddlelite as paddle
    >>> outputs, state = paddle.nn.RNN(paddle.nn.GRUCell(4, 3))(paddle.ones([2, 5, 4]))
    >>> outputs.shape, state.shape
    (paddle.Size([2, 5, 3]), paddle.Size([2, 3]))
    """

    def __init__(self, cell: RNNCellBase, is_reverse: bool = False, time_major: bool = False) -> None:
        super().__init__()
        self.cell = cell
        self.is_reverse, self.time_major = is_reverse, time_major

    def forward(
        self, inputs: Tensor, initial_states: Any = None, sequence_length: Tensor | None = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        axis = 1 if self.time_major else 0
        if initial_states is None:
            initial_states = self.cell.get_initial_states(inputs, batch_dim_idx=axis)
        x = inputs if self.time_major else _time_first(inputs)
        outputs, states = _steps(self.cell, x, initial_states, sequence_length, self.is_reverse, kwargs)
        return outputs if self.time_major else _map(_time_first, outputs), states


class BiRNN(Layer):
    """Two cells over all steps, one from each end; the outputs side by side."""

    def __init__(self, cell_fw: RNNCellBase, cell_bw: RNNCellBase, time_major: bool = False) -> None:
        super().__init__()
        self.cell_fw, self.cell_bw, self.time_major = cell_fw, cell_bw, time_major

    def forward(
        self, inputs: Tensor, initial_states: Any = None, sequence_length: Tensor | None = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        if isinstance(initial_states, (list, tuple)) and len(initial_states) != 2:
            raise InvalidArgumentError("length of initial_states should be 2 when it is a list/tuple")
        pair = [None, None] if initial_states is None else initial_states
        axis = 1 if self.time_major else 0
        x = inputs if self.time_major else _time_first(inputs)
        outs, finals = [], []
        for cell, states, reverse in ((self.cell_fw, pair[0], False), (self.cell_bw, pair[1], True)):
            states = cell.get_initial_states(inputs, batch_dim_idx=axis) if states is None else states
            out, final = _steps(cell, x, states, sequence_length, reverse, kwargs)
            outs.append(out)
            finals.append(final)
        joined = _map(lambda a, b: concat([a, b], axis=-1), *outs)
        return joined if self.time_major else _map(_time_first, joined), tuple(finals)


class _RNNBase(LayerList):
    """Layers and directions of a built-in cell, run by the fused op."""

    _mode = "RNN_TANH"
    _cell: type[Any] = SimpleRNNCell

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__()
        if direction not in ("forward", "bidirect", "bidirectional"):
            raise InvalidArgumentError(
                f"direction should be forward or bidirect (or bidirectional), received direction = {direction}"
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.time_major, self.dropout = time_major, dropout
        self.num_directions = 1 if direction == "forward" else 2
        self.state_components = 2 if self._mode == "LSTM" else 1
        if dropout and not 0 <= dropout <= 1:
            raise InvalidArgumentError(f"dropout should be between 0 and 1, got {dropout}")
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * self.num_directions
            cells = [self._cell(size, hidden_size, **options) for _ in range(self.num_directions)]
            self.append(
                RNN(cells[0], False, time_major) if len(cells) == 1 else BiRNN(cells[0], cells[1], time_major)
            )
            for d, cell in enumerate(cells):
                for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    setattr(self, f"{kind}_l{layer}{'_reverse' if d else ''}", getattr(cell, kind))

    def _weights(self, layers: range) -> list[Tensor]:
        """The parameters as the op takes them: all weights, then all biases."""
        suffixes = [
            f"_l{layer}{'_reverse' if d else ''}" for layer in layers for d in range(self.num_directions)
        ]
        kinds = (("weight_ih", "weight_hh"), ("bias_ih", "bias_hh"))
        return [self._parameters[kind + s] for pair in kinds for s in suffixes for kind in pair]  # type: ignore[misc]

    def forward(
        self, inputs: Tensor, initial_states: Any = None, sequence_length: Tensor | None = None
    ) -> tuple[Tensor, Any]:
        if len(inputs.dims) != 3:
            raise InvalidArgumentError(
                f"The inputs of an RNN should be 3-D, [batch, time, size], got {list(inputs.dims)}"
            )
        x = inputs if self.time_major else _time_first(inputs)
        states = self._initial(x, initial_states)
        if sequence_length is not None and sequence_length.dtype is not int32:
            sequence_length = cast(sequence_length, out_dtype=int32)
        if self.dropout and self.training and self.num_layers > 1:
            out, last = self._with_dropout(x, states, sequence_length)
        else:
            out, last = self._run(x, states, sequence_length, range(self.num_layers))
        final: Any = tuple(last) if self.state_components == 2 else last[0]
        return (out if self.time_major else _time_first(out)), final

    def _initial(self, x: Tensor, states: Any) -> list[Tensor]:
        count = self.num_layers * self.num_directions
        if states is None:
            zeros = full([count, size_value(x, 1), self.hidden_size], 0.0, x.dtype)
            return [zeros] * self.state_components
        found = list(states) if isinstance(states, (list, tuple)) else [states]
        if len(found) != self.state_components:
            raise InvalidArgumentError(
                f"{type(self).__name__} has {self.state_components} state(s), got {len(found)}"
            )
        return found

    def _run(
        self, x: Tensor, states: list[Tensor], length: Tensor | None, layers: range
    ) -> tuple[Tensor, list[Tensor]]:
        # While gradients are recorded eagerly the op keeps what they need, also in evaluation.
        frozen = not self.training and not (mode.capture is None and mode.grad)
        out, _, last, _ = _rnn(
            x,
            states,
            self._weights(layers),
            length,
            dropout_prob=0.0 if self.training else float(self.dropout),
            is_bidirec=self.num_directions == 2,
            input_size=self.input_size,
            hidden_size=self.hidden_size,
            num_layers=len(layers),
            mode=self._mode,
            is_test=frozen,
        )
        return out, last

    def _with_dropout(
        self, x: Tensor, states: list[Tensor], length: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Layer after layer with dropout between."""
        d = self.num_directions
        finals: list[list[Tensor]] = [[] for _ in states]
        for layer in range(self.num_layers):
            part = [slice_(s, axes=[0], starts=[layer * d], ends=[(layer + 1) * d]) for s in states]
            x, last = self._run(x, part, length, range(layer, layer + 1))
            for kept, state in zip(finals, last, strict=True):
                kept.append(state)
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, training=True)
        return x, [concat(kept, axis=0) for kept in finals]

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.time_major:
            text += f", time_major={self.time_major}"
        return f"{text}, dropout={self.dropout}" if self.dropout else text


class SimpleRNN(_RNNBase):
    """Plain recurrent layers with tanh or relu.

    ``inputs`` [N, T, input_size] ([T, N, input_size] when ``time_major``); ``direction`` forward or bidirect. Returns
    the outputs [N, T, directions * hidden_size] and the last states [layers * directions, N, hidden_size].
    Paddle op: rnn.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        activation: str = "tanh",
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        name: str | None = None,
    ) -> None:
        if activation not in ("tanh", "relu"):
            raise InvalidArgumentError(f"Unknown activation '{activation}'")
        self.__dict__["_mode"] = "RNN_TANH" if activation == "tanh" else "RNN_RELU"
        attrs = {"weight_ih_attr": weight_ih_attr, "weight_hh_attr": weight_hh_attr}
        attrs |= {"bias_ih_attr": bias_ih_attr, "bias_hh_attr": bias_hh_attr}
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            direction,
            time_major,
            dropout,
            activation=activation,
            **attrs,
        )
        self.activation = activation


class LSTM(_RNNBase):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997). Returns outputs and ``(h, c)``; as :class:`SimpleRNN`.

    >>> import paddlelite as paddle
    >>> outputs, (h, c) = paddle.nn.LSTM(4, 3, num_layers=2)(paddle.ones([2, 5, 4]))
    >>> outputs.shape, h.shape
    (paddle.Size([2, 5, 3]), paddle.Size([2, 2, 3]))
    """

    _mode, _cell = "LSTM", LSTMCell

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        proj_size: int = 0,
        name: str | None = None,
    ) -> None:
        if proj_size:
            raise UnimplementedError(
                "LSTM(proj_size=...) does not exist here: use RNN(LSTMCell(..., proj_size=...))"
            )
        attrs = {"weight_ih_attr": weight_ih_attr, "weight_hh_attr": weight_hh_attr}
        attrs |= {"bias_ih_attr": bias_ih_attr, "bias_hh_attr": bias_hh_attr}
        super().__init__(input_size, hidden_size, num_layers, direction, time_major, dropout, **attrs)


class GRU(_RNNBase):
    """Gated recurrent units (Cho et al., 2014). Arguments and results as :class:`SimpleRNN`."""

    _mode, _cell = "GRU", GRUCell

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        weight_ih_attr: Any = None,
        weight_hh_attr: Any = None,
        bias_ih_attr: Any = None,
        bias_hh_attr: Any = None,
        name: str | None = None,
    ) -> None:
        attrs = {"weight_ih_attr": weight_ih_attr, "weight_hh_attr": weight_hh_attr}
        attrs |= {"bias_ih_attr": bias_ih_attr, "bias_hh_attr": bias_hh_attr}
        super().__init__(input_size, hidden_size, num_layers, direction, time_major, dropout, **attrs)

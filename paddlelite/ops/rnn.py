"""The fused ``rnn`` op: LSTM, GRU and plain recurrent networks of several layers and directions, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, UnimplementedError
from ..mode import mode as _mode
from ..op import Many, Spec, op
from .compose import call, vjp
from .recurrent import GATES, Saved, backward, forward, saved_width
from .samples import f32, f64

__all__ = ["rnn"]


class _Plan:
    """The sizes of a call, and where each layer and direction finds its weights and its part of Reserve."""

    def __init__(
        self, Input: Any, weights: Any, hidden_size: int, layers: int, bidirectional: bool, mode: str
    ) -> None:
        self.mode, self.hidden, self.layers = mode, hidden_size, layers
        self.directions = 2 if bidirectional else 1
        self.steps, self.batch = Input.shape[:2]
        self.all = weights

    def weights(self, k: int) -> tuple[Any, ...]:
        """w_ih, w_hh, b_ih, b_hh of the k-th pass; the list holds all weights, then all biases (if any)."""
        count = self.layers * self.directions
        biases = self.all[2 * count + 2 * k : 2 * count + 2 * k + 2] or (None, None)
        return (*self.all[2 * k : 2 * k + 2], *biases)

    @property
    def size(self) -> int:
        """Numbers of one pass in Reserve."""
        return self.steps * self.batch * self.hidden * saved_width(self.mode)

    def saved(self, reserve: np.ndarray, k: int) -> Saved:
        """The k-th part of Reserve, in the order of processing."""
        t, n, h = self.steps, self.batch, self.hidden
        block = reserve[k * self.size : (k + 1) * self.size]
        one = t * n * h
        hidden = block[:one].reshape(t, n, h)
        if self.mode == "LSTM":
            return Saved(hidden, block[one : 2 * one].reshape(t, n, h), block[2 * one :].reshape(t, 4, n, h))
        return Saved(hidden, None, block[one:].reshape(t, -1 if one else 4, n, h))

    def passes(self, layer: int) -> list[int]:
        return [layer * self.directions + d for d in range(self.directions)]


def _turn(x: np.ndarray, k: int, directions: int) -> np.ndarray:
    """``x`` in the order of processing of the k-th pass."""
    return x[::-1] if directions == 2 and k % 2 else x


def _mask(length: np.ndarray | None, steps: int, dtype: Any) -> np.ndarray | None:
    """[T, N, 1]: 1 while a sequence lasts; None when all last to the end."""
    if length is None or bool((length >= steps).all()):
        return None
    return (np.arange(steps)[:, None] < length.reshape(1, -1)).astype(dtype)[:, :, None]


@op("rnn", out=("Out", "DropoutState", "*State", "Reserve"), detached="Reserve")
def rnn(  # type: ignore[no-untyped-def]
    Input,
    PreState: Many,
    WeightList: Many,
    SequenceLength=None,
    *,
    dropout_prob=0.0,
    is_bidirec=False,
    input_size=10,
    hidden_size=100,
    num_layers=1,
    mode="RNN_TANH",
    seed=0,
    is_test=False,
):
    """A recurrent network over ``Input`` [T, N, I]: Out [T, N, D*H] and the last states [L*D, N, H].

    Past the end of a sequence (``SequenceLength``) outputs are 0 and states stay. Reserve holds what the gradient
    needs, nothing when ``is_test``. ONNX: LSTM, GRU, RNN.
    """
    plan = _Plan(Input, WeightList, hidden_size, num_layers, is_bidirec, mode)
    count = num_layers * plan.directions
    if any(s.shape != (count, plan.batch, hidden_size) for s in PreState):
        raise ValueError("initial states")  # the shape rule says it in full
    if any(w.dtype != Input.dtype for w in (*PreState, *WeightList)):
        raise TypeError("rnn: tensors of different dtypes")  # NumPy would promote
    reserve = np.empty(count * plan.size, Input.dtype)
    mask = _mask(SequenceLength, plan.steps, Input.dtype)
    last_h, last_c = [], []
    x = Input
    for layer in range(num_layers):
        for k in plan.passes(layer):
            saved = plan.saved(reserve, k)
            turned = None if mask is None else _turn(mask, k, plan.directions)
            c0 = PreState[1][k] if mode == "LSTM" else None
            inputs = _turn(x, k, plan.directions)
            h, c = forward(mode, inputs, plan.weights(k), PreState[0][k], c0, turned, saved)
            last_h.append(h)
            last_c.append(c)
        x = _outputs(plan, reserve, layer, mask)
    states = [np.stack(last_h), np.stack(last_c)] if mode == "LSTM" else [np.stack(last_h)]
    return x, None, states, None if is_test else reserve


def _outputs(plan: _Plan, reserve: np.ndarray, layer: int, mask: np.ndarray | None) -> np.ndarray:
    """What a layer hands on: its hidden states in the order of time, side by side, 0 past the end."""
    parts = [_turn(plan.saved(reserve, k).hidden, k, plan.directions) for k in plan.passes(layer)]
    x = np.concatenate(parts, axis=2) if len(parts) > 1 else parts[0].copy()
    if mask is not None:
        x *= mask
    return x


@rnn.infer
def _(
    Input: Any,
    PreState: Any,
    WeightList: Any,
    SequenceLength: Any = None,
    *,
    hidden_size: int,
    num_layers: int,
    **a: Any,
) -> Any:
    mode, directions = a["mode"], 2 if a["is_bidirec"] else 1
    if mode not in GATES:
        raise InvalidArgumentError(f"rnn: mode should be one of {list(GATES)}, got {mode!r}")
    if len(Input.dims) != 3:
        raise InvalidArgumentError(f"Input's dims should be 3 dimension in RNN, received {list(Input.dims)}")
    if a["dropout_prob"] and not a["is_test"] and num_layers > 1:
        raise UnimplementedError(
            "the rnn op has no dropout of its own while training: use paddle.nn.LSTM and kin, which "
            "put dropout ops between "
            "the layers"
        )
    t, n, width = Input.dims
    first = WeightList[0].dims
    if isinstance(width, int) and isinstance(first[1], int) and width != first[1]:
        raise InvalidArgumentError(
            f"Input size in RNN is {first[1]} (the weight is {list(first)}), but received an input of size {width}"
        )
    other = next((w for w in (*WeightList, *PreState) if w.dtype is not Input.dtype), None)
    if other is not None:
        raise InvalidArgumentError(
            f"rnn: the input is {Input.dtype.name}, but a weight or initial state is {other.dtype.name}: cast one."
        )
    for s in PreState:
        wanted = (num_layers * directions, n, hidden_size)
        if len(s.dims) != 3 or any(
            isinstance(d, int) and isinstance(w, int) and d != w for d, w in zip(s.dims, wanted, strict=True)
        ):
            raise InvalidArgumentError(
                f"the initial states of this RNN should be [{num_layers * directions}, {n}, "
                f"{hidden_size}], got {list(s.dims)}"
            )
    state = Spec((num_layers * directions, n, hidden_size), Input.dtype)
    reserve = None
    if not a["is_test"]:
        reserve = Spec((t * n * (num_layers * directions * hidden_size * saved_width(mode)),), Input.dtype)
    return Spec((t, n, directions * hidden_size), Input.dtype), None, [state] * len(PreState), reserve


@rnn.grad(saves="Input PreState WeightList SequenceLength Reserve")
def _(c: Any, g: Any, _g: Any, states: Any, *rest: Any) -> Any:
    weights, pre = list(c.WeightList), list(c.PreState)
    attrs = {
        "mode": c.mode,
        "hidden_size": c.hidden_size,
        "num_layers": c.num_layers,
        "is_bidirec": c.is_bidirec,
    }
    if _mode.grad:
        tensors = [c.Input, *pre, *weights]
        wanted = [not t.stop_gradient for t in tensors]

        def form(x: Any, *others: Any) -> Any:
            from .rnn_steps import unrolled

            out, last = unrolled(x, others[: len(pre)], others[len(pre) :], c.SequenceLength, **attrs)
            return [out, *last]

        found = vjp(form, tensors, wanted, [g, *states])
        return found[0], found[1 : 1 + len(pre)], found[1 + len(pre) :], None
    reserve = c.Reserve
    if reserve is None:
        # A call that was only to be evaluated kept nothing: it is made once more.
        reserve = rnn(c.Input, pre, weights, c.SequenceLength, input_size=c.input_size, **attrs)[3]
    zeros = lambda t: call("fill_any_like", t, value=0.0)
    g_states = [zeros(p) if s is None else s for s, p in zip(states, pre, strict=True)]
    if g is None:
        g = _zero_output(c, pre[0])
    dx, d_pre, d_weights = rnn_grad(
        c.Input, pre, weights, c.SequenceLength, reserve, g, g_states, need_x=c.needs("Input"), **attrs
    )
    return dx if c.needs("Input") else None, d_pre, d_weights, None


def _zero_output(c: Any, state: Any) -> Any:
    """A gradient of zeros for Out, of its shape."""
    width = c.hidden_size * (2 if c.is_bidirec else 1)
    column = call("reduce_sum", c.Input, dim=[2], keep_dim=True)
    row = call("fill_constant", None, None, None, shape=[1, 1, width], dtype=state.dtype, value=0.0)
    return call("fill_any_like", column + row, value=0.0)


@op("rnn_grad", out=("Input@GRAD", "*PreState@GRAD", "*WeightList@GRAD"))
def rnn_grad(  # type: ignore[no-untyped-def]
    Input,
    PreState: Many,
    WeightList: Many,
    SequenceLength,
    Reserve,
    G,
    GState: Many,
    *,
    mode="RNN_TANH",
    hidden_size=1,
    num_layers=1,
    is_bidirec=False,
    need_x=True,
):
    """The gradient of ``rnn``: backward through time, one product for the weights of each pass."""
    plan = _Plan(Input, WeightList, hidden_size, num_layers, is_bidirec, mode)
    count = num_layers * plan.directions
    mask = _mask(SequenceLength, plan.steps, Input.dtype)
    d_weights: list[Any] = [None] * len(WeightList)
    d_h: list[Any] = [None] * count
    d_c: list[Any] = [None] * count
    g = G
    for layer in range(num_layers - 1, -1, -1):
        x = Input if layer == 0 else _outputs(plan, Reserve, layer - 1, mask)
        total = None
        for d, k in enumerate(plan.passes(layer)):
            turned = None if mask is None else _turn(mask, k, plan.directions)
            part = _turn(g[:, :, d * hidden_size : (d + 1) * hidden_size], k, plan.directions)
            cell = (PreState[1][k], GState[1][k]) if mode == "LSTM" else (None, None)
            inputs = np.ascontiguousarray(_turn(x, k, plan.directions))
            states = (PreState[0][k], cell[0], turned, plan.saved(Reserve, k), part, GState[0][k], cell[1])
            wanted = need_x or layer > 0
            found = backward(mode, inputs, plan.weights(k), *states, wanted)
            d_h[k], d_c[k] = found.h, found.c
            for j, dw in zip(
                (2 * k, 2 * k + 1, 2 * count + 2 * k, 2 * count + 2 * k + 1), found.weights, strict=True
            ):
                if j < len(d_weights):
                    d_weights[j] = dw
            if found.x is not None:
                dx = _turn(found.x, k, plan.directions)
                total = dx if total is None else total + dx
        g = total
    finals = [np.stack(d_h), np.stack(d_c)] if mode == "LSTM" else [np.stack(d_h)]
    dx = np.ascontiguousarray(g) if need_x else np.zeros((0,), Input.dtype)
    return dx, finals, d_weights


@rnn_grad.infer
def _(Input: Any, PreState: Any, WeightList: Any, *rest: Any, need_x: bool = True, **attrs: Any) -> Any:
    lists = [[Spec(t.dims, t.dtype) for t in ts] for ts in (PreState, WeightList)]
    return Spec(Input.dims if need_x else (0,), Input.dtype), *lists


# ONNX: one node a layer

_ORDER = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN_TANH": (0,), "RNN_RELU": (0,)}


def _gates_onnx(b: Any, w: Any, mode: str, hidden: int) -> Any:
    """Weights or biases in ONNX's order of gates."""
    order = _ORDER[mode]
    if len(order) == 1:
        return w
    index = np.concatenate([np.arange(k * hidden, (k + 1) * hidden) for k in order])
    return b.Gather(w, b.const(index), axis=0)


def _pair_onnx(b: Any, parts: list[Any]) -> Any:
    """Tensors of the directions stacked along a new first axis."""
    first = b.const([0], "int64")
    rows = [b.Unsqueeze(p, first) for p in parts]
    return rows[0] if len(rows) == 1 else b.Concat(*rows, axis=0)


@rnn.onnx
def _(
    b: Any,
    Input: Any,
    PreState: Any,
    WeightList: Any,
    SequenceLength: Any = None,
    *,
    is_bidirec: bool,
    hidden_size: int,
    num_layers: int,
    mode: str,
    is_test: bool,
    **attrs: Any,
) -> Any:
    if not is_test:
        raise UnimplementedError(
            "ONNX has no recurrent network that keeps what its gradient needs: call eval() first"
        )
    directions, count = 2 if is_bidirec else 1, num_layers * (2 if is_bidirec else 1)
    shared: dict[str, Any] = {
        "hidden_size": hidden_size,
        "direction": "bidirectional" if is_bidirec else "forward",
    }
    if mode == "GRU":
        shared["linear_before_reset"] = 1
    if mode == "RNN_RELU":
        shared["activations"] = ("Relu",) * directions
    lengths = None if SequenceLength is None else b.cast(SequenceLength, "int32")
    x, last = Input, ([], [])  # type: ignore[var-annotated]
    for layer in range(num_layers):
        passes = [layer * directions + d for d in range(directions)]
        w, r = (
            _pair_onnx(b, [_gates_onnx(b, WeightList[2 * k + j], mode, hidden_size) for k in passes])
            for j in (0, 1)
        )
        bias = None
        if len(WeightList) > 2 * count:
            rows = [
                [_gates_onnx(b, WeightList[2 * count + 2 * k + j], mode, hidden_size) for j in (0, 1)]
                for k in passes
            ]
            bias = _pair_onnx(b, [b.Concat(*row, axis=0) for row in rows])
        begin, end = b.const([passes[0]], "int64"), b.const([passes[-1] + 1], "int64")
        states = [b.Slice(s, begin, end, b.const([0], "int64")) if num_layers > 1 else s for s in PreState]
        if mode == "LSTM":
            y, h, c = b.LSTM(x, w, r, bias, lengths, *states, outputs=3, **shared)
            last[1].append(_kept_onnx(b, lengths, states[1], c))
        else:
            y, h = (b.GRU if mode == "GRU" else b.RNN)(x, w, r, bias, lengths, *states, outputs=2, **shared)
        last[0].append(_kept_onnx(b, lengths, states[0], h))
        # [T, D, N, H] -> [T, N, D*H]
        x = (
            b.Squeeze(y, b.const([1], "int64"))
            if directions == 1
            else b.Reshape(b.Transpose(y, perm=[0, 2, 1, 3]), b.const([0, 0, -1], "int64"))
        )
    join = lambda parts: parts[0] if len(parts) == 1 else b.Concat(*parts, axis=0)
    return x, [join(parts) for parts in last if parts]


def _kept_onnx(b: Any, lengths: Any, start: Any, state: Any) -> Any:
    """A sequence of length 0 ends where it started; onnxruntime gives 0."""
    if lengths is None:
        return state
    empty = b.Equal(b.Reshape(lengths, b.const([1, -1, 1], "int64")), b.const(0, "int32"))
    return b.Where(empty, start, state)


def _weights(gates: int, width: int, hidden: int, layers: int, directions: int) -> list[Any]:
    out = []
    for layer in range(layers):
        size = width if layer == 0 else hidden * directions
        out += [f32(gates * hidden, size), f32(gates * hidden, hidden)] * directions
    return out + [f32(gates * hidden)] * (2 * layers * directions)


def _sample(mode: str, layers: int = 1, directions: int = 1, length: Any = None, **attrs: Any) -> None:
    states = [f32(layers * directions, 2, 2)] * (2 if mode == "LSTM" else 1)
    weights = _weights(GATES[mode], 3, 2, layers, directions)
    attrs = {
        "input_size": 3,
        "hidden_size": 2,
        "num_layers": layers,
        "is_bidirec": directions == 2,
        "mode": mode,
        **attrs,
    }
    rnn.sample(f32(4, 2, 3), states, weights, length, **attrs)


_length = np.array([4, 2], np.int32)
for _kind in GATES:
    _sample(_kind, is_test=True)
    _sample(_kind, length=_length)
_sample("LSTM", 2, 2, _length)
_sample("LSTM", 2, 2, _length, is_test=True)
_sample("GRU", 1, 2)
_sample("GRU", 1, 2, _length, is_test=True)
rnn.sample(
    f64(3, 2, 3),
    [f64(1, 2, 2)],
    [f64(2, 3), f64(2, 2)],
    None,
    input_size=3,
    hidden_size=2,
    mode="RNN_TANH",
    is_test=True,
)
rnn_grad.sample(
    f32(3, 2, 3),
    [f32(1, 2, 2)],
    [f32(2, 3), f32(2, 2), f32(2), f32(2)],
    None,
    f32(12, low=-0.9, high=0.9),
    f32(3, 2, 2),
    [f32(1, 2, 2)],
    hidden_size=2,
)

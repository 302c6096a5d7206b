"""Indexing against NumPy, under capture, through onnxruntime, with gradients, and in place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.errors import CaptureError, InvalidArgumentError, OutOfRangeError, UnimplementedError
from paddlelite.export.executor import Executor, run_onnxruntime
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.op import Spec

S = np.s_
BASE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
MASK = np.array([[True, False, True], [False, True, True]])

#: Indices that NumPy and PaddlePaddle read alike.
INDICES = [
    S[0],
    S[-1],
    S[1, 2, 3],
    S[:, 1],
    S[..., -1],
    S[::-1],
    S[::2, ::-1],
    S[0, ::-2],
    S[:, 2:0:-1, 1:],
    S[-1:-5:-1],
    S[:, -2:, :-1],
    S[None],
    S[:, None, 0],
    S[0, ..., None],
    S[1:1],
    S[5:],
    S[...],
    S[()],
    S[[0, 1, 1]],
    S[:, [2, 0]],
    S[:, :, np.array([[0, 1], [3, -1]])],
    S[[0, 1], [2, 0]],
    S[[1, 0], :, [0, 3]],
    S[:, [0, 2], [1, 1]],
    S[np.array([0, 1])[:, None], [0, 2]],
    S[MASK],
    S[:, np.array([True, False, True])],
    S[np.array([True, False]), [0, 2]],
    S[[]],
    S[True],
    S[:, 1:3, [0, 1]],
]


def plain(index):
    """An index with its arrays as tensors."""
    items = index if isinstance(index, tuple) else (index,)
    made = tuple(paddle.to_tensor(i) if isinstance(i, np.ndarray) else i for i in items)
    return made if isinstance(index, tuple) else made[0]


@pytest.mark.parametrize("index", INDICES, ids=repr)
@pytest.mark.parametrize("recording", [False, True])
def test_reads_as_numpy(index, recording):
    x = paddle.to_tensor(BASE, stop_gradient=not recording)
    got = x[plain(index)]
    want = BASE[index]
    assert tuple(got.shape) == want.shape
    np.testing.assert_array_equal(got.numpy(), want)
    if recording:
        weights = np.random.default_rng(0).random(want.shape).astype(np.float32)
        (got * paddle.to_tensor(weights)).sum().backward()
        expected = np.zeros_like(BASE)
        np.add.at(expected, index, weights)
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("index", INDICES, ids=repr)
@pytest.mark.parametrize("recording", [False, True])
def test_writes_as_numpy(index, recording):
    want = BASE * 2
    value = -np.arange(want[index].size, dtype=np.float32).reshape(want[index].shape) - 1
    want[index] = value
    leaf = paddle.to_tensor(BASE, stop_gradient=not recording)
    x = leaf * 2
    v = paddle.to_tensor(value, stop_gradient=not recording)
    x[plain(index)] = v
    np.testing.assert_array_equal(x.numpy(), want)
    if recording:
        x.sum().backward()
        kept = np.full_like(BASE, 2.0)
        kept[index] = 0
        np.testing.assert_array_equal(leaf.grad.numpy(), kept)


@pytest.mark.parametrize("index", INDICES, ids=repr)
@pytest.mark.parametrize("symbolic", [False, True])
def test_captured_reads_and_writes(index, symbolic):
    """A graph reads and writes as eager does, by the interpreter and by onnxruntime, also when no size is known."""
    dims = tuple(D.symbol(f"n{k}") if symbolic else n for k, n in enumerate(BASE.shape))
    with Capture() as c:
        x = c.input(Spec(dims, paddle.float32), "x")
        read = x[plain(index)]
        y = x * 1.0
        y[plain(index)] = -7
        program = c.finish([read, y])
    verify(program)
    written = BASE.copy()
    written[index] = -7
    for run in (run_program, run_onnxruntime):
        got_read, got_written = run(program, [BASE])[:2]
        np.testing.assert_array_equal(got_read, BASE[index])
        np.testing.assert_array_equal(got_written, written)


@pytest.mark.parametrize("run", [run_program, run_onnxruntime])
def test_symbolic_index(run):
    """A 0-D tensor that is only known at run time takes an axis away and bounds slices."""
    with Capture() as c:
        x = c.input(Spec((D.symbol("n"), 3), paddle.float32), "x")
        i = c.input(Spec((), paddle.int64), "i")
        y = x * 1.0
        y[i] = 5.0
        program = c.finish([x[i], x[i:, 1], x[: i + 1], y, x[i, i]])
    verify(program)
    assert program.outputs[0].dims == (3,)
    data = np.arange(12, dtype=np.float32).reshape(4, 3)
    for n in (2, 0, -1):
        got = run(program, [data, np.array(n)])
        want = data.copy()
        want[n] = 5
        parts = [data[n], data[n:, 1], data[: n + 1] if n != -1 else data[:0], want, data[n, n]]
        for g, w in zip(got, parts, strict=True):
            np.testing.assert_array_equal(g, w)


@pytest.mark.parametrize("i", [4, -5, 100])
def test_out_of_range_at_run_time(i):
    with Capture() as c:
        x = c.input(Spec((D.symbol("n"), 3), paddle.float32), "x")
        k = c.input(Spec((), paddle.int64), "i")
        program = c.finish([x[k]])
    feeds = [np.zeros((4, 3), np.float32), np.array(i)]
    with pytest.raises(OutOfRangeError):
        run_program(program, feeds)
    with pytest.raises(Exception, match="out of") as caught:
        run_onnxruntime(program, feeds)
    assert isinstance(Executor(program).explain(caught.value, feeds), OutOfRangeError)


@pytest.mark.parametrize("index", [2, -3, (0, 3), (0, 0, 4), (0, 0, 0, 0), [2], (slice(None), [0, 5])])
def test_out_of_range(index):
    for recording in (False, True):
        x = paddle.to_tensor(BASE, stop_gradient=not recording)
        with pytest.raises(OutOfRangeError):
            x[index]
        with pytest.raises(IndexError):
            (x * 1)[index] = 0.0
    with Capture() as c:
        v = c.input(Spec((2, 3, 4), paddle.float32), "x")
        if not any(isinstance(i, list) for i in (index if isinstance(index, tuple) else (index,))):
            with pytest.raises(OutOfRangeError):
                v[index]


@pytest.mark.parametrize(
    "index", ["a", 1.0, (..., ...), slice(0, 2, 0), slice(0, 1.5), (0, "b"), paddle.to_tensor([1.0]), {}]
)
def test_what_is_not_an_index(index):
    x = paddle.to_tensor(BASE)
    with pytest.raises(InvalidArgumentError):
        x[index]
    with pytest.raises(InvalidArgumentError):
        x[index] = 0


def test_values_that_do_not_fit():
    x = paddle.to_tensor(BASE)
    for value in (paddle.ones([3]), np.ones((2, 2)), 1j, "a", None, paddle.ones([2, 3, 4])):
        with pytest.raises(InvalidArgumentError):
            x[0] = value
    np.testing.assert_array_equal(x.numpy(), BASE)


def test_value_is_cast():
    x = paddle.zeros([2], "int64")
    x[0] = 2.9
    x[1] = paddle.to_tensor(3.7)
    assert x.tolist() == [2, 3]


def test_write_shows_in_views_and_base():
    x = paddle.zeros([2, 3])
    row, flat, copy = x[0], x.reshape([6]), x.clone()
    x[0, 1] = 1
    row[2] = 2
    flat[5] = 3
    x[1][0] = 4
    assert x.tolist() == [[0, 1, 2], [4, 0, 3]]
    assert row.tolist() == [0, 1, 2]
    assert flat.tolist() == [0, 1, 2, 4, 0, 3]
    assert copy.tolist() == [[0] * 3] * 2


def test_write_never_changes_what_the_tape_keeps():
    """x is needed for the gradient of w: it is replaced, not changed; with a view alive the write is refused."""
    w = paddle.to_tensor([1.0, 1, 1], stop_gradient=False)
    x = paddle.to_tensor([1.0, 2, 3])
    y = w * x
    x[0] = 50.0
    y.sum().backward()
    assert w.grad.tolist() == [1, 2, 3]
    z = w * x
    view = x[1:]
    with pytest.raises(UnimplementedError):
        x[0] = 7.0
    assert view.tolist() == [2, 3] and z.tolist() == [50, 2, 3]


def test_write_does_not_reach_numpy_copies():
    source = np.zeros(3, np.float32)
    x = paddle.to_tensor(source)
    before = x.numpy()
    shared = x._data
    x[0] = 1
    assert before[0] == source[0] == shared[0] == 0 and x[0] == 1


def test_leaf_that_needs_a_gradient_is_not_written():
    x = paddle.to_tensor([1.0, 2], stop_gradient=False)
    with pytest.raises(ValueError, match="Leaf"):
        x[0] = paddle.to_tensor(1.0, stop_gradient=False) * 2
    with paddle.no_grad():
        x[0] = 5.0
    assert x.tolist() == [5, 2]


def test_symbolic_step_is_refused():
    with Capture() as c:
        x = c.input(Spec((4,), paddle.float32), "x")
        k = c.input(Spec((), paddle.int64), "k")
        with pytest.raises((InvalidArgumentError, CaptureError)):
            x[::k]


bounds = st.none() | st.integers(-6, 6)
steps = st.none() | st.integers(-3, 3).filter(bool)
one = st.one_of(st.integers(-4, 3), st.builds(slice, bounds, bounds, steps), st.none(), st.just(...))


@settings(max_examples=150, deadline=None)
@given(st.lists(one, max_size=4).map(tuple), st.booleans())
def test_any_basic_index(index, recording):
    """Whatever NumPy says of integers, slices, None and Ellipsis, so do we, with and without the tape."""
    data = np.arange(60).reshape(4, 3, 5).astype(np.float32)
    x = paddle.to_tensor(data, stop_gradient=not recording)
    try:
        want = data[index]
    except IndexError:
        with pytest.raises((IndexError, InvalidArgumentError)):
            x[index]
        return
    np.testing.assert_array_equal(x[index].numpy(), want)
    y = x * 1
    y[index] = -1.0
    changed = data.copy()
    changed[index] = -1
    np.testing.assert_array_equal(y.numpy(), changed)


def test_set_value_shows_in_views_and_detached_tensors():
    x = paddle.zeros([2, 2])
    row, same = x[0], x.detach()
    x.set_value(np.ones((2, 2), np.float32))
    assert row.tolist() == [1, 1] and same.tolist() == [[1, 1], [1, 1]]
    weight = paddle.to_tensor([1.0, 2], stop_gradient=False)
    kept = weight.detach()
    weight.set_value(paddle.to_tensor([3.0, 4]))
    assert kept.tolist() == [3, 4] and not weight.stop_gradient
    view = weight.detach().reshape([2, 1])
    with pytest.raises(UnimplementedError):
        weight.set_value(paddle.to_tensor([5.0, 6]))
    assert view.tolist() == [[3], [4]] and weight.tolist() == [3, 4]

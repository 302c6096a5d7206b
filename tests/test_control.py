"""cond and while_loop: building, running, writes inside them, gradients, pruning."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.op import Spec
from paddlelite.ops import array as A
from paddlelite.ops.control import TypeChange, cond, while_loop


def inputs(capture, *specs):
    return [
        capture.input(Spec(dims, dtype), f"x{i}", stop_gradient=not dtype.is_inexact)
        for i, (dims, dtype) in enumerate(specs)
    ]


def weights():
    rng = np.random.RandomState(0)
    w = paddle.to_tensor(rng.randn(3, 3).astype("float32"), stop_gradient=False)
    b = paddle.to_tensor(rng.randn(3).astype("float32"), stop_gradient=False)
    return w, b


def eager(x, n, w, b):
    for _ in range(n):
        x = (x @ w) * 0.5 + b
        x = x * b if float(x.sum()) > 0 else x * x
    return (x * x).sum()


def traced(x, n, w, b):
    def body(i, h):
        h = (h @ w) * 0.5 + b
        return [i + 1, cond(h.sum() > 0.0, lambda: [h * b], lambda: [h * h])[0]]

    _, h = while_loop(lambda i, h: i < n, body, [paddle.to_tensor(0), x])
    return (h * h).sum()


@pytest.mark.parametrize("n", [0, 1, 4])
def test_gradient_of_a_branch_in_a_loop(n):
    w, b = weights()
    with Capture() as c:
        x, count = inputs(c, ((D.symbol("n"), 3), paddle.float32), ((), paddle.int64))
        loss = traced(x, count, w, b)
        program = c.finish([loss, *paddle.grad(loss, [x, w, b], allow_unused=True)])
    verify(program)
    array = np.random.RandomState(1).randn(2, 3).astype("float32")
    got = run_program(program, [array, np.array(n)])
    x = paddle.to_tensor(array, stop_gradient=False)
    loss = eager(x, n, w, b)
    want = paddle.grad(loss, [x, w, b], allow_unused=True)
    np.testing.assert_allclose(got[0], loss.numpy(), rtol=1e-5)
    for g, e in zip(got[1:], want, strict=True):
        np.testing.assert_allclose(g, 0 if e is None else e.numpy(), rtol=1e-4, atol=1e-4)


def test_a_loop_without_gradient_keeps_nothing_for_it():
    w, b = weights()
    with Capture() as c:
        x, count = inputs(c, ((2, 3), paddle.float32), ((), paddle.int64))
        program = c.finish([traced(x, count, w, b)])
    assert not {"array_make", "array_append"} & program.op_counts().keys()


def test_sizes_that_change_in_a_loop_become_symbolic():
    with Capture() as c:
        x, count = inputs(c, ((1, 3), paddle.float32), ((), paddle.int64))
        _, y = while_loop(
            lambda i, y: i < count, lambda i, y: [i + 1, paddle.concat([y, y])], [paddle.to_tensor(0), x]
        )
        assert not isinstance(y.dims[0], int) and y.dims[1] == 3
        program = c.finish([y])
    assert run_program(program, [np.ones((1, 3), "float32"), np.array(3)])[0].shape == (8, 3)


def test_a_dtype_that_changes_in_a_loop_is_refused():
    with Capture() as c:
        (x,) = inputs(c, ((2,), paddle.float32))
        with pytest.raises(TypeChange, match="dtype"):
            while_loop(lambda y: y.sum() < 3.0, lambda y: [y.astype("float64")], [x])


def test_a_write_in_a_branch_and_in_a_loop_leaves_it():
    state = paddle.to_tensor([1.0, 2.0])
    with Capture() as c:
        x, count = inputs(c, ((2,), paddle.float32), ((), paddle.int64))

        def body(i):
            state.set_value(state * 2.0)
            return [i + 1]

        while_loop(lambda i: i < count, body, [paddle.to_tensor(0)])
        cond(x.sum() > 0.0, lambda: [state.set_value(state + x)] and [], lambda: [])
        program = c.finish([state * 1.0])
    verify(program)
    out, new = run_program(program, [np.array([1.0, 1.0], "float32"), np.array(2)])
    np.testing.assert_array_equal(out, [5.0, 9.0])
    np.testing.assert_array_equal(new, [5.0, 9.0])
    np.testing.assert_array_equal(state.numpy(), [1.0, 2.0])
    assert run_program(program, [-np.ones(2, "float32"), np.array(0)])[0].tolist() == [1.0, 2.0]


def test_arrays_in_a_loop():
    with Capture() as c:
        (count,) = inputs(c, ((), paddle.int64))

        def body(i, items):
            return [i + 1, A.array_append(items, i * 10)]

        _, items = while_loop(
            lambda i, items: i < count, body, [paddle.to_tensor(0), A.create_array(paddle.int64)]
        )
        last = A.array_read(items, paddle.to_tensor(-1))
        program = c.finish([A.array_stack(items), A.array_length(items), last])
    stacked, length, last = run_program(program, [np.array(4)])
    assert stacked.tolist() == [0, 10, 20, 30] and length == 4 and last == 30
    with pytest.raises(IndexError):
        run_program(program, [np.array(0)])


def _of_a_list(change):
    """What `change`, of an array of 0, 10, 20, 30 and two indices, gives for these indices, as a list."""
    with Capture() as c:
        i, j = inputs(c, ((), paddle.int64), ((), paddle.int64))
        items = A.array_make([paddle.to_tensor(10 * k) for k in range(4)])
        changed = change(items, i, j)
        program = c.finish(
            [A.array_length(changed), A.array_stack(A.array_append(changed, paddle.to_tensor(0)))]
        )

    def run(i, j):
        length, stacked = run_program(program, [np.array(i), np.array(j)])
        return stacked[:length].tolist()

    return run


@pytest.mark.parametrize("step", [None, 1, 2, 3, -1, -2])
def test_slices_of_arrays_are_those_of_lists(step):
    run = _of_a_list(lambda a, i, j: A.list_slice(a, i, j, step))
    from_start = _of_a_list(lambda a, i, j: A.list_slice(a, None, j, step))
    for i in range(-6, 7):
        assert from_start(0, i) == [0, 10, 20, 30][:i:step]
        for j in range(-6, 7, 3):
            assert run(i, j) == [0, 10, 20, 30][i:j:step], (i, j)


def test_a_slice_of_an_array_with_step_zero():
    with pytest.raises(ValueError, match="slice step cannot be zero"):
        _of_a_list(lambda a, i, j: A.list_slice(a, i, j, 0))


def test_arrays_insert_and_assign_as_lists_do():
    insert = _of_a_list(lambda a, i, j: A.list_insert(a, j, i))
    assign = _of_a_list(lambda a, i, j: A.list_write(a, j, i))
    for i in range(-6, 7):
        items = [0, 10, 20, 30]
        items.insert(i, 5)
        assert insert(i, 5) == items
        if -4 <= i < 4:
            items = [0, 10, 20, 30]
            items[i] = 5
            assert assign(i, 5) == items
    with pytest.raises(IndexError, match="list assignment index out of range"):
        assign(4, 5)
    with pytest.raises(IndexError):
        assign(-5, 5)


def test_backward_inside_a_capture_is_refused():
    w, _ = weights()
    with Capture(), pytest.raises(RuntimeError, match=r"paddle\.grad"):
        (w * w).backward()

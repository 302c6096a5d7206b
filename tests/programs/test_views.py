"""A write to a view, or to what it is a view of, shows in both: in a graph as eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, PaddleError
from paddlelite.static import InputSpec

from .harness import check


def rows(x):
    y = x * 1
    z = y[1:]
    y[0] = 5.0
    z[0] = 7.0
    return y, z


def shapes(x):
    y = x * 1
    flat, turned = paddle.reshape(y, [-1]), paddle.transpose(y, [1, 0])
    flat[1] = 9.0
    turned[2] = 4.0
    y[3, 0] = 8.0
    return y, flat, turned


def pieces(x):
    y = x * 1
    a, b = paddle.split(y, 2)
    b[0] = 3.0
    c = y[::2]
    c[1] = 1.0
    return y, a, b, c


def in_a_branch(x):
    y = x * 1
    z = y[1]
    if x.sum() > 0:
        z[0] = 7.0
    else:
        y[1, 1] = 3.0
    return y, z


def in_a_loop(x):
    y = x * 1
    z = y[:, 0]
    for i in range(x.shape[0]):
        y[i, 0] = z[i] + 1.0
    return y, z


def of_a_constant(x):
    y = paddle.zeros([3])
    z = y[:2]
    y[0] = x.sum()
    return y, z


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("spec", [None, [InputSpec([None, 3], "float32")]])
@pytest.mark.parametrize("function", [rows, shapes, pieces, in_a_branch, in_a_loop, of_a_constant])
def test_a_write_shows_in_the_family(function, spec, sign):
    x = paddle.to_tensor(sign * np.arange(1, 13, dtype=np.float32).reshape(4, 3))
    got = paddle.jit.to_static(function, input_spec=spec)(x)
    for a, b in zip(got, function(x), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_write_to_a_broadcast_is_refused():
    def broadcast(x):
        y = paddle.expand(x, [4, 3])
        y[0] = 1.0
        return x, y

    with pytest.raises(CaptureError, match="clone"):
        paddle.jit.to_static(broadcast)(paddle.ones([3]) * 1)


def test_a_write_to_a_tensor_made_in_a_branch_stays_there():
    def local(x):
        if x.sum() > 0:
            y = x * 2
            y[0] = 1.0
            r = y + 0
        else:
            r = x
        return r

    fn = paddle.jit.to_static(local)
    for sign in (1.0, -1.0):
        x = paddle.full([3], sign)
        np.testing.assert_array_equal(fn(x).numpy(), local(x).numpy())


def argument(x, flag=True):
    x[0] = 5.0
    if x.sum() > 0:
        x[1] = x[1] * 2
    return x * 2


@pytest.mark.parametrize("sign", [1, -1])
def test_a_write_to_an_argument_reaches_the_caller(sign, tmp_path):
    fn = paddle.jit.to_static(argument, input_spec=[InputSpec([None, 3], "float32", "x")])
    mine, theirs = (paddle.full([3, 3], 4.0 * sign) for _ in range(2))
    np.testing.assert_array_equal(fn(mine).numpy(), argument(theirs).numpy())
    np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    paddle.jit.save(fn, str(tmp_path / "m"))
    (out,) = paddle.jit.load(str(tmp_path / "m")).program().outputs
    paddle.onnx.export(fn, str(tmp_path / "m"))


# Writes of every kind, by every executor

GRID = np.float32([[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 0, 2]])


def element_in_branch(x, n):
    y = x * 1
    if n > 1:
        y[1] = 5.0
    else:
        y[0, 1:] = y[2, 1:] * 2
    return y


def rows_in_loop(x, n):
    y = x * 1
    for i in range(n):
        y[i] = y[i] * 2 + i
    return y


def tensor_index(x, n):
    y = x * 1
    y[n] = 7.0
    y[:, n] = y[:, 0] + 1
    return y


def index_list(x, n):
    y = x * 1
    y[[0, 2]] = 1.5
    y[y > 5] = 0.0
    return y


def tensor_slice(x, n):
    y = x * 1
    y[:n] = 3.0
    y[n:, 1] = 4.0
    return y


def view_in_loop(x, n):
    y = x * 1
    z = y[1:]
    i = 0
    while i < n:
        z[i, 0] = z[i, 0] + 10
        if i > 0:
            y[1] = y[1] * 2
        i += 1
    return y, z


def argument_element(x, n):
    x[n] = 0.0
    return x * 2


def argument_branch(x, n):
    if n > 1:
        x[0] = 9.0
    return x + 1


def argument_loop(x, n):
    for i in range(n):
        x[i, 0] = 1.0 * i
        x[i] += 1
    return x.sum()


def argument_view(x, n):
    v = x[1]
    v[0] = 100.0
    return x + v


def augmented(x, n):
    y = x * 1
    y[n] += 1
    y[n] *= y[0]
    return y


def step(x, n):
    y = x * 1
    y[::2] = 0.0
    y[-1, ::-1] = y[0]
    y[..., None, 0] = 5.0
    return y


def out_of_range(x, n):
    y = x * 1
    y[n + 2] = 1.0
    return y


def broadcasted(x, n):
    y = x * 1
    y[:n] = x[0]
    return y


def alias(x, n):
    y = x * 1
    z = y
    if n > 1:
        z[0] = 5.0
    return y, z


WRITES = [
    element_in_branch,
    rows_in_loop,
    tensor_index,
    index_list,
    tensor_slice,
    view_in_loop,
    augmented,
    step,
    out_of_range,
    broadcasted,
    alias,
    argument_element,
]


@pytest.mark.parametrize("function", WRITES)
def test_writes(function):
    check(function, *((GRID * sign, np.array(n)) for n in range(4) for sign in (1, -1)))


@pytest.mark.parametrize("function", [argument_branch, argument_loop, argument_view])
def test_writes_to_an_argument(function):
    """A leaf that wants a gradient cannot be written to: eagerly where it is, captured wherever it might be."""
    calls = [(GRID * sign, np.array(n)) for n in range(4) for sign in (1, -1)]
    check(function, *calls)
    static = paddle.jit.to_static(function)
    for grid, n in calls:
        mine, theirs = paddle.to_tensor(grid), paddle.to_tensor(grid)
        static(mine, paddle.to_tensor(n)), function(theirs, paddle.to_tensor(n))
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    mine.stop_gradient = False
    with pytest.raises(PaddleError, match="Leaf Var .* inplace strategy"):
        static(mine, paddle.to_tensor(3))


def test_a_copy_does_not_see_what_is_written_to_its_source_later():
    def f(x):
        y, z = x * 2, x * 0
        z.set_value(y)
        y[0] = 5
        return z, y

    check(f, (np.array([1, 2]),))

"""A write to a view, or to what it is a view of, shows in both: in a graph as eagerly."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.static import InputSpec


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

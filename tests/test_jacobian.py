"""Jacobians and Hessians; the numbers are PaddlePaddle 3.3.1's."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.autograd import hessian, jacobian
from paddlelite.errors import InvalidArgumentError


def leaf(values):
    return paddle.to_tensor(values, stop_gradient=False)


def test_jacobian():
    x, w = leaf([1.0, 2.0, 3.0]), leaf([1.0, 2.0])
    found = jacobian(x * x + x.sum(), x)
    assert found.shape == [3, 3] and found[0].tolist() == [3, 1, 1]
    assert found[:].tolist() == [[3, 1, 1], [1, 5, 1], [1, 1, 7]] and found.numpy().sum() == 21
    both = jacobian(x.sum() * w, (x, w))
    assert [each.shape for each in both] == [[2, 3], [2, 2]] and both[1][:].tolist() == [[6, 0], [0, 6]]
    assert jacobian(x.sum(), x)[:].tolist() == [1, 1, 1]
    assert jacobian(w * 2, x)[:].tolist() == [[0] * 3] * 2  # they do not depend on it


def test_batches():
    b = leaf([[1.0, 2.0], [3.0, 4.0]])
    found = jacobian(b * b, b, batch_axis=0)
    assert found.shape == [2, 2, 2] and found[:].tolist() == [[[2, 0], [0, 4]], [[6, 0], [0, 8]]]
    second = hessian((b**3).sum(-1), b, batch_axis=0)
    assert second.shape == [2, 2, 2] and second[1].tolist() == [[18, 0], [0, 24]]


def test_hessian():
    x, y = leaf([1.0, 2.0, 3.0]), leaf([2.0])
    assert hessian((x**3).sum(), x)[:].tolist() == [[6, 0, 0], [0, 12, 0], [0, 0, 18]]
    blocks = hessian((x.sum() * y * y).sum(), (x, y))
    assert blocks[0][0][:].tolist() == [[0] * 3] * 3 and blocks[1][1][:].tolist() == [[12]]
    np.testing.assert_array_equal(blocks[0][1].numpy(), blocks[1][0].numpy().T)


@pytest.mark.parametrize(
    "make, match",
    [
        (
            lambda: jacobian(leaf([[1.0]]), leaf([1.0])),
            "ys.ndim should be 0 or 1 when is_batched=False but got 2",
        ),
        (lambda: jacobian(leaf([1.0]), leaf([[1.0]])), "xs.ndim should be 0 or 1"),
        (lambda: jacobian(leaf(1.0), leaf([[1.0]]), 0), "ys.ndim should be 1 or 2"),
        (lambda: jacobian(leaf([1.0, 2.0]), leaf([[1.0]]), 0), "as many rows"),
        (lambda: jacobian(leaf([1.0]), leaf([1.0]), 1), "batch_axis should be None or 0"),
        (lambda: hessian(leaf([1.0, 2.0]), leaf([1.0])), "hessian is of one number, but ys is"),
    ],
)
def test_bad_input(make, match):
    with pytest.raises(InvalidArgumentError, match=match):
        make()

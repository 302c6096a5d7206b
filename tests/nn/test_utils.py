"""paddle.nn.utils; norms recorded from PaddlePaddle 3.3.1."""

import math

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.nn import utils


def two():
    p, q = paddle.create_parameter([2], "float32"), paddle.create_parameter([2, 2], "float32")
    p.grad = paddle.to_tensor([3.0, 0.0])
    q.grad = paddle.to_tensor([[4.0, 0.0], [0.0, 0.0]])
    return p, q


@pytest.mark.parametrize(
    ("norm_type", "norm", "p0", "q0"),
    [(2.0, 5, 0.6, 0.8), (math.inf, 4, 0.75, 1.0), (1, 7, 3 / 7, 4 / 7), (0, 2, 1.5, 2)],
)
def test_clip_grad_norm(norm_type, norm, p0, q0):
    p, q = two()
    bare = paddle.create_parameter([1], "float32")
    total = utils.clip_grad_norm_([p, q, bare], 1.0, norm_type)
    assert total.shape == [] and total.item() == norm
    np.testing.assert_allclose([p.grad.tolist()[0], q.grad.tolist()[0][0]], [p0, q0], rtol=2e-6)
    assert bare.grad is None


def test_clip_grad_norm_leaves_short_gradients_and_empty_lists():
    p, q = two()
    assert utils.clip_grad_norm_(iter([p, q]), 10.0).item() == 5.0 and p.grad.tolist() == [3, 0]
    assert utils.clip_grad_norm_(p, 1.0).item() == 3.0
    assert utils.clip_grad_norm_([], 1.0).item() == 0.0


def test_clip_grad_norm_with_a_norm_that_is_not_finite():
    p, _ = two()
    p.grad = paddle.to_tensor([float("nan"), 0.0])
    with pytest.raises(RuntimeError, match="non-finite"):
        utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    assert math.isnan(utils.clip_grad_norm_([p], 1.0).item()) and np.isnan(p.grad.numpy()).all()
    for bad in ("inf", 3):
        with pytest.raises(ValueError, match="norm_type"):
            utils.clip_grad_norm_([p], 1.0, bad)


def test_clip_grad_value():
    p, q = two()
    utils.clip_grad_value_([p, q], 1.0)
    assert p.grad.tolist() == [1, 0] and q.grad.tolist() == [[1, 0], [0, 0]]
    with pytest.raises(ValueError, match="negative"):
        utils.clip_grad_value_(p, -1.0)


def test_parameters_as_a_vector():
    p, q = two()
    vector = utils.parameters_to_vector([p, q])
    assert vector.shape == [6] and not vector.stop_gradient
    (vector * 2).sum().backward()
    assert p.grad.tolist() == [5, 2]
    utils.vector_to_parameters(paddle.arange(6, dtype="float32"), [p, q])
    assert p.tolist() == [0, 1] and q.tolist() == [[2, 3], [4, 5]]
    with pytest.raises(ValueError, match="total_elements"):
        utils.vector_to_parameters(paddle.ones([5]), [p, q])
    assert p.tolist() == [0, 1]

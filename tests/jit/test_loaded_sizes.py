"""A loaded program runs on other sizes than it was saved for: those in the file are what was seen, no promise."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError


@pytest.fixture
def saved(tmp_path):
    """A function, called once with the inputs, as a file; returns the loaded layer."""

    def save(function, *inputs):
        static = paddle.jit.to_static(function)
        static(*inputs)
        paddle.jit.save(static, str(tmp_path / "model"))
        return paddle.jit.load(str(tmp_path / "model"))

    return save


def convnet():
    paddle.seed(0)
    nn = paddle.nn
    layers = [nn.Conv2D(3, 4, 3), nn.BatchNorm2D(4), nn.ReLU(), nn.AdaptiveAvgPool2D(1), nn.Flatten()]
    network = nn.Sequential(*layers, nn.Linear(4, 2))
    network.eval()
    return network


def test_other_sizes_are_computed_as_by_the_layer(saved):
    network = convnet()
    loaded = saved(network, paddle.rand([10, 3, 8, 8]))
    for shape in ([10, 3, 8, 8], [4, 3, 8, 8], [1, 3, 8, 8], [2, 3, 9, 12], [10, 3, 8, 8]):
        x = paddle.rand(shape)
        np.testing.assert_allclose(loaded(x).numpy(), network(x).numpy(), atol=1e-5)


def test_the_second_other_size_is_no_new_program(saved):
    loaded = saved(convnet(), paddle.rand([10, 3, 8, 8]))
    for rows in (4, 5, 6, 7):
        loaded(paddle.rand([rows, 3, 8, 8]))
    assert len(loaded._runs["forward"]) == 2


def test_gradients_reach_the_parameters_at_another_size(saved):
    network = convnet()
    loaded = saved(network, paddle.rand([10, 3, 8, 8]))
    loaded.train()
    x = paddle.rand([5, 3, 8, 8])
    loaded(x).sum().backward()
    network(x).sum().backward()
    trained = [p for p in network.parameters() if p.grad is not None]
    found = [p for p in loaded.parameters() if p.grad is not None]
    assert len(found) == len(trained) == 6
    expected = {tuple(p.grad.dims): p.grad.numpy() for p in trained}
    kernel = next(p for p in found if len(p.dims) == 4)
    np.testing.assert_allclose(kernel.grad.numpy(), expected[4, 3, 3, 3], atol=1e-4)


def test_inside_another_program(saved):
    network = convnet()
    loaded = saved(network, paddle.rand([10, 3, 8, 8]))

    @paddle.jit.to_static
    def outer(x):
        return loaded(x) * 2

    for rows in (3, 6):
        x = paddle.rand([rows, 3, 8, 8])
        np.testing.assert_allclose(outer(x).numpy(), 2 * network(x).numpy(), atol=1e-5)


@pytest.mark.parametrize("shape", [[4, 5, 8, 8], [4, 3, 8], [4, 3, 2, 2]])
def test_sizes_that_the_operators_refuse(saved, shape):
    loaded = saved(convnet(), paddle.rand([10, 3, 8, 8]))
    with pytest.raises(
        InvalidArgumentError, match=r"the input 'input' must have the shape \[10, 3, 8, 8\], but"
    ):
        loaded(paddle.rand(shape))
    assert loaded(paddle.rand([10, 3, 8, 8])).shape == [10, 2]


def test_branches_were_captured_for_their_sizes(saved):
    loaded = saved(lambda x: x * 2 if x.sum() > 0 else x, paddle.ones([3, 2]))
    with pytest.raises(InvalidArgumentError, match=r"'x' must have the shape \[3, 2\].*InputSpec"):
        loaded(paddle.ones([5, 2]))

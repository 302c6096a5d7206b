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


def test_branches_and_loops(saved):
    def function(x, n):
        if x.sum() > 0:
            y = x * 2
        else:
            y = x - 1
        rows = []
        for i in range(n):
            y = y + x.mean(0)
            rows.append(y * i)
            if y.max() > 40:
                break
        rows.append(y)
        return paddle.stack(rows), y.sum(-1)

    loaded = saved(function, paddle.ones([3, 2]), paddle.to_tensor(4))
    rng = np.random.RandomState(0)
    for shape in ([5, 2], [3, 2], [1, 4], [5, 2], [7, 3]):
        for n in (0, 1, 5, 30):
            x = paddle.to_tensor(rng.randn(*shape).astype("float32"))
            for got, want in zip(loaded(x, paddle.to_tensor(n)), function(x, paddle.to_tensor(n))):
                np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-5)


def test_a_loop_that_reads_what_it_fills(saved):
    def function(x, n):
        items = []
        for i in range(n):
            items.insert(0, x * i)
            x = x + items[0]
        return x

    loaded = saved(function, paddle.ones([3, 2]), paddle.to_tensor(4))
    for shape in ([5, 2], [3, 2], [2, 7]):
        x = paddle.rand(shape)
        got, want = (f(x, paddle.to_tensor(3)) for f in (loaded, function))
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5)


def test_training_at_another_size_through_a_loop(saved):
    layer = paddle.nn.Linear(2, 2)

    def function(x):
        while x.abs().sum() < 100:
            x = layer(x) * 2 + x
        return x

    with paddle.no_grad():
        loaded = saved(function, paddle.ones([3, 2]))
    loaded.train()
    x = paddle.rand([5, 2]) + 1
    loaded(x).sum().backward()
    function(x).sum().backward()
    found = {tuple(p.dims): p.grad.numpy() for p in loaded.parameters()}
    for p in layer.parameters():
        np.testing.assert_allclose(found[tuple(p.dims)], p.grad.numpy(), rtol=1e-4)


def test_branches_that_do_not_fit(saved):
    weight = paddle.ones([2, 2])
    loaded = saved(lambda x: paddle.matmul(x, weight) if x.sum() > 0 else x, paddle.ones([3, 2]))
    assert loaded(paddle.ones([5, 2])).shape == [5, 2]
    with pytest.raises(
        InvalidArgumentError, match=r"'x' must have the shape \[3, 2\], but received \[3, 5\]"
    ):
        loaded(paddle.ones([3, 5]))

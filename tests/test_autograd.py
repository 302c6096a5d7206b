"""The tape: backward, grad to any order, hooks, switches, PyLayer, in-place writes."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import paddlelite as paddle


def leaf(*values):
    return paddle.to_tensor(np.array(values, np.float32), stop_gradient=False)


def test_gradients_accumulate_until_cleared():
    x = leaf(1.0, 2.0)
    for _ in range(2):
        (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [4.0, 8.0])
    x.clear_grad()
    assert x.grad is None


def test_two_leaves_do_not_share_one_gradient():
    x, y = leaf(1.0), leaf(2.0)
    (x + y).backward()
    x.grad.set_value(np.array([9.0], np.float32))
    assert y.grad.item() == 1.0


@pytest.mark.parametrize(("order", "want"), [(1, 32.0), (2, 48.0), (3, 48.0), (4, 24.0)])
def test_grad_of_any_order(order, want):
    x = leaf(2.0)
    y = x * x * x * x
    for _ in range(order):
        (y,) = paddle.grad(y, x, create_graph=True)
    assert y.item() == want


def test_backward_twice():
    x = leaf(3.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(SystemError, match="retain_graph"):
        y.backward()


def test_grad_of_what_is_not_there():
    x, y = leaf(1.0), leaf(1.0)
    with pytest.raises(ValueError, match="allow_unused"):
        paddle.grad(x * 2, y)
    assert paddle.grad(x * 2, y, allow_unused=True) == [None]


def test_a_gradient_of_the_wrong_shape():
    with pytest.raises(ValueError, match="mismatch"):
        (leaf(1.0, 2.0) * 2).backward(paddle.ones([3]))


def test_grad_leaves_everyones_grad_alone_and_reaches_inner_tensors():
    x = leaf(2.0)
    y = x * x
    z = y * y
    assert paddle.grad(z, [y, x], retain_graph=True)[0].item() == 8.0
    assert x.grad is None
    assert paddle.grad(z, x, no_grad_vars=[y], allow_unused=True) == [None]


def test_hooks():
    x = leaf(1.0)
    seen = []
    handle = x.register_hook(lambda g: seen.append(g.item()) or g * 10)
    y = x * 2
    y.register_hook(lambda g: g * 3)
    y.retain_grads()
    y.backward()
    assert seen == [6.0] and x.grad.item() == 60.0 and y.grad.item() == 3.0
    assert handle.remove() and not handle.remove()
    with pytest.raises(RuntimeError, match="stop gradient"):
        paddle.ones([1]).register_hook(lambda g: g)


def test_the_tape_goes_with_its_result():
    x = leaf(1.0)
    y = x * 2
    z = paddle.exp(y)
    ref = weakref.ref(y)
    del y
    gc.disable()
    try:
        del z
        assert ref() is None
    finally:
        gc.enable()


def test_switches():
    x = leaf(1.0)

    @paddle.no_grad()
    def called():
        return x * 2

    @paddle.no_grad
    def bare():
        yield x * 2
        yield paddle.is_grad_enabled()

    assert called().stop_gradient
    results = bare()
    assert next(results).stop_gradient and paddle.is_grad_enabled() and next(results) is False
    with paddle.no_grad():
        assert (x * 2).stop_gradient
        with paddle.enable_grad():
            assert not (x * 2).stop_gradient
    with paddle.set_grad_enabled(False):
        assert (x * 2).stop_gradient
    assert paddle.is_grad_enabled()
    paddle.set_grad_enabled(False)
    assert not paddle.is_grad_enabled()
    paddle.set_grad_enabled(True)


class Scaled(paddle.autograd.PyLayer):
    @staticmethod
    def forward(ctx, x, y, factor=3):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x * y, x + y

    @staticmethod
    def backward(ctx, gx, gy):
        (x,) = ctx.saved_tensor()
        return gx * ctx.factor, gy * x


def test_py_layer():
    x, y = leaf(2.0), leaf(5.0)
    product, total = Scaled.apply(x, y, factor=7)
    (product + total * 2).backward()
    assert x.grad.item() == 7.0 and y.grad.item() == 4.0
    only, _ = Scaled.apply(x, y)
    only.backward()
    assert y.grad.item() == 4.0, "the second result got zeros"


def test_py_layer_with_the_wrong_number_of_gradients():
    class Bad(paddle.autograd.PyLayer):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return g

    with pytest.raises(ValueError, match=r"1 gradients for 2"):
        Bad.apply(leaf(1.0), leaf(1.0)).backward()


def test_in_place_writes_do_not_change_what_was_recorded():
    x = leaf(1.0, 2.0)
    y = x * 1
    z = y * y
    y[0] = 5.0
    z.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])


def test_writing_to_a_leaf_is_refused():
    with pytest.raises(ValueError, match="inplace"):
        leaf(1.0)[0] = leaf(2.0)[0] * 2


def test_a_parameter_changed_before_backward_is_noticed():
    w = leaf(1.0, 2.0)
    loss = (w * w).sum()
    w.set_value(np.array([3.0, 4.0], np.float32))
    with pytest.raises(SystemError, match="in place"):
        loss.backward()


def test_a_write_to_a_view_shows_in_both():
    x = paddle.ones([2, 2])
    row = x[0]
    row[0] = 3.0
    assert x.numpy().tolist() == [[3.0, 1.0], [1.0, 1.0]]
    x[0] = 4.0
    assert row.numpy().tolist() == [4.0, 4.0]


def test_a_write_to_a_view_that_gradients_need_raises():
    x = leaf(1.0, 2.0) * 1
    half = x[:1]
    (half * half).sum()
    with pytest.raises(NotImplementedError, match="clone"):
        half[0] = 3.0
    assert x.numpy().tolist() == [1.0, 2.0]


def test_non_leaf_deepcopy_is_refused():
    import copy

    assert copy.deepcopy(leaf(1.0)).item() == 1.0
    with pytest.raises(RuntimeError, match="Leaf"):
        copy.deepcopy(leaf(1.0) * 2)

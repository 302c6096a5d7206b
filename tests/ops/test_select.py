"""Ops whose result has a size that depends on the values; gradients where they have one."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle

X = np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]], np.float32)


def grad_of(function, *arrays):
    tensors = [paddle.to_tensor(a, stop_gradient=False) for a in arrays]
    function(*tensors).backward()
    return [t.grad.numpy() for t in tensors]


def test_masked_select_takes_what_the_mask_holds():
    x = paddle.to_tensor(X)
    assert paddle.masked_select(x, x > 0).tolist() == [1.0, 3.0, 5.0]
    assert paddle.masked_select(x, paddle.to_tensor([True, False, False])).tolist() == [1.0, -4.0]


def test_the_gradient_of_masked_select_goes_back_to_where_it_was_taken():
    (g,) = grad_of(lambda x: (paddle.masked_select(x, x > 0) ** 2).sum(), X)
    np.testing.assert_allclose(g, np.where(X > 0, 2 * X, 0))


def test_the_gradient_of_masked_select_sums_over_a_broadcast():
    mask = paddle.to_tensor(np.array([[True, False, True], [True, True, False]]))
    (g,) = grad_of(
        lambda x: (paddle.masked_select(x, mask) * paddle.to_tensor([1.0, 10.0, 100.0, 1000.0])).sum(), X[0]
    )
    assert g.tolist() == [101.0, 1000.0, 10.0]


def test_the_second_order_of_masked_select():
    x = paddle.to_tensor(X, stop_gradient=False)
    (g,) = paddle.grad((paddle.masked_select(x, x > 0) ** 3).sum(), x, create_graph=True)
    g.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.where(X > 0, 6 * X, 0))


def test_a_mask_must_be_bool():
    with pytest.raises(TypeError, match="bool"):
        paddle.masked_select(paddle.to_tensor(X), paddle.to_tensor([1, 0, 1]))


def test_topk_sends_gradients_to_the_places_it_took():
    (g,) = grad_of(lambda x: (paddle.topk(x, 2)[0] * paddle.to_tensor([1.0, 10.0])).sum(), X)
    assert g.tolist() == [[10.0, 0.0, 1.0], [10.0, 1.0, 0.0]]


def test_large_topk_is_that_of_a_full_sort():
    x = np.random.default_rng(0).standard_normal((3, 1000)).astype(np.float32)
    values, places = paddle.topk(paddle.to_tensor(x), 7)
    np.testing.assert_array_equal(values.numpy(), np.sort(x, 1)[:, ::-1][:, :7])
    np.testing.assert_array_equal(np.take_along_axis(x, places.numpy(), 1), values.numpy())
    values, _ = paddle.topk(paddle.to_tensor(x), 7, largest=False)
    np.testing.assert_array_equal(values.numpy(), np.sort(x, 1)[:, :7])


@pytest.mark.parametrize("k", [0, -1, 4])
def test_topk_refuses_a_k_that_does_not_fit(k):
    with pytest.raises(ValueError, match="topk"):
        paddle.topk(paddle.to_tensor(X), k)


def test_kthvalue_refuses_a_k_that_does_not_fit():
    with pytest.raises(ValueError, match="kthvalue"):
        paddle.kthvalue(paddle.to_tensor(X), 9)


def test_unique_along_an_axis():
    rows = paddle.to_tensor([[1, 2], [0, 5], [1, 2]])
    out, counts = paddle.unique(rows, axis=0, return_counts=True)
    assert out.tolist() == [[0, 5], [1, 2]] and counts.tolist() == [1, 2]


def test_searchsorted_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="sorted_sequence"):
        paddle.searchsorted(paddle.to_tensor([[1.0, 2.0]]), paddle.to_tensor([1.0]))


def test_bincount_refuses_negative_and_floating_numbers():
    with pytest.raises(ValueError, match="non-negative"):
        paddle.bincount(paddle.to_tensor([-1, 2]))
    with pytest.raises(TypeError, match="integers"):
        paddle.bincount(paddle.to_tensor([1.0]))


def test_quantiles_flow_gradients_and_follow_numpy():
    x = np.random.default_rng(1).standard_normal((4, 5))
    for how in ("linear", "lower", "higher", "midpoint", "nearest"):
        got = paddle.quantile(paddle.to_tensor(x), 0.35, axis=1, interpolation=how).numpy()
        np.testing.assert_allclose(got, np.quantile(x, 0.35, axis=1, method=how), rtol=1e-6)
    (g,) = grad_of(lambda t: paddle.quantile(t, 0.5, axis=1).sum(), x)
    assert (g.sum(axis=1) == 1).all() and (g != 0).sum() == 4


@pytest.mark.parametrize("shapes", [((3, 1), (4,), ()), ((1,), (3, 4), (3, 1)), ((3, 4), (), (4,))])
def test_where_in_a_program_gives_the_op_operands_of_one_shape(shapes):
    """PaddlePaddle's `where` of a file does not broadcast (2.6.2 refuses it), so the program expands first."""
    from paddlelite import dims as D
    from paddlelite.capture import Capture
    from paddlelite.interpret import run_program
    from paddlelite.op import Spec

    arrays = [np.resize(np.arange(1, 13, dtype=np.float32), s) for s in shapes]
    arrays[0] = arrays[0] % 2 == 0
    for symbolic in (False, True):
        with Capture() as c:
            inputs = []
            for i, a in enumerate(arrays):
                dims = tuple(D.symbol(f"n{n}") if symbolic and n != 1 else n for n in a.shape)
                dtype = paddle.bool if i == 0 else paddle.float32
                inputs.append(c.input(Spec(dims, dtype), f"x{i}", stop_gradient=True))
            program = c.finish([paddle.where(*inputs)])
        node = next(n for n in program.block.nodes if n.op.type == "where")
        assert len({tuple(v.dims) for v in node.inputs}) == 1
        np.testing.assert_array_equal(run_program(program, arrays)[0], np.where(*arrays))

"""Decompositions: they put their input together again; gradients along symmetric directions; bad matrices."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle

RNG = np.random.default_rng(3)
SYMMETRIC = (lambda a: a @ a.T + 3 * np.eye(4))(RNG.standard_normal((4, 4)))
WEIGHTS = RNG.standard_normal((4, 4))


def slope(function, a, direction, eps=1e-6):
    up, down = (function(paddle.to_tensor(a + s * eps * direction)).item() for s in (1, -1))
    return (up - down) / (2 * eps)


def check(function, a, symmetric=False):
    direction = RNG.standard_normal(a.shape)
    if symmetric:
        direction = direction + direction.T
    x = paddle.to_tensor(a, stop_gradient=False)
    function(x).backward()
    np.testing.assert_allclose((x.grad.numpy() * direction).sum(), slope(function, a, direction), rtol=1e-5)


def weighted(t):
    return (t * paddle.to_tensor(np.resize(WEIGHTS, tuple(t.dims)))).sum()


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky(upper):
    root = paddle.linalg.cholesky(paddle.to_tensor(SYMMETRIC), upper=upper).numpy()
    np.testing.assert_allclose(root.T @ root if upper else root @ root.T, SYMMETRIC)
    check(lambda x: weighted(paddle.linalg.cholesky(x, upper=upper)), SYMMETRIC, symmetric=True)


def test_eigh():
    values, vectors = paddle.linalg.eigh(paddle.to_tensor(SYMMETRIC))
    v = vectors.numpy()
    np.testing.assert_allclose(v @ np.diag(values.numpy()) @ v.T, SYMMETRIC)
    check(lambda x: weighted(paddle.linalg.eigh(x)[0]), SYMMETRIC, symmetric=True)
    check(lambda x: weighted(paddle.linalg.eigh(x)[1] ** 2), SYMMETRIC, symmetric=True)
    check(lambda x: weighted(paddle.linalg.eigvalsh(x)), SYMMETRIC, symmetric=True)


def test_svd():
    a = RNG.standard_normal((4, 3))
    u, s, vh = (t.numpy() for t in paddle.linalg.svd(paddle.to_tensor(a)))
    np.testing.assert_allclose(u @ np.diag(s) @ vh, a)
    check(lambda x: weighted(paddle.linalg.svd(x)[1]), a)
    check(lambda x: weighted(paddle.linalg.svd(x)[0] ** 2), a)
    check(lambda x: weighted(paddle.linalg.svd(x)[2] ** 2), a)
    x = paddle.to_tensor(a, stop_gradient=False)
    with pytest.raises(ValueError, match="full_matrices=False"):
        weighted(paddle.linalg.svd(x, full_matrices=True)[0]).backward()


def test_the_rest_puts_its_input_together():
    a = RNG.standard_normal((4, 4))
    q, r = (t.numpy() for t in paddle.linalg.qr(paddle.to_tensor(a)))
    np.testing.assert_allclose(q @ r, a)
    packed, pivots = (t.numpy() for t in paddle.linalg.lu(paddle.to_tensor(a)))
    product = (np.tril(packed, -1) + np.eye(4)) @ np.triu(packed)
    for i, p in reversed(list(enumerate(pivots - 1))):
        product[[i, p]] = product[[p, i]]
    np.testing.assert_allclose(product, a)
    np.testing.assert_allclose(
        paddle.linalg.pinv(paddle.to_tensor(a[:, :2])).numpy(), np.linalg.pinv(a[:, :2])
    )
    check(lambda x: weighted(paddle.linalg.pinv(x)), a[:, :2])
    check(lambda x: paddle.linalg.norm(x, p="nuc", axis=[0, 1]), a)


def test_bad_matrices():
    with pytest.raises(ValueError, match="square"):
        paddle.linalg.inv(paddle.ones([2, 3]))
    with pytest.raises(ValueError, match="[Ss]ingular"):
        paddle.linalg.inv(paddle.ones([2, 2]))
    with pytest.raises(ValueError, match="positive definite"):
        paddle.linalg.cholesky(paddle.to_tensor([[0.0, 1.0], [1.0, 0.0]]))
    with pytest.raises(ValueError, match="rank 2"):
        paddle.linalg.det(paddle.ones([3]))
    with pytest.raises(ValueError, match="inner dimension"):
        paddle.matmul(paddle.ones([2, 3]), paddle.ones([2, 3]))
    with pytest.raises(ValueError, match="dtypes"):
        paddle.matmul(paddle.ones([2, 3]), paddle.ones([3, 2], dtype="float64"))
    with pytest.raises(TypeError, match="int"):
        paddle.linalg.matrix_power(paddle.ones([2, 2]), 1.5)
    with pytest.raises(RuntimeError, match="int64"):
        paddle.linalg.norm(paddle.to_tensor([1, 2]))


@pytest.mark.parametrize(
    "equation, match",
    [
        ("ij,jk->iz", "result"),
        ("ij,jk,kl->il", "names 3 operands"),
        ("ijk,jk->ik", "rank"),
        ("i1,jk->ik", "letters"),
        ("ii,jk->ik", "twice"),
    ],
)
def test_bad_equations(equation, match):
    with pytest.raises((ValueError, NotImplementedError), match=match):
        paddle.einsum(equation, paddle.ones([2, 3]), paddle.ones([3, 4]))


def test_einsum_refuses_sizes_that_differ():
    with pytest.raises(ValueError, match="label 'j' has sizes 3 and 4"):
        paddle.einsum("ij,jk->ik", paddle.ones([2, 3]), paddle.ones([4, 2]))


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]), ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)]), ("ijk->kji", [(2, 3, 4)]),
        ("...ij,...jk->...ik", [(2, 5, 3, 4), (2, 5, 4, 6)]), ("ij,j->", [(2, 3), (3,)]), ("i,j->ij", [(2,), (3,)]),
        ("ij,kj,lj->ikl", [(2, 3), (4, 3), (5, 3)]), ("abc,dbce->aed", [(2, 3, 4), (5, 3, 4, 6)]),
        ("ij,ij->ij", [(2, 3), (2, 3)]), ("ij,ij", [(2, 3), (1, 3)]),
    ],
)  # fmt: skip
def test_einsum_is_numpys(equation, shapes):
    arrays = [RNG.standard_normal(s) for s in shapes]
    got = paddle.einsum(equation, *map(paddle.to_tensor, arrays)).numpy()
    np.testing.assert_allclose(got, np.einsum(equation, *arrays), rtol=1e-10)

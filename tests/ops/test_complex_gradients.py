"""Gradients through complex numbers, as PaddlePaddle 3.3.1 gives them (recorded by hand)."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle

Z = np.array([1 + 2j, -0.5 + 1j], np.complex64)
W = np.array([2 - 1j, 0.5 + 3j], np.complex64)

FUNCTIONS = {
    "mul": lambda x: x * paddle.to_tensor(W),
    "div": lambda x: paddle.to_tensor(W) / x,
    "exp": paddle.exp,
    "sin": paddle.sin,
    "log": paddle.log,
    "sqrt": paddle.sqrt,
    "square": lambda x: x * x,
    "matmul": lambda x: paddle.matmul(x.reshape([1, 2]), paddle.to_tensor(W.reshape(2, 1))),
    "conj": lambda x: paddle.conj(x) * x * x,
    "abs": lambda x: paddle.abs(x).astype("complex64"),
    "real": lambda x: paddle.real(x).astype("complex64") * x,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_gradient_of_a_real_loss(name):
    """For a real loss L the gradient is dL/da + i dL/db of x = a + ib."""

    def loss(z):
        out = FUNCTIONS[name](z)
        return (paddle.real(out) * 2.0 + paddle.imag(out)).sum()

    x = paddle.to_tensor(Z, stop_gradient=False)
    loss(x).backward()
    wide, eps = Z.astype(np.complex128), 1e-4
    want = np.zeros(2, np.complex128)
    for k in range(2):
        for unit in (1, 1j):
            step = np.zeros(2, np.complex128)
            step[k] = eps * unit
            up, down = (
                loss(paddle.to_tensor((wide + s * step).astype(np.complex64))).item() for s in (1, -1)
            )
            want[k] += unit * (up - down) / (2 * eps)
    np.testing.assert_allclose(x.grad.numpy(), want, rtol=2e-2, atol=2e-2)

"""Loops and captures: 1,000 rounds of a 64-wide tanh cell with a branch inside, and the capture of 200 ops."""

import numpy as np
import paddle
from paddle.static import InputSpec
from task import Task

ROUNDS, OPS = 1000, 200


def cell():
    weight = paddle.to_tensor(np.random.RandomState(0).randn(64, 64).astype("float32") * 0.1)

    def run(x, n):
        i = paddle.zeros([], "int64")
        while i < n:
            x = paddle.tanh(paddle.matmul(x, weight) + 0.1)
            if x.sum() > 0:
                x = x * 0.9
            else:
                x = x + 0.1
            i = i + 1
        return x

    return run


def loop(static, cell=cell):
    run = paddle.jit.to_static(cell(), full_graph=True) if static else cell()
    x, n = paddle.ones([1, 64]), paddle.to_tensor(ROUNDS)

    def step():
        with paddle.no_grad():
            return run(x, n)

    return Task(step, count=ROUNDS, check=lambda: step().numpy().reshape(-1)[:4].tolist())


def checked():
    """The same loop with an assertion in every round instead of the branch."""
    weight = paddle.to_tensor(np.random.RandomState(0).randn(64, 64).astype("float32") * 0.1)

    def run(x, n):
        i = paddle.zeros([], "int64")
        while i < n:
            x = paddle.tanh(paddle.matmul(x, weight) + 0.1)
            assert x.sum() < 100.0
            i = i + 1
        return x

    return run


def long(x):
    for _ in range(OPS // 2):
        x = paddle.tanh(x) + 1.0
    return x


def capture():
    spec = InputSpec([None, 64], "float32", "x")
    return Task(lambda: paddle.jit.to_static(long, full_graph=True).get_concrete_program(spec))


TASKS = {
    "loop.eager": lambda: loop(False),
    "loop.static": lambda: loop(True),
    "loop.checked": lambda: loop(True, checked),
    "capture": capture,
}

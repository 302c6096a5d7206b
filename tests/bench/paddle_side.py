"""The tasks of real PaddlePaddle and of paddlelite, from `paddle_models`."""

import os
import tempfile

import control_flow
import numpy as np
import paddle
import static_mode
from data import batch
from paddle.static import InputSpec
from paddle_models import MODELS, ResNet18, fill
from task import Task, inference, training

DIRECTORY = tempfile.TemporaryDirectory(prefix="bench-")


def network(name):
    layer, shape, labels, loss, optimizer = MODELS[name]
    x, y = batch(shape, labels)
    return fill(layer()), paddle.to_tensor(x), paddle.to_tensor(y), loss, optimizer


def train(name, static):
    net, x, y, loss_of, optimizer = network(name)
    net.train()
    if static:
        net = paddle.jit.to_static(net)
    update = optimizer(net.parameters())

    def step(read):
        loss = loss_of(net, x, y)
        loss.backward()
        update.step()
        update.clear_grad()
        return float(loss) if read else None

    return training(step)


def infer(name, how):
    net, x, _, _, _ = network(name)
    net.eval()
    if how == "static":
        net = paddle.jit.to_static(net)
    elif how == "loaded":
        path = os.path.join(DIRECTORY.name, name)
        paddle.jit.save(net, path, input_spec=[InputSpec([None, *x.shape[1:]], "float32", "x")])
        net = paddle.jit.load(path)
        net.eval()

    def run():
        with paddle.no_grad():
            return net(x)

    return inference(run, lambda out: [float(number) for number in np.asarray(out.numpy()).ravel()[:8]])


def eval_resnet():
    net = ResNet18()
    net.eval()
    return net


def save():
    spec = [InputSpec([None, 3, 112, 112], "float32", "x")]
    path = os.path.join(DIRECTORY.name, "saved")
    return Task(
        lambda net: paddle.jit.save(paddle.jit.to_static(net, input_spec=spec), path), prepare=eval_resnet
    )


def onnx():
    spec = [InputSpec([None, 3, 112, 112], "float32", "x")]
    path = os.path.join(DIRECTORY.name, "exported")
    return Task(lambda net: paddle.onnx.export(net, path, input_spec=spec), prepare=eval_resnet)


def add():
    a, b = paddle.ones([4, 4]), paddle.ones([4, 4])

    def step():
        for _ in range(1000):
            a + b

    return Task(step, count=1000)


def multiply_backward():
    a, b = paddle.ones([4, 4]), paddle.ones([4, 4])
    a.stop_gradient = False
    seed = paddle.ones([4, 4])

    def step():
        for _ in range(300):
            (a * b).backward(seed)
        a.clear_grad()

    return Task(step, count=300)


TASKS = {
    **{f"{name}.train.eager": (lambda name=name: train(name, False)) for name in MODELS},
    **{f"{name}.train.static": (lambda name=name: train(name, True)) for name in MODELS},
    **{
        f"{name}.infer.{how}": (lambda name=name, how=how: infer(name, how))
        for name in MODELS
        for how in ("eager", "static", "loaded")
    },
    "op.add": add,
    "op.multiply_backward": multiply_backward,
    "resnet18.save": save,
    "resnet18.onnx": onnx,
    **static_mode.TASKS,
    **control_flow.TASKS,
}

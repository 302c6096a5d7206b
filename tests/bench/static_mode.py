"""The MNIST network of PaddlePaddle 1.x's tutorials in static mode: one `Executor.run` of a training program a step."""

import numpy as np
import paddle
import paddle.nn.functional as F
from data import batch
from paddle import static
from task import inference, training

OPTIMIZERS = {
    "sgd": lambda: paddle.optimizer.SGD(0.01),
    "adam": lambda: paddle.optimizer.Adam(0.001),
}


def weights(number, shape, scale):
    values = np.random.RandomState(number).standard_normal(shape) * scale
    return paddle.ParamAttr(initializer=paddle.nn.initializer.Assign(values.astype("float32")))


def build(optimizer):
    """The programs, and the variables of the loss and the prediction."""
    main, startup = static.Program(), static.Program()
    with static.program_guard(main, startup):
        image = static.data("image", [None, 1, 28, 28], "float32")
        label = static.data("label", [None, 1], "int64")
        first = paddle.nn.Conv2D(1, 20, 5, weight_attr=weights(1, (20, 1, 5, 5), 0.2))
        second = paddle.nn.Conv2D(20, 50, 5, weight_attr=weights(2, (50, 20, 5, 5), 0.05))
        last = paddle.nn.Linear(800, 10, weight_attr=weights(3, (800, 10), 0.02))
        hidden = F.max_pool2d(F.relu(first(image)), 2, 2)
        hidden = F.max_pool2d(F.relu(second(hidden)), 2, 2)
        prediction = F.softmax(last(paddle.flatten(hidden, 1)))
        loss = paddle.mean(F.cross_entropy(prediction, label, reduction="none", use_softmax=False))
        if optimizer is not None:
            OPTIMIZERS[optimizer]().minimize(loss)
    return main, startup, loss, prediction


class Static:
    """Static mode inside the `with`: the other tasks of the process are dynamic."""

    def __enter__(self):
        paddle.enable_static()

    def __exit__(self, *exc):
        paddle.disable_static()


def prepared(optimizer):
    with Static():
        main, startup, loss, prediction = build(optimizer)
        executor, scope = static.Executor(paddle.CPUPlace()), static.Scope()
        with static.scope_guard(scope):
            executor.run(startup)
    image, label = batch((64, 1, 28, 28), (64, 10))
    feed = {"image": image, "label": label.reshape(-1, 1)}

    def run(fetch):
        with Static(), static.scope_guard(scope):
            return executor.run(main, feed=feed, fetch_list=[fetch])[0]

    return run, loss, prediction


def train(optimizer):
    run, loss, _ = prepared(optimizer)
    return training(lambda read: float(run(loss)))


def infer():
    run, _, prediction = prepared(None)
    return inference(lambda: run(prediction), lambda out: [float(number) for number in out.ravel()[:8]])


TASKS = {
    **{f"mnist.program.{name}": (lambda name=name: train(name)) for name in OPTIMIZERS},
    "mnist.program.test": infer,
}

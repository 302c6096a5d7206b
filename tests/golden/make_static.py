"""Record losses of real PaddlePaddle's static mode (3.3.1): `python make_static.py > static.json`.

The tests run the same `run_case` with paddlelite in place of `paddle`.
"""

import itertools
import json
import sys

import numpy as np

STEPS = 4
RANDOM = np.random.RandomState(5)
IMAGES = RANDOM.standard_normal((6, 1, 12, 12)).astype("float32")
ROWS = RANDOM.standard_normal((6, 4)).astype("float32")
TARGETS = RANDOM.standard_normal((6, 1)).astype("float32")
LABELS = RANDOM.randint(0, 3, (6, 1)).astype("int64")


class Weights:
    """Initial values that do not depend on any generator."""

    def __init__(self, paddle):
        self.paddle, self.numbers = paddle, itertools.count(1)

    def __call__(self, *shape):
        values = np.random.RandomState(next(self.numbers)).standard_normal(shape) * 0.3
        return self.paddle.ParamAttr(initializer=self.paddle.nn.initializer.Assign(values.astype("float32")))

    def linear(self, rows, columns):
        return self.paddle.nn.Linear(rows, columns, weight_attr=self(rows, columns))


def mlp(paddle, weights):
    x, y = paddle.static.data("x", [None, 4], "float32"), paddle.static.data("y", [None, 1], "float32")
    out = weights.linear(3, 1)(paddle.tanh(weights.linear(4, 3)(x)))
    return {"x": ROWS, "y": TARGETS}, paddle.mean(paddle.nn.functional.square_error_cost(out, y))


def images(paddle, weights):
    F = paddle.nn.functional
    x = paddle.static.data("x", [None, 1, 12, 12], "float32")
    label = paddle.static.data("label", [None, 1], "int64")
    hidden = F.max_pool2d(F.relu(paddle.nn.Conv2D(1, 4, 3, weight_attr=weights(4, 1, 3, 3))(x)), 2, 2)
    hidden = paddle.nn.BatchNorm2D(4)(hidden)
    hidden = F.avg_pool2d(
        F.relu(paddle.nn.Conv2D(4, 6, 2, padding=1, weight_attr=weights(6, 4, 2, 2))(hidden)), 2
    )
    prediction = F.softmax(weights.linear(54, 3)(paddle.flatten(hidden, 1)))
    loss = F.cross_entropy(prediction, label, reduction="none", use_softmax=False)
    return {"x": IMAGES, "label": LABELS}, paddle.mean(loss)


def tokens(paddle, weights):
    F = paddle.nn.functional
    ids = paddle.static.data("ids", [None, 1], "int64")
    hidden = paddle.nn.Embedding(3, 5, weight_attr=weights(3, 5))(ids)
    hidden = paddle.nn.LayerNorm(5)(paddle.squeeze(hidden, 1))
    return {"ids": LABELS}, F.softmax_with_cross_entropy(weights.linear(5, 3)(hidden), ids).mean()


def control(paddle, weights):
    """A loop whose length depends on the data, then a branch."""
    x = paddle.static.data("x", [6, 4], "float32")
    layer = weights.linear(4, 4)
    # (PaddlePaddle 3.3.1 gives no gradient to a parameter that only the loop's body reads.)
    start = [paddle.full([], 0, "int64"), layer(x)]
    n = (paddle.abs(x).sum() / 10).astype("int64")
    _, h = paddle.static.nn.while_loop(lambda i, h: i < n, lambda i, h: [i + 1, paddle.tanh(h) * 1.5], start)
    return {"x": ROWS}, paddle.static.nn.cond(h.sum() > 0, lambda: (h * h).mean(), lambda: (h - 1).mean())


def penalty(paddle, weights):
    """The gradient's own gradient."""
    x = paddle.static.data("x", [None, 4], "float32")
    x.stop_gradient = False
    out = weights.linear(3, 1)(paddle.tanh(weights.linear(4, 3)(x)))
    (dx,) = paddle.static.gradients(out, x)
    return {"x": ROWS}, paddle.mean(paddle.square(dx.sum(axis=1) - 1.0))


def custom(paddle, weights):
    """Gradients of the user's own, one of which is not the function's."""
    x = paddle.static.data("x", [None, 4], "float32")
    hidden = weights.linear(4, 3)(x)
    forward, backward = lambda h: (paddle.tanh(h), h * h), lambda g, s: g * 0.7 + s * 0.1
    hidden, squares = paddle.static.nn.static_pylayer(forward, [hidden], backward)
    return {"x": ROWS}, (weights.linear(3, 1)(hidden).mean() - 1.0) ** 2 + squares.mean()


NETWORKS = {f.__name__: f for f in (mlp, images, tokens, control, penalty, custom)}

# network, optimizer, arguments ("@..." is made by `made`)
CASES = [
    ["mlp", "SGD", {"learning_rate": 0.1}],
    ["mlp", "SGD", {"learning_rate": "@step", "grad_clip": "@global", "weight_decay": 0.1}],
    ["mlp", "Momentum", {"learning_rate": 0.1, "use_nesterov": True, "grad_clip": "@norm"}],
    ["mlp", "Adam", {"learning_rate": 0.05}],
    ["mlp", "AdamW", {"learning_rate": 0.05, "weight_decay": 0.1}],
    ["mlp", "Adamax", {"learning_rate": 0.05}],
    ["mlp", "Adagrad", {"learning_rate": 0.05}],
    ["mlp", "Adadelta", {"learning_rate": 0.05}],
    ["mlp", "RMSProp", {"learning_rate": 0.05, "centered": True, "momentum": 0.5}],
    ["mlp", "NAdam", {"learning_rate": 0.05}],
    ["mlp", "RAdam", {"learning_rate": 0.05}],
    ["mlp", "Lamb", {"learning_rate": 0.05}],
    ["images", "SGD", {"learning_rate": 0.1}],
    ["images", "Adam", {"learning_rate": 0.01}],
    ["tokens", "Adam", {"learning_rate": 0.01}],
    ["control", "SGD", {"learning_rate": 0.1}],
    ["penalty", "SGD", {"learning_rate": 0.1}],
    ["custom", "SGD", {"learning_rate": 0.1}],
    # (With more batches 3.3.1's static mode forgets the gradients of those before.)
    ["mlp", "ASGD", {"learning_rate": 0.1}],
]


def made(paddle, value):
    return {
        "@step": lambda: paddle.optimizer.lr.StepDecay(0.1, step_size=2, gamma=0.5),
        "@global": lambda: paddle.nn.ClipGradByGlobalNorm(0.5),
        "@norm": lambda: paddle.nn.ClipGradByNorm(0.2),
    }.get(value, lambda: value)()


def run_case(paddle, case):
    """The losses of some steps, in static mode."""
    network, optimizer, arguments = case
    arguments = {name: made(paddle, value) for name, value in arguments.items()}
    rate = arguments["learning_rate"]
    paddle.enable_static()
    try:
        main, startup = paddle.static.Program(), paddle.static.Program()
        with paddle.static.program_guard(main, startup), paddle.static.scope_guard(paddle.static.Scope()):
            feed, loss = NETWORKS[network](paddle, Weights(paddle))
            getattr(paddle.optimizer, optimizer)(**arguments).minimize(loss)
            executor = paddle.static.Executor(paddle.CPUPlace())
            executor.run(startup)
            losses = []
            for _ in range(STEPS):
                losses.append(float(executor.run(main, feed=feed, fetch_list=[loss])[0]))
                if not isinstance(rate, float):
                    rate.step()
            return losses
    finally:
        paddle.disable_static()


def run_py_func(paddle):
    """The losses of a network with a function in NumPy, what a second one has seen, and a hidden value."""
    seen = []

    def tanh(x):
        return np.tanh(np.array(x))

    def tanh_grad(y, dy):
        return np.array(dy) * (1 - np.square(np.array(y)))

    def look(x):
        seen.append(np.array(x).shape)

    def fc(x, i, activation=None):
        shape = [(4, 6), (6, 6), (6, 10)][i]
        values = np.random.RandomState(i).randn(*shape).astype("float32") * 0.3
        attr = paddle.ParamAttr(initializer=paddle.nn.initializer.Assign(values))
        return paddle.static.nn.fc(x, shape[1], weight_attr=attr, activation=activation)

    paddle.enable_static()
    main, startup = paddle.static.Program(), paddle.static.Program()
    try:
        with paddle.static.program_guard(main, startup), paddle.static.scope_guard(paddle.static.Scope()):
            x = paddle.static.data("x", [None, 4], "float32")
            y = paddle.static.data("y", [None], "int64")
            hidden = x
            for i in range(2):
                hidden = fc(hidden, i)
                out = main.current_block().create_var(name=f"h{i}", dtype=hidden.dtype, shape=hidden.shape)
                hidden = paddle.static.py_func(tanh, hidden, out, tanh_grad, hidden)
                paddle.static.py_func(look, hidden, None)
            loss = paddle.nn.CrossEntropyLoss()(fc(hidden, 2, "softmax"), y)
            paddle.optimizer.SGD(0.5).minimize(loss)
            executor = paddle.static.Executor(paddle.CPUPlace())
            executor.run(startup)
            feed = {"x": np.random.RandomState(3).randn(5, 4).astype("float32"), "y": np.arange(5)}
            found = [executor.run(main, feed=feed, fetch_list=[loss, "h1"]) for _ in range(4)]
            return [float(loss) for loss, _ in found], seen, found[-1][1][0, :3].tolist()
    finally:
        paddle.disable_static()


def run_weight_norm(paddle):
    """The losses of some steps of weights that are a direction and a length."""
    paddle.enable_static()
    main, startup = paddle.static.Program(), paddle.static.Program()
    rng = np.random.RandomState(0)

    def attr(name, *shape):
        initializer = paddle.nn.initializer.Assign(rng.randn(*shape).astype("float32"))
        return paddle.static.WeightNormParamAttr(dim=None, name=name, initializer=initializer)

    try:
        with paddle.static.program_guard(main, startup), paddle.static.scope_guard(paddle.static.Scope()):
            x = paddle.static.data("x", [None, 4], "float32")
            image = paddle.static.data("image", [None, 2, 6, 6], "float32")
            h = paddle.static.nn.fc(x, 3, weight_attr=attr("w", 4, 3), bias_attr=False)
            c = paddle.static.nn.conv2d(image, 5, 3, param_attr=attr("k", 5, 2, 3, 3), bias_attr=False)
            loss = (h * h).mean() + (c * c).mean()
            paddle.optimizer.SGD(0.1).minimize(loss)
            executor = paddle.static.Executor(paddle.CPUPlace())
            executor.run(startup)
            feed = {"x": np.full([3, 4], 1.5, "float32"), "image": np.ones([2, 2, 6, 6], "float32")}
            return [float(executor.run(main, feed=feed, fetch_list=[loss])[0]) for _ in range(3)]
    finally:
        paddle.disable_static()


def main():
    import paddle

    print(paddle.__version__, file=sys.stderr)
    found = []
    for case in CASES:
        found.append([case, run_case(paddle, case)])
        print(found[-1], file=sys.stderr)
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()

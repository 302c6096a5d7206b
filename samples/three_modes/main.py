"""The same network, the same digits, the same losses, three ways: `python samples/three_modes/main.py`.

*Eager*: every call computes at once. *to_static*: the network's Python becomes a program, the rest stays as it is.
*Static mode*, as in PaddlePaddle 1.x: the whole step, gradients and update included, is declared as one program first
and then run with batches fed to it.
"""

import argparse
import time

import numpy as np
from sklearn.datasets import load_digits

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn, static

BATCH = 64


class Net(nn.Layer):
    """Images [n, 1, 8, 8] become ten scores each."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2D(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2D(2, 2))
        self.scores = nn.Sequential(nn.Linear(20 * 4 * 4, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, images):
        return self.scores(paddle.flatten(self.features(images), 1))


def starting_weights():
    """The same for every way."""
    paddle.seed(2026)
    return {name: value.numpy() for name, value in Net().state_dict().items()}


def batches(epochs):
    """A reader in the manner of 1.x over scikit-learn's digits: lists of (image, label)."""
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8).astype("float32") / 8 - 1
    samples = paddle.reader.cache(lambda: zip(images, labels.astype("int64")))
    reader = paddle.batch(samples, BATCH, drop_last=True)
    for _ in range(epochs):
        for batch in reader():
            yield np.stack([image for image, _ in batch]), np.stack([[label] for _, label in batch])


def dynamic(weights, epochs, translate):
    """Eager, or with the network translated into a program."""
    net = Net()
    net.set_state_dict(weights)
    if translate:
        net = paddle.jit.to_static(net)
    optimizer = paddle.optimizer.Adam(0.002, parameters=net.parameters())
    losses = []
    for images, labels in batches(epochs):
        loss = F.cross_entropy(net(paddle.to_tensor(images)), paddle.to_tensor(labels))
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        losses.append(float(loss))
    return losses


def declared(weights, epochs):
    """Static mode: declare the step, run the startup program once, then the main program for each batch."""
    paddle.enable_static()
    try:
        main, startup = static.Program(), static.Program()
        with static.program_guard(main, startup):
            images = static.data("images", [None, 1, 8, 8], "float32")
            labels = static.data("labels", [None, 1], "int64")
            net = Net()
            loss = F.cross_entropy(net(images), labels)
            paddle.optimizer.Adam(0.002).minimize(loss)
        executor = static.Executor(paddle.CPUPlace())
        executor.run(startup)
        net.set_state_dict(weights)
        return [
            float(executor.run(main, feed={"images": x, "labels": y}, fetch_list=[loss])[0])
            for x, y in batches(epochs)
        ]
    finally:
        paddle.disable_static()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--epochs", type=int, default=5)
    epochs = parser.parse_args().epochs

    weights = starting_weights()
    ways = {
        "eager": lambda: dynamic(weights, epochs, translate=False),
        "to_static": lambda: dynamic(weights, epochs, translate=True),
        "static mode": lambda: declared(weights, epochs),
    }
    losses = {}
    for name, train in ways.items():
        start = time.perf_counter()
        losses[name] = np.array(train())
        taken = time.perf_counter() - start
        apart = np.abs(losses[name] - losses["eager"]).max()
        print(
            f"{name:12} first loss {losses[name][0]:.4f}, last {losses[name][-1]:.4f}, "
            f"at most {apart:.1e} from eager, {taken / len(losses[name]) * 1e3:.2f} ms a step"
        )


if __name__ == "__main__":
    main()

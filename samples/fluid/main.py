"""A program for PaddlePaddle 1.5 as it was written then: `paddlelite run samples/fluid/main.py`.

Nothing in it knows of paddlelite. It trains a network on scikit-learn's digits in dygraph, with a decaying learning
rate, saves it, and goes on from the saved parameters in another guard; then the same model code builds a static graph,
which an Executor trains, saves for inference and loads again.
"""

import os
import sys

import numpy as np
import paddle
import paddle.fluid as fluid
from paddle.fluid.dygraph.base import to_variable
from sklearn.datasets import load_digits

BATCH_SIZE = 64
EPOCHS = 4
OUT = sys.argv[1] if len(sys.argv) > 1 else "out"


def reader(start, end):
    images, labels = load_digits(return_X_y=True)
    images = images.astype("float32") / 8.0 - 1.0

    def samples():
        for image, label in zip(images[start:end], labels[start:end]):
            yield image, int(label)

    return samples


train_reader = paddle.batch(
    paddle.reader.shuffle(reader(0, 1500), buf_size=1500), batch_size=BATCH_SIZE, drop_last=True
)
test_reader = paddle.batch(reader(1500, 1797), batch_size=99, drop_last=True)


class ConvPool(fluid.dygraph.Layer):
    def __init__(self, name_scope, num_filters, filter_size, pool_size, pool_stride, act=None):
        super().__init__(name_scope)
        self._conv2d = fluid.dygraph.Conv2D(
            self.full_name(), num_filters=num_filters, filter_size=filter_size, padding=1, act=act
        )
        self._pool2d = fluid.dygraph.Pool2D(
            self.full_name(), pool_size=pool_size, pool_type="max", pool_stride=pool_stride
        )

    def forward(self, inputs):
        x = self._conv2d(inputs)
        return self._pool2d(x)


class Digits(fluid.dygraph.Layer):
    def __init__(self, name_scope):
        super().__init__(name_scope)
        self._conv_pool = ConvPool(self.full_name(), 16, 3, 2, 2, act="relu")
        self._hidden = fluid.dygraph.FC(self.full_name(), 64, act="relu")
        self._fc = fluid.dygraph.FC(
            self.full_name(),
            10,
            param_attr=fluid.ParamAttr(initializer=fluid.initializer.NormalInitializer(loc=0.0, scale=0.05)),
            act="softmax",
        )

    def forward(self, inputs, label=None):
        x = self._fc(self._hidden(self._conv_pool(inputs)))
        if label is not None:
            return x, fluid.layers.accuracy(input=x, label=label)
        return x


def arrays(data):
    images = np.array([x[0].reshape(1, 8, 8) for x in data]).astype("float32")
    labels = np.array([x[1] for x in data]).astype("int64").reshape(-1, 1)
    return images, labels


def evaluate(model):
    model.eval()
    accuracies = []
    for data in test_reader():
        images, labels = arrays(data)
        label = to_variable(labels)
        label.stop_gradient = True
        _, acc = model(to_variable(images), label)
        accuracies.append(float(acc.numpy()))
    model.train()
    return np.mean(accuracies)


def train(model, optimizer, epochs):
    for epoch in range(epochs):
        for batch_id, data in enumerate(train_reader()):
            images, labels = arrays(data)
            label = to_variable(labels)
            label.stop_gradient = True
            cost = model(to_variable(images))
            loss = fluid.layers.cross_entropy(cost, label)
            avg_loss = fluid.layers.mean(loss)
            avg_loss.backward()
            optimizer.minimize(avg_loss)
            model.clear_gradients()
            if batch_id == 0:
                print(f"Loss at epoch {epoch} step {batch_id}: {avg_loss.numpy():.7}")


with fluid.dygraph.guard():
    fluid.default_startup_program().random_seed = 90
    fluid.default_main_program().random_seed = 90
    digits = Digits("digits")
    decay = fluid.dygraph.PiecewiseDecay([46, 80], [0.01, 0.005, 0.001], begin=0)
    adam = fluid.optimizer.AdamOptimizer(learning_rate=decay, name="adam")
    train(digits, adam, EPOCHS)
    print(f"Test accuracy: {evaluate(digits):.4f}")
    fluid.dygraph.save_persistables(digits.state_dict(), os.path.join(OUT, "save_dir"), adam)
    print("checkpoint saved")

with fluid.dygraph.guard():
    digits = Digits("digits")
    parameters, optimizers = fluid.dygraph.load_persistables(os.path.join(OUT, "save_dir"))
    digits.load_dict(parameters)
    adam = fluid.optimizer.AdamOptimizer(learning_rate=0.01, name="adam")
    adam.load(optimizers)
    print(f"Test accuracy of the checkpoint: {evaluate(digits):.4f}")
    train(digits, adam, 1)

exe = fluid.Executor(fluid.CPUPlace())
digits = Digits("digits")
img = fluid.layers.data(name="pixel", shape=[1, 8, 8], dtype="float32")
label = fluid.layers.data(name="label", shape=[1], dtype="int64")
cost, acc = digits(img, label)
avg_loss = fluid.layers.mean(fluid.layers.cross_entropy(cost, label))
test_program = fluid.default_main_program().clone(for_test=True)
rate = fluid.layers.exponential_decay(0.01, decay_steps=23, decay_rate=0.7, staircase=True)
fluid.optimizer.Adam(learning_rate=rate).minimize(avg_loss)
exe.run(fluid.default_startup_program())
feeder = fluid.DataFeeder(feed_list=[img, label], place=fluid.CPUPlace())
for epoch in range(EPOCHS):
    for batch_id, data in enumerate(train_reader()):
        out = exe.run(fluid.default_main_program(), feed=feeder.feed(data), fetch_list=[avg_loss.name])
        if batch_id == 0:
            print(f"static: epoch: {epoch}, loss: {out[0]}")
accuracies = [exe.run(test_program, feed=feeder.feed(data), fetch_list=[acc])[0] for data in test_reader()]
print(f"static: test accuracy: {np.mean(accuracies):.4f}")

fluid.io.save_inference_model(os.path.join(OUT, "inference"), ["pixel"], [cost], exe, test_program)
program, feeds, fetches = fluid.io.load_inference_model(os.path.join(OUT, "inference"), exe)
images, labels = arrays(next(iter(test_reader())))
scores = exe.run(program, feed={feeds[0]: images}, fetch_list=fetches)[0]
print(f"static: accuracy of the loaded model: {(scores.argmax(1) == labels[:, 0]).mean():.4f}")

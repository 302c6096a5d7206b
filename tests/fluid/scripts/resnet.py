"""A residual network in 1.8's dygraph with a DataLoader from a generator."""

import math

import numpy as np
import paddle
import paddle.fluid as fluid
from paddle.fluid.dygraph.nn import BatchNorm, Conv2D, Linear, Pool2D

batch_size = 8


def optimizer_setting(parameter_list=None):
    bd = [4, 8]
    lr = [0.05, 0.01, 0.001]
    return fluid.optimizer.MomentumOptimizer(
        parameter_list=parameter_list,
        learning_rate=fluid.layers.piecewise_decay(boundaries=bd, values=lr),
        momentum=0.9,
        regularization=fluid.regularizer.L2Decay(1e-4),
    )


class ConvBNLayer(fluid.dygraph.Layer):
    def __init__(self, num_channels, num_filters, filter_size, stride=1, groups=1, act=None):
        super().__init__()
        self._conv = Conv2D(
            num_channels=num_channels,
            num_filters=num_filters,
            filter_size=filter_size,
            stride=stride,
            padding=(filter_size - 1) // 2,
            groups=groups,
            act=None,
            bias_attr=False,
        )
        self._batch_norm = BatchNorm(num_filters, act=act)

    def forward(self, inputs):
        return self._batch_norm(self._conv(inputs))


class Bottleneck(fluid.dygraph.Layer):
    def __init__(self, num_channels, num_filters, stride, shortcut=True):
        super().__init__()
        self.conv0 = ConvBNLayer(num_channels, num_filters, 1, act="relu")
        self.conv1 = ConvBNLayer(num_filters, num_filters, 3, stride, act="relu")
        self.conv2 = ConvBNLayer(num_filters, num_filters * 4, 1, act=None)
        if not shortcut:
            self.short = ConvBNLayer(num_channels, num_filters * 4, 1, stride)
        self.shortcut = shortcut
        self._num_channels_out = num_filters * 4

    def forward(self, inputs):
        y = self.conv2(self.conv1(self.conv0(inputs)))
        short = inputs if self.shortcut else self.short(inputs)
        return fluid.layers.elementwise_add(x=short, y=y, act="relu")


class ResNet(fluid.dygraph.Layer):
    def __init__(self, class_dim=10):
        super().__init__()
        self.conv = ConvBNLayer(3, 8, 7, 2, act="relu")
        self.pool2d_max = Pool2D(pool_size=3, pool_stride=2, pool_padding=1, pool_type="max")
        self.blocks = []
        c = 8
        for b, (f, d) in enumerate(zip([4, 8], [2, 1])):
            shortcut = False
            for i in range(d):
                block = self.add_sublayer(
                    "bb_%d_%d" % (b, i), Bottleneck(c, f, 2 if i == 0 and b != 0 else 1, shortcut)
                )
                c = block._num_channels_out
                self.blocks.append(block)
                shortcut = True
        self.pool2d_avg = Pool2D(pool_size=7, pool_type="avg", global_pooling=True)
        stdv = 1.0 / math.sqrt(c * 1.0)
        self.out = Linear(
            c,
            class_dim,
            act="softmax",
            param_attr=fluid.param_attr.ParamAttr(initializer=fluid.initializer.Uniform(-stdv, stdv)),
        )
        self._c = c

    def forward(self, inputs):
        y = self.pool2d_max(self.conv(inputs))
        for b in self.blocks:
            y = b(y)
        y = self.pool2d_avg(y)
        y = fluid.layers.reshape(y, shape=[-1, self._c])
        return self.out(y)


def sample_reader():
    rng = np.random.RandomState(0)
    for _ in range(48):
        k = rng.randint(10)
        yield (rng.rand(3, 32, 32) + k * 0.3).astype("float32"), np.array([k]).astype("int64")


def train():
    place = fluid.CPUPlace()
    with fluid.dygraph.guard(place):
        fluid.default_startup_program().random_seed = 90
        fluid.default_main_program().random_seed = 90
        strategy = fluid.dygraph.parallel.prepare_context()
        print(fluid.dygraph.ParallelEnv().nranks)
        resnet = ResNet()
        optimizer = optimizer_setting(parameter_list=resnet.parameters())
        loader = fluid.io.DataLoader.from_generator(
            capacity=32, use_double_buffer=True, iterable=True, return_list=True
        )
        loader.set_sample_list_generator(
            paddle.batch(sample_reader, batch_size=batch_size, drop_last=True), places=place
        )
        losses = []
        for eop in range(2):
            resnet.train()
            total = 0
            for batch_id, data in enumerate(loader()):
                img, label = data
                label.stop_gradient = True
                out = resnet(img)
                loss = fluid.layers.cross_entropy(input=out, label=label)
                avg_loss = fluid.layers.mean(x=loss)
                acc_top1 = fluid.layers.accuracy(input=out, label=label, k=1)
                acc_top5 = fluid.layers.accuracy(input=out, label=label, k=5)
                dy_out = avg_loss.numpy()
                avg_loss.backward()
                optimizer.minimize(avg_loss)
                resnet.clear_gradients()
                losses.append(dy_out[0])
                if batch_id % 2 == 0:
                    print(
                        "[Epoch %d, batch %d] loss %.5f, acc1 %.3f, acc5 %.3f lr %.4f"
                        % (
                            eop,
                            batch_id,
                            dy_out,
                            acc_top1.numpy(),
                            acc_top5.numpy(),
                            optimizer.current_step_lr(),
                        )
                    )
            fluid.dygraph.save_dygraph(resnet.state_dict(), "resnet_params")
            fluid.dygraph.save_dygraph(optimizer.state_dict(), "resnet_params")
        params, opt = fluid.dygraph.load_dygraph("resnet_params")
        resnet.set_dict(params)
        optimizer.set_dict(opt)
        with fluid.dygraph.no_grad():
            resnet.eval()
            for img, label in loader():
                out = resnet(img)
        print(len(resnet.state_dict()), len(resnet.parameters()), len(resnet.sublayers()))
        assert all(p.gradient() is not None for p in resnet.parameters() if not p.stop_gradient)
        assert np.mean(losses[6:]) < np.mean(losses[:6]), losses


train()

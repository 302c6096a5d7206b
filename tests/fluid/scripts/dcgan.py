"""Two networks of 1.5 that train against each other in a guard, and their checkpoints."""

import numpy as np
import paddle.fluid as fluid
from paddle.fluid.dygraph.base import to_variable
from paddle.fluid.dygraph.nn import FC, BatchNorm, Conv2D, Conv2DTranspose, Pool2D


class G(fluid.dygraph.Layer):
    def __init__(self, name_scope):
        super().__init__(name_scope)
        name_scope = self.full_name()
        self.fc1 = FC(name_scope, 64)
        self.bn1 = BatchNorm(name_scope, num_channels=64, act="relu")
        self.fc2 = FC(name_scope, 16 * 7 * 7)
        self.bn2 = BatchNorm(name_scope, num_channels=16 * 7 * 7, act="relu")
        self.up1 = Conv2DTranspose(name_scope, num_filters=8, filter_size=4, stride=2, padding=1, act="relu")
        self.up2 = Conv2DTranspose(name_scope, num_filters=1, filter_size=4, stride=2, padding=1, act="tanh")

    def forward(self, z):
        z = fluid.layers.reshape(z, shape=[-1, 32])
        y = self.bn1(self.fc1(z))
        y = self.bn2(self.fc2(y))
        y = fluid.layers.reshape(y, shape=[-1, 16, 7, 7])
        return self.up2(self.up1(y))


class D(fluid.dygraph.Layer):
    def __init__(self, name_scope):
        super().__init__(name_scope)
        name_scope = self.full_name()
        self.conv1 = Conv2D(name_scope, num_filters=8, filter_size=3)
        self.bn1 = BatchNorm(name_scope, num_channels=8, act=None)
        self.pool1 = Pool2D(name_scope, pool_size=2, pool_stride=2)
        self.conv2 = Conv2D(name_scope, num_filters=16, filter_size=3)
        self.bn2 = BatchNorm(name_scope, num_channels=16)
        self.pool2 = Pool2D(name_scope, pool_size=2, pool_stride=2)
        self.fc1 = FC(name_scope, 64)
        self.fc2 = FC(name_scope, 1)

    def forward(self, img):
        y = self.conv1(img)
        y = self.pool1(fluid.layers.leaky_relu(self.bn1(y), alpha=0.2))
        y = self.conv2(y)
        y = self.pool2(fluid.layers.leaky_relu(self.bn2(y)))
        y = fluid.layers.leaky_relu(self.fc1(y))
        return self.fc2(y)


def real_reader():
    rng = np.random.RandomState(0)
    for _ in range(12):
        yield np.tanh(rng.randn(8, 1, 28, 28)).astype("float32")


with fluid.dygraph.guard(fluid.CPUPlace()):
    fluid.default_startup_program().random_seed = 33
    fluid.default_main_program().random_seed = 33
    np.random.seed(33)
    d, g = D("D"), G("G")
    real_label = to_variable(np.ones([8, 1], "float32"))
    fake_label = to_variable(np.zeros([8, 1], "float32"))
    d_opt = fluid.optimizer.AdamOptimizer(learning_rate=2e-4, beta1=0.5, beta2=0.999)
    g_opt = fluid.optimizer.AdamOptimizer(learning_rate=2e-4, beta1=0.5)
    for epoch in range(1):
        for i, data in enumerate(real_reader()):
            img = to_variable(data)
            d_real = d(img)
            loss_real = fluid.layers.reduce_mean(
                fluid.layers.sigmoid_cross_entropy_with_logits(d_real, real_label)
            )
            z = to_variable(np.random.normal(0, 1, [8, 32, 1, 1]).astype("float32"))
            fake = g(z)
            d_fake = d(fake.detach())
            loss_fake = fluid.layers.reduce_mean(
                fluid.layers.sigmoid_cross_entropy_with_logits(d_fake, fake_label)
            )
            d_loss = loss_real + loss_fake
            d_loss.backward()
            d_opt.minimize(d_loss, parameter_list=d.parameters())
            d.clear_gradients()
            g.clear_gradients()
            fake = g(to_variable(np.random.normal(0, 1, [8, 32, 1, 1]).astype("float32")))
            g_loss = fluid.layers.reduce_mean(
                fluid.layers.sigmoid_cross_entropy_with_logits(d(fake), real_label)
            )
            g_loss.backward()
            g_opt.minimize(g_loss, parameter_list=g.parameters())
            d.clear_gradients()
            g.clear_gradients()
            if i % 4 == 0:
                print(f"epoch {epoch} batch {i} d_loss {d_loss.numpy()[0]} g_loss {g_loss.numpy()[0]}")
                img = (fake.numpy()[0][0] + 1) / 2
                assert img.shape == (28, 28)
    fluid.dygraph.save_persistables(g.state_dict(), "G_model", optimizers=[g_opt])
    state, opt = fluid.dygraph.load_persistables("G_model")
    g2 = G("G")
    print(sorted(state)[:4])
    first = {name: p.numpy() for name, p in g.state_dict().items()}
    g2.load_dict({name.replace("G/G_0", "G/G_1"): value for name, value in state.items()})
    g2(to_variable(np.zeros([8, 32, 1, 1], "float32")))
    assert np.allclose(g2.fc1._w.numpy(), first["G/G_0/FC_0.w_0"])

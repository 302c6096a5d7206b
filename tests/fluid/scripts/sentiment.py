"""An LSTM of 1.5, unrolled by hand in a guard, with FC, a clip and a decay."""

import argparse

import numpy as np
import paddle.fluid as fluid
from paddle.fluid.dygraph.base import to_variable
from paddle.fluid.dygraph.nn import FC, Embedding

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.02)
args = parser.parse_args()
VOCAB, T, B, H = 50, 12, 16, 24


class SimpleLSTMRNN(fluid.Layer):
    def __init__(self, name_scope, hidden_size, num_steps, num_layers=2, init_scale=0.1, dropout=None):
        super().__init__(name_scope)
        self._hidden_size = hidden_size
        self._num_layers = num_layers
        self._init_scale = init_scale
        self._dropout = dropout
        self._num_steps = num_steps
        self.cell_array = []
        self.hidden_array = []

    def _build_once(self, input_embedding, init_hidden=None, init_cell=None):
        self.weight_1_arr = []
        self.bias_arr = []
        self.mask_array = []
        for i in range(self._num_layers):
            weight_1 = self.create_parameter(
                attr=fluid.ParamAttr(
                    initializer=fluid.initializer.UniformInitializer(
                        low=-self._init_scale, high=self._init_scale
                    )
                ),
                shape=[self._hidden_size * 2, self._hidden_size * 4],
                dtype="float32",
                default_initializer=fluid.initializer.UniformInitializer(
                    low=-self._init_scale, high=self._init_scale
                ),
            )
            self.weight_1_arr.append(self.add_parameter("w_%d" % i, weight_1))
            bias_1 = self.create_parameter(
                attr=fluid.ParamAttr(
                    initializer=fluid.initializer.UniformInitializer(
                        low=-self._init_scale, high=self._init_scale
                    )
                ),
                shape=[self._hidden_size * 4],
                dtype="float32",
                default_initializer=fluid.initializer.Constant(0.0),
            )
            self.bias_arr.append(self.add_parameter("b_%d" % i, bias_1))

    def forward(self, input_embedding, init_hidden=None, init_cell=None):
        self.cell_array = []
        self.hidden_array = []
        for i in range(self._num_layers):
            pre_hidden = fluid.layers.slice(init_hidden, axes=[0], starts=[i], ends=[i + 1])
            pre_cell = fluid.layers.slice(init_cell, axes=[0], starts=[i], ends=[i + 1])
            pre_hidden = fluid.layers.reshape(pre_hidden, shape=[-1, self._hidden_size])
            pre_cell = fluid.layers.reshape(pre_cell, shape=[-1, self._hidden_size])
            self.hidden_array.append(pre_hidden)
            self.cell_array.append(pre_cell)
        res = []
        for index in range(self._num_steps):
            self._input = fluid.layers.slice(input_embedding, axes=[1], starts=[index], ends=[index + 1])
            self._input = fluid.layers.reshape(self._input, shape=[-1, self._hidden_size])
            for k in range(self._num_layers):
                pre_hidden = self.hidden_array[k]
                pre_cell = self.cell_array[k]
                weight_1 = self.weight_1_arr[k]
                bias = self.bias_arr[k]
                nn = fluid.layers.concat([self._input, pre_hidden], 1)
                gate_input = fluid.layers.matmul(x=nn, y=weight_1)
                gate_input = fluid.layers.elementwise_add(gate_input, bias)
                i, j, f, o = fluid.layers.split(gate_input, num_or_sections=4, dim=-1)
                c = pre_cell * fluid.layers.sigmoid(f) + fluid.layers.sigmoid(i) * fluid.layers.tanh(j)
                m = fluid.layers.tanh(c) * fluid.layers.sigmoid(o)
                self.hidden_array[k] = m
                self.cell_array[k] = c
                self._input = m
                if self._dropout is not None and self._dropout > 0.0:
                    self._input = fluid.layers.dropout(
                        self._input, dropout_prob=self._dropout, dropout_implementation="upscale_in_train"
                    )
            res.append(fluid.layers.reshape(self._input, shape=[1, -1, self._hidden_size]))
        real_res = fluid.layers.concat(res, 0)
        real_res = fluid.layers.transpose(x=real_res, perm=[1, 0, 2])
        last_hidden = fluid.layers.concat(self.hidden_array, 1)
        last_hidden = fluid.layers.reshape(last_hidden, shape=[-1, self._num_layers, self._hidden_size])
        last_hidden = fluid.layers.transpose(x=last_hidden, perm=[1, 0, 2])
        return real_res, last_hidden


class Sentiment(fluid.Layer):
    def __init__(self, name_scope):
        super().__init__(name_scope)
        self.embedding = Embedding(self.full_name(), size=[VOCAB, H], dtype="float32", is_sparse=False)
        self.lstm = SimpleLSTMRNN(self.full_name(), H, T, dropout=0.1)
        self.fc = FC(self.full_name(), 2, num_flatten_dims=1, act="softmax")

    def forward(self, ids, mask, label):
        emb = self.embedding(ids)
        emb = fluid.layers.reshape(emb, shape=[-1, T, H])
        h0 = to_variable(np.zeros([2, ids.shape[0], H], "float32"))
        c0 = to_variable(np.zeros([2, ids.shape[0], H], "float32"))
        h0.stop_gradient = True
        c0.stop_gradient = True
        out, last = self.lstm(emb, h0, c0)
        out = fluid.layers.elementwise_mul(out, mask, axis=0)
        pooled = fluid.layers.reduce_max(out, dim=1)
        prediction = self.fc(pooled)
        cost = fluid.layers.cross_entropy(input=prediction, label=label)
        acc = fluid.layers.accuracy(input=prediction, label=label)
        return fluid.layers.mean(cost), acc, prediction


def reader():
    rng = np.random.RandomState(1)
    for _ in range(40):
        ids = rng.randint(0, VOCAB, [B, T, 1]).astype("int64")
        length = rng.randint(3, T + 1, [B])
        mask = (np.arange(T)[None] < length[:, None]).astype("float32")
        label = ((ids[:, :3, 0] < 20).sum(1) >= 2).astype("int64").reshape(-1, 1)
        yield ids, mask, label


with fluid.dygraph.guard():
    fluid.default_main_program().random_seed = 5
    fluid.default_startup_program().random_seed = 5
    model = Sentiment("senti")
    clip = fluid.dygraph_grad_clip.GradClipByGlobalNorm(5.0)
    sgd = fluid.optimizer.AdagradOptimizer(
        learning_rate=fluid.layers.piecewise_decay(
            boundaries=[100, 200], values=[args.lr, args.lr * 0.5, args.lr * 0.1]
        )
    )
    costs = []
    for epoch in range(2):
        for i, (ids, mask, label) in enumerate(reader()):
            ids, mask, label = to_variable(ids), to_variable(mask), to_variable(label)
            label._stop_gradient = True
            model.train()
            cost, acc, pred = model(ids, mask, label)
            cost.backward()
            sgd.minimize(cost, grad_clip=clip)
            model.clear_gradients()
            costs.append(float(cost.numpy()))
            if i % 20 == 0:
                print("step: %d, ave loss: %f, acc: %f, speed" % (i, cost.numpy(), acc.numpy()))
    model.eval()
    c, acc, _ = model(ids, mask, label)
    print("eval", c.numpy(), acc.numpy(), _.shape)
    assert np.mean(costs[-10:]) < np.mean(costs[:10]), costs
    fluid.save_dygraph(model.state_dict(), "senti")
    params, opt = fluid.load_dygraph("senti")
    for k, v in model.state_dict().items():
        assert np.allclose(v.numpy(), np.array(params[k]))

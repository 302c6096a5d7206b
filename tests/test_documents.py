"""The calls that PaddlePaddle's own tutorials are made of, as their readers run them: `paddlelite run script.py`.

The image search on CIFAR-10 (read from a small archive in the cache folder), the four ways to give an InputSpec,
saving, loading and retrieval; and the tour of eager mode. What does not depend on random numbers is compared word
by word with what PaddlePaddle 3.3.1 prints for the same calls.
"""

import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tests.vision.files import md5, write_cifar10

ROOT = pathlib.Path(__file__).parent.parent

NETWORK = """
import paddle
import paddle.nn.functional as F
import numpy as np

class Embedding(paddle.nn.Layer):
    def __init__(self):
        super(Embedding, self).__init__()
        self.conv1 = paddle.nn.Conv2D(in_channels=3, out_channels=32, kernel_size=(3, 3), stride=2)
        self.conv2 = paddle.nn.Conv2D(in_channels=32, out_channels=64, kernel_size=(3, 3), stride=2)
        self.conv3 = paddle.nn.Conv2D(in_channels=64, out_channels=128, kernel_size=(3, 3), stride=2)
        self.pool = paddle.nn.AdaptiveAvgPool2D((1, 1))
        self.fc = paddle.nn.Linear(in_features=128, out_features=8)

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.relu(conv(x))
        x = paddle.squeeze(self.pool(x), axis=[2, 3])
        x = self.fc(x)
        return x / paddle.norm(x, axis=1, keepdim=True)

class StaticEmbedding(Embedding):
    @paddle.jit.to_static()
    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        x = paddle.squeeze(self.pool(x), axis=[2, 3])
        x = self.fc(x)
        return x / paddle.norm(x, axis=1, keepdim=True)
"""


@pytest.fixture
def run(tmp_path):
    """Run a script in an empty folder, whose home holds a small CIFAR-10; returns what it prints."""
    cache = tmp_path / "home" / ".cache" / "paddle" / "dataset" / "cifar"
    cache.mkdir(parents=True)
    archive = write_cifar10(
        cache / "cifar-10-python.tar.gz", train=np.arange(100) % 10, test=np.arange(30) % 10
    )
    served = f"import paddle.vision.datasets.cifar as _; _.CIFAR10_MD5 = {md5(archive)!r}\n"

    def run_script(code):
        (tmp_path / "script.py").write_text(served + textwrap.dedent(code), encoding="utf-8")
        answer = subprocess.run(
            [sys.executable, "-m", "paddlelite", "run", "script.py"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home"), "PATH": "", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    return run_script


SEARCH = (
    NETWORK
    + """
import paddle.vision.transforms as T
from collections import defaultdict

transform = T.Compose([T.Transpose((2, 0, 1))])

def arrays(mode, count):
    data = paddle.vision.datasets.cifar.Cifar10(mode=mode, transform=transform)
    assert len(data) == count
    x, y = np.zeros((count, 3, 32, 32), dtype='float32'), np.zeros((count, 1), dtype='int64')
    for i in range(len(data)):
        image, label = data[i]
        x[i, :, :, :] = image / 255.
        y[i, 0] = label
    return x, np.squeeze(y)

x_train, y_train = arrays('train', 100)
x_test, y_test = arrays('test', 30)
by_class = defaultdict(list)
for i, y in enumerate(y_train):
    by_class[y].append(i)
rng = np.random.RandomState(0)

def pairs(batches):
    for _ in range(batches):
        x = np.empty((2, 10, 3, 32, 32), dtype=np.float32)
        for c in range(10):
            x[0, c], x[1, c] = x_train[rng.choice(by_class[c], 2, replace=False)]
        yield x

def train(model, batches=60):
    model.train()
    inverse_temperature = paddle.to_tensor(np.array([1.0 / 0.2], dtype='float32'))
    opt = paddle.optimizer.Adam(learning_rate=0.002, parameters=model.parameters())
    losses = []
    for batch_id, data in enumerate(pairs(batches)):
        anchors, positives = paddle.to_tensor(data[0]), paddle.to_tensor(data[1])
        similarities = paddle.matmul(model(anchors), model(positives), transpose_y=True)
        similarities = paddle.multiply(similarities, inverse_temperature)
        loss = F.cross_entropy(similarities, paddle.arange(0, 10, dtype='int64'))
        losses.append(loss.numpy())
        loss.backward()
        opt.step()
        opt.clear_grad()
    assert losses[0].shape == ()
    return np.array(losses)

def neighbours(model):
    with paddle.no_grad():
        found = model(paddle.to_tensor(x_test))
    similarities = paddle.matmul(found, found, transpose_y=True)
    return paddle.argsort(similarities, descending=True).numpy()

paddle.seed(7)
eager = Embedding()
static = StaticEmbedding()
static.set_state_dict(eager.state_dict())
print(paddle.summary(static, (10, 3, 32, 32)))
a = train(eager)
rng = np.random.RandomState(0)
b = train(static)
np.testing.assert_allclose(a[:20], b[:20], rtol=1e-3)
assert a[-5:].mean() < a[:5].mean() - 0.3, (a[:5], a[-5:])

paddle.jit.save(static, 'model')
loaded = paddle.jit.load('model')
ids = neighbours(loaded)
assert ids.shape == (30, 30) and ids.dtype == np.int64
assert (ids[:, 0] == np.arange(30)).mean() > 0.9          # an image is nearest to itself
x = paddle.to_tensor(x_test)
np.testing.assert_allclose(loaded(x).numpy(), static(x).numpy(), atol=1e-5)
hits = (y_test[ids[:, 1:3]] == y_test[:, None]).mean()
assert hits > 0.5, hits                                    # by chance: 0.07
"""
)

# Recorded from PaddlePaddle 3.3.1 (with NumPy 1, whose integers print as Python's do).
SUMMARY = """\
-------------------------------------------------------------------------------
   Layer (type)         Input Shape          Output Shape         Param #    
===============================================================================
     Conv2D-4        [[10, 3, 32, 32]]     [10, 32, 15, 15]         896      
     Conv2D-5        [[10, 32, 15, 15]]     [10, 64, 7, 7]        18,496     
     Conv2D-6         [[10, 64, 7, 7]]     [10, 128, 3, 3]        73,856     
AdaptiveAvgPool2D-2  [[10, 128, 3, 3]]     [10, 128, 1, 1]           0       
     Linear-2           [[10, 128]]            [10, 8]             1,032     
===============================================================================
Total params: 94,280
Trainable params: 94,280
Non-trainable params: 0
-------------------------------------------------------------------------------
Input size (MB): 0.12
Forward/backward pass size (MB): 0.89
Params size (MB): 0.36
Estimated Total Size (MB): 1.36
-------------------------------------------------------------------------------

{'total_params': 94280, 'trainable_params': 94280}
"""  # noqa: W291


def test_image_search(run, tmp_path):
    assert run(SEARCH) == SUMMARY
    for suffix in (".pdmodel", ".pdiparams", ".pdiparams.info"):
        assert (tmp_path / ("model" + suffix)).stat().st_size > 0


SPECS = """
import numpy as np
import paddle
from paddle.jit import to_static
from paddle.nn import Layer
from paddle.static import InputSpec

print(InputSpec([None, 784], 'float32', 'x'))
print(InputSpec([None, 1], 'int64', 'label'))
print(InputSpec.from_tensor(paddle.to_tensor(np.ones([2, 2], np.float32)), name='x'))
print(InputSpec.from_numpy(np.ones([2, 2], np.float32), name='x'))

def same(net, path, *inputs):
    'What was saved computes what the layer computes.'
    net.eval()
    expected = net(*inputs)
    got = paddle.jit.load(path)(*[i for i in inputs if isinstance(i, paddle.Tensor)])
    np.testing.assert_allclose(got.numpy(), expected.numpy(), atol=1e-6)

paddle.seed(1)
x, y, row = paddle.rand([4, 10]), paddle.rand([4, 3]), paddle.rand([3])

class Decorated(Layer):
    def __init__(self):
        super(Decorated, self).__init__()
        self.linear = paddle.nn.Linear(10, 3)

    @to_static
    def forward(self, x, y):
        out = self.linear(x)
        out = out + y
        return out

net = Decorated()
net.eval()
out = net(x, y)
paddle.jit.save(net, './net')
same(net, './net', x, y)

class Plain(Layer):
    def __init__(self):
        super(Plain, self).__init__()
        self.linear = paddle.nn.Linear(10, 3)

    def forward(self, x, y):
        out = self.linear(x)
        out = out + y
        return out

net = Plain()
net.eval()
net = paddle.jit.to_static(net)
out = net(x, y)
paddle.jit.save(net, './net')
same(net, './net', x, y)

net = Plain()
net.eval()
specs = [InputSpec(shape=[None, 10], dtype='float32', name='x'), InputSpec(shape=[3], dtype='float32', name='y')]
assert paddle.jit.save(net, path='simple_net', input_spec=specs) is None
same(net, 'simple_net', x, row)

class WithSpec(Layer):
    def __init__(self):
        super(WithSpec, self).__init__()
        self.linear = paddle.nn.Linear(10, 3)

    @to_static(input_spec=[InputSpec(shape=[None, 10], name='x'), InputSpec(shape=[3], name='y')])
    def forward(self, x, y):
        return self.linear(x) + y

net = WithSpec()
paddle.jit.save(net, './simple_net')
same(net, './simple_net', x, row)

net = Plain()
opt = paddle.optimizer.SGD(0.1, parameters=net.parameters())
for step in range(3):
    net(x, row).mean().backward()
    opt.step()
    opt.clear_grad()
net = to_static(net, input_spec=[InputSpec(shape=[None, 10], name='x'), InputSpec(shape=[3], name='y')])
paddle.jit.save(net, './simple_net')
same(net, './simple_net', x, row)

class Nested(Layer):
    def __init__(self):
        super(Nested, self).__init__()
        self.linear = paddle.nn.Linear(10, 3)

    @to_static(input_spec=[[InputSpec(shape=[None, 10], name='x'), InputSpec(shape=[3], name='y')]])
    def forward(self, inputs):
        x, y = inputs[0], inputs[1]
        return self.linear(x) + y

net = Nested()
paddle.jit.save(net, './nested')
np.testing.assert_allclose(paddle.jit.load('./nested')(x, row).numpy(), net([x, row]).numpy(), atol=1e-6)

class Optional(Layer):
    def __init__(self, ):
        super(Optional, self).__init__()
        self.linear = paddle.nn.Linear(10, 3)
        self.relu = paddle.nn.ReLU()

    def forward(self, x, use_act=False):
        out = self.linear(x)
        if use_act:
            out = self.relu(out)
        return out

net = Optional()
net = to_static(net, input_spec=[InputSpec(shape=[None, 10], name='x')])
paddle.jit.save(net, path='./without')
same(net, './without', x)
net = to_static(net, input_spec=[InputSpec(shape=[None, 10], name='x'), True])
paddle.jit.save(net, path='./with')
same(net, './with', x, True)
ran = [paddle.jit.load(path)(x).numpy().min() for path in ('./without', './with')]
assert ran[0] < 0 <= ran[1]

net = to_static(Optional())
opt = paddle.optimizer.SGD(0.1, parameters=net.parameters())
for step in range(4):
    before = net.linear.weight.numpy().copy()
    (-net(x, use_act=step % 2 == 1).sum()).backward()
    opt.step()
    opt.clear_grad()
    assert not np.array_equal(before, net.linear.weight.numpy()), step
assert len(net.forward.program_cache) == 2
"""


def test_input_specs(run):
    assert run(SPECS).splitlines() == [  # recorded from PaddlePaddle 3.3.1
        "InputSpec(shape=(-1, 784), dtype=paddle.float32, name=x, stop_gradient=False)",
        "InputSpec(shape=(-1, 1), dtype=paddle.int64, name=label, stop_gradient=False)",
        "InputSpec(shape=(2, 2), dtype=paddle.float32, name=x, stop_gradient=False)",
        "InputSpec(shape=(2, 2), dtype=paddle.float32, name=x, stop_gradient=False)",
    ]


EAGER = """
import paddle
import paddle.nn.functional as F
import numpy as np

a = paddle.to_tensor(np.array([[0.5, -1.25], [2.0, 3.0], [-4.0, 0.0]], 'float32'))
b = paddle.arange(1, 3, dtype='float32')
print(a)
print(b)
print(a + b)
print(paddle.matmul(a, b))

a = paddle.to_tensor(np.array([1, 2, 3]))
b = paddle.to_tensor(np.array([4, 5, 6]))
for i in range(10):
    r = paddle.rand([1,])
    if r > 0.5:
        c = paddle.pow(a, i) + b
        d = paddle.pow(a, i) - b
        sign = 1
    else:
        c = paddle.pow(a, i) - b
        d = paddle.pow(a, i) + b
        sign = -1
    assert ((c - d) * sign).numpy().tolist() == [8, 10, 12]
    print("{}: {}".format(i, paddle.pow(a, i).numpy()))

class MyModel(paddle.nn.Layer):
    def __init__(self, input_size, hidden_size):
        super(MyModel, self).__init__()
        self.linear1 = paddle.nn.Linear(input_size, hidden_size)
        self.linear2 = paddle.nn.Linear(hidden_size, hidden_size)
        self.linear3 = paddle.nn.Linear(hidden_size, 1)

    def forward(self, inputs):
        x = F.relu(self.linear1(inputs))
        if paddle.rand([1,]) > 0.5:
            x = F.relu(self.linear2(x))
        return self.linear3(x)

paddle.seed(1)
rng = np.random.RandomState(0)
x_data, y_data = rng.randn(200, 16).astype(np.float32), rng.randn(200, 1).astype(np.float32)
model = MyModel(16, 64)
loss_fn = paddle.nn.MSELoss(reduction='mean')
optimizer = paddle.optimizer.SGD(learning_rate=0.01, parameters=model.parameters())
losses = []
for t in range(300):
    idx = rng.choice(200, 32, replace=False)
    x, y = paddle.to_tensor(x_data[idx, :]), paddle.to_tensor(y_data[idx, :])
    loss = loss_fn(model(x), y)
    losses.append(float(loss.numpy()))
    loss.backward()
    optimizer.step()
    optimizer.clear_grad()
assert np.mean(losses[-30:]) < 0.8 * np.mean(losses[:30]), losses[::30]

inputs = paddle.rand((256, 64))
linear = paddle.nn.Linear(64, 8, bias_attr=False)
loss_fn = paddle.nn.MSELoss()
optimizer = paddle.optimizer.Adam(0.01, parameters=linear.parameters())
losses = []
for i in range(10):
    hidden = linear(inputs)
    outputs = paddle.matmul(hidden, linear.weight, transpose_y=True)  # the same weight twice
    loss = loss_fn(outputs, inputs)
    loss.backward()
    losses.append(loss.item())
    optimizer.step()
    optimizer.clear_grad()
assert losses[-1] < 0.5 * losses[0] and losses == sorted(losses, reverse=True), losses
print("step: {}, loss: {}".format(0, paddle.to_tensor(0.25).numpy()))
"""

# Recorded from PaddlePaddle 3.3.1.
PRINTED = """\
Tensor(shape=[3, 2], dtype=float32, place=Place(cpu), stop_gradient=True,
       [[ 0.50000000, -1.25000000],
        [ 2.        ,  3.        ],
        [-4.        ,  0.        ]])
Tensor(shape=[2], dtype=float32, place=Place(cpu), stop_gradient=True,
       [1., 2.])
Tensor(shape=[3, 2], dtype=float32, place=Place(cpu), stop_gradient=True,
       [[1.50000000, 0.75000000],
        [ 3.       ,  5.       ],
        [-3.       ,  2.       ]])
Tensor(shape=[3], dtype=float32, place=Place(cpu), stop_gradient=True,
       [-2.,  8., -4.])
0: [1 1 1]
1: [1 2 3]
2: [1 4 9]
3: [ 1  8 27]
4: [ 1 16 81]
5: [  1  32 243]
6: [  1  64 729]
7: [   1  128 2187]
8: [   1  256 6561]
9: [    1   512 19683]
step: 0, loss: 0.25
"""


def test_eager_tour(run):
    assert run(EAGER) == PRINTED

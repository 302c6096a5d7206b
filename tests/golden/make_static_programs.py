"""Records what whole static-mode scripts compute in real PaddlePaddle: the tests run the same functions.

Each function is a script as people write them for `paddle.static`; what it returns are numbers, or lists of them. Run
from the root: `python -m tests.golden.make_static_programs words resumed` with 3.3.1, `FLAGS_enable_pir_api=0 ...
recognize_digits gan` with 3.3.1, whose new programs have no static.nn.conv2d, and `... two_outputs` with 2.6.2.
"""

import json
import pathlib
import sys
import tempfile

import numpy as np


def _attr(paddle, seed, *shape, name=None):
    """The same first values in every framework."""
    values = np.random.RandomState(seed).standard_normal(shape).astype("float32") * 0.2
    return paddle.ParamAttr(name=name, initializer=paddle.nn.initializer.Assign(values))


def recognize_digits(paddle):
    """The tutorial: a convolutional network, a data loader with feed_list, a test program, an inference model."""
    static, F = paddle.static, paddle.nn.functional
    rng = np.random.RandomState(0)
    images = rng.rand(40, 1, 28, 28).astype("float32") * 2 - 1
    labels = rng.randint(0, 10, (40, 1)).astype("int64")

    class Digits(paddle.io.Dataset):
        def __getitem__(self, index):
            return images[index], labels[index]

        def __len__(self):
            return len(images)

    def network(image):
        hidden = static.nn.conv2d(image, 8, 5, act="relu", param_attr=_attr(paddle, 1, 8, 1, 5, 5))
        hidden = F.max_pool2d(hidden, 2, 2)
        hidden = static.nn.batch_norm(hidden)
        hidden = static.nn.conv2d(hidden, 12, 5, act="relu", param_attr=_attr(paddle, 2, 12, 8, 5, 5))
        hidden = F.max_pool2d(hidden, 2, 2)
        return static.nn.fc(hidden, 10, activation="softmax", weight_attr=_attr(paddle, 3, 192, 10))

    image = static.data("image", [None, 1, 28, 28], "float32")
    label = static.data("label", [None, 1], "int64")
    prediction = network(image)
    cost = F.cross_entropy(prediction, label, use_softmax=False)
    loss = paddle.mean(cost)
    accuracy = static.accuracy(prediction, label, k=3)
    test_program = static.default_main_program().clone(for_test=True)
    scheduler = paddle.optimizer.lr.PiecewiseDecay([2, 5], [0.01, 0.005, 0.001])
    paddle.optimizer.Adam(scheduler, weight_decay=paddle.regularizer.L2Decay(1e-3)).minimize(loss)

    place = paddle.CPUPlace()
    exe = static.Executor(place)
    exe.run(static.default_startup_program())
    loader = paddle.io.DataLoader(
        Digits(), feed_list=[image, label], places=place, batch_size=16, return_list=False
    )
    found = []
    for _ in range(2):
        for data in loader:
            found += [float(x) for x in exe.run(feed=data, fetch_list=[loss, accuracy])]
            scheduler.step()
    tested = [exe.run(test_program, feed=data, fetch_list=[loss, accuracy]) for data in loader]
    found += [float(np.mean([t[0] for t in tested])), float(np.mean([t[1] for t in tested]))]
    with tempfile.TemporaryDirectory() as folder:
        static.save_inference_model(f"{folder}/digits", [image], [prediction], exe)
        program, feeds, fetches = static.load_inference_model(f"{folder}/digits", exe)
        out = exe.run(program, feed={feeds[0]: images[:2]}, fetch_list=fetches)[0]
    return found, out.tolist()


def words(paddle):
    """An LSTM written as a while_loop over the words, with lengths; gradients clipped; Momentum."""
    static, F = paddle.static, paddle.nn.functional
    rng = np.random.RandomState(1)
    ids = rng.randint(0, 20, (6, 9)).astype("int64")
    lengths = np.array([9, 3, 7, 1, 5, 8], "int64")
    y = rng.randint(0, 2, (6, 1)).astype("float32")
    size = 8

    word = static.data("word", [None, None], "int64")
    length = static.data("length", [None], "int64")
    target = static.data("target", [None, 1], "float32")
    embedded = paddle.nn.Embedding(20, 5, weight_attr=_attr(paddle, 4, 20, 5))(word)
    steps = paddle.transpose(embedded, [1, 0, 2])
    w = paddle.create_parameter([5 + size, 4 * size], "float32", attr=_attr(paddle, 5, 5 + size, 4 * size))
    b = paddle.create_parameter([4 * size], "float32", is_bias=True)
    total = paddle.shape(word)[1]
    batch = paddle.shape(word)[0]
    zeros = paddle.zeros([batch, size], "float32")
    zeros.stop_gradient = False  # PaddlePaddle's loops give no gradient to what begins without one

    def going_on(t, h, c, w, b):
        return t < total

    def step(t, h, c, w, b):
        x = paddle.squeeze(paddle.gather(steps, paddle.reshape(t, [1])), [0])
        i, f, o, g = paddle.split(paddle.matmul(paddle.concat([x, h], 1), w) + b, 4, axis=1)
        new_c = F.sigmoid(f + 1.0) * c + F.sigmoid(i) * paddle.tanh(g)
        new_h = F.sigmoid(o) * paddle.tanh(new_c)
        alive = paddle.unsqueeze(paddle.cast(paddle.cast(t, "int64") < length, "float32"), 1)
        return [t + 1, new_h * alive + h * (1 - alive), new_c * alive + c * (1 - alive), w, b]

    first = paddle.zeros([], total.dtype)
    _, h, _, _, _ = static.nn.while_loop(going_on, step, [first, zeros, zeros * 1.0, w, b])
    logits = paddle.nn.Linear(size, 1, weight_attr=_attr(paddle, 6, size, 1))(h)
    loss = F.binary_cross_entropy_with_logits(logits, target)
    optimizer = paddle.optimizer.Momentum(0.5, 0.9, grad_clip=paddle.nn.ClipGradByGlobalNorm(1.0))
    optimizer.minimize(loss)
    exe = static.Executor()
    exe.run(static.default_startup_program())
    feed = {"word": ids, "length": lengths, "target": y}
    found = [float(exe.run(feed=feed, fetch_list=[loss])[0]) for _ in range(6)]
    short = {"word": ids[:, :4], "length": np.minimum(lengths, 4), "target": y}
    return [*found, float(exe.run(feed=short, fetch_list=[loss])[0])]


def gan(paddle):
    """Two programs on the same weights, each of which trains its own part."""
    static, F = paddle.static, paddle.nn.functional
    rng = np.random.RandomState(2)

    def dense(x, out, name, seed, act=None):
        weight = _attr(paddle, seed, int(x.shape[-1]), out, name=f"{name}.w")
        return static.nn.fc(
            x, out, weight_attr=weight, bias_attr=paddle.ParamAttr(name=f"{name}.b"), activation=act
        )

    def generate(noise):
        return dense(dense(noise, 12, "g1", 7, "relu"), 6, "g2", 8, "tanh")

    def judge(x):
        return dense(F.leaky_relu(dense(x, 10, "d1", 9)), 1, "d2", 10)

    def against(logits, value):
        return F.binary_cross_entropy_with_logits(logits, paddle.full_like(logits, value))

    startup, d_program, g_program = static.Program(), static.Program(), static.Program()
    with static.program_guard(d_program, startup):
        real, fake = static.data("real", [None, 6], "float32"), static.data("fake", [None, 6], "float32")
        d_loss = against(judge(real), 1.0) + against(judge(fake), 0.0)
        own = [p for p in d_program.all_parameters() if p.name.startswith("d")]
        paddle.optimizer.Adam(0.02, beta1=0.5).minimize(d_loss, parameters=own)
    with static.program_guard(g_program, startup):
        noise = static.data("noise", [None, 4], "float32")
        made = generate(noise)
        sample_program = g_program.clone(for_test=True)
        g_loss = against(judge(made), 1.0)
        own = [p for p in g_program.all_parameters() if p.name.startswith("g")]
        paddle.optimizer.Adam(0.02, beta1=0.5).minimize(g_loss, parameters=own)
    exe = static.Executor(paddle.CPUPlace())
    exe.run(startup)
    found = []
    for _ in range(4):
        z = rng.standard_normal((8, 4)).astype("float32")
        truth = np.tanh(rng.standard_normal((8, 6)) + 1).astype("float32")
        samples = exe.run(sample_program, feed={"noise": z}, fetch_list=[made])[0]
        found.append(float(exe.run(d_program, feed={"real": truth, "fake": samples}, fetch_list=[d_loss])[0]))
        found.append(float(exe.run(g_program, feed={"noise": z}, fetch_list=[g_loss])[0]))
    return found


def resumed(paddle):
    """Trained, saved with `static.save`, loaded into fresh programs and a fresh scope, and trained on."""
    static = paddle.static
    rng = np.random.RandomState(3)
    x, y = rng.rand(12, 5).astype("float32"), rng.rand(12, 1).astype("float32")

    def build():
        main, startup = static.Program(), static.Program()
        with static.program_guard(main, startup):
            a, b = static.data("x", [None, 5]), static.data("y", [None, 1])
            hidden = paddle.nn.Linear(5, 7, weight_attr=_attr(paddle, 11, 5, 7, name="h.w"), bias_attr="h.b")(
                a
            )
            hidden = paddle.nn.LayerNorm(7, weight_attr="n.w", bias_attr="n.b")(
                paddle.nn.functional.gelu(hidden)
            )
            out = paddle.nn.Linear(7, 1, weight_attr=_attr(paddle, 12, 7, 1, name="o.w"), bias_attr="o.b")(
                hidden
            )
            loss = paddle.mean(paddle.nn.functional.square_error_cost(out, b))
            paddle.optimizer.AdamW(0.05, weight_decay=0.02).minimize(loss)
        return main, startup, loss

    def train(main, loss, exe, steps):
        return [float(exe.run(main, feed={"x": x, "y": y}, fetch_list=[loss])[0]) for _ in range(steps)]

    with tempfile.TemporaryDirectory() as folder:
        exe = static.Executor()
        main, startup, loss = build()
        exe.run(startup)
        first = train(main, loss, exe, 3)
        static.save(main, f"{folder}/model")
        on = train(main, loss, exe, 3)
        static.load(main, f"{folder}/model")
        again = train(main, loss, exe, 3)
    return first, on, again


def two_outputs(paddle):
    """Branches by a fed step, a counter kept in a global variable, gradients of an input, and a switch_case."""
    static = paddle.static
    x = static.data("x", [4, 3], "float32")
    x.stop_gradient = False
    kind = static.data("kind", [1], "int32")
    counter = static.create_global_var([1], 0.0, "float32", persistable=True, name="counter")
    w = paddle.create_parameter([3, 3], "float32", attr=_attr(paddle, 13, 3, 3))
    base = paddle.matmul(x, w)
    picked = static.nn.switch_case(
        kind, {0: lambda: paddle.exp(base), 1: lambda: base * base, 2: lambda: paddle.sin(base)},
        default=lambda: base,
    )  # fmt: skip
    warm = static.nn.cond(paddle.mean(paddle.abs(base)) > 0.2, lambda: picked * 0.5, lambda: picked + 1.0)
    loss = paddle.mean(warm)
    (dx,) = static.gradients([loss], [x])
    paddle.increment(counter)
    exe = static.Executor()
    exe.run(static.default_startup_program())
    values = np.random.RandomState(4).rand(4, 3).astype("float32")
    found = []
    for n in (0, 1, 2, 7):
        feed = {"x": values, "kind": np.array([n], "int32")}
        a, b, c = exe.run(feed=feed, fetch_list=[loss, dx, counter])
        found.append([float(a), float(np.abs(b).sum()), float(c[0])])
    return found


PROGRAMS = {f.__name__: f for f in (recognize_digits, words, gan, resumed, two_outputs)}


def run(paddle, name):
    """What one of the scripts computes, in fresh programs."""
    paddle.enable_static()
    static = paddle.static
    try:
        with static.program_guard(static.Program(), static.Program()), static.scope_guard(static.Scope()):
            return PROGRAMS[name](paddle)
    finally:
        paddle.disable_static()


if __name__ == "__main__":
    import paddle

    path = pathlib.Path(__file__).parent / "static_programs.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:]:
        found[name] = run(paddle, name)
    path.write_text(
        "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n"
    )

"""Runs of `paddle.Model` from fixed weights, with what they print; used here and by tests/golden/make_hapi.py."""

import contextlib
import io
import os
import re
import tempfile

import numpy as np

draw = np.random.RandomState(0)
X = draw.randn(50, 6).astype("float32")
Y = X[:, :3].argmax(1).astype("int64")[:, None]


def plain(value):
    """Numbers as JSON has them."""
    if isinstance(value, np.ndarray):
        return value.astype(float).tolist()
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return float(value) if isinstance(value, (float, np.floating)) else value


def without_times(text):
    """What is printed, without how long it took, and without what only draws over it."""
    text = re.sub(r"\x08*\r", "", text)
    text = re.sub(r"ETA: [\d:s]+", "ETA: T", text)
    text = re.sub(r"- \d+(us|ms|s)/step", "- T/step", text)
    text = re.sub(r"(_cost: )[\d.]+ sec", r"\1T", text)
    text = re.sub(r"ips: [\d.]+ samples", "ips: N samples", text)
    text = re.sub(r"at /\S*?/(\w+)\n", r"at DIR/\1\n", text)
    return re.sub(" +\n", "\n", text)


@contextlib.contextmanager
def fresh_programs(paddle):
    """Static mode, with programs and a scope of its own."""
    static = paddle.static
    paddle.enable_static()
    try:
        with static.program_guard(static.Program(), static.Program()), static.scope_guard(static.Scope()):
            yield
    finally:
        paddle.disable_static()


def runs(paddle, static=False):
    """{name: [what was printed, what came out]}; in static mode what that can do."""
    found = {}
    surroundings = (lambda: fresh_programs(paddle)) if static else contextlib.nullcontext

    class Data(paddle.io.Dataset):
        def __init__(self, size=50):
            self.size = size

        def __getitem__(self, index):
            return X[index], Y[index]

        def __len__(self):
            return self.size

    class Inputs(Data):
        def __getitem__(self, index):
            return (X[index],)

    class Stream(paddle.io.IterableDataset):
        def __iter__(self):
            return iter(zip(X[:20], Y[:20]))

    def model(metrics=None, optimizer=None):
        weights = np.random.RandomState(5)

        def attr(*shape):
            values = weights.randn(*shape).astype("float32") * 0.3
            return paddle.ParamAttr(initializer=paddle.nn.initializer.Assign(values))

        def linear(rows, columns):
            return paddle.nn.Linear(rows, columns, weight_attr=attr(rows, columns), bias_attr=attr(columns))

        net = paddle.nn.Sequential(linear(6, 8), paddle.nn.Tanh(), linear(8, 3))
        spec = paddle.static.InputSpec
        specs = [[spec([None, 6], "float32", "x")], [spec([None, 1], "int64", "y")]] if static else []
        made = paddle.Model(net, *specs)
        optimizer = optimizer or (lambda p: paddle.optimizer.Adam(0.05, parameters=p))
        made.prepare(optimizer(net.parameters()), paddle.nn.CrossEntropyLoss(), metrics)
        return made

    def note(name, run):
        text = io.StringIO()
        with contextlib.redirect_stdout(text), surroundings():
            result = plain(run())
        found[name] = [without_times(text.getvalue()), result]

    def sums(made):
        held = paddle.static.global_scope().find_var
        arrays = [held(p.name).get_tensor() if static else p for p in made.parameters()]
        return [np.array(array).sum() for array in arrays]

    def fit(metrics="one", optimizer=None, **options):
        accuracy = {
            "one": lambda: paddle.metric.Accuracy(),
            "two": lambda: paddle.metric.Accuracy(topk=(1, 2)),
            "none": lambda: None,
        }[metrics]()
        made = model(accuracy, optimizer)
        made.fit(
            Data(),
            **{"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 2, "log_freq": 2, **options},
        )
        return sums(made)

    C = paddle.callbacks
    for verbose in (0, 1, 2, 3):
        note(f"fit, verbose {verbose}", lambda: fit(verbose=verbose))
    note("fit and evaluate, verbose 1", lambda: fit(verbose=1, eval_data=Data(20)))
    note("two metrics", lambda: fit("two", eval_data=Data(20), eval_freq=2, epochs=3))
    note("no metric", lambda: fit("none", verbose=1))
    if not static:
        note("gradients of two batches", lambda: fit(accumulate_grad_batches=2))
        note("gradients of three batches", lambda: fit(accumulate_grad_batches=3))
    note("five batches", lambda: fit(num_iters=5))
    note("three batches", lambda: fit(num_iters=3))
    note("no last batch", lambda: fit(drop_last=True, log_freq=1))
    for verbose in (1, 2):

        def stream():
            loader = paddle.io.DataLoader(Stream(), batch_size=8)
            model(paddle.metric.Accuracy()).fit(loader, epochs=1, verbose=verbose, log_freq=1)

        note(f"a stream, verbose {verbose}", stream)
    with tempfile.TemporaryDirectory() as folder:
        note("saving", lambda: fit(save_dir=folder, save_freq=2, epochs=3))
        found["saved"] = sorted(os.listdir(folder))
    with tempfile.TemporaryDirectory() as folder:
        stop = lambda: C.EarlyStopping("acc", patience=1, min_delta=0.5)
        note("stopping early", lambda: fit(eval_data=Data(20), epochs=6, callbacks=[stop()], save_dir=folder))
        found["saved early"] = sorted(os.listdir(folder))
    steps = lambda every: (
        lambda p: paddle.optimizer.SGD(paddle.optimizer.lr.StepDecay(0.5, every, 0.5), parameters=p)
    )
    note("a schedule", lambda: fit(optimizer=steps(2)))
    by_epoch = lambda: C.LRScheduler(by_step=False, by_epoch=True)
    note("a schedule by epochs", lambda: fit(optimizer=steps(1), callbacks=by_epoch()))
    for verbose in (0, 1, 2):
        two = lambda: model(paddle.metric.Accuracy(topk=(1, 2)))
        note(f"evaluate, verbose {verbose}", lambda: two().evaluate(Data(), 16, 2, verbose))
        note(f"predict, verbose {verbose}", lambda: model().predict(Inputs(), 16, 0, verbose == 2, verbose))
    note("evaluate two batches", lambda: two().evaluate(Data(), 16, 2, num_iters=2))

    def batches():
        made = model(paddle.metric.Accuracy())
        given = [X[:8]], [Y[:8]]
        results = [made.train_batch(*given, update=static or update) for update in (True, False, True)]
        results += [made.eval_batch(*given), made.predict_batch(given[0])]
        bare = model()
        return [*results, bare.train_batch(*given), bare.eval_batch(*given)]

    note("batches", batches)

    class Log(C.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

    for moment in [
        *(f"{mode}_{when}" for mode in ("train", "eval", "predict") for when in ("begin", "end")),
        *(f"{mode}_batch_{when}" for mode in ("train", "eval", "predict") for when in ("begin", "end")),
        "epoch_begin",
        "epoch_end",
    ]:

        def called(self, *args, moment=moment):
            self.seen.append([moment, *(each for each in args if isinstance(each, int))])

        setattr(Log, f"on_{moment}", called)

    def order():
        log, made = Log(), model(paddle.metric.Accuracy())
        made.fit(Data(20), Data(20), batch_size=[10, 20], epochs=2, verbose=0, callbacks=[log])
        params = dict(log.params)
        made.predict(Inputs(20), batch_size=10, verbose=0, callbacks=log)
        return [log.seen, params]

    note("the order of callbacks", order)
    return found


def operations(paddle):
    """What `paddle.flops` prints and returns."""
    nn = paddle.nn

    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2D(1, 6, 3, padding=1), nn.BatchNorm2D(6), nn.ReLU(), nn.MaxPool2D(2, 2),
                nn.Conv2D(6, 16, 5, groups=2, bias_attr=False), nn.LeakyReLU(), nn.AvgPool2D(2, 2),
                nn.AdaptiveAvgPool2D(2), nn.Conv2DTranspose(16, 4, 3),
            )  # fmt: skip
            self.scores = nn.Sequential(nn.Linear(64, 12), nn.Dropout(), nn.Sigmoid(), nn.Linear(12, 10))

        def forward(self, x):
            return self.scores(paddle.flatten(self.features(x), 1))

    def sigmoid(layer, inputs, output):
        layer.total_ops += int(inputs[0].numel())

    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        net = Net()
        plain = paddle.flops(net, [1, 1, 28, 28])
        custom = paddle.flops(net, [1, 1, 28, 28], custom_ops={nn.Sigmoid: sigmoid}, print_detail=True)
    return [text.getvalue(), plain, custom]

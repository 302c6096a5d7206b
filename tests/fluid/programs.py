"""Programs of 1.x, built so that PaddlePaddle 1.8.5 and this package run the same code: training, decays, control flow.

Each function takes ``fluid`` and gives ``(feed, what to fetch, how many runs)``.
"""

import numpy as np

X = np.random.RandomState(0).rand(4, 3).astype("float32")
Y = np.random.RandomState(1).rand(4, 1).astype("float32")
PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def constant(fluid, value, name=None):
    return fluid.ParamAttr(name=name, initializer=fluid.initializer.Constant(value))


def given(fluid, values):
    return fluid.ParamAttr(initializer=fluid.initializer.NumpyArrayInitializer(np.array(values, "float32")))


def training(name, make):
    def build(fluid):
        L = fluid.layers
        x, y = L.data("x", [3]), L.data("y", [1])
        p = L.fc(x, 1, param_attr=constant(fluid, 0.5), bias_attr=constant(fluid, 0.1))
        loss = L.mean(L.square_error_cost(p, y))
        make(fluid, L).minimize(loss)
        return {"x": X, "y": Y}, [loss], 4

    PROGRAMS[name] = build


def clipped(fluid, L):
    fluid.clip.set_gradient_clip(fluid.clip.GradientClipByGlobalNorm(0.1))
    return fluid.optimizer.SGD(0.5)


def recomputed(fluid, L):
    optimizer = fluid.optimizer.RecomputeOptimizer(fluid.optimizer.SGD(0.3))
    optimizer._set_checkpoints([fluid.default_main_program().global_block().var("x")])
    return optimizer


def averaged(name, make):
    """Four runs, one under the averages, one after it."""

    def build(fluid):
        L = fluid.layers
        x, y = L.data("x", [3]), L.data("y", [1])
        loss = L.mean(L.square_error_cost(L.fc(x, 1, param_attr=constant(fluid, 0.5)), y))
        test = fluid.default_main_program().clone(for_test=True)
        fluid.optimizer.SGD(0.3).minimize(loss)
        return {"x": X, "y": Y}, [loss], 4, (make(fluid), test)

    PROGRAMS[name] = build


def ema(fluid):
    averages = fluid.optimizer.ExponentialMovingAverage(0.6)
    averages.update()
    return averages


averaged("model_average", lambda f: f.optimizer.ModelAverage(0.5, 2, 3))
averaged("model_average wide", lambda f: f.optimizer.ModelAverage(0.15))
averaged("exponential_moving_average", ema)
training("sgd", lambda f, L: f.optimizer.SGD(0.1))
training("momentum", lambda f, L: f.optimizer.Momentum(0.1, 0.9, regularization=f.regularizer.L2Decay(0.01)))
training("adam", lambda f, L: f.optimizer.Adam(0.05))
training("exponential_decay", lambda f, L: f.optimizer.SGD(L.exponential_decay(0.3, 2, 0.5, True)))
training("natural_exp_decay", lambda f, L: f.optimizer.SGD(L.natural_exp_decay(0.3, 2, 0.5)))
training("inverse_time_decay", lambda f, L: f.optimizer.SGD(L.inverse_time_decay(0.3, 2, 0.5)))
training("piecewise_decay", lambda f, L: f.optimizer.SGD(L.piecewise_decay([1, 2], [0.3, 0.1, 0.01])))
training("polynomial_decay", lambda f, L: f.optimizer.SGD(L.polynomial_decay(0.3, 3)))
training("polynomial_decay cycle", lambda f, L: f.optimizer.SGD(L.polynomial_decay(0.3, 2, 0.01, 2.0, True)))
training("cosine_decay", lambda f, L: f.optimizer.SGD(L.cosine_decay(0.3, 1, 4)))
training("noam_decay", lambda f, L: f.optimizer.SGD(L.noam_decay(16, 3)))
training(
    "linear_lr_warmup",
    lambda f, L: f.optimizer.SGD(L.linear_lr_warmup(L.exponential_decay(0.3, 2, 0.5, True), 2, 0.0, 0.3)),
)
training("set_gradient_clip", clipped)
training("ftrl", lambda f, L: f.optimizer.Ftrl(0.1, l1=0.01, l2=0.01))
training("lars_momentum", lambda f, L: f.optimizer.LarsMomentum(0.1, 0.9, 0.02))
training("decayed_adagrad", lambda f, L: f.optimizer.DecayedAdagrad(0.1))
training("dpsgd", lambda f, L: f.optimizer.Dpsgd(0.1, 0.3, 2.0, 0.0))
training("adamax", lambda f, L: f.optimizer.Adamax(0.1))
training("adagrad", lambda f, L: f.optimizer.Adagrad(0.1, initial_accumulator_value=0.1))
training("rmsprop", lambda f, L: f.optimizer.RMSProp(0.1, centered=True, momentum=0.5))
training("lookahead", lambda f, L: f.optimizer.LookaheadOptimizer(f.optimizer.SGD(0.3), alpha=0.4, k=2))
training("recompute", recomputed)


@program
def a_rate_is_a_variable(fluid):
    return {}, [fluid.layers.exponential_decay(0.3, 2, 0.5) * 2.0], 3


@program
def while_block(fluid):
    L = fluid.layers
    i, n = L.fill_constant([1], "int64", 0), L.fill_constant([1], "int64", 5)
    total = L.fill_constant([1], "float32", 0.0)
    cond = L.less_than(i, n)
    loop = L.While(cond)
    with loop.block():
        L.assign(L.elementwise_add(total, L.cast(i, "float32")), total)
        L.increment(i, 1, in_place=True)
        L.less_than(i, n, cond=cond)
    return {}, [i, total], 1


@program
def switch_block(fluid):
    L = fluid.layers
    x = L.data("x", [1], append_batch_size=False)
    out = L.create_global_var([1], 0.0, "float32", persistable=True)
    with L.Switch() as switch:
        with switch.case(L.less_than(x, L.fill_constant([1], "float32", 1.0))):
            L.assign(L.fill_constant([1], "float32", 10.0), out)
        with switch.default():
            L.assign(L.fill_constant([1], "float32", 20.0), out)
    return {"x": np.array([0.5], "float32")}, [out], 1


@program
def cond(fluid):
    L = fluid.layers
    x = L.data("x", [3])
    small = L.less_than(L.reduce_sum(x), L.fill_constant([1], "float32", 100.0))
    return {"x": X}, [L.cond(small, lambda: x * 2, lambda: x * 3)], 1


@program
def case_and_switch_case(fluid):
    L = fluid.layers
    a, b = L.fill_constant([1], "float32", 1.0), L.fill_constant([1], "float32", 2.0)

    def number(value):
        return lambda: L.fill_constant([1], "int32", value)

    chosen = L.case([(L.less_than(b, a), number(1)), (L.less_than(a, b), number(2))], default=number(3))
    return {}, [chosen, L.switch_case(L.fill_constant([1], "int32", 1), {0: number(7), 1: number(8)})], 1


@program
def while_loop(fluid):
    L = fluid.layers
    i = L.fill_constant([1], "int64", 0)
    return (
        {},
        L.while_loop(lambda i: L.less_than(i, L.fill_constant([1], "int64", 4)), lambda i: [i + 1], [i]),
        1,
    )


@program
def step_counter(fluid):
    return {}, [fluid.layers.autoincreased_step_counter(begin=5, step=2)], 3


@program
def running_statistics(fluid):
    L = fluid.layers
    hidden = L.fc(L.data("x", [3]), 4, param_attr=constant(fluid, 0.3))
    y = L.batch_norm(hidden, moving_mean_name="mm", moving_variance_name="mv")
    loss = L.mean(y * y)
    fluid.optimizer.SGD(0.1).minimize(loss)
    return {"x": X}, [loss, "mm", "mv"], 3


@program
def embedding(fluid):
    L = fluid.layers
    table = fluid.initializer.NumpyArrayInitializer(np.arange(10).reshape(5, 2).astype("float32"))
    found = L.embedding(
        L.data("ids", [1], dtype="int64"), [5, 2], param_attr=fluid.ParamAttr(name="e", initializer=table)
    )
    loss = L.mean(found)
    fluid.optimizer.SGD(1.0).minimize(loss)
    return {"ids": np.array([[1], [2], [1]], "int64")}, [loss, "e"], 2


@program
def a_shared_parameter(fluid):
    L, shared = fluid.layers, constant(fluid, 0.2, "w")
    hidden = L.fc(L.data("x", [3]), 3, param_attr=shared, bias_attr=False)
    return {"x": X}, [L.fc(hidden, 3, param_attr=shared, bias_attr=False)], 1


@program
def gradients(fluid):
    x = fluid.layers.data("x", [3])
    x.stop_gradient = False
    return {"x": X}, fluid.gradients(fluid.layers.reduce_sum(fluid.layers.square(x)), x), 1


@program
def auc(fluid):
    """Of all runs and of this one, whose labels differ from the last one's."""
    L = fluid.layers
    x = L.fc(
        L.data("x", [3]), 2, act="softmax", param_attr=given(fluid, [[0.5, 0.1], [0.2, -0.3], [-0.4, 0.9]])
    )
    turn = L.autoincreased_step_counter()
    label = L.cast(L.less_than(L.slice(x, [1], [0], [1]), L.data("y", [1])), "int64")
    label = L.elementwise_mod(L.elementwise_add(label, turn), L.fill_constant([1], "int64", 2))
    found, of_batch, _ = L.auc(x, label, num_thresholds=100)
    return {"x": X, "y": Y}, [found, of_batch], 3


def static_rnn(fluid, batch):
    """A language model's step: two memories, one of which begins with a variable; what is made inside is shared."""
    L = fluid.layers
    words = fluid.data("words", [3, batch, 2])
    words.stop_gradient = False  # 1.8.5 fails otherwise
    start = L.fc(L.data("start", [2]), 4, param_attr=constant(fluid, 0.2, "start.w"), bias_attr=False)
    rnn = L.StaticRNN()
    with rnn.step():
        word = rnn.step_input(words)
        before = rnn.memory(init=start)
        total = rnn.memory(shape=[-1, 4], batch_ref=word, init_value=0.5)
        mixed = L.fc(
            [word, before], 4, act="tanh", bias_attr=False,
            param_attr=[given(fluid, [[0.1, 0.2, -0.3, 0.4], [0.5, -0.6, 0.7, 0.8]]), constant(fluid, 0.1)],
        )  # fmt: skip
        summed = L.elementwise_add(total, mixed)
        rnn.update_memory(before, mixed)
        rnn.update_memory(total, summed)
        rnn.step_output(mixed)
        rnn.output(summed)
    mixed, summed = rnn()
    loss = L.mean(
        L.square(L.fc(L.concat([mixed, summed], 2), 1, num_flatten_dims=2, param_attr=constant(fluid, 0.3)))
    )
    fluid.optimizer.SGD(0.2).minimize(loss)
    feed = {"words": np.random.RandomState(5).rand(3, 4, 2).astype("float32"), "start": X[:, :2]}
    return feed, [loss, mixed, summed], 4


PROGRAMS["static_rnn"] = lambda fluid: static_rnn(fluid, 4)
PROGRAMS["static_rnn of any batch"] = lambda fluid: static_rnn(fluid, -1)


def weight_norm(dim):
    def build(fluid):
        L = fluid.layers
        attr = fluid.WeightNormParamAttr(
            dim,
            "w",
            fluid.initializer.NumpyArrayInitializer(np.arange(1, 7, dtype="float32").reshape(3, 2) / 10),
        )
        loss = L.mean(L.square(L.fc(L.data("x", [3]), 2, param_attr=attr)))
        fluid.optimizer.SGD(0.3).minimize(loss)
        return {"x": X}, [loss], 4

    return build


PROGRAMS["weight_norm"] = weight_norm(None)
PROGRAMS["weight_norm of columns"] = weight_norm(1)
PROGRAMS["weight_norm of rows"] = weight_norm(0)


@program
def the_rate_of_an_optimizer(fluid):
    L = fluid.layers
    optimizer = fluid.optimizer.SGD(0.25)
    optimizer.minimize(L.mean(L.fc(L.data("x", [3]), 1)))
    return {"x": X}, [optimizer._global_learning_rate()], 2


@program
def arrays(fluid):
    L = fluid.layers
    array, i = L.create_array("float32"), L.fill_constant([1], "int64", 0)
    L.array_write(L.fill_constant([2], "float32", 3.0), i, array=array)
    return {}, [L.array_read(array, i), L.array_length(array)], 1


@program
def two_inputs(fluid):
    L = fluid.layers
    x, y = L.data("x", [-1, 3], append_batch_size=False), fluid.data("y", [None, 1])
    return {"x": X, "y": Y}, [L.concat([x, y], 1), L.topk(x, 2)[0], L.dropout(x, 0.5, is_test=True)], 1


IMAGES = np.random.RandomState(0).rand(3, 1, 8, 8).astype("float32")


def saved_model(fluid):
    """The network whose files 1.8.5 has written."""
    L = fluid.layers
    hidden = L.pool2d(L.conv2d(L.data("x", [1, 8, 8]), 4, 3, act="relu"), 2, "max", 2)
    return L.fc(L.batch_norm(hidden), 5, act="softmax")


def run(fluid, build):
    """The numbers of every run of a program."""
    main, startup = fluid.Program(), fluid.Program()
    main.random_seed = startup.random_seed = 7
    with fluid.program_guard(main, startup), fluid.unique_name.guard():
        feed, fetch, runs, *averages = build(fluid)
    exe = fluid.Executor(fluid.CPUPlace())
    with fluid.scope_guard(fluid.Scope()):
        exe.run(startup)
        arrays = [exe.run(main, feed=feed, fetch_list=fetch) for _ in range(runs)]
        for average, test in averages:
            with average.apply(exe):
                arrays.append(exe.run(test, feed=feed, fetch_list=[fetch[0].name]))
            arrays.append(exe.run(test, feed=feed, fetch_list=[fetch[0].name]))
        return [[np.asarray(a).tolist() for a in run] for run in arrays]

"""``nce`` under PaddlePaddle 1.8.5, with the classes it has drawn: what follows from them is compared with ours."""

import numpy as np

X = np.random.RandomState(0).uniform(-1, 1, (4, 3)).astype("float32")
W = np.random.RandomState(1).uniform(-1, 1, (6, 3)).astype("float32")
B = np.random.RandomState(2).uniform(-1, 1, (6, 1)).astype("float32")
ROW_WEIGHTS = np.array([[1.0], [0.5], [2.0], [0.0]], "float32")
CHANCES = [0.1, 0.2, 0.3, 0.05, 0.25, 0.1]
LABELS = {
    "one": np.array([[0], [3], [5], [2]], "int64"),
    "two": np.array([[0, 1], [3, 4], [5, 0], [2, 3]], "int64"),
}
SAMPLERS = ("uniform", "log_uniform", "custom_dist")


def record(fluid):
    """The classes (true ones first), the cost, and the gradients of its sum, for every sampler and form of label."""
    found = {}
    for sampler in SAMPLERS:
        for kind, label in LABELS.items():
            main, startup = fluid.Program(), fluid.Program()
            with fluid.program_guard(main, startup), fluid.unique_name.guard():
                x, y = fluid.data("x", [4, 3]), fluid.data("y", list(label.shape), "int64")
                weights = fluid.data("weights", [4, 1])
                x.stop_gradient = False
                given = fluid.initializer.NumpyArrayInitializer
                cost = fluid.layers.nce(
                    x, y, 6, weights, fluid.ParamAttr("w", given(W)), fluid.ParamAttr("b", given(B)), 3,
                    sampler=sampler, custom_dist=CHANCES, seed=1,
                )  # fmt: skip
                fluid.backward.append_backward(fluid.layers.reduce_sum(cost))
            (drawn,) = [o.output("SampleLabels")[0] for o in main.global_block().ops if o.type == "nce"]
            exe = fluid.Executor(fluid.CPUPlace())
            with fluid.scope_guard(fluid.Scope()):
                exe.run(startup)
                names = [drawn, cost.name, "x@GRAD", "w@GRAD", "b@GRAD"]
                feed = {"x": X, "y": label, "weights": ROW_WEIGHTS}
                for name, array in zip(("drawn", "cost", "x", "w", "b"), exe.run(main, feed, names)):
                    found["|".join((sampler, kind, name))] = np.asarray(array)
    return found

"""Running the cases: the same under PaddlePaddle 1.8.5 and here, in a guard and in a program."""

import zlib

import numpy as np


class Drawn:
    """The variables of one case, from numbers that depend on the case's name only."""

    np = np

    def __init__(self, fluid, name, eager):
        self.fluid, self.eager = fluid, eager
        self.rng = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
        self.inputs, self.feed = [], {}

    def _variable(self, array):
        if self.eager:
            x = self.fluid.dygraph.to_variable(array)
        else:
            name = "x" + str(len(self.feed))
            x = self.fluid.data(name, array.shape, str(array.dtype))
            self.feed[name] = array
        x.stop_gradient = array.dtype.kind != "f"
        self.inputs.append(x)
        return x

    def v(self, *shape):
        return self._variable(self.rng.uniform(-2, 2, shape).astype("float32"))

    def p(self, *shape):
        return self._variable(self.rng.uniform(0.05, 1, shape).astype("float32"))

    def i(self, high, *shape, **low):
        return self._variable(self.rng.randint(low.get("low", 0), high, shape).astype("int64"))

    def b(self, *shape):
        return self._variable(self.rng.uniform(size=shape) < 0.5)

    def const(self, values):
        return self._variable(np.array(values, "int64"))

    def P(self, *shape):
        values = self.rng.uniform(-1, 1, shape).astype("float32")
        return self.fluid.ParamAttr(initializer=self.fluid.initializer.NumpyArrayInitializer(values))


def listed(out):
    return list(out) if isinstance(out, (list, tuple)) else [out]


def eager(fluid, name, function):
    """The outputs of a case in a guard, and the gradient of the sum of their squares for its first floating input."""
    with fluid.dygraph.guard():
        drawn = Drawn(fluid, name, True)
        outs = listed(function(fluid.layers, drawn))
        found = {"out" + str(k): np.asarray(o.numpy()) for k, o in enumerate(outs)}
        floats = [o for k, o in enumerate(outs) if found["out" + str(k)].dtype.kind == "f"]
        sources = [x for x in drawn.inputs if not x.stop_gradient]
        if floats and sources:
            loss = fluid.layers.sums([fluid.layers.reduce_sum(o * o) for o in floats])
            if not loss.stop_gradient:
                loss.backward()
                gradient = sources[0].gradient()
                if gradient is not None:
                    found["grad"] = np.asarray(gradient)
        return found


def static(fluid, name, function):
    """The outputs of a case in a program."""
    main, startup = fluid.Program(), fluid.Program()
    with fluid.program_guard(main, startup):
        drawn = Drawn(fluid, name, False)
        outs = listed(function(fluid.layers, drawn))
        exe = fluid.Executor(fluid.CPUPlace())
        with fluid.scope_guard(fluid.Scope()):
            exe.run(startup)
            arrays = exe.run(main, feed=drawn.feed, fetch_list=outs)
    return {"out" + str(k): np.asarray(a) for k, a in enumerate(arrays)}

"""Layers and optimizers of 1.8's dygraph, called so that PaddlePaddle 1.8.5 and this package run the same code."""

import numpy as np

EDGES = np.array(
    [[[1, 2], [1, 3], [1, 4], [2, 5], [2, 6], [0, 0]], [[2, 1], [1, 3], [3, 4], [3, 6], [3, 5], [0, 0]]]
)


class Edged:
    """A TreeConv with the edges it is called with."""

    def __init__(self, D, layer):
        self.layer, self.edges, self.parameters = (
            layer,
            D.to_variable(EDGES.astype("int32")),
            layer.parameters,
        )

    def __call__(self, nodes):
        return self.layer(nodes, self.edges)


def layers(D, P):
    """Each layer with the shapes of its inputs."""
    return {
        "Conv2D": (lambda: D.Conv2D(3, 4, 3, 2, 1, groups=1, param_attr=P(4, 3, 3, 3), bias_attr=P(4), act="relu"),
                   (2, 3, 6, 5)),
        "Conv3D": (lambda: D.Conv3D(2, 3, 2, groups=1, param_attr=P(3, 2, 2, 2, 2), bias_attr=P(3)), (1, 2, 4, 4, 4)),
        "Conv2DTranspose": (lambda: D.Conv2DTranspose(3, 2, 3, None, 1, 2, param_attr=P(3, 2, 3, 3), bias_attr=P(2)),
                            (2, 3, 4, 4)),
        "Conv3DTranspose": (lambda: D.Conv3DTranspose(2, 3, 2, param_attr=P(2, 3, 2, 2, 2), bias_attr=P(3)),
                            (1, 2, 3, 3, 3)),
        "Pool2D": (lambda: D.Pool2D(3, "avg", 2, 1, exclusive=False), (2, 3, 6, 6)),
        "Linear": (lambda: D.Linear(3, 4, P(3, 4), P(4), "tanh"), (5, 3)),
        "BatchNorm": (lambda: D.BatchNorm(3, "relu", param_attr=P(3), bias_attr=P(3)), (4, 3, 2, 2)),
        "LayerNorm": (lambda: D.LayerNorm([3, 2], param_attr=P(6), bias_attr=P(6), act="relu"), (4, 3, 2)),
        "GroupNorm": (lambda: D.GroupNorm(4, 2, param_attr=P(4), bias_attr=P(4)), (2, 4, 3, 3)),
        "InstanceNorm": (lambda: D.InstanceNorm(3, param_attr=P(3), bias_attr=P(3)), (2, 3, 3, 3)),
        "PRelu": (lambda: D.PRelu("channel", 3, param_attr=P(1, 3, 1, 1)), (2, 3, 2, 2)),
        "PRelu all": (lambda: D.PRelu("all", param_attr=P(1)), (2, 3, 2, 2)),
        "PRelu element": (lambda: D.PRelu("element", input_shape=[2, 3, 2, 2], param_attr=P(1, 3, 2, 2)), (2, 3, 2, 2)),
        "BilinearTensorProduct": (lambda: D.BilinearTensorProduct(3, 4, 5, param_attr=P(5, 3, 4), bias_attr=P(1, 5)),
                                  (2, 3), (2, 4)),
        # Every node is in an edge: what 1.8.5 gives for others was there before.
        "TreeConv": (lambda: Edged(D, D.TreeConv(2, 4, 2, 2, param_attr=P(2, 3, 4, 2))), (2, 6, 2)),
        "TreeConv deep": (lambda: Edged(D, D.TreeConv(2, 3, 1, 4, None, param_attr=P(2, 3, 3, 1))), (2, 6, 2)),
        "GRUUnit": (lambda: D.GRUUnit(9, P(3, 9), P(1, 9)), (2, 9), (2, 3)),
    }  # fmt: skip


def optimizers(fluid):
    """Each optimizer for a list of parameters."""
    o, clip, decays, D = fluid.optimizer, fluid.clip, fluid.regularizer, fluid.dygraph
    return {
        "SGD": lambda p: o.SGD(0.1, p),
        "SGD L2": lambda p: o.SGDOptimizer(0.1, p, regularization=decays.L2Decay(0.1)),
        "Momentum": lambda p: o.Momentum(0.1, 0.9, p),
        "Momentum nesterov L1": lambda p: o.MomentumOptimizer(
            0.1, 0.9, p, True, decays.L1DecayRegularizer(0.05)
        ),
        "Adagrad": lambda p: o.Adagrad(0.1, parameter_list=p),
        "Adam": lambda p: o.Adam(0.1, parameter_list=p),
        "Adamax": lambda p: o.AdamaxOptimizer(0.1, parameter_list=p),
        "RMSProp": lambda p: o.RMSPropOptimizer(0.1, momentum=0.5, centered=True, parameter_list=p),
        "DecayedAdagrad": lambda p: o.DecayedAdagrad(0.1, parameter_list=p),
        "DecayedAdagrad slow": lambda p: o.DecayedAdagradOptimizer(0.1, 0.5, 1e-3, p),
        "Ftrl": lambda p: o.Ftrl(0.1, parameter_list=p),
        # 1.8.5 takes l1 for both.
        "Ftrl l1 l2": lambda p: o.FtrlOptimizer(0.1, 0.2, 0.2, -0.5, p),
        "Ftrl power": lambda p: o.Ftrl(
            0.1, l1=0.02, l2=0.02, lr_power=-0.7, parameter_list=p, regularization=decays.L2Decay(0.1)
        ),
        "LarsMomentum": lambda p: o.LarsMomentum(0.1, 0.9, parameter_list=p),
        "LarsMomentum L2": lambda p: o.LarsMomentumOptimizer(
            0.1, 0.9, 0.02, 0.1, p, decays.L2Decay(0.1), clip.GradientClipByValue(0.5)
        ),
        # Without noise, which is drawn anew at every run.
        "Dpsgd": lambda p: o.Dpsgd(0.1, 0.3, 2.0, 0.0, p),
        "global norm": lambda p: o.SGD(0.1, p, grad_clip=clip.GradientClipByGlobalNorm(0.5)),
        "by value": lambda p: o.SGD(0.1, p, grad_clip=clip.GradientClipByValue(0.1)),
        "by norm": lambda p: o.SGD(0.1, p, grad_clip=clip.GradientClipByNorm(0.1)),
        "clip of some": lambda p: o.SGD(
            0.1, p, grad_clip=clip.GradientClipByNorm(0.1, need_clip=lambda q: len(q.shape) == 2)
        ),
        "global norm of some": lambda p: o.SGD(
            0.1, p, grad_clip=clip.GradientClipByGlobalNorm(0.1, need_clip=lambda q: len(q.shape) == 2)
        ),
        "StepDecay": lambda p: o.SGD(D.StepDecay(0.5, 2), p),
        "NoamDecay": lambda p: o.Adam(D.NoamDecay(64, 3), parameter_list=p),
        "ExponentialDecay": lambda p: o.SGD(D.ExponentialDecay(0.5, 2, 0.5, staircase=True), p),
    }


def decays(D):
    """Each learning-rate decay."""
    return {
        "piecewise": D.PiecewiseDecay([2, 5], [0.1, 0.05, 0.01], 0),
        "natural": D.NaturalExpDecay(0.1, 3, 0.5),
        "natural staircase": D.NaturalExpDecay(0.1, 3, 0.5, True),
        "exponential": D.ExponentialDecay(0.1, 3, 0.5),
        "inverse": D.InverseTimeDecay(0.1, 3, 0.5),
        "polynomial": D.PolynomialDecay(0.1, 4),
        "polynomial cycle": D.PolynomialDecay(0.1, 4, 0.01, 2.0, True),
        "cosine": D.CosineDecay(0.1, 2, 4),
        "noam": D.NoamDecay(64, 4),
        "warmup": D.LinearLrWarmup(0.1, 4, 0.0, 0.1),
        "warmup of a decay": D.LinearLrWarmup(D.ExponentialDecay(0.1, 3, 0.5), 4, 0.0, 0.1),
    }


def by_epoch(D):
    """Decays that change with ``epoch()`` or with what they are told of the loss."""
    losses = [1.0, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7, 0.8, 0.9]

    def told(decay):
        return [lambda loss=loss: decay.step(D.to_variable(np.array([loss], "float32"))) for loss in losses]

    def counted(decay):
        return [decay.epoch] * 7 + [lambda: decay.epoch(3)]

    return {
        "step": (D.StepDecay(0.5, 3), counted),
        "multi step": (D.MultiStepDecay(0.5, [2, 5], 0.3), counted),
        "lambda": (D.LambdaDecay(0.5, lambda epoch: 0.95**epoch), counted),
        "plateau": (D.ReduceLROnPlateau(1.0, decay_rate=0.5, patience=2), told),
        "plateau cooldown": (
            D.ReduceLROnPlateau(1.0, "max", 0.5, 1, threshold_mode="abs", cooldown=2, min_lr=0.3),
            told,
        ),
    }


def rate_of(decay):
    rate = decay()
    return float(rate.numpy()) if hasattr(rate, "numpy") else float(rate)


def results(fluid, advance=lambda decay: None):
    """All of it: outputs, gradients, parameters after four steps, rates, and how parameters begin."""
    D, rng, out = fluid.dygraph, np.random.RandomState(3), {}

    def P(*shape):
        values = rng.uniform(-1, 1, shape).astype("float32")
        return fluid.ParamAttr(initializer=fluid.initializer.NumpyArrayInitializer(values))

    def V(*shape):
        v = D.to_variable(rng.uniform(-2, 2, shape).astype("float32"))
        v.stop_gradient = False
        return v

    for name, (make, *shapes) in sorted(layers(D, P).items()):
        layer, inputs = make(), [V(*shape) for shape in shapes]
        made = layer(*inputs)
        made = list(made) if isinstance(made, (list, tuple)) else [made]
        fluid.layers.sums([fluid.layers.reduce_sum(o * o) for o in made]).backward()
        for i, o in enumerate(made):
            out[name + "|out" + str(i)] = np.asarray(o.numpy())
        for i, p in enumerate(layer.parameters()):
            out[name + "|param" + str(i)] = np.asarray(p.numpy())
            if not p.stop_gradient:
                out[name + "|grad" + str(i)] = np.asarray(p.gradient())
    for name, make in sorted(optimizers(fluid).items()):
        linear = D.Linear(3, 2, P(3, 2), P(2))
        optimizer, x = make(linear.parameters()), V(4, 3)
        for _ in range(4):
            loss = fluid.layers.reduce_mean(fluid.layers.square(linear(x)))
            loss.backward()
            optimizer.minimize(loss)
            linear.clear_gradients()
        out["optimizer " + name + "|weight"] = linear.weight.numpy()
        out["optimizer " + name + "|bias"] = linear.bias.numpy()
    for name, decay in sorted(decays(D).items()):
        rates = []
        for _ in range(9):
            rates.append(rate_of(decay))
            advance(decay)
        out["decay " + name + "|rates"] = np.array(rates)
    for name, (decay, changes) in sorted(by_epoch(D).items()):
        rates = [rate_of(decay)]
        for change in changes(decay):
            change()
            rates.append(rate_of(decay))
        out["epochs " + name + "|rates"] = np.array(rates)
    makers = (
        lambda: D.Conv2D(3, 64, 5, groups=1),
        lambda: D.Linear(50, 40),
        lambda: D.Embedding([50, 30]),
        lambda: D.BatchNorm(4),
        lambda: D.PRelu("all"),
        lambda: D.Conv2DTranspose(30, 20, 3),
        lambda: D.LayerNorm([4]),
    )
    for make in makers:
        layer = make()
        for i, p in enumerate(layer.parameters()):
            a = p.numpy()
            out["begin " + type(layer).__name__ + "|" + str(i)] = np.array(
                [a.min(), a.max(), a.mean(), a.std()]
            )
    return out


TEXTS = (
    lambda D: D.to_variable(np.array([[0.5, -1.25], [2.0, 1e20]], "float32")),
    lambda D: D.to_variable(np.array([1, 2, 3], "int64")),
    lambda D: D.to_variable(np.array([True, False])),
    lambda D: D.to_variable(np.array([1.2345678], "float64")),
    lambda D: D.to_variable(np.arange(3, dtype="int32"), "named"),
)

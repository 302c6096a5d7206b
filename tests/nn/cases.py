"""Calls of paddle.nn whose results and gradients were recorded from real PaddlePaddle (tests/golden/make_nn.py).

Written once against the `paddle` API: `run(paddle)` gives the results of every case, as lists of arrays.
"""

import numpy as np


def numbers(*shape, seed=0, low=-2, high=2):
    return np.random.RandomState(seed + sum(shape)).uniform(low, high, shape).astype("float32")


class Cases:
    """Collects results and gradients by the name of the case."""

    def __init__(self, paddle):
        self.paddle, self.results = paddle, {}

    def tensor(self, array, grad=False):
        t = self.paddle.to_tensor(array)
        t.stop_gradient = not grad
        return t

    def value(self, tensor):
        return tensor.numpy()

    def call(self, name, function, *arrays, **options):
        """The results of a functional, and the gradients of its floating inputs."""
        inputs = [self.tensor(a, grad=a.dtype == np.float32) for a in arrays]
        out = function(*inputs, **options)
        outs = list(out) if isinstance(out, (tuple, list)) else [out]
        self.backward(outs)
        self.results[name] = [t.numpy() for t in outs] + [
            t.grad.numpy() for t in inputs if t.grad is not None
        ]

    def layer(self, name, layer, *arrays, **options):
        """The results of a layer with weights made up here, and the gradients of its inputs and parameters."""
        for k, p in enumerate(layer.parameters()):
            p.set_value(np.random.RandomState(k).randn(*p.shape).astype("float32") * 0.4)
        layer.clear_gradients()
        inputs = [self.tensor(a, grad=True) for a in arrays]
        outs = flat(layer(*inputs, **options))
        self.backward(outs)
        grads = [t.grad for t in [*inputs, *layer.parameters()]]
        self.results[name] = [t.numpy() for t in outs] + [g.numpy() for g in grads if g is not None]

    def backward(self, outs):
        total = 0
        for t in outs:
            total = total + (t * t).sum()
        total.backward()


def flat(out):
    return [t for part in out for t in flat(part)] if isinstance(out, (tuple, list)) else [out]


LOGITS, LABELS = numbers(6, 4), np.array([0, 1, 3, 2, 1, 0])
IGNORING = np.array([0, 1, -100, 2, 1, 0])
WEIGHTS = np.array([1, 2, 3, 0.5], "float32")
SOFT = numbers(6, 4, low=0.1, high=1) / numbers(6, 4, low=0.1, high=1).sum(1, keepdims=True)
SIGNS, CHANCES = np.sign(numbers(3, 4)), numbers(3, 4, low=0, high=1)


def cross_entropies(c, reduction):
    F = c.paddle.nn.functional
    for ignore in (-100, 1):
        for weighted in (False, True):
            options = {"reduction": reduction, "ignore_index": ignore}
            if weighted:
                options["weight"] = c.tensor(WEIGHTS)
            name = f"{reduction}{ignore}{weighted}"
            c.call(
                f"cross_entropy {name}",
                lambda x, o=options: F.cross_entropy(x, c.tensor(LABELS), **o),
                LOGITS,
            )
            c.call(f"nll {name}", lambda x, o=options: F.nll_loss(x, c.tensor(LABELS), **o), LOGITS)
    for name, label, options in (
        ("ignoring", IGNORING, {}),
        ("ignoring weighted", IGNORING, {"weight": WEIGHTS}),
        ("column", LABELS[:, None], {}),
        ("soft", SOFT, {"soft_label": True}),
        ("soft weighted", SOFT, {"soft_label": True, "weight": WEIGHTS}),
        ("smooth", LABELS, {"label_smoothing": 0.1}),
        ("smooth weighted", LABELS, {"label_smoothing": 0.1, "weight": WEIGHTS}),
    ):
        given = {k: c.tensor(v) if k == "weight" else v for k, v in options.items()}
        c.call(
            f"cross_entropy {name} {reduction}",
            lambda x, lab=label, o=given: F.cross_entropy(x, c.tensor(lab), reduction=reduction, **o),
            LOGITS,
        )
    grid = c.tensor(np.array([[0, 1], [2, 1]]))
    c.call(
        f"cross_entropy axis {reduction}",
        lambda x: F.cross_entropy(x, grid, axis=1, reduction=reduction, weight=c.tensor(WEIGHTS[:3])),
        numbers(2, 3, 2),
    )
    chances = lambda x: F.cross_entropy(
        F.softmax(x), c.tensor(LABELS), use_softmax=False, reduction=reduction
    )  # noqa: E731
    c.call(f"cross_entropy of probabilities {reduction}", chances, LOGITS)


def losses(c, reduction):
    F, r = c.paddle.nn.functional, {"reduction": reduction}
    x, y, z = (numbers(3, 4, seed=s) for s in (0, 1, 2))
    signs, chances, weights = c.tensor(SIGNS), c.tensor(CHANCES), c.tensor(WEIGHTS)
    c.call(f"mse {reduction}", F.mse_loss, x, y, **r)
    c.call(f"l1 {reduction}", F.l1_loss, x, y, **r)
    c.call(f"smooth_l1 {reduction}", F.smooth_l1_loss, x, y, delta=0.5, **r)
    c.call(f"kl_div {reduction}", lambda a: F.kl_div(a, c.tensor(np.abs(y)), **r), x)
    c.call(
        f"bce {reduction}", lambda a: F.binary_cross_entropy(a, chances, weights, **r), np.abs(y) / 2.1 + 0.02
    )
    c.call(
        f"bce_logits {reduction}",
        lambda a: F.binary_cross_entropy_with_logits(a, chances, weights, pos_weight=weights, **r),
        y,
    )
    c.call(f"margin_ranking {reduction}", lambda a, b: F.margin_ranking_loss(a, b, signs, 0.3, **r), x, y)
    c.call(f"hinge_embedding {reduction}", lambda a: F.hinge_embedding_loss(a, signs, **r), y)
    sides = c.tensor(np.array([1, -1, 1]))
    c.call(f"cosine_embedding {reduction}", lambda a, b: F.cosine_embedding_loss(a, b, sides, 0.1, **r), x, y)
    c.call(f"triplet {reduction}", F.triplet_margin_loss, x, y, z, swap=True, **r)
    c.call(f"soft_margin {reduction}", lambda a: F.soft_margin_loss(a, signs, **r), y)
    many = c.tensor((x > 0).astype("float32"))
    c.call(f"multi_label_soft_margin {reduction}", lambda a: F.multi_label_soft_margin_loss(a, many, **r), y)
    classes = c.tensor(np.array([0, 1, 3]))
    c.call(
        f"multi_margin {reduction}", lambda a: F.multi_margin_loss(a, classes, p=2, weight=weights, **r), y
    )
    lists = c.tensor(np.array([[3, 0, -1, 1], [0, 1, 2, -1], [-1, 1, 1, 1]]))
    c.call(f"multi_label_margin {reduction}", lambda a: F.multi_label_margin_loss(a, lists, **r), y)
    counts = c.tensor(np.abs(z) * 3)
    c.call(f"poisson {reduction}", lambda a: F.poisson_nll_loss(a, counts, full=True, **r), x)
    spread = c.tensor(np.abs(z) + 0.1)
    c.call(f"gaussian {reduction}", lambda a, b: F.gaussian_nll_loss(a, b, spread, full=True, **r), x, y)
    c.call(f"focal {reduction}", lambda a: F.sigmoid_focal_loss(a, many, **r), y)


def common(c):
    F = c.paddle.nn.functional
    x, y, image = numbers(3, 4), numbers(3, 4, seed=1), numbers(2, 6, 3, 3)
    c.call("label_smooth", lambda a: F.label_smooth(a, c.tensor(numbers(1, 4)), 0.2), x)
    c.call("bilinear", F.bilinear, x, numbers(3, 5), numbers(2, 4, 5), numbers(1, 2))
    c.call("cosine_similarity", F.cosine_similarity, x, y, axis=0)
    for p in (1.0, 2.0, 3.0, float("inf")):
        c.call(f"pairwise_distance {p}", F.pairwise_distance, x, y, p=p, keepdim=p == 2.0)
    c.call("normalize", F.normalize, x, p=3)
    c.call("linear", F.linear, numbers(2, 3, 4), numbers(4, 5), numbers(5))
    ids = c.tensor(np.array([[1, 2], [0, 1]]))
    c.call("embedding", lambda w: F.embedding(ids, w, padding_idx=-2), numbers(3, 4))
    scale, bias = numbers(6), numbers(6, seed=1)
    c.call("group_norm", lambda a, s, b: F.group_norm(a, 3, weight=s, bias=b), image, scale, bias)
    last = image.transpose(0, 2, 3, 1).copy()
    nhwc = {"data_format": "NHWC"}
    c.call("group_norm NHWC", lambda a, s, b: F.group_norm(a, 3, weight=s, bias=b, **nhwc), last, scale, bias)
    c.call("instance_norm", lambda a, s, b: F.instance_norm(a, weight=s, bias=b), image, scale, bias)
    c.call("layer_norm", lambda a, s, b: F.layer_norm(a, [3, 3], s, b), image, numbers(9), numbers(9, seed=1))
    for training in (True, False):
        for stats in (None, True):
            for layout, value in (("NCHW", image), ("NHWC", last)):
                mean, var = c.tensor(numbers(6)), c.tensor(numbers(6, seed=1, low=0.5))
                options = {
                    "training": training,
                    "use_global_stats": stats,
                    "momentum": 0.8,
                    "data_format": layout,
                }
                name = f"batch_norm {training} {stats} {layout}"
                c.call(
                    name,
                    lambda a, s, b, m=mean, v=var, o=options: F.batch_norm(a, m, v, s, b, **o),
                    value,
                    scale,
                    bias,
                )
                c.results[name] += [c.value(mean), c.value(var)]


def recurrent(c):
    nn = c.paddle.nn
    x, length = numbers(3, 5, 4), np.array([5, 2, 3], "int32")
    for kind in (nn.SimpleRNN, nn.LSTM, nn.GRU):
        for name, options in (("", {}), ("deep", {"num_layers": 2, "direction": "bidirect"})):
            for given in (None, length):
                called = {} if given is None else {"sequence_length": c.tensor(given)}
                c.layer(f"{kind.__name__} {name} {given is not None}", kind(4, 3, **options), x, **called)
    c.layer("relu", nn.SimpleRNN(4, 3, activation="relu"), x)
    c.layer("time_major", nn.LSTM(4, 3, time_major=True), x)
    for cell in (nn.GRUCell, nn.LSTMCell, nn.SimpleRNNCell):
        c.layer(
            f"RNN {cell.__name__}", nn.RNN(cell(4, 3), is_reverse=True), x, sequence_length=c.tensor(length)
        )
        c.layer(f"BiRNN {cell.__name__}", nn.BiRNN(cell(4, 3), cell(4, 3)), x)


def attention(c):
    nn, F = c.paddle.nn, c.paddle.nn.functional
    x, y = numbers(2, 5, 8), numbers(2, 4, 8)
    mask = c.tensor(numbers(1, 1, 5, 5) > -1)
    c.layer("attention", nn.MultiHeadAttention(8, 2), x, y, y)
    c.layer("attention masked", nn.MultiHeadAttention(8, 2, need_weights=True), x, x, x, attn_mask=mask)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu")
    c.layer("encoder", nn.TransformerEncoder(layer, 2, nn.LayerNorm(8)), x, src_mask=c.tensor(numbers(5, 5)))
    model = nn.Transformer(8, 2, 1, 1, 16, dropout=0.0, normalize_before=True)
    c.layer("transformer", model, x, y, tgt_mask=model.generate_square_subsequent_mask(4))
    query = numbers(2, 5, 4, 8)
    for name, options in (("", {}), ("causal", {"is_causal": True}), ("masked", {"attn_mask": mask})):
        c.call(
            f"dot product {name}", F.scaled_dot_product_attention, query, query * 0.5, query * 0.3, **options
        )


def run(paddle, kind=Cases):
    """All results by the name of the case."""
    c = kind(paddle)
    for reduction in ("mean", "sum", "none"):
        cross_entropies(c, reduction)
        losses(c, reduction)
    common(c)
    recurrent(c)
    attention(c)
    return c.results

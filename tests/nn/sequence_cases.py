"""Cases of ctc_loss, sequence_mask, unpooling and made weights, recorded by tests/golden/make_sequences.py."""

import numpy as np

STEPS = np.array([7, 5, 6, 3], "int64")
LABELS = np.array([[1, 2, 2], [3, 1, 0], [0, 0, 0], [2, 2, 2]], "int32")
COUNTS = np.array([3, 2, 0, 3], "int64")  # the last are too many for three steps


def numbers(seed, *shape):
    return np.random.RandomState(seed).uniform(-2, 2, shape).astype("float32")


def run(paddle):
    """{name: arrays}"""
    F, nn, found = paddle.nn.functional, paddle.nn, {}

    def leaf(array):
        made = paddle.to_tensor(array)
        made.stop_gradient = False
        return made

    def note(name, out, *leaves):
        total = out * paddle.to_tensor(numbers(9, *out.shape))
        total.sum().backward()
        found[name] = [out.numpy(), *(each.grad.numpy() for each in leaves)]

    given = [paddle.to_tensor(each) for each in (LABELS, STEPS, COUNTS)]
    for name, options in {
        "none": {"reduction": "none"},
        "sum": {"reduction": "sum"},
        "blank": {"reduction": "none", "blank": 4},
        "by times": {"reduction": "none", "norm_by_times": True},
    }.items():
        scores = leaf(numbers(1, 7, 3, 5))
        note(f"ctc {name}", F.ctc_loss(scores, given[0][:3], given[1][:3], given[2][:3], **options), scores)
    scores = leaf(numbers(2, 7, 2, 5))
    note("ctc mean", F.ctc_loss(scores, given[0][:2], given[1][:2], given[2][:2]), scores)
    scores = paddle.to_tensor(numbers(1, 7, 4, 5))
    found["ctc impossible"] = [F.ctc_loss(scores, *given, reduction="none").numpy()]
    lengths = paddle.to_tensor(np.array([[3, 0], [1, 5]], "int64"))
    found["mask"] = [F.sequence_mask(lengths).numpy(), F.sequence_mask(lengths, 3, "float32").numpy()]
    for rank, shape in ((1, (2, 3, 6)), (2, (2, 3, 6, 6))):
        x = leaf(numbers(3, *shape))
        pool, unpool = getattr(F, f"max_pool{rank}d"), getattr(F, f"max_unpool{rank}d")
        for name, options, size in (("", {}, None), (" padded", {"stride": 2, "padding": 1}, list(shape))):
            best, places = pool(x, 3, return_mask=True, **options)
            x.clear_grad() if x.grad is not None else None
            note(f"unpool {rank}{name}", unpool(best, places, 3, output_size=size, **options), x)
    for name, layer, dim in (
        ("linear", nn.Linear(4, 3), 1),
        ("conv", nn.Conv2D(3, 4, 3), 0),
        ("whole", nn.Linear(4, 3), None),
    ):
        layer.weight.set_value(numbers(4, *layer.weight.shape))
        layer.bias.set_value(numbers(5, *layer.bias.shape))
        x = leaf(numbers(6, 2, 4) if name != "conv" else numbers(6, 2, 3, 5, 5))
        layer = nn.utils.weight_norm(layer, dim=dim)
        note(f"weight_norm {name}", layer(x), x, layer.weight_g, layer.weight_v)
        layer = nn.utils.remove_weight_norm(layer)
        found[f"weight_norm removed {name}"] = [layer.weight.numpy()]
    for name, layer in (("linear", nn.Linear(4, 3)), ("conv", nn.Conv2D(3, 4, 3))):
        layer.weight.set_value(numbers(4, *layer.weight.shape))
        layer.bias.set_value(numbers(5, *layer.bias.shape))
        layer = nn.utils.spectral_norm(layer, n_power_iterations=2)
        layer.weight_u.set_value(numbers(7, *layer.weight_u.shape))
        layer.weight_v.set_value(numbers(8, *layer.weight_v.shape))
        x = leaf(numbers(6, 2, 4) if name != "conv" else numbers(6, 2, 3, 5, 5))
        note(f"spectral_norm {name}", layer(x), x, layer.weight_orig)
        layer.eval()
        found[f"spectral_norm eval {name}"] = [
            layer(x).numpy(),
            layer.weight_u.numpy(),
            layer.weight_v.numpy(),
        ]
    return found

"""Networks of `paddle.vision.models` filled with fixed numbers; used here and by tests/golden/make_vision_models.py."""

import hashlib

import numpy as np

#: name: (size of the image, arguments); those with a size are run.
NETS = {
    "LeNet": (28, {}),
    "alexnet": (63, {"num_classes": 0}),
    "vgg11": (32, {"num_classes": 0, "batch_norm": True}),
    "vgg13": (None, {"num_classes": 0}),
    "vgg16": (None, {"num_classes": 0}),
    "vgg19": (None, {"num_classes": 0, "batch_norm": True}),
    "resnet18": (32, {"num_classes": 7}),
    "resnet34": (None, {"with_pool": False, "num_classes": 0}),
    "resnet50": (32, {"num_classes": 7}),
    "resnext50_32x4d": (32, {"num_classes": 7}),
    "wide_resnet50_2": (None, {"num_classes": 7}),
    "resnet101": (None, {"num_classes": 7}),
    "mobilenet_v1": (32, {"scale": 0.5, "num_classes": 7}),
    "mobilenet_v2": (32, {"scale": 0.5, "num_classes": 7}),
    "mobilenet_v3_small": (32, {"scale": 0.5, "num_classes": 7}),
    "mobilenet_v3_large": (32, {"scale": 0.35, "num_classes": 7}),
    "shufflenet_v2_x0_33": (32, {"num_classes": 7}),
    "shufflenet_v2_swish": (None, {"num_classes": 7}),
    "shufflenet_v2_x2_0": (None, {"num_classes": 0, "with_pool": False}),
    "densenet121": (32, {"num_classes": 7}),
    "densenet161": (None, {"num_classes": 0}),
    "squeezenet1_0": (63, {"num_classes": 7}),
    "squeezenet1_1": (63, {"num_classes": 7}),
}


def described(paddle, name):
    """A digest of the names and shapes of the parameters, and what a network that is run gives."""
    size, options = NETS[name]
    net = getattr(paddle.vision.models, name)(**options)
    net.eval()
    state = net.state_dict()
    shapes = [(key, [int(n) for n in value.shape]) for key, value in state.items()]
    digest = hashlib.md5(repr(shapes).encode()).hexdigest()
    if size is None:
        return [digest]
    draw = np.random.RandomState(1)
    for key, value in state.items():
        numbers = draw.uniform(-1, 1, value.shape).astype("float32")
        if key.endswith("_variance"):
            numbers = np.abs(numbers) + 0.5
        elif len(value.shape) > 1:
            numbers *= np.float32(
                1.7 / np.sqrt(np.prod(value.shape[1:] if len(value.shape) == 4 else value.shape[:1]))
            )
        else:
            numbers = 0.1 * numbers + (1 if key.endswith("weight") else 0)
        value.set_value(numbers.astype("float32"))
    channels = 1 if name == "LeNet" else 3
    out = net(paddle.to_tensor(draw.uniform(-1, 1, (2, channels, size, size)).astype("float32"))).numpy()
    return [digest, list(out.shape), out.astype(float).ravel()[:14].tolist()]

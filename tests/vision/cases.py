"""Transforms with fixed parameters on one image of each kind; used here and by tests/golden/make_transforms.py."""

import numpy as np

y, x = np.mgrid[0:12, 0:16]
IMAGE = np.stack([x * 16, y * 20, 255 - (x + y) * 8], -1).clip(0, 255).astype(np.uint8)
CORNERS = [[0, 0], [15, 0], [15, 11], [0, 11]]
MOVED = [[2, 1], [13, 1], [14, 10], [1, 11]]


def cases(F):
    """`F` is the module of functions, PaddlePaddle's or ours."""
    found = {}
    for factor in (0, 0.5, 1.3):
        for name in ("brightness", "contrast", "saturation"):
            found[f"{name} {factor}"] = lambda i, f=getattr(F, f"adjust_{name}"), c=factor: f(i, c)
    for factor in (-0.4, 0.25, 0.5):
        found[f"hue {factor}"] = lambda i, c=factor: F.adjust_hue(i, c)
    for method in ("nearest", "bilinear", "bicubic"):
        for angle in (-45, 90):
            found[f"rotate {angle} {method}"] = lambda i, a=angle, m=method: F.rotate(i, a, m)
            found[f"expand {angle} {method}"] = lambda i, a=angle, m=method: F.rotate(i, a, m, True)
        found[f"centre {method}"] = lambda i, m=method: F.rotate(i, 30, m, False, [3, 4], (1, 2, 3))
        found[f"affine {method}"] = lambda i, m=method: F.affine(i, 30, (2, -1), 1.2, (5, 10), m)
        found[f"affine centre {method}"] = lambda i, m=method: F.affine(
            i, -20, (0, 0), 0.8, 7, m, center=(5, 6)
        )
        found[f"perspective {method}"] = lambda i, m=method: F.perspective(i, CORNERS, MOVED, m)
    return found


def results(F, kinds):
    """{"kind name": array} of every case that is not refused; `kinds` makes an image of each kind of `IMAGE`."""
    found = {}
    for kind, image in kinds.items():
        for name, transform in cases(F).items():
            # Tensors know no bicubic; PaddlePaddle draws the saturation of arrays once more at random.
            if (kind == "tensor" and "bicubic" in name) or (kind == "array" and "saturation" in name):
                continue
            made = transform(image())
            array = np.asarray(made.numpy() if hasattr(made, "numpy") else made)
            found[f"{kind} {name}"] = np.rint(array * 255).astype(np.int16) if kind == "tensor" else array
    return found
